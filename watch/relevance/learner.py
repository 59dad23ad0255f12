"""Learning from decisions, in memory, and judging by what was learned. No database here."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from watch.relevance.evidence import Evidence, Lesson
from watch.relevance.folding import LEAST_DECIDED, credit, limit
from watch.relevance.words import News

REMEMBERED = 5_000
"""How many decided stories are remembered; of more, the latest."""

LEAST_KEPT = 5
LEAST_DROPPED = 10
"""How much must have been kept and dropped before anything is said."""

WEIGHED = 300
"""How many of the latest kept, and of the latest decided, choose what is improbable."""

_AT_ONCE = 20
_MOST_SHOWN = 3


@dataclass(frozen=True)
class Judgement:
    """How likely (0 to 1) an item is to be kept, and what spoke for and against.

    `improbable` items are folded: few enough of them are ever kept. What spoke is words as they
    stand in the item, or the name of its source; what spoke most comes first.
    """

    likelihood: float
    improbable: bool
    spoke_for: tuple[str, ...] = ()
    spoke_against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Remembered:
    lesson: Lesson
    count: int


class Learner:
    """Learns decisions, unlearns those that count no more, and judges."""

    def __init__(self) -> None:
        self._evidence = Evidence()
        self._remembered: dict[int, _Remembered] = {}
        self._limit: float | None = None

    def __len__(self) -> int:
        return len(self._remembered)

    @property
    def ready(self) -> bool:
        """Whether enough was kept and dropped to say something."""
        return self._evidence.kept >= LEAST_KEPT and self._evidence.dropped >= LEAST_DROPPED

    def learn(self, story: int, lesson: Lesson) -> None:
        """Learn what was decided of a story, instead of what had been decided of it before."""
        self.unlearn(story)
        self._remembered[story] = _Remembered(lesson, self._evidence.learn(lesson))
        if len(self._remembered) > REMEMBERED:
            self.unlearn(next(iter(self._remembered)))

    def unlearn(self, story: int) -> None:
        """Forget what was decided of a story, if anything was learned of it."""
        former = self._remembered.pop(story, None)
        if former:
            self._evidence.unlearn(former.lesson, former.count)

    def settle(self) -> Iterator[None]:
        """Choose anew what is improbable, once decisions were learned; gives way between steps."""
        every = [*self._remembered.values()]
        kept = [each for each in every if each.lesson.kept]
        weighed = list[float]()
        for number, each in enumerate([*kept[-WEIGHED:], *every[-WEIGHED:]]):
            if number % _AT_ONCE == 0:
                yield
            weighed.append(self._evidence.strength_without(each.lesson, each.count))
        of_kept = min(len(kept), WEIGHED)
        left = credit(each.lesson.folded for each in kept)
        enough = len(every) >= LEAST_DECIDED
        self._limit = limit(weighed[:of_kept], weighed[of_kept:], left) if enough else None

    def judge(self, title: str, summary: str, source: str, named: str = "") -> Judgement | None:
        """Return what is to be expected of an item; None while too little was decided.

        `source` is what it is known by in the lessons, `named` what people call it.
        """
        if not self.ready:
            return None
        news = News(title, summary, source)
        worths = self._evidence.spoke(news.clues())
        strength = math.fsum(worths.values())
        spoke = sorted(worths, key=lambda clue: (-worths[clue], clue))
        against = (clue for clue in reversed(spoke) if worths[clue] < 0)
        return Judgement(
            likelihood=_share(self._evidence.usual() + strength),
            improbable=self._limit is not None and strength < self._limit,
            spoke_for=news.written((c for c in spoke if worths[c] > 0), _MOST_SHOWN, named),
            spoke_against=news.written(against, _MOST_SHOWN, named),
        )


def _share(log_odds: float) -> float:
    """Return the share, 0 to 1, that has these odds; never overflows."""
    return (1 + math.tanh(log_odds / 2)) / 2
