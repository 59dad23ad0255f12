"""Looking something up in the editions that left. Decisions only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import stems
from digest.letter.decide import Contents, Item

LONGEST_QUERY = 200
"""Characters of what is looked up that are read."""

_IN_TITLE = 2
_IN_TEXT = 1


@dataclass(frozen=True)
class Published:
    """An edition that left, with what it said."""

    number: int
    contents: Contents


@dataclass(frozen=True)
class Found:
    """An item that holds the words, and the number of its edition."""

    number: int
    item: Item


def find(editions: Iterable[Published], words: str, limit: int) -> Sequence[Found]:
    """Return the items that hold all the words: those of the title first, then the newest.

    They are compared by their roots, as everywhere in the house; without any, nothing is found.
    """
    roots = frozenset(stems(words[:LONGEST_QUERY]))
    if not roots:
        return []
    scored = [
        (score, Found(edition.number, item))
        for edition in editions
        for item in edition.contents.items
        if (score := _score(item, roots))
    ]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].number))
    return [found for _, found in scored[:limit]]


def _score(item: Item, roots: frozenset[str]) -> int:
    """Return nothing unless every root is there, and more when it is in the title."""
    title, text = _roots(item)
    if not roots <= title | text:
        return 0
    return sum(_IN_TITLE if root in title else _IN_TEXT for root in roots)


@lru_cache(maxsize=20_000)
def _roots(item: Item) -> tuple[frozenset[str], frozenset[str]]:
    """Take an item apart once: what was published does not change."""
    words = " ".join(text for text, _ in item.references)
    said = f"{item.summary}\n{item.note}\n{item.source}\n{item.place}\n{words}"
    return frozenset(stems(item.title)), frozenset(stems(said))
