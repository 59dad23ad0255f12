"""How well what the team would keep is foretold: `python -m bench.relevance FILE`.

FILE is JSON lines, `{"at", "source", "title", "summary", "kept"}`. They are replayed in the order
of time: each is judged by what was decided before it, and only then learned. Beside it, the words
of the sample network's themes alone. Without FILE, invented news under several regimes are
replayed; `--rivals` ranks them by other ways to learn, too.
"""

import argparse
import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.common import report
from bench.common.decided import Decided, read
from bench.common.decided_news import REGIMES, decided_news
from bench.common.figures import rounded
from bench.common.rivals import RIVALS, Rival
from core.themes.rules import ThemeWords, match
from watch.relevance.evidence import Lesson
from watch.relevance.learner import Judgement, Learner
from watch.relevance.words import News

THEMES = Path(__file__).parent.parent / "relais" / "sandbox" / "network" / "themes.csv"
LEARNED_FIRST = 300
"""After how many decisions what is folded is counted."""

SETTLED = 10
"""After how many decisions what is improbable is chosen anew; the service does at each reading."""

_QUICK = 4


@dataclass(frozen=True)
class Options:
    """What was asked."""

    file: Path | None
    quick: bool
    rivals: bool


@dataclass(frozen=True)
class Judged:
    """A piece of news with what was foretold of it; None while too little had been decided."""

    kept: bool
    judgement: Judgement | None
    keywords: int


@dataclass(frozen=True)
class Figures:
    """What a replay shows; None where nothing can be said.

    `auc`: how often what was kept is placed before what was not, over all that was judged;
    `auc_keywords`: the same news by the words of the themes. `folded`: the share folded as
    improbable of all that came after 300 decisions; `missed`: the share of the kept ones among
    them that was folded.
    """

    auc: float | None
    auc_keywords: float | None
    folded: float | None
    missed: float | None


def replay(news: Iterable[Decided], themes: Sequence[ThemeWords]) -> Iterable[Judged]:
    """Judge each piece of news by those before it, in the given order."""
    learner = Learner()
    for number, each in enumerate(news):
        if number % SETTLED == 0:
            for _ in learner.settle():
                pass
        judgement = learner.judge(each.title, each.summary, each.source, each.source)
        words = match(f"{each.title}\n{each.summary}", themes)
        yield Judged(each.kept, judgement, sum(found.score for found in words))
        clues = News(each.title, each.summary, each.source).clues()
        folded = judgement is not None and judgement.improbable
        learner.learn(number, Lesson(clues, each.kept, folded))


def figures(judged: Sequence[Judged]) -> Figures:
    """Sum a replay up."""
    known = [(each, each.judgement) for each in judged if each.judgement]
    later = judged[LEARNED_FIRST:]
    return Figures(
        auc=auc([(judgement.likelihood, each.kept) for each, judgement in known]),
        auc_keywords=auc([(each.keywords, each.kept) for each, _ in known]),
        folded=_share([_folded(each) for each in later]),
        missed=_share([_folded(each) for each in later if each.kept]),
    )


def _folded(judged: Judged) -> bool:
    return judged.judgement is not None and judged.judgement.improbable


def _share(ones: Sequence[bool]) -> float | None:
    return sum(ones) / len(ones) if ones else None


def auc(ranked: Sequence[tuple[float, bool]]) -> float | None:
    """Return how often one that was kept scores more than one that was not; half when equal."""
    kept = sum(one for _, one in ranked)
    if not 0 < kept < len(ranked):
        return None
    scores = sorted(score for score, _ in ranked)
    below: dict[float, float] = {}
    for place, score in enumerate(scores):
        below.setdefault(score, place)
    equal = dict.fromkeys(below, 0)
    for score in scores:
        equal[score] += 1
    places = sum(below[score] + (equal[score] + 1) / 2 for score, one in ranked if one)
    return (places - kept * (kept + 1) / 2) / (kept * (len(ranked) - kept))


def rival_auc(news: Sequence[Decided], make: Callable[[], Rival]) -> float | None:
    """Return how well another way to learn places the news, judged from the same moment on."""
    rival, scores, learned = make(), list[tuple[float, bool]](), Learner()
    for number, each in enumerate(news):
        clues = News(each.title, each.summary, each.source).clues()
        if learned.ready:
            scores.append((rival.score(clues), each.kept))
        rival.learn(clues, kept=each.kept)
        learned.learn(number, Lesson(clues, each.kept))
    return auc(scores)


def sample_themes() -> Sequence[ThemeWords]:
    """Read the themes of the sample network."""
    with THEMES.open(encoding="utf-8", newline="") as file:
        return [
            ThemeWords(
                row["code"], tuple(row["words"].split("|")), tuple(row["exclusions"].split("|"))
            )
            for row in csv.DictReader(file)
        ]


def main(asked: Options) -> None:
    """Replay, and print."""
    if asked.file:
        _one(asked.file)
    else:
        _all(asked)


def _one(file: Path) -> None:
    news = read(file)
    judged = _replayed(file.name, news)
    found = figures(judged)
    later = judged[LEARNED_FIRST:]
    none = [not each.keywords for each in later]
    lost = [not each.keywords for each in later if each.kept]
    rows: list[report.Row] = [
        ("placed right (AUC)", _number(found.auc), f"{_number(found.auc_keywords)} by keywords"),
        ("folded as improbable", _percent(found.folded), "at least half is wanted"),
        ("kept ones folded", _percent(found.missed), "2 % at most is wanted"),
        ("without a word of a theme", _percent(_share(none)), "what keywords could fold"),
        ("kept ones among them", _percent(_share(lost)), "what keywords would miss"),
        ("judged", str(sum(each.judgement is not None for each in judged)), "after a cold start"),
    ]
    kept = sum(each.kept for each in news)
    title = f"{file.name}: {len(news)} decisions, {kept / len(news):.0%} kept"
    report.show("relevance", title, rows, _values(found))


def _all(asked: Options) -> None:
    every: list[Figures] = []
    rows: list[report.Row] = [("", "AUC", "keywords, folded, kept ones folded")]
    for regime in REGIMES[: _QUICK if asked.quick else None]:
        news = decided_news(regime)
        found = figures(_replayed(regime.name, news))
        every.append(found)
        beside = f"{_number(found.auc_keywords)} {_percent(found.folded):>8}"
        line = f"{beside} {_percent(found.missed):>8}"
        if asked.rivals:
            others = {name: rival_auc(news, make) for name, make in RIVALS.items()}
            line += "".join(f"  {name} {_number(value)}" for name, value in others.items())
        rows.append((regime.name, _number(found.auc), line))
    mean = Figures(
        _mean([each.auc for each in every]),
        _mean([each.auc_keywords for each in every]),
        _mean([each.folded for each in every]),
        _mean([each.missed for each in every]),
    )
    report.show("relevance", f"{len(every)} invented regimes, their mean", rows, _values(mean))


def _replayed(name: str, news: Sequence[Decided]) -> Sequence[Judged]:
    with report.progress() as progress:
        task = progress.add_task(name, total=len(news))
        judged = []
        for each in replay(news, sample_themes()):
            judged.append(each)
            progress.advance(task)
        return judged


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _values(found: Figures) -> dict[str, report.Value]:
    return {
        name: None if value is None else rounded(value, 4) for name, value in vars(found).items()
    }


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def options(given: Sequence[str] | None = None) -> Options:
    """Read the command line (`given` replaces it). Exits with a message when it is wrong."""
    parser = argparse.ArgumentParser("python -m bench.relevance", description="Foretelling.")
    parser.add_argument("file", nargs="?", type=Path, help="decisions, as JSON lines")
    parser.add_argument("--rivals", action="store_true", help="beside other ways to learn")
    parser.add_argument("--quick", action="store_true", help="a few regimes only")
    parser.add_argument("--rounds", type=int, help="of no effect: rankings do not vary")
    parser.add_argument("--postgres", action="store_true", help="of no effect: no database here")
    found = parser.parse_args(given)
    return Options(found.file, found.quick, found.rivals)


if __name__ == "__main__":
    main(options())
