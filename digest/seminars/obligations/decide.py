"""What the contract asks in each period, what is missing, and when to say so. Decisions only.

Days are those of Paris. Periods are counted from the day when the obligation begins: those of a
year that began on 2 March end on 1 March. Whoever wants those of the calendar begins on 1 January.
"""

import calendar
import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from core.clock import PARIS, aware
from digest.seminars.reminding.working_days import (
    is_working_day,
    next_working_day,
    working_day_before,
)

ONE_DAY = timedelta(days=1)

ONCE = "once"
"""The name of the only period of what is done once."""

LATE = "late"
LATE_USEFUL = timedelta(days=30)
"""How long after a period's end its being late is still news."""


class Every(enum.StrEnum):
    """How long a period is."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"


MONTHS = {Every.YEAR: 12, Every.HALF: 6, Every.QUARTER: 3, Every.MONTH: 1}


@dataclass(frozen=True)
class Obligation:
    """So many things (`times`) in each period, or once within some days after `since`.

    `until` is the last day on which it holds: it cuts the last period, which asks for as many
    things all the same. With both `every` and `within_days` it is periodic, with neither it asks
    for nothing: `relais check` says so.
    """

    code: str
    words: str
    since: date
    until: date | None = None
    every: Every | None = None
    times: int = 1
    within_days: int | None = None
    counts: str = ""
    remind_days: tuple[int, ...] = ()


@dataclass(frozen=True)
class Period:
    """A stretch of days, both included; `name` is how the tables call it."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Standing:
    """Where an obligation stands in one of its periods: so many `done`, `by_hand` among them."""

    obligation: Obligation
    period: Period
    done: int
    by_hand: int

    @property
    def missing(self) -> int:
        """How many are still to be done."""
        return max(0, self.obligation.times - self.done)

    def is_late(self, today: date) -> bool:
        """Say whether something is missing though the period is over."""
        return self.missing > 0 and today > self.period.last


@dataclass(frozen=True)
class Telling:
    """Something to be told from `due_at`, and of no use any more from `until` on."""

    name: str
    due_at: datetime
    until: datetime


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month; the last of that month when it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def periods(obligation: Obligation, today: date) -> Sequence[Period]:
    """Return the periods that have begun by `today`, in their order."""
    begun = []
    for number in count():  # pragma: no branch  # numbers never end
        first = _first(obligation, number)
        if first is None or first > today:
            break
        begun.append(_period(obligation, number, first))
    return begun


def standings(
    obligation: Obligation,
    happened: Iterable[date],
    by_hand: Mapping[str, int],
    today: date,
) -> Sequence[Standing]:
    """Return where an obligation stands in each period that has begun.

    `happened` are the days on which something took place that counts by itself; `by_hand` is how
    many an animator noted, by the names of periods. What is done once may be done late.
    """
    days = list(happened)
    found = []
    for period in periods(obligation, today):
        last = date.max if period.name == ONCE else period.last
        noted = by_hand.get(period.name, 0)
        done = sum(period.first <= day <= last for day in days) + noted
        found.append(Standing(obligation, period, done, noted))
    return found


def in_order(found: Iterable[Standing], today: date) -> Sequence[Standing]:
    """Return what is to be shown: what is late first, then what is missing, then what is done.

    Within each, the soonest to end first. A period that is over, with all that it asks, is left
    out; what was done once stays.
    """
    shown = [
        one for one in found if one.missing or one.period.last >= today or one.period.name == ONCE
    ]
    return sorted(shown, key=lambda one: (not one.is_late(today), not one.missing, *_rank(one)))


def folded(found: Iterable[Standing], today: date) -> Sequence[tuple[Standing, int]]:
    """Return what is shown of `in_order`: of what is late, the oldest period of each obligation.

    With each, in how many other periods it is late: years of neglect hide nothing else.
    """
    every = list(found)
    late = Counter(one.obligation.code for one in every if one.is_late(today))
    seen: set[str] = set()
    shown = []
    for one in every:
        code = one.obligation.code
        if not one.is_late(today):
            shown.append((one, 0))
        elif code not in seen:
            seen.add(code)
            shown.append((one, late[code] - 1))
    return shown


def tellings(standing: Standing, hour: int) -> Sequence[Telling]:
    """Return when the animators are told that something is missing in a period, in order.

    So many days before its end, and the day after; each at `hour` in Paris, on a working day: the
    one before, and the one after once it is late. The next one replaces the one before.
    """
    period = standing.period
    days = sorted({each for each in standing.obligation.remind_days if _within(period, each)})
    moments = [
        (f"J-{each}", at_hour(working_day_before(period.last - each * ONE_DAY), hour))
        for each in reversed(days)
    ]
    late_at = at_hour(next_working_day(period.last), hour)
    moments.append((LATE, late_at))
    ends = [due_at for _name, due_at in moments[1:]] + [late_at + LATE_USEFUL]
    return [Telling(*moment, until) for moment, until in zip(moments, ends, strict=True)]


def in_force(told: Iterable[Telling], now: datetime) -> Telling | None:
    """Return the one to be told at `now`: due, and still of use."""
    return next((one for one in told if one.due_at <= now < one.until), None)


def at_hour(day: date, hour: int) -> datetime:
    """Return an hour of a day in Paris, in UTC."""
    return aware(datetime.combine(day, time(hour), PARIS))


def when_at_work(at: datetime, hour: int) -> datetime:
    """Return `at` when it is on a working day from `hour` on, else the next such instant."""
    day = aware(at).astimezone(PARIS).date()
    if is_working_day(day):
        return max(at_hour(day, hour), aware(at))
    return at_hour(next_working_day(day), hour)


def _first(obligation: Obligation, number: int) -> date | None:
    """Return on which day the period of that number begins; None when there is no such period."""
    if obligation.every is None:
        return obligation.since if obligation.within_days is not None and not number else None
    first = add_months(obligation.since, number * MONTHS[obligation.every])
    return None if obligation.until is not None and first > obligation.until else first


def _period(obligation: Obligation, number: int, first: date) -> Period:
    if obligation.every is None:
        return Period(ONCE, first, first + (obligation.within_days or 0) * ONE_DAY)
    last = add_months(obligation.since, (number + 1) * MONTHS[obligation.every]) - ONE_DAY
    return Period(first.isoformat(), first, min(last, obligation.until or last))


def _within(period: Period, days: int) -> bool:
    return days <= (period.last - period.first).days


def _rank(standing: Standing) -> tuple[date, str]:
    return standing.period.last, standing.obligation.code
