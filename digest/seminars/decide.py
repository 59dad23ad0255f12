"""What is said of a seminar, when, and to whom. Decisions only."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.clock import PARIS, aware


class Kind(enum.StrEnum):
    """What a meeting is: people always read its exact kind."""

    SEMINAR = "seminar"
    STEERING = "steering"
    TECHNICAL = "technical"
    WORKSHOP = "workshop"


class State(enum.StrEnum):
    """The life of a seminar."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class What(enum.StrEnum):
    """What an announcement says."""

    REMINDER = "reminder"
    UPDATE = "update"
    CANCELLATION = "cancellation"


class Progress(enum.StrEnum):
    """Where an announcement stands."""

    PLANNED = "planned"
    POSTED = "posted"
    MISSED = "missed"
    DROPPED = "dropped"


class Verdict(enum.StrEnum):
    """What to do with an announcement now; the last two are reasons to say nothing."""

    WAIT = "wait"
    POST = "post"
    BEGUN = "begun"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True)
class Announced:
    """Something to be said from `due_at`; `name` is what its slot calls it."""

    what: What
    name: str
    due_at: datetime


@dataclass(frozen=True)
class Registered:
    """Somebody who comes, since when."""

    id: int
    party: str
    registered_at: datetime


def due_instant(starts_at: datetime, days: int, hour: int) -> datetime:
    """Return when the reminder `days` before a seminar is due: at `hour` in Paris, in UTC.

    The days are those of the calendar, so that both summer-time nights change nothing. An hour
    that does not exist that day gives the instant an hour later on the clocks; one that exists
    twice, the first.
    """
    day = starts_at.astimezone(PARIS).date() - timedelta(days=days)
    return aware(datetime.combine(day, time(hour), PARIS))


def reminders(
    starts_at: datetime, days: Iterable[int], hour: int, now: datetime
) -> tuple[Announced, ...]:
    """Return the reminders of a seminar whose date is announced now, in their order.

    One that would be due already, or once the seminar has begun, is of no use.
    """
    dues = {offset: due_instant(starts_at, offset, hour) for offset in days}
    return tuple(
        Announced(What.REMINDER, f"J-{offset}", due)
        for offset, due in sorted(dues.items(), reverse=True)
        if now < due < starts_at
    )


def judge(
    announced: Announced, planned: Sequence[Announced], starts_at: datetime, now: datetime
) -> Verdict:
    """Decide what becomes of an announcement, the `planned` ones of the same seminar being known.

    After a time when nothing ran, a reminder is still of use until the seminar begins, unless a
    later one is due as well: one of the two is enough. A cancellation is always of use.
    """
    if now < announced.due_at:
        return Verdict.WAIT
    if announced.what is What.CANCELLATION:
        return Verdict.POST
    if now >= starts_at:
        return Verdict.BEGUN
    if announced.what is What.REMINDER and any(
        other.what is What.REMINDER and announced.due_at < other.due_at <= now for other in planned
    ):
        return Verdict.OVERTAKEN
    return Verdict.POST


def concerned(
    registered: Iterable[Registered], what: What, due_at: datetime
) -> tuple[Registered, ...]:
    """Return those whom an announcement is for.

    Who registered after a reminder was due knew the date then. A change of dates is for all: two
    clocks, or one that was set back, must not hide it from who registered just before it.
    """
    if what is not What.REMINDER:
        return tuple(registered)
    return tuple(one for one in registered if one.registered_at <= due_at)


def may_publish(state: State, starts_at: datetime, now: datetime) -> bool:
    """Say whether a seminar can be published."""
    return state is State.DRAFT and now < starts_at


def may_cancel(state: State) -> bool:
    """Say whether a seminar can be cancelled."""
    return state is not State.CANCELLED


def is_open(state: State, starts_at: datetime, now: datetime) -> bool:
    """Say whether one can register for a seminar."""
    return state is State.PUBLISHED and now < starts_at
