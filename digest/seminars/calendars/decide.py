"""What an answer from somebody's calendar program does. Decisions only."""

import enum
from dataclasses import dataclass
from datetime import datetime

from digest.seminars.rules import RegistrationState

MOST_ANSWERS = 20
"""How many mails about one registration: beyond, two programs may be answering each other."""


class Deed(enum.StrEnum):
    """What is done about an answer; all but the first two are reasons to do nothing.

    `closed`: the meeting has begun, or is cancelled. `outdated`: they answered about another date,
    or have answered otherwise since. `settled`: they said so already. `too_many`: too many mails.
    """

    REGISTER = "register"
    EXCUSE = "excuse"
    CLOSED = "closed"
    OUTDATED = "outdated"
    SETTLED = "settled"
    TENTATIVE = "tentative"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Standing:
    """Where the registration of who answers stands; `sequence` is that of the meeting now."""

    state: RegistrationState
    answered_at: datetime | None
    mails: int
    sequence: int
    takes_registrations: bool


@dataclass(frozen=True)
class Answered:
    """What they answer: `accepted`, `declined`, or anything else; about which version, and when.

    Programs may leave out the last two.
    """

    answer: str
    sequence: int | None
    at: datetime | None


_ACCEPTS = frozenset(
    {RegistrationState.INVITED, RegistrationState.EXCUSED, RegistrationState.CANCELLED}
)
_DECLINES = frozenset(
    {
        RegistrationState.INVITED,
        RegistrationState.REGISTERED,
        RegistrationState.WAITING,
        RegistrationState.REPRESENTED,
    }
)


def deed_of(answered: Answered, standing: Standing) -> Deed:
    """Decide what to do about an answer of who was invited to a meeting or registered for it."""
    if answered.answer not in {"accepted", "declined"}:
        return Deed.TENTATIVE
    if not standing.takes_registrations:
        return Deed.CLOSED
    if _outdated(answered, standing):
        return Deed.OUTDATED
    accepts = answered.answer == "accepted"
    if standing.state not in (_ACCEPTS if accepts else _DECLINES):
        return Deed.SETTLED
    if standing.mails >= MOST_ANSWERS:
        return Deed.TOO_MANY
    return Deed.REGISTER if accepts else Deed.EXCUSE


def _outdated(answered: Answered, standing: Standing) -> bool:
    if answered.sequence is not None and answered.sequence < standing.sequence:
        return True
    later = standing.answered_at
    return answered.at is not None and later is not None and answered.at < later
