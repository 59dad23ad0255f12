"""Other ways to learn from decisions, for comparison: as textbooks have them, on the same clues."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Protocol

from watch.relevance.words import Clues


class Rival(Protocol):
    """Learns one decision after another, and scores what comes next."""

    def learn(self, clues: Clues, *, kept: bool) -> None:
        """Learn a decision."""

    def score(self, clues: Clues) -> float:
        """Return the more, the likelier it is to be kept."""


def _flat(clues: Clues) -> Sequence[str]:
    return [*chain.from_iterable(clues)]


class MultinomialBayes:
    """Naive Bayes on counts, half a count added to each; of two classes, its complement too."""

    def __init__(self) -> None:
        self._counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._numbers = [0, 0]
        self._known: set[str] = set()

    def learn(self, clues: Clues, *, kept: bool) -> None:
        """Learn a decision."""
        self._counts[kept].update(_flat(clues))
        self._known.update(_flat(clues))
        self._numbers[kept] += 1

    def score(self, clues: Clues) -> float:
        """Return the logarithm of the odds."""
        dropped, kept = self._counts
        room = len(self._known) / 2 + 1
        longer = math.log((dropped.total() + room) / (kept.total() + room))
        usual = math.log((self._numbers[1] + 1) / (self._numbers[0] + 1))
        return usual + sum(
            longer + math.log((kept[clue] + 0.5) / (dropped[clue] + 0.5)) for clue in _flat(clues)
        )


class BernoulliBayes:
    """Naive Bayes on what is there and what is not."""

    def __init__(self) -> None:
        self._counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._numbers = [0, 0]
        self._nothing = 0.0

    def learn(self, clues: Clues, *, kept: bool) -> None:
        """Learn a decision."""
        self._counts[kept].update(_flat(clues))
        self._numbers[kept] += 1
        if sum(self._numbers) % 50 == 0:
            self._nothing = sum(self._absence(clue) for clue in chain(*self._counts))

    def _shares(self, clue: str) -> tuple[float, float]:
        dropped, kept = (
            (counts[clue] + 0.5) / (number + 1)
            for counts, number in zip(self._counts, self._numbers, strict=True)
        )
        return dropped, kept

    def _absence(self, clue: str) -> float:
        dropped, kept = self._shares(clue)
        return math.log((1 - kept) / (1 - dropped))

    def score(self, clues: Clues) -> float:
        """Return the logarithm of the odds."""
        total = self._nothing + math.log((self._numbers[1] + 1) / (self._numbers[0] + 1))
        for clue in _flat(clues):
            dropped, kept = self._shares(clue)
            total += math.log(kept / dropped) - self._absence(clue)
        return total


class LogisticRegression:
    """Online, with a rate for each clue that falls as it is seen (AdaGrad)."""

    def __init__(self) -> None:
        self._weights: defaultdict[str, float] = defaultdict(float)
        self._seen: defaultdict[str, float] = defaultdict(lambda: 1e-8)

    def _values(self, clues: Clues) -> Mapping[str, float]:
        flat = _flat(clues)
        return {**dict.fromkeys(flat, 1 / math.sqrt(len(flat))), "": 1.0}

    def learn(self, clues: Clues, *, kept: bool) -> None:
        """Learn a decision."""
        wrong = 0.5 + math.tanh(self.score(clues) / 2) / 2 - kept
        for clue, value in self._values(clues).items():
            slope = wrong * value + 1e-4 * self._weights[clue]
            self._seen[clue] += slope * slope
            self._weights[clue] -= slope / math.sqrt(self._seen[clue])

    def score(self, clues: Clues) -> float:
        """Return the logarithm of the odds."""
        return sum(
            value * self._weights.get(clue, 0.0) for clue, value in self._values(clues).items()
        )


class Mean:
    """The mean of what multinomial Bayes and logistic regression foretell."""

    def __init__(self) -> None:
        self._both: Sequence[Rival] = (MultinomialBayes(), LogisticRegression())

    def learn(self, clues: Clues, *, kept: bool) -> None:
        """Learn a decision."""
        for each in self._both:
            each.learn(clues, kept=kept)

    def score(self, clues: Clues) -> float:
        """Return the mean likelihood."""
        return sum(math.tanh(each.score(clues) / 2) for each in self._both)


RIVALS: Mapping[str, Callable[[], Rival]] = {
    "multinomial": MultinomialBayes,
    "Bernoulli": BernoulliBayes,
    "logistic": LogisticRegression,
    "mean": Mean,
}
