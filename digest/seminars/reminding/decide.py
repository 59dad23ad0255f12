"""What is said to everybody of a meeting, when, and to whom. Decisions only."""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.clock import PARIS, aware
from core.ledger.rules import State as DeliveryState
from digest.seminars.reminding.working_days import (
    is_working_day,
    next_working_day,
    working_day_before,
)
from digest.seminars.rules import RegistrationState

CLOSING = 19
"""From this hour on, in Paris, what is late waits for the next working day."""

CHASE_REST = timedelta(days=7)
"""For how long nobody is chased once a new date was told, which asks them for an answer."""

REMOVED = "removed"
"""Why something is not said that the team gave up."""

_NAME = re.compile(r"J-(\d+)")


class What(enum.StrEnum):
    """What an announcement says."""

    INVITATION = "invitation"
    CHASE = "chase"
    REMINDER = "reminder"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    THANKS = "thanks"


BY_OFFSET = frozenset({What.CHASE, What.REMINDER})
"""What is counted in days before a meeting, and waits for working hours."""


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

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands among its like: the nearer to the meeting, the later."""
        found = _NAME.match(self.name)
        return self.due_at, -int(found[1]) if found else 0


@dataclass(frozen=True)
class Concerned:
    """Somebody whom a meeting concerns.

    `registered_at` and `invited_at` are since when they are certain to come, and when they were
    invited (None: not so); `answered_at` is when they last said whether they come.
    """

    id: int
    party: str
    state: RegistrationState
    registered_at: datetime | None = None
    invited_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """An invitation, or a change, that was posted to somebody who has not answered.

    `state` is that of its delivery (`core.ledger`), `version` the one of the meeting that it speaks
    of (0: no longer known); `resent` says that it may have arrived before.
    """

    state: DeliveryState
    version: int
    resent: bool = False


STARTED = frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN})
UNSENT = frozenset({DeliveryState.CANCELLED, DeliveryState.SKIPPED, DeliveryState.FAILED})

STATES = {
    What.INVITATION: frozenset({RegistrationState.INVITED}),
    What.CHASE: frozenset({RegistrationState.INVITED}),
    What.REMINDER: frozenset({RegistrationState.REGISTERED}),
    What.UPDATE: frozenset(
        {
            RegistrationState.REGISTERED,
            RegistrationState.WAITING,
            RegistrationState.INVITED,
            RegistrationState.REPRESENTED,
        }
    ),
    What.CANCELLATION: frozenset(
        {
            RegistrationState.REGISTERED,
            RegistrationState.WAITING,
            RegistrationState.INVITED,
            RegistrationState.REPRESENTED,
        }
    ),
    What.THANKS: frozenset(
        {
            RegistrationState.INVITED,
            RegistrationState.REGISTERED,
            RegistrationState.WAITING,
            RegistrationState.EXCUSED,
            RegistrationState.REPRESENTED,
            RegistrationState.CANCELLED,
        }
    ),
}
"""Whom each announcement may concern. Who came in the end is thanked, whatever they had said."""

MOVED = "moved"
"""How a change of the date is called."""


def states_of(what: What, name: str) -> frozenset[RegistrationState]:
    """Return the states of those whom an announcement may concern.

    Who was excused may well be free on another date, and is told of that only.
    """
    new_date = what is What.UPDATE and MOVED in name.split("+")
    return STATES[what] | {RegistrationState.EXCUSED} if new_date else STATES[what]


def due_instant(starts_at: datetime, days: int, hour: int) -> datetime:
    """Return when what is said `days` before a meeting is due: at `hour` in Paris, in UTC.

    The days are those of the calendar, so that both summer-time nights change nothing. What
    falls on a day off is due on the working day before. An hour that does not exist that day gives
    the instant an hour later on the clocks; one that exists twice, the first.
    """
    day = starts_at.astimezone(PARIS).date() - timedelta(days=days)
    return aware(datetime.combine(working_day_before(day), time(hour), PARIS))


def offsets(
    what: What, starts_at: datetime, days: Iterable[int], hour: int, now: datetime
) -> tuple[Announced, ...]:
    """Return what is said so many days before a meeting whose date is announced now, in order.

    What would be due already, or once the meeting has begun, is of no use. Of two that fall on
    the same working day, the one nearer to the meeting is enough.
    """
    nearest: dict[datetime, int] = {}
    for offset in sorted(set(days), reverse=True):
        nearest[due_instant(starts_at, offset, hour)] = offset
    return tuple(
        Announced(what, offset_name(what, offset), due)
        for due, offset in sorted(nearest.items())
        if now < due < starts_at
    )


def offset_name(what: What, days: int) -> str:
    """Return how a slot names what is said so many days before: `J-7`, `J-30/relance`."""
    return f"J-{days}/relance" if what is What.CHASE else f"J-{days}"


def is_short(name: str) -> bool:
    """Say whether a reminder is so near to the meeting that few words are enough."""
    found = _NAME.fullmatch(name)
    return found is not None and int(found[1]) <= 1


def judge(
    announced: Announced, planned: Sequence[Announced], starts_at: datetime, now: datetime
) -> Verdict:
    """Decide what becomes of an announcement, the `planned` ones of the same meeting being known.

    After a time when nothing ran, a reminder is still of use until the meeting begins, unless a
    later one is due as well: one of the two is enough. A cancellation and thanks are always of
    use.
    """
    if now < announced.due_at:
        return Verdict.WAIT
    if announced.what in {What.CANCELLATION, What.THANKS}:
        return Verdict.POST
    if now >= starts_at:
        return Verdict.BEGUN
    if announced.what in BY_OFFSET and any(
        other.what is announced.what and other.due_at <= now and announced.place < other.place
        for other in planned
    ):
        return Verdict.OVERTAKEN
    return Verdict.POST


def opening(hour: int, starts_at: datetime, now: datetime) -> datetime:
    """Return when what is counted in days can leave: `now`, or the next working day at `hour`.

    People are written to on working days, from `hour` in Paris to the evening. When that would be
    the day of the meeting, or later, there is no waiting.
    """
    here = now.astimezone(PARIS)
    working = is_working_day(here.date())
    if working and hour <= here.hour < max(hour + 1, CLOSING):
        return now
    day = here.date() if working and here.hour < hour else next_working_day(here.date())
    if day >= starts_at.astimezone(PARIS).date():
        return now
    return aware(datetime.combine(day, time(hour), PARIS))


def concerned(
    known: Iterable[Concerned], announced: Announced, *, open_to_all: bool
) -> tuple[Concerned, ...]:
    """Return those whom an announcement is for.

    Who registered, or was invited, after a reminder was due knew the date then. A change is for
    all: two clocks, or one that was set back, must not hide it from who registered just before it.
    Who was excused is told of a new date if they can still come, unless that is what they declined.
    """
    due_at, states = announced.due_at, states_of(announced.what, announced.name)
    of_use = [one for one in known if one.state in states]
    if announced.what is What.REMINDER:
        of_use = [one for one in of_use if _before(one.registered_at, due_at)]
    if announced.what is What.CHASE:
        of_use = [one for one in of_use if _before(one.invited_at, due_at)]
    if announced.what is What.UPDATE:
        of_use = [one for one in of_use if _may_come(one, due_at, open_to_all=open_to_all)]
    return tuple(of_use)


def is_news(what: What, version: int, told: Iterable[Told]) -> bool:
    """Say whether a change, or a cancellation, is news to somebody invited who has not answered.

    Who was never invited is told nothing; who is being invited at the present date needs no
    change. An invitation that never left is told with the change, but not with a cancellation.
    """
    if what is What.CANCELLATION:
        return any(each.resent or each.state in STARTED for each in told)
    known = list(told)
    return bool(known) and not any(
        each.version == version and each.state not in UNSENT for each in known
    )


def _may_come(one: Concerned, moved_at: datetime, *, open_to_all: bool) -> bool:
    """Say whether a new date is of use to somebody; it always is to who was not excused."""
    if one.state is not RegistrationState.EXCUSED:
        return True
    declined_it = one.answered_at is not None and one.answered_at > moved_at
    return not declined_it and (open_to_all or one.invited_at is not None)


def _before(since: datetime | None, due_at: datetime) -> bool:
    return since is not None and since <= due_at


def joined(before: str, name: str) -> str:
    """Return how a change is called which is told together with one that did not reach everybody.

    `before` is how that one was called, empty when there is none: `moved` and `place` make
    `moved+place`.
    """
    both = {*before.split("+"), name}
    return "+".join(sorted(both - {""}))


class Refusal(enum.StrEnum):
    """Why the animators cannot have something said now."""

    BEGUN = "begun"
    NOBODY = "nobody"
    ALREADY = "already"


def chase_refusal(
    *, open_to_answers: bool, silent: int, chased: Iterable[datetime], leaves_at: datetime
) -> Refusal | None:
    """Say why those who have not answered cannot be asked again; None when they can.

    `silent` counts them, `chased` is when they were asked again, or are to be: once a day at most.
    """
    if not open_to_answers:
        return Refusal.BEGUN
    if not silent:
        return Refusal.NOBODY
    day = leaves_at.astimezone(PARIS).date()
    same_day = any(at.astimezone(PARIS).date() == day for at in chased)
    return Refusal.ALREADY if same_day else None


def chase_name(leaves_at: datetime) -> str:
    """Return how a slot names a chase that the animators asked for: one for each day of Paris."""
    return f"relance/{leaves_at.astimezone(PARIS).date()}"
