"""What is found of legal references before the mentions of one text are put together."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from watch.understanding.records import ReferenceKind

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

NUMERO = r"(?:n\s{0,2}(?:°s?|os?|[.?\ufffd]|umeros?)?|\u2116)\s{0,2}"
"""« n° » in the ways that it is written or broken, before a number, in a folded text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mention of a text of law, at `start` to `end` of the folded text.

    Mentions with the same `key` name the same text; the one of highest `rank` says most.
    `signed` is what a mention by number shares with one by its date only: kind and date.
    """

    start: int
    end: int
    kind: ReferenceKind
    key: Hashable
    text: str
    url: str = ""
    rank: int = 0
    signed: Hashable = None


def day_in_words(day: date) -> str:
    """Return « 1er juillet 2024 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"
