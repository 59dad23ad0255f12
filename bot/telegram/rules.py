"""Who is listened to: limits per person, blocked people, groups of strangers.

Limits count what was taken into account, in real time; an album counts once a minute.
"""

import enum
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

STRANGERS_SHARE = 3
"""Who is not linked to anybody of the network may send a third of what others may."""


class Verdict(enum.StrEnum):
    """What to do with what somebody sent; the values are kept in `inbox.parked`."""

    WELCOME = "welcome"
    BLOCKED = "blocked"
    TOO_FAST = "too fast"
    TOO_MANY = "too many"

    @property
    def told(self) -> str:
        """The mark of the row whose author was told so."""
        return f"{self}: told"


SILENCE = {
    Verdict.BLOCKED: DAY,
    Verdict.TOO_FAST: MINUTE,
    Verdict.TOO_MANY: timedelta(hours=1),
}
"""For how long nothing more is said once somebody was told."""


@dataclass(frozen=True)
class Pace:
    """How much one person may send."""

    per_minute: int
    per_day: int


@dataclass(frozen=True)
class Visit:
    """Someone's move, as far as letting them in looks at it.

    `trusted` are animators in their group. `late` is what waited at Telegram while we were
    away: it comes all at once through no fault of theirs. `warned` says that they were told,
    less than a minute ago, to wait for a minute. Counts include this very move.
    """

    blocked: bool = False
    trusted: bool = False
    late: bool = False
    warned: bool = False
    last_minute: int = 1
    last_day: int = 1


def pace(per_minute: int, per_day: int, *, linked: bool) -> Pace:
    """Return what somebody may send, given what the network's people may."""
    if linked:
        return Pace(per_minute, per_day)
    return Pace(max(1, per_minute // STRANGERS_SHARE), max(1, per_day // STRANGERS_SHARE))


def admit(visit: Visit, limit: Pace) -> Verdict:
    """Say whether somebody is listened to."""
    if visit.blocked:
        return Verdict.BLOCKED
    if visit.trusted:
        return Verdict.WELCOME
    if visit.last_day > limit.per_day:
        return Verdict.TOO_MANY
    if visit.warned or (visit.last_minute > limit.per_minute and not visit.late):
        return Verdict.TOO_FAST
    return Verdict.WELCOME


def late(said: datetime, received: datetime) -> bool:
    """Say whether something had been said long before it was received."""
    return received - said > MINUTE


def hours_to_wait(oldest: datetime, now: datetime) -> int:
    """Return in how many hours, at least 1, the oldest of a day's messages counts no more."""
    return max(1, math.ceil((oldest + DAY - now) / timedelta(hours=1)))


def foreign(chat_id: int, group_id: int) -> bool:
    """Say whether a chat is a group or a channel that is not ours (Telegram: below zero)."""
    return chat_id < 0 and chat_id != group_id
