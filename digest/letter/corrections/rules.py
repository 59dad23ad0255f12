"""Who approves a correction, and when it may leave: decisions only."""

import enum
from collections.abc import Sequence

from digest.letter.decide import State

LONGEST = 3_000
"""How many characters a correction has at most: it is shown whole in one chat message."""

OPEN = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED})
"""The states of a correction that is still to leave: an edition has at most one."""


class Press(enum.StrEnum):
    """What one more approval of a correction makes."""

    GO = "go"
    ENOUGH = "enough"
    TWICE = "twice"


def given(approved_by: str | None) -> tuple[str, ...]:
    """Return who approved the present version of a correction, as it is kept: parties, in order."""
    return tuple((approved_by or "").split())


def approve(already: Sequence[str], party: str, needed: int) -> Press:
    """Say what one more approval makes: enough of them, one of several, or nobody's second."""
    if party in already:
        return Press.TWICE
    return Press.ENOUGH if len(already) + 1 >= needed else Press.GO
