"""Figures of paired rounds. Pure: measurements come in as arguments."""

import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    """Return the middle value. Raises ValueError when there is none."""
    if not values:
        raise ValueError("no measurement to take the median of")
    return statistics.median(values)


def speed(own: Sequence[float], reference: Sequence[float]) -> float:
    """Return how fast we are beside a reference: the median over rounds of theirs / ours.

    Both are durations of the same work, in seconds, paired round by round; 1 is as fast, 0.5 takes
    twice as long. Pairing cancels what slows the machine for a while. Raises ValueError when they
    are not paired, or when one of ours took no time.
    """
    if len(own) != len(reference):
        raise ValueError(f"{len(own)} rounds against {len(reference)}: they are not paired")
    if any(seconds <= 0 for seconds in own):
        raise ValueError("a round that takes no time measures nothing")
    return median([theirs / ours for ours, theirs in zip(own, reference, strict=True)])


def rate(count: int, seconds: Sequence[float]) -> float:
    """Return how many per second, in the median round."""
    return count / median(seconds)


def spread(seconds: Sequence[float]) -> str:
    """Return the quickest and the slowest round, to be read beside a median."""
    least, most = min(seconds), max(seconds)
    return f"{least:.3g} s" if len(seconds) == 1 else f"{least:.3g} to {most:.3g} s"


def rounded(value: float, digits: int = 3) -> float:
    """Return a value with so many significant digits: the others are noise."""
    return float(f"{value:.{digits}g}")
