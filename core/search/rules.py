"""What resembles what, and how sure that makes us. Pure."""

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

SYNONYM = 0.6
"""What a synonym is worth beside the word itself; the same for a corrected spelling."""

KIN = 0.5
"""What a word of the same family is worth at most (« intérimaire » for « intérim »)."""

MOST_ALTERNATIVES = 8

_ROOT = 4
"""How many letters two words share at least at their beginning to be of one family."""

_SHARED = 0.6
"""How much of the longer of two roots is shared at least."""

SCALE = 2.3
"""The strength of evidence that gives a confidence of one half. See `confidence`."""


def rarity(holding: int, documents: int) -> float:
    """Return what a word is worth that `holding` of `documents` hold (the idf of BM25)."""
    return math.log1p((documents - holding + 0.5) / (holding + 0.5))


def confidence(score: float, best: float, worth: float, documents: int) -> float:
    """Return from 0 to 1 how far the answer that scored `score` may be trusted to resemble.

    `best` is the score of the first answer, `worth` the sum of the rarities of the question's
    words, unknown ones included, which count most. The strength of the evidence is the score
    divided by the square root of that sum: halfway between how much was found, and which share of
    what was asked was found. Both count in words that no document holds, which makes it the
    same for twelve answers and for a hundred thousand. Later answers follow the first one's.
    """
    rarest = rarity(0, documents)
    strength = math.sqrt(score * best / (worth * rarest))
    return strength / (strength + SCALE)


def kin(root: str, vocabulary: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Give the other roots of a sorted vocabulary that begin alike, and which part they share."""
    beginning = root[:_ROOT]
    if len(beginning) < _ROOT or not beginning.isalpha():
        return
    at = bisect.bisect_left(vocabulary, beginning)
    while at < len(vocabulary) and vocabulary[at].startswith(beginning):
        other = vocabulary[at]
        part = _common(root, other) / max(len(root), len(other))
        if other != root and part >= _SHARED:
            yield other, part
        at += 1


def _common(one: str, other: str) -> int:
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length


def alternatives(
    root: str, synonyms: Iterable[str], near: Iterable[tuple[str, float]], known: Mapping[str, int]
) -> Mapping[str, float]:
    """Return the roots to look for in the place of one, with what each is worth: itself 1.

    Only what is known, the most telling first; at most `MOST_ALTERNATIVES`.
    """
    weighed = {other: KIN * part for other, part in near}
    weighed |= {other: SYNONYM for other in synonyms if other in known}
    weighed |= {root: 1.0} if root in known else {}
    ordered = sorted(weighed.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:MOST_ALTERNATIVES])


def edits_allowed(word: str) -> int:
    """Return how many typing errors are looked for in a word that nobody wrote so far."""
    if len(word) < 5 or not word.isalpha():  # noqa: PLR2004  # short words are near one another
        return 0
    return 1 if len(word) < 8 else 2  # noqa: PLR2004  # a long word bears two
