"""How well, and how quickly, validated answers are found: `python -m bench.search FILE`.

FILE holds documents and queries with the documents expected; `--unrelated FILE` queries that none
of them answers. Beside our search, in the same run: tantivy with its own French stemmer, and two
BM25 indexes of our roots. Then the base is padded with answers made of its own sentences and of
invented words, up to `--documents`, and the time per query and the memory are taken.

Without FILE, the sample network's answers are searched for by their own questions, which says
something of the time only.
"""

import argparse
import csv
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.common import report
from bench.common.figures import rounded
from bench.common.machine import resident_mb
from bench.common.references import tantivy_french, two_bm25
from bench.common.retrieval import (
    DEPTH,
    Asked,
    Collection,
    Quality,
    Rank,
    Text,
    percentile,
    quality,
    read,
)
from core.search import Document, SearchIndex

SAMPLE = Path(__file__).parent.parent / "relais" / "sandbox" / "network" / "answers.csv"
ACRONYMS = {
    "FEDER": "Fonds européen de développement régional",
    "IAE": "insertion par l'activité économique",
    "ZRR": "zone de revitalisation rurale",
}
USUAL, QUICK = 100_000, 10_000
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "tri", "plu", "gne")

_INVENTED = 0.03
_SENTENCE = re.compile(r"[.;:!?]")


@dataclass(frozen=True)
class Options:
    """What was asked. `documents`: the size of the padded base, 0 for none."""

    file: Path | None
    unrelated: Path | None
    documents: int


@dataclass(frozen=True)
class Suggested:
    """What is suggested: the right answer among three, and anything at all to no avail."""

    answerable_hit_3: float
    unrelated_suggested: float | None


@dataclass(frozen=True)
class Load:
    """What a padded base takes. `p95_ms` per query; `memory_mb` more than before it was made."""

    documents: int
    p95_ms: float
    build_s: float
    memory_mb: float


def main(asked: Options) -> None:
    """Measure, and print."""
    collection = read(asked.file) if asked.file else sample(SAMPLE)
    unrelated = read(asked.unrelated).queries if asked.unrelated else ()
    ours = Ours(collection.documents)
    ranks = {
        "Relais": ours.rank,
        "tantivy, its French stemmer": tantivy_french(collection.documents),
        "two BM25, 2:1": two_bm25(collection.documents),
    }
    qualities = {name: quality(rank, collection.queries) for name, rank in ranks.items()}
    took = {name: _p95(rank, collection.queries) for name, rank in ranks.items()}
    suggested = ours.suggested(collection.queries, unrelated)
    load = _load(collection, asked.documents) if asked.documents else None
    _show(collection, qualities, took, suggested, load)


class Ours:
    """Our search of a collection, whose documents are told by their ids in the file."""

    def __init__(self, documents: Sequence[Text]) -> None:
        self._documents = documents
        self._index = SearchIndex(
            (Document(number, one.question, one.answer) for number, one in enumerate(documents)),
            ACRONYMS,
        )

    def rank(self, text: str) -> Sequence[str]:
        """Return the ids found, best first."""
        return [self._documents[hit.id].id for hit in self._index.search(text, DEPTH)]

    def suggest(self, text: str) -> Sequence[str]:
        """Return the ids that would be shown to who asks, best first."""
        return [self._documents[hit.id].id for hit in self._index.suggest(text)]

    def suggested(self, answerable: Sequence[Asked], unrelated: Sequence[Asked]) -> Suggested:
        """Return how often a suggestion is right, and how often it should not have been made."""
        right = sum(not one.expected.isdisjoint(self.suggest(one.text)) for one in answerable)
        noise = sum(bool(self.suggest(one.text)) for one in unrelated)
        return Suggested(
            right / max(1, len(answerable)), noise / len(unrelated) if unrelated else None
        )


def sample(path: Path) -> Collection:
    """Read the sample network's answers, each asked for by its own question."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Collection(
        "sample network",
        tuple(Text(row["code"], row["question"], row["answer"]) for row in rows),
        tuple(Asked(row["question"], frozenset({row["code"]})) for row in rows),
    )


def padded(documents: Sequence[Text], count: int) -> Iterator[Text]:
    """Give the documents, then others, always the same, until there are `count`.

    Each has the words of a question and six sentences of other answers, where three words in a
    hundred are invented: the vocabulary grows with the base.
    """
    dice = random.Random(1)  # noqa: S311  # the same base each time is the point
    sentences = [part for one in documents for part in _SENTENCE.split(one.answer) if part.strip()]
    yield from documents
    for number in range(len(documents), count):
        question = _shaken(dice.choice(documents).question, dice)
        answer = _shaken(". ".join(dice.choices(sentences, k=6)), dice)
        yield Text(f"+{number}", question, answer)


def _shaken(text: str, dice: random.Random) -> str:
    return " ".join(
        "".join(dice.choices(_SYLLABLES, k=4)) if dice.random() < _INVENTED else word
        for word in text.split()
    )


def _p95(rank: Rank, queries: Sequence[Asked]) -> float:
    """Return the 95th percentile of the time per query, in milliseconds, after a first pass."""
    took: list[float] = []
    for _ in range(2):
        took.clear()
        for query in queries:
            before = time.perf_counter()
            rank(query.text)
            took.append((time.perf_counter() - before) * 1000)
    return percentile(took, 0.95)


def _load(collection: Collection, count: int) -> Load:
    documents = [
        Document(number, one.question, one.answer)
        for number, one in enumerate(padded(collection.documents, count))
    ]
    held, before = resident_mb(), time.perf_counter()
    index = SearchIndex(documents, ACRONYMS)
    built = time.perf_counter() - before
    memory = resident_mb() - held

    def rank(text: str) -> Sequence[str]:
        return [str(hit.id) for hit in index.search(text, DEPTH)]

    return Load(len(documents), _p95(rank, collection.queries), built, memory)


def _show(
    collection: Collection,
    qualities: dict[str, Quality],
    took: dict[str, float],
    suggested: Suggested,
    load: Load | None,
) -> None:
    rows: list[report.Row] = []
    for name, found in qualities.items():
        shares = f"recall {found.recall_1:.3f} @1, {found.recall_3:.3f} @3, {found.recall_5:.3f} @5"
        rows.append((f"{name}, MRR@10", f"{found.mrr_10:.3f}", shares))
        rows.append(("  95th percentile", f"{took[name]:.2f} ms", "per query"))
    rows.append(("right among three suggested", f"{suggested.answerable_hit_3:.1%}", ""))
    if suggested.unrelated_suggested is not None:
        share = f"{suggested.unrelated_suggested:.1%}"
        rows.append(("unrelated that get a suggestion", share, "none is wanted"))
    values: dict[str, report.Value] = {
        name: rounded(value, 4) for name, value in asdict(qualities["Relais"]).items()
    }
    values["p95_ms"] = rounded(took["Relais"])
    values["answerable_hit_3"] = rounded(suggested.answerable_hit_3, 4)
    values["unrelated_suggested"] = suggested.unrelated_suggested
    values["tantivy_mrr_10"] = rounded(qualities["tantivy, its French stemmer"].mrr_10, 4)
    values["two_bm25_mrr_10"] = rounded(qualities["two BM25, 2:1"].mrr_10, 4)
    if load is not None:
        rows.append((f"{load.documents:,} documents, 95th", f"{load.p95_ms:.1f} ms", "per query"))
        rows.append(("  made in", f"{load.build_s:.1f} s", f"{load.memory_mb:.0f} MB"))
        values |= {f"load_{name}": rounded(value) for name, value in asdict(load).items()}
    title = (
        f"{collection.name}: {len(collection.queries)} queries, "
        f"{len(collection.documents)} documents"
    )
    report.show("search", title, rows, values)


def options(given: Sequence[str] | None = None) -> Options:
    """Read the command line (`given` replaces it). Exits with a message when it is wrong."""
    parser = argparse.ArgumentParser("python -m bench.search", description="Finding answers.")
    parser.add_argument("file", nargs="?", type=Path, help="documents and queries, as JSON")
    parser.add_argument("--unrelated", type=Path, help="queries that no document answers")
    parser.add_argument("--documents", type=int, help="pad the base to so many; 0 for not at all")
    parser.add_argument("--quick", action="store_true", help=f"pad it to {QUICK:,}")
    parser.add_argument("--rounds", type=int, help="of no effect: rankings do not vary")
    parser.add_argument("--postgres", action="store_true", help="of no effect: no database here")
    found = parser.parse_args(given)
    usual = QUICK if found.quick else USUAL
    return Options(
        found.file, found.unrelated, usual if found.documents is None else found.documents
    )


if __name__ == "__main__":
    main(options())
