"""What resembles what, and how sure that makes us. Pure."""

import bisect
import math
import statistics
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

SYNONYM = 0.6
"""What a synonym is worth beside the word itself."""

GUESS = 0.9
"""What a known word is worth in the place of an unknown one that is spelt nearly the same."""

KIN = 0.5
"""What a word of the same family is worth at most (« intérimaire » for « intérim »)."""

MOST_ALTERNATIVES = 8

_PART = 4
"""How many letters each part of a word cut in two has at least."""

_LONGEST = 40
"""Letters beyond which nothing is a word that somebody meant."""

_ROOT = 4
"""How many letters two words share at least at their beginning to be of one family."""

_SHARED = 0.6
"""How much of the longer of two roots is shared at least."""

ENOUGH = 0.54
"""The strength of evidence that gives a confidence of one half. See `confidence`."""

USUAL_MATCH = 4.0
"""What a whole match scores for each unit of worth, where no answer can tell."""


@dataclass(frozen=True)
class Concept:
    """Something asked for: the roots to look for, what each is worth, and its own rarity."""

    roots: Mapping[str, float]
    worth: float


@dataclass(frozen=True)
class Base:
    """What a base of answers is like: how many there are, and what a whole match scores in it.

    `whole_match` is the score of an answer found by its own question, for each unit of worth.
    """

    documents: int
    whole_match: float


def rarity(holding: int, documents: int) -> float:
    """Return what a word is worth that `holding` of `documents` hold (the idf of BM25)."""
    return math.log1p((documents - holding + 0.5) / (holding + 0.5))


def confidence(score: float, worth: float, base: Base) -> float:
    """Return from 0 to 1 how far an answer that scored `score` may be trusted to resemble.

    `worth` is the sum of the rarities of what is asked for, unknown words included, which count
    most. The strength of the evidence is the score divided by the square root of that worth:
    halfway between how much was found, and which share of what was asked was found. Measured in
    words that no document holds, and in whole matches (see `Base`), it means the same for twelve
    answers and for a hundred thousand, for short answers and for long ones.

    `ENOUGH` was chosen on two collections, each asked the questions of the other, so that fewer
    than one unrelated question in ten passes it: `docs/benchmarks.md` has the figures.
    """
    strength = score / math.sqrt(worth * rarity(0, base.documents)) / base.whole_match
    return strength / (strength + ENOUGH)


def whole_match(measured: Sequence[tuple[float, float]]) -> float:
    """Return what an answer found by its own question scores for each unit of worth: the median.

    `measured` holds the score and the worth of some questions of the base.
    """
    shares = [score / worth for score, worth in measured if score > 0]
    return statistics.median(shares) if shares else USUAL_MATCH


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


def guessed(roots: Mapping[str, float], guesses: Iterable[str], documents: int) -> Concept:
    """Return what an unknown word asks for: what its likeliest reading does, or other readings.

    It is worth what an unknown word is: a guess must not make us surer.
    """
    found = dict.fromkeys(guesses, GUESS)
    found |= {root: GUESS * worth for root, worth in roots.items()}
    return Concept(found, rarity(0, documents))


def rejoined(words: Iterable[str], known: Container[str]) -> list[str]:
    """Write words as the base does: « télé travail » in one word, « tierslieu » in two."""
    found: list[str] = []
    for word in words:
        if found and not (found[-1] in known and word in known) and found[-1] + word in known:
            found[-1] += word
        else:
            found += [word] if word in known else _parts(word, known)
    return found


def _parts(word: str, known: Container[str]) -> tuple[str, ...]:
    cuts = range(_PART, min(len(word), _LONGEST) - _PART + 1)
    both = ((word[:at], word[at:]) for at in cuts)
    return next(((one, two) for one, two in both if one in known and two in known), (word,))


def edits_allowed(word: str) -> int:
    """Return how many typing errors are looked for in a word that nobody wrote so far."""
    if not 5 <= len(word) <= _LONGEST or not word.isalpha():  # noqa: PLR2004  # short ones are near
        return 0
    return 1 if len(word) < 8 else 2  # noqa: PLR2004  # a long word bears two
