"""When the « bon à diffuser » can be asked for or given, and when it is enough: decisions only."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.letter.decide import State

LIFE = timedelta(days=30)
"""How long the page of an approver lives. A change of the edition ends it sooner."""

LONGEST_CORRECTION = 2_000


@dataclass(frozen=True)
class Given:
    """What one party said of one version: yes, or a correction to make."""

    party: str
    name: str
    approved: bool
    version: int
    content_hash: str


@dataclass(frozen=True)
class Standing:
    """Where the « bon à diffuser » of a version stands: who gave it, and how many it takes."""

    names: tuple[str, ...]
    parties: frozenset[str]
    wanted: int

    @property
    def enough(self) -> bool:
        """Say whether everybody who is needed has given it."""
        return len(self.parties) >= self.wanted

    @property
    def missing(self) -> int:
        """How many different people are still needed."""
        return max(0, self.wanted - len(self.parties))


def standing(said: Iterable[Given], version: int, content_hash: str, wanted: int) -> Standing:
    """Count who gave it for this version and these very contents; others are history."""
    counted = {
        each.party: each.name
        for each in said
        if each.approved and each.version == version and each.content_hash == content_hash
    }
    return Standing(tuple(counted.values()), frozenset(counted), wanted)


class Refusal(enum.StrEnum):
    """Why the « bon à diffuser » can be neither asked for nor given now."""

    CLOSED = "closed"
    EMPTY = "nothing_inside"
    FETCHING = "picture_on_its_way"
    UNEXAMINED = "not_examined_yet"
    BLOCKED = "blocked"


def refusal(
    state: State, *, items: int, fetching: bool, examined: bool, blocking: Sequence[object]
) -> Refusal | None:
    """Say why an edition is not ready for a « bon à diffuser »; None when it is."""
    if state is not State.IN_REVIEW:
        return Refusal.CLOSED
    if not items:
        return Refusal.EMPTY
    if fetching:
        return Refusal.FETCHING
    if not examined:
        return Refusal.UNEXAMINED
    return Refusal.BLOCKED if blocking else None


class Outcome(enum.StrEnum):
    """What became of a « bon à diffuser » that somebody gives."""

    APPROVED = "approved"
    ONE_MORE = "one_more"
    ALREADY = "already"


def asks_others(wanted: int, approvers: int) -> bool:
    """Say whether there is somebody to ask: else whoever prepares the letter gives it at once."""
    return wanted > 1 or approvers > 0
