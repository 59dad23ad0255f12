"""The pieces of a meeting's evidence: what each is, and how its bytes are had."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.chat import Text

WORDS = "print/evidence.txt"
CHAT = "chat/seminar_evidence.html"


def words(block: str, **values: Any) -> Text:
    """Name a block of what the evidence says."""
    return Text(WORDS, block, values)


@dataclass(frozen=True)
class Piece:
    """One file of the evidence: its path there, what it is in words, when it was made.

    `load` gives its bytes when its turn comes, so that no two are held at once; None for what
    turns out not to be there.
    """

    path: str
    what: Text
    made_at: datetime | None
    load: Callable[[], Awaitable[bytes | None]] = field(repr=False)


@dataclass(frozen=True)
class Gathered:
    """A meeting's evidence: its pieces in order, and what is missing, in words."""

    name: str
    heading: Mapping[str, Any]
    pieces: tuple[Piece, ...]
    missing: tuple[Text, ...]
