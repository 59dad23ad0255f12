"""Below which evidence news are improbable: chosen from the past itself, and paid for.

What was kept and what was decided lately are weighed as if they had not been learned. Of the kept
ones, one in eighty may fall below the limit; and every mistake that was really made costs eighty
kept stories without one. So the limit follows how well this team's decisions can be
foretold, and folding stops by itself when they no longer can.
"""

from collections.abc import Iterable, Sequence

MISSED = 0.0125
"""The share of what is kept that may be folded."""

MOST_FOLDED = 0.65
"""The share of what comes in that is folded at most: folding the rest is not worth its risk."""

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
    share = MISSED * min(1.0, credit)
    allowed = max(0, int(share * (len(kept) + 1)) - 1)
    return min(sorted(kept)[allowed], _quantile(lately, MOST_FOLDED), 0.0)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def credit(kept_ones: Iterable[bool]) -> float:
    """Return how many mistakes are paid for, by whether each of the kept ones had been folded."""
    left = 1.0
    for was_folded in kept_ones:
        left = min(MOST_CREDIT, left + MISSED) - was_folded
    return left
