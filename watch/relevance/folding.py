"""Below which evidence news are improbable: chosen from the past itself, and paid for.

What was kept and what was decided lately are weighed as if they had not been learned. Of the kept
ones, three in two hundred may fall below the limit; and every mistake that was really made is paid
by as many kept stories without one. So the limit follows how well this team's decisions can be
foretold, and folding stops by itself when they no longer can.
"""

import math
from collections.abc import Iterable, Sequence

MISSED = 0.015
"""The share of what is kept that may be folded."""

MOST_FOLDED = 0.65
"""The share of what comes in that is folded at most: folding the rest is not worth its risk."""

PRUDENCE = 3.0
"""How far below the weakest of the kept ones the limit is when there is one, by whose square root
it is divided when there are more: of a few, the weakest says little of those to come.
"""

LEAST_DECIDED = 200
LEAST_KEPT = 10
"""How much must have been decided, and kept, before anything is folded."""

MOST_CREDIT = 3.0
"""How many mistakes in a row a long time without any pays for."""


def limit(kept: Sequence[float], lately: Sequence[float], credit: float) -> float | None:
    """Return the strength below which news are folded; None when nothing is to be.

    `kept` and `lately` are the strengths of what was kept and of what was decided last, `credit` is
    how many mistakes are still paid for. What nothing speaks against is never folded.
    """
    if len(kept) < LEAST_KEPT or not lately or credit <= 0:
        return None
    rank = MISSED * min(1.0, credit) * (len(kept) + 1) - 1
    least = _at(sorted(kept), rank) - PRUDENCE / math.sqrt(len(kept))
    return min(least, _at(sorted(lately), MOST_FOLDED * (len(lately) - 1)), 0.0)


def _at(ordered: Sequence[float], rank: float) -> float:
    """Return what stands at a rank (0: the first), or between two; below the first, the first."""
    place = int(max(0.0, rank))
    first, second = ordered[place], ordered[min(place + 1, len(ordered) - 1)]
    return first + (second - first) * (max(0.0, rank) - place)


def credit(kept_ones: Iterable[bool]) -> float:
    """Return how many mistakes are paid for, by whether each of the kept ones had been folded."""
    left = 1.0
    for was_folded in kept_ones:
        left = min(MOST_CREDIT, left + MISSED) - was_folded
    return left
