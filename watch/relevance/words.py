"""What a piece of news is known by: words of its title and its summary, phrases, its source."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from core.text import tokenise

MOST_READ = 800
"""How many characters of a summary count: what comes later says less of its subject."""


class Clues(NamedTuple):
    """What speaks of one piece of news, each clue once.

    Words are roots, phrases two roots that follow each other, separated by a space; a source begins
    with `@`. A word that stands in the title counts there only.
    """

    title: tuple[str, ...]
    phrases: tuple[str, ...]
    summary: tuple[str, ...]
    source: tuple[str, ...]


_Root = tuple[str, re.Match[str], int, int]
"""A root, what it was found in, and the span of its word within that."""


class News:
    """A piece of news as it is read here; `source` is what its source is known by."""

    def __init__(self, title: str, summary: str, source: str) -> None:
        self._title = _roots(title)
        self._summary = _roots(summary[:MOST_READ])
        self._source = f"@{source}"

    def clues(self) -> Clues:
        """Return what it is known by. Figures count for nothing: they do not come back."""
        words = [root for root, _, _, _ in self._title]
        alone = dict.fromkeys(words)
        told = dict.fromkeys([root for root, _, _, _ in self._summary])
        return Clues(
            title=tuple(alone),
            phrases=tuple(dict.fromkeys(map(" ".join, pairwise(words)))),
            summary=tuple([root for root in told if root not in alone]),
            source=(self._source,),
        )

    def written(self, clues: Iterable[str], most: int, named: str) -> tuple[str, ...]:
        """Return the first `most` of its clues as they are written in it, none within another.

        `named` is the source's name; without one, the source is left out.
        """
        stands = self._stands()
        found: list[str] = []
        for clue in clues:
            words = named if clue == self._source else _between(*stands[clue])
            if words and not any(words in other or other in words for other in found):
                found.append(words)
            if len(found) == most:
                break
        return tuple(found)

    def _stands(self) -> Mapping[str, tuple[_Root, _Root]]:
        """Return the first and the last word of each clue, where it stands first."""
        words = {each[0]: (each, each) for each in reversed((*self._title, *self._summary))}
        phrases = {f"{one[0]} {next_[0]}": (one, next_) for one, next_ in pairwise(self._title)}
        return {**phrases, **words}


def _between(first: _Root, last: _Root) -> str:
    """Return what is written from one word to another."""
    (_, begun, start, _), (_, ended, _, end) = first, last
    return " ".join(begun.string[begun.start() + start : ended.start() + end].split())


def _roots(text: str) -> Sequence[_Root]:
    """Return the roots of a text that carry a meaning; accented letters count as one character."""
    return [
        (root, piece, start, end)
        for piece in _PIECES.finditer(unicodedata.normalize("NFC", text))
        for root, start, end in _read(piece[0])
    ]


_PIECES = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@lru_cache(maxsize=65536)
def _read(written: str) -> Sequence[tuple[str, int, int]]:
    """Return the roots in what is written in one piece: reading it anew each time is slow."""
    return tuple(
        (token.stem, token.start, token.end)
        for token in tokenise(written)
        if not token.word.isdigit()
    )
