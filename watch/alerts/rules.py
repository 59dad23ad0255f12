"""When a territory is reminded of a call, and who stands in for whom: all pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import PARIS, aware
from core.working_time import paris_day
from watch.decide import State
from watch.understanding.records import TypedDate, deadline

_INSTANT = timedelta(microseconds=1)
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Rhythm:
    """How many days before a closing reminders leave, and at which hour of Paris."""

    days: tuple[int, ...]
    hour: int


@dataclass(frozen=True, order=True)
class Reminder:
    """A reminder: when it leaves, of which closing, how many days before."""

    due_at: datetime
    closing: datetime
    days: int

    @property
    def name(self) -> str:
        """What it is for those whom it is for: « 2026-12-24/J-7 », the closing day first."""
        return f"{paris_day(self.closing).isoformat()}/J-{self.days}"


@dataclass(frozen=True)
class Plan:
    """What to do now: the reminders that leave, the names of all that passed, when to look again.

    `missed` are those whose time has passed already, and that do not leave; `coming` leave later.
    """

    send: tuple[Reminder, ...]
    missed: tuple[Reminder, ...]
    coming: tuple[Reminder, ...]
    passed: tuple[str, ...]

    @property
    def next_at(self) -> datetime | None:
        """When the next reminder leaves."""
        return min((each.due_at for each in self.coming), default=None)


def is_followed(state: str) -> bool:
    """Say whether a piece of news is one that people may be reminded of."""
    return state in {State.WAITING.value, State.KEPT.value}


def closings(
    dates: tuple[TypedDate, ...], read: datetime | None, now: datetime
) -> tuple[datetime, ...]:
    """Return the closing dates to come, in order, one a day: successive « relèves » each count.

    `read` is the closing date that is known when the dates say nothing of one.
    """
    found: dict[date, datetime] = {}
    after = now + _INSTANT
    while (at := deadline(dates, after)) is not None:
        found.setdefault(paris_day(at), aware(at))
        after = aware(at) + _INSTANT
    if not found and read is not None and read > now and not dates:
        return (aware(read),)
    return tuple(found.values())


def due_instant(closing: datetime, days: int, hour: int) -> datetime:
    """Return when the reminder `days` before a closing leaves: at `hour` in Paris, in UTC.

    The days are those of the calendar. An hour that does not exist that day gives the instant an
    hour later on the clocks; one that exists twice, the first.
    """
    day = paris_day(closing) - timedelta(days=days)
    return aware(datetime.combine(day, time(hour), PARIS))


def reminders(coming: Iterable[datetime], rhythm: Rhythm) -> tuple[Reminder, ...]:
    """Return the reminders of closings, in order; none leaves once its call is closed."""
    found = (
        Reminder(due_instant(closing, days, rhythm.hour), closing, days)
        for closing in coming
        for days in set(rhythm.days)
    )
    return tuple(sorted(each for each in found if each.due_at < each.closing))


def plan(
    coming: Iterable[datetime], rhythm: Rhythm, passed: Collection[str], now: datetime
) -> Plan:
    """Decide which reminders of closings to come leave now.

    After a stop, of those of one closing the latest alone leaves, unless it had passed already.
    """
    every = reminders(coming, rhythm)
    due = [each for each in every if each.due_at <= now]
    latest = {each.closing: each for each in due}
    send = tuple(each for each in latest.values() if each.name not in passed)
    return Plan(
        send=send,
        missed=tuple(each for each in due if each not in send),
        coming=tuple(each for each in every if each.due_at > now),
        passed=tuple(sorted({*passed, *(each.name for each in due)})),
    )


def first_plan(coming: Iterable[datetime], rhythm: Rhythm, now: datetime) -> Plan:
    """Decide which reminders somebody gets who is interested from now on: those to come."""
    every = reminders(coming, rhythm)
    late = tuple(each for each in every if each.due_at <= now)
    return Plan(
        send=(),
        missed=late,
        coming=tuple(each for each in every if each.due_at > now),
        passed=tuple(sorted(each.name for each in late)),
    )


def days_left(closing: datetime, now: datetime) -> int:
    """Return in how many days of the calendar of Paris a call closes."""
    return (paris_day(closing) - paris_day(now)).days


def ends_a_day(at: datetime) -> bool:
    """Say whether a closing date stands for a whole day: no hour was given."""
    return aware(at).astimezone(PARIS).time().replace(second=0, microsecond=0) == _LAST_MINUTE


def stand_in(
    person: int, present: Collection[int], successors: Mapping[int, int | None]
) -> int | None:
    """Return who is told in somebody's place: they, or the first of their successors still there.

    `present` are those who hold a role now.
    """
    seen: set[int] = set()
    found: int | None = person
    while found is not None and found not in seen:
        if found in present:
            return found
        seen.add(found)
        found = successors.get(found)
    return None


# --- what slots and buttons hold --------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """Of which call a reminder is, for which territory (0: nobody's), of which closing day."""

    story: int
    territory: int
    days: int
    closing_day: date

    def __str__(self) -> str:
        day = self.closing_day.isoformat()
        return f"story:{self.story}/territory:{self.territory}/J-{self.days}/{day}"


def read_slot(text: str) -> Slot:
    """Read a reminder's slot. Raises ValueError for anything else."""
    found = re.fullmatch(r"story:(\d+)/territory:(\d+)/J-(\d+)/(\d{4}-\d\d-\d\d)", text)
    if found is None:
        raise ValueError(f"not the slot of a reminder: {text!r}")
    return Slot(int(found[1]), int(found[2]), int(found[3]), date.fromisoformat(found[4]))


def pair(identity: str) -> tuple[int, int] | None:
    """Read a story and a territory on a button, such as `12-3`; None when they are forged."""
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", identity)
    return (int(found[1]), int(found[2])) if found else None
