"""Working time: hours of the week in Paris, less public holidays and closures. Pure.

Hours are those of a Paris clock. In the night when an hour is skipped, what would fall in it is the
instant of the jump; in the night when an hour comes twice, hours last from its first coming to its
second. Public holidays are those of mainland France.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from core.clock import PARIS, aware
from core.errors import InputError

ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)
MINUTES = 24 * 60
LONGEST = timedelta(days=366)
"""The longest stretch of days off: beyond, somebody mistyped a year."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY = re.compile(
    r"(?P<days>[a-z]{3}(?:[-,][a-z]{3})*)\s+"
    r"(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})"
)
_HOURS_HINT = 'write "mon-fri 09:00-12:30"; days are mon tue wed thu fri sat sun'
_DAYS_HINT = 'write a day, "2026-12-24", or "2026-12-24/2027-01-02", both included'

Span = tuple[datetime, datetime]
"""From an instant, included, to another, excluded."""


@dataclass(frozen=True, order=True)
class Interval:
    """Hours of one day of the week (0 is Monday), in minutes since midnight on the clock."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, order=True)
class Days:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """One person's or one team's hours.

    `away` are days off, `worked` the public holidays that are worked all the same. Raises
    InputError without any hours, or when days off are in the wrong order or last over a year:
    so there always is a next opening.
    """

    week: tuple[Interval, ...]
    away: tuple[Days, ...] = ()
    worked: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not any(interval.start < interval.end for interval in self.week):
            raise InputError("there are no working hours", hint=_HOURS_HINT)
        for days in self.away:
            if not NOTHING <= days.last - days.first < LONGEST:
                what = f"days off from {days.first} to {days.last}: wrong order, or over a year"
                raise InputError(what, hint=_DAYS_HINT)

    def spans(self, day: date) -> list[Span]:
        """Return the working hours of a day of Paris, as instants."""
        if any(day in days for days in self.away):
            return []
        if day not in self.worked and day in public_holidays(day.year):
            return []
        found = (
            (_instant(day, interval.start, fold=0), _instant(day, interval.end, fold=1))
            for interval in self.week
            if interval.weekday == day.weekday()
        )
        return [(start, end) for start, end in found if start < end]


@dataclass(frozen=True)
class WorkingTime:
    """When somebody works: whenever at least one of the calendars is open.

    Instants are aware, those returned are in UTC; durations are working time only. Raises
    InputError without any calendar. An instant past the year 9999 is an OverflowError.
    """

    calendars: tuple[Calendar, ...]
    _seen: dict[date, list[Span]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.calendars:
            raise InputError("there are no working hours", hint=_HOURS_HINT)

    def is_open(self, at: datetime) -> bool:
        """Say whether `at` is within working hours; their end is not."""
        at = aware(at)
        return any(start <= at < end for start, end in self._spans(paris_day(at)))

    def next_opening(self, at: datetime) -> datetime:
        """Return the next instant of work: `at` itself when it is one."""
        at = aware(at)
        return next(max(start, at) for start, _end in self._from(at))

    def after(self, at: datetime, duration: timedelta) -> datetime:
        """Return when so much working time has passed since `at`: at the earliest such instant.

        It may thus be the end of some hours; with no duration, it is `at`. Raises ValueError for
        a negative duration.
        """
        if duration < NOTHING:
            raise ValueError("working time passes forwards only")
        at = aware(at)
        if not duration:
            return at
        for start, end in self._from(at):
            begin = max(start, at)
            if duration <= end - begin:
                return begin + duration
            duration -= end - begin
        raise AssertionError("hours never end")  # pragma: no cover

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two instants; none if they are reversed."""
        start, end = aware(start), aware(end)
        total, day, last = NOTHING, paris_day(start), paris_day(end)
        while day <= last:
            inside = ((max(b, start), min(e, end)) for b, e in self._spans(day))
            total += sum((e - b for b, e in inside if b < e), NOTHING)
            day += ONE_DAY
        return total

    def end_of_day(self, at: datetime, days: int) -> datetime:
        """Return the end of the n-th working day after that of `at`: « sous 2 jours ouvrés ».

        Outside of working hours, it is counted from the day of the next opening. Raises
        ValueError for a negative number of days.
        """
        if days < 0:
            raise ValueError("working days are counted forwards only")
        day = paris_day(self.next_opening(at))
        while True:
            spans = self._spans(day)
            if spans and days == 0:
                return spans[-1][1]
            days -= bool(spans)
            day += ONE_DAY

    def without(self, away: Iterable[Days]) -> "WorkingTime":
        """Return the same hours, less other days off. Raises InputError as `Calendar` does."""
        more = tuple(away)
        return WorkingTime(tuple(replace(each, away=each.away + more) for each in self.calendars))

    def _from(self, at: datetime) -> Iterator[Span]:
        """Give the hours that end after `at`, in order, for ever."""
        day = paris_day(at)
        while True:
            yield from ((start, end) for start, end in self._spans(day) if at < end)
            day += ONE_DAY

    def _spans(self, day: date) -> list[Span]:
        """Return the hours of a day, in order, those that touch joined; each day is read once."""
        if day not in self._seen:
            every = sorted(span for each in self.calendars for span in each.spans(day))
            self._seen[day] = _joined(every)
        return self._seen[day]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def together(times: Iterable[WorkingTime]) -> WorkingTime:
    """Return when at least one of several people works. Raises InputError for nobody."""
    calendars = (calendar for each in times for calendar in each.calendars)
    return WorkingTime(tuple(dict.fromkeys(calendars)))


def read_working_time(
    hours: Sequence[str], closures: Sequence[str] = (), worked_holidays: Sequence[str] = ()
) -> WorkingTime:
    """Read the words of the configuration. Raises InputError for what cannot be understood."""
    week = tuple(sorted(interval for words in hours for interval in read_hours(words)))
    away = tuple(read_days(words) for words in closures)
    worked = frozenset(read_day(words) for words in worked_holidays)
    return WorkingTime((Calendar(week, away, worked),))


def read_hours(words: str) -> list[Interval]:
    """Read `mon-fri 09:00-12:30` or `mon,thu 14:00-17:30`; midnight is 00:00, then 24:00."""
    found = _WEEKLY.fullmatch(words.strip().casefold())
    if found is None:
        raise InputError(f"not working hours: {words!r}", hint=_HOURS_HINT)
    start, end = _minutes(found["start"], words), _minutes(found["end"], words)
    if start >= end:
        hint = "the end comes after the beginning; hours past midnight belong to the next day"
        raise InputError(f"working hours that end before they begin: {words!r}", hint=hint)
    return [Interval(day, start, end) for day in sorted(_weekdays(found["days"], words))]


def read_days(words: str) -> Days:
    """Read `2026-12-24`, or `2026-12-24/2027-01-02`. Raises InputError."""
    first, separator, last = words.partition("/")
    days = Days(read_day(first), read_day(last if separator else first))
    if not NOTHING <= days.last - days.first < LONGEST:
        raise InputError(f"in the wrong order, or over a year: {words!r}", hint=_DAYS_HINT)
    return days


def read_day(words: str) -> date:
    """Read `2026-12-24`. Raises InputError."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise InputError(f"not a day: {words!r}", hint=_DAYS_HINT) from error


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of mainland France in a year (Labour Code, art. L. 3133-1)."""
    return frozenset(holidays.country_holidays("FR", years=year))


def paris_day(at: datetime) -> date:
    """Return the day that it is in Paris at an instant."""
    return aware(at).astimezone(PARIS).date()


def _weekdays(words: str, whole: str) -> set[int]:
    """Read days and ranges of days; a range may go over Sunday."""
    found: set[int] = set()
    for part in words.split(","):
        ends = part.split("-")
        if len(ends) > 2 or not set(ends) <= set(WEEKDAYS):  # noqa: PLR2004  # from, to
            raise InputError(f"not days of the week: {whole!r}", hint=_HOURS_HINT)
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return found


def _minutes(words: str, whole: str) -> int:
    hour, minute = (int(part) for part in words.split(":"))
    if minute > 59 or hour * 60 + minute > MINUTES:  # noqa: PLR2004  # minutes of an hour
        raise InputError(f"not hours of a day: {whole!r}", hint=_HOURS_HINT)
    return hour * 60 + minute


def _instant(day: date, minutes: int, *, fold: int) -> datetime:
    """Return when a clock in Paris shows so many minutes past midnight of a day.

    `fold` is 0 for the first coming of an hour that comes twice, 1 for the second. A time that is
    skipped is the instant of the jump: 1:00 UTC (directive 2000/84/EC).
    """
    if minutes == MINUTES:
        day, minutes = day + ONE_DAY, 0
    clock = datetime.combine(day, time(minutes // 60, minutes % 60), PARIS).replace(fold=fold)
    instant = clock.astimezone(UTC)
    if instant.astimezone(PARIS).replace(tzinfo=None) == clock.replace(tzinfo=None):
        return instant
    return datetime.combine(day, time(1), UTC)
