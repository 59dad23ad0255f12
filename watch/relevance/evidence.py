"""What speaks for and against a piece of news, counted in what was kept and dropped before.

A clue is worth the logarithm of how much more often it came with what was kept than anything does,
together with one imagined decision that says what all of them say: a clue seen once proves little,
one never seen nothing. The clues of one kind are summed and divided by the square root of their
number, for the words of one text repeat each other. Everything is a sum of whole numbers: what is
unlearned leaves no trace, and the order of what was learned counts for nothing but its age.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from watch.relevance.words import Clues

HALF_LIFE = 200
"""After how many more kept stories what was learned counts half as much: subjects change.

The kept ones are counted because they are the rarer, hence say how much is known of what is wanted.
"""

_WEIGHTS = (1.0, 0.5, 0.75, 0.5)
"""What words of the title, its phrases, words of the summary and the source are worth."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A decision: what the story was known by, whether it was kept, and had been folded."""

    clues: Clues
    kept: bool
    folded: bool = False


class Evidence:
    """Counts lessons. `kept` and `dropped` are how many it holds."""

    def __init__(self) -> None:
        self.kept = 0
        self.dropped = 0
        self._counts: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._totals = [0, 0]

    def learn(self, lesson: Lesson) -> int:
        """Count a lesson; return what it counts for, which is to be given back later."""
        count = self._now()
        self._add(lesson, count, 1)
        return count

    def unlearn(self, lesson: Lesson, count: int) -> None:
        """Leave no trace of a lesson that counted for so much."""
        self._add(lesson, -count, -1)

    def _add(self, lesson: Lesson, count: int, number: int) -> None:
        counts = self._counts[lesson.kept]
        for kind in lesson.clues:
            for clue in kind:
                total = counts.get(clue, 0) + count
                if total:
                    counts[clue] = total
                else:
                    del counts[clue]
        self._totals[lesson.kept] += count
        if lesson.kept:
            self.kept += number
        else:
            self.dropped += number

    def _now(self) -> int:
        """Return what a lesson counts for that is learned now."""
        return 1 << self.kept // HALF_LIFE

    def usual(self) -> float:
        """Return the logarithm of the odds that anything is kept; 0 while nothing tells."""
        dropped, kept = self._totals
        return math.log(kept / dropped) if kept and dropped else 0.0

    def spoke(self, clues: Clues) -> Mapping[str, float]:
        """Return how much each clue that is known speaks for a piece of news, or against it."""
        return dict(self._spoke(clues, 0, 0))

    def strength(self, clues: Clues) -> float:
        """Return how much speaks for a piece of news (above 0) or against it (below), in all."""
        return math.fsum(worth for _, worth in self._spoke(clues, 0, 0))

    def strength_without(self, lesson: Lesson, count: int) -> float:
        """Return the strength that a lesson would have had if it had not been learned itself."""
        less = (count, 0) if lesson.kept else (0, count)
        return math.fsum(worth for _, worth in self._spoke(lesson.clues, *less))

    def _spoke(
        self, clues: Clues, less_kept: int, less_dropped: int
    ) -> Iterator[tuple[str, float]]:
        """Give each known clue and how much it speaks, with so much less of all of them."""
        for weight, kind in zip(_WEIGHTS, clues, strict=True):
            worths = self._worths(kind, less_kept, less_dropped)
            for clue, worth in worths:
                yield clue, weight * worth / math.sqrt(len(worths))

    def _worths(
        self, kind: Sequence[str], less_kept: int, less_dropped: int
    ) -> Sequence[tuple[str, float]]:
        """Return the clues of one kind that are known, and what each is worth by itself."""
        drops, keeps = self._counts
        dropped, kept = self._totals[0] - less_dropped, self._totals[1] - less_kept
        if not kept or not dropped:
            return []
        imagined, usual = self._now(), math.log(kept / dropped)
        share = imagined * kept / (kept + dropped)
        found = []
        for clue in kind:
            for_it = keeps.get(clue, 0) - less_kept
            against = drops.get(clue, 0) - less_dropped
            if for_it or against:
                odds = (for_it + share) / (against + imagined - share)
                found.append((clue, math.log(odds) - usual))
        return found
