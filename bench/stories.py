"""Which announcements are one piece of news, and how quickly: `python -m bench.stories`.

`stories.jsonl` holds pairs of French announcements, with what people say of them: the same, or
not. Most of those that are not are traps. They were written in five series, each before the rules
that it was first tried on were amended (`docs/benchmarks.md` has what each gave at first sight).

Then stories made of the same titles and of invented words are put in memory, and announcements
looked up among them. `--documents A B` reads two documents of one source as if they were two
sources, without their links, and says which of their texts would be joined.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.common import report
from bench.common.figures import rounded
from bench.common.machine import resident_mb
from core.text import normalise
from watch.reading.parsing import Parser
from watch.reading.records import Item
from watch.stories.decide import THRESHOLD, choose_stories, likeness
from watch.stories.index import StoryIndex
from watch.stories.signature import Signature, sign
from watch.understanding.understand import understand

PAIRS = Path(__file__).parent / "stories.jsonl"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0)
USUAL, QUICK = 100_000, 10_000
LOOKED_UP = 2_000
WINDOW = 7
_REPLACED = 0.4
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "tri", "plu", "gne")


@dataclass(frozen=True)
class Pair:
    """Two announcements; `same` says whether they are one piece of news."""

    series: int
    same: bool
    why: str
    items: tuple[Item, Item]


@dataclass(frozen=True)
class Quality:
    """How many pairs were joined rightly, wrongly, and how many were missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of the joined pairs that are the same; 1 when none was joined."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of the pairs that are the same that were joined; 1 when there was none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def read_pairs(file: Path = PAIRS) -> Sequence[Pair]:
    """Return the labelled pairs."""
    with file.open(encoding="utf-8") as lines:
        return [_pair(json.loads(line)) for line in lines]


def _pair(read: dict[str, object]) -> Pair:
    match read:
        case {
            "series": int(series),
            "same": bool(same),
            "why": str(why),
            "a": [str(title), str(summary)],
            "b": [str(other), str(others)],
        }:
            items = (_item(title, summary), _item(other, others))
            return Pair(series, same, why, items)
    raise ValueError(f"not a pair: {read}")


def _item(title: str, summary: str) -> Item:
    return Item("", "", title, summary, key=normalise(title))


def signed(item: Item) -> Signature:
    """Return the signature of an item, as the watch makes it."""
    return sign(item, understand(item.title, item.summary, (), NOW))


def scores(pairs: Iterable[Pair]) -> Sequence[tuple[Pair, float]]:
    """Return each pair with how alike it is found to be."""
    return [(pair, likeness(signed(pair.items[0]), signed(pair.items[1]))) for pair in pairs]


def quality(found: Iterable[tuple[Pair, float]], threshold: float) -> Quality:
    """Return what joining from a threshold on gives."""
    judged = [(pair.same, score >= threshold) for pair, score in found]
    return Quality(
        right=judged.count((True, True)),
        wrong=judged.count((False, True)),
        missed=judged.count((True, False)),
    )


# --- looking up -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looked:
    """What looking up took, in milliseconds of the processor; what the index holds, in MB."""

    mean_ms: float
    worst_ms: float
    sign_ms: float
    index_mb: float
    found: int


def made_up(pairs: Sequence[Pair], count: int) -> Iterator[Item]:
    """Give announcements made of the titles and summaries of the pairs, and of invented words."""
    chance = random.Random(7)  # noqa: S311  # the same words each time
    items = [item for pair in pairs for item in pair.items]
    for number in range(count):
        title, summary = chance.choice(items).title, chance.choice(items).summary
        more = " ".join(_reworded(chance.choice(items).title, chance) for _ in range(3))
        yield _item(_reworded(title, chance), f"{_reworded(summary, chance)} {more} {number}")


def _reworded(text: str, chance: random.Random) -> str:
    """Return a text with other numbers, and invented words instead of two in five."""
    return " ".join(
        _invented(chance) if chance.random() < _REPLACED else _renumbered(word, chance)
        for word in text.split()
    )


def _invented(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))


def _renumbered(word: str, chance: random.Random) -> str:
    return "".join(str(chance.randrange(1, 10)) if each.isdigit() else each for each in word)


def look_up(pairs: Sequence[Pair], count: int) -> Looked:
    """Put stories in memory, and look announcements up among them."""
    items = [*made_up(pairs, count + LOOKED_UP)]
    began = time.process_time()
    signatures = [signed(item).packed() for item in items]
    sign_ms = (time.process_time() - began) * 1000 / len(items)
    index = StoryIndex()
    before = resident_mb()
    for number in range(count):
        seen_at = NOW - timedelta(days=number % WINDOW)
        index.put(number, bytes(bytearray(signatures[number])), [number % 500], seen_at)
    index_mb = resident_mb() - before
    took, found = [], 0
    for signature in signatures[count:]:
        began = time.process_time()
        found += len(list(index.candidates(signature, -1)))
        took.append((time.process_time() - began) * 1000)
    return Looked(sum(took) / len(took), max(took), sign_ms, index_mb, found)


# --- two documents ----------------------------------------------------------------------------


async def two_documents(files: Sequence[Path]) -> Sequence[tuple[Item, Item]]:
    """Return what the items of two documents would join, by their words alone."""
    async with Parser(timeout=60) as parser:
        first, second = [
            (await parser.parse(file.read_bytes(), "https://example.org/", {})).items
            for file in files
        ]
    index = StoryIndex()
    for number, item in enumerate(first):
        index.put(number, signed(replace(item, link="")).packed(), [1], NOW)
    signatures = [signed(replace(item, link="")).packed() for item in second]
    candidates = [list(index.candidates(signature, 2)) for signature in signatures]
    chosen = choose_stories(candidates, 2)
    return [
        (first[number], item)
        for number, item in zip(chosen, second, strict=True)
        if number is not None
    ]


def _show_documents(joined: Sequence[tuple[Item, Item]]) -> None:
    wrong = [(one, other) for one, other in joined if one.link != other.link]
    print(f"{len(joined)} joined by their words alone, {len(wrong)} of them with another link\n")
    for one, other in wrong:
        print(f"  {one.title}\n  {other.title}\n")


# --- what is printed --------------------------------------------------------------------------


def main(arguments: argparse.Namespace) -> None:
    """Measure, and print."""
    pairs = read_pairs()
    found = scores(pairs)
    if arguments.documents:
        _show_documents(asyncio.run(two_documents(arguments.documents)))
    for pair, score in found:
        if (arguments.show and pair.same and score < THRESHOLD) or (
            not pair.same and score >= THRESHOLD
        ):
            print("missed:" if pair.same else "JOINED WRONGLY:")
            print("".join(f"  {item.title}\n" for item in pair.items))
    count = arguments.stories or (QUICK if arguments.quick else USUAL)
    _show(found, look_up(pairs, count), count)


def _show(found: Sequence[tuple[Pair, float]], looked: Looked, count: int) -> None:
    rows = [_row(f"joined from {each:g} on", quality(found, each)) for each in THRESHOLDS]
    for series in sorted({pair.series for pair, _ in found}):
        some = [(pair, score) for pair, score in found if pair.series == series]
        rows.append(_row(f"series {series}, from {THRESHOLD:g} on", quality(some, THRESHOLD)))
    rows += [
        (f"looked up among {count} stories", f"{looked.mean_ms:.3f} ms", "on average"),
        ("", f"{looked.worst_ms:.1f} ms", "at worst"),
        ("understood and signed", f"{looked.sign_ms:.3f} ms", "in the workers"),
        ("the index", f"{looked.index_mb:.0f} MB", f"{looked.found} found"),
    ]
    chosen = quality(found, THRESHOLD)
    same = sum(pair.same for pair, _ in found)
    title = f"{len(found)} pairs, {same} of them the same"
    report.show(
        "stories",
        title,
        rows,
        {
            "pairs": len(found),
            "same": same,
            "threshold": THRESHOLD,
            "precision": rounded(chosen.precision),
            "recall": rounded(chosen.recall),
            "wrong": chosen.wrong,
            "stories": count,
            "lookup_ms": rounded(looked.mean_ms),
            "lookup_worst_ms": rounded(looked.worst_ms),
            "index_mb": rounded(looked.index_mb),
        },
    )


def _row(name: str, each: Quality) -> report.Row:
    figures = f"precision {each.precision:.3f}, recall {each.recall:.3f}"
    return (name, figures, f"{each.right} right, {each.wrong} wrong, {each.missed} missed")


def options(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line. Exits with a message when it is wrong."""
    parser = argparse.ArgumentParser("python -m bench.stories", description="One piece of news.")
    parser.add_argument("--quick", action="store_true", help="fewer stories in memory")
    parser.add_argument("--stories", type=int, help="how many stories in memory")
    parser.add_argument("--show", action="store_true", help="print the pairs that are missed")
    parser.add_argument("--documents", type=Path, nargs=2, help="two documents of one source")
    return parser.parse_args(given)


if __name__ == "__main__":
    main(options())
