"""How well a search finds: files of documents and queries, and the figures of a ranking. Pure."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

DEPTH = 10
"""How far down a ranking is looked at (MRR@10)."""

Rank = Callable[[str], Sequence[str]]
"""Gives, for a query, the ids of the documents found, best first."""


@dataclass(frozen=True)
class Text:
    """A document of a file."""

    id: str
    question: str
    answer: str


@dataclass(frozen=True)
class Asked:
    """A query of a file, and the documents that answer it: none for an unrelated one."""

    text: str
    expected: frozenset[str]


@dataclass(frozen=True)
class Collection:
    """A file: `{"name", "documents": [{"id", "question", "answer"}], "queries": [{"text", …}]}`."""

    name: str
    documents: tuple[Text, ...]
    queries: tuple[Asked, ...]


@dataclass(frozen=True)
class Quality:
    """Shares of the queries whose document is among the first; mean of 1 / its rank."""

    recall_1: float
    recall_3: float
    recall_5: float
    mrr_10: float


def read(path: Path) -> Collection:
    """Read a collection. Raises InputError when the file is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Collection(
            str(found.get("name", path.stem)),
            tuple(
                Text(str(one["id"]), one["question"], one["answer"]) for one in found["documents"]
            ),
            tuple(
                Asked(one["text"], frozenset(map(str, one.get("expected", ()))))
                for one in found["queries"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not a file of documents and queries ({type(error).__name__}: {error}).",
            hint='Give JSON: {"name", "documents": [{"id", "question", "answer"}], '
            '"queries": [{"text", "expected": [id, …]}]}.',
        ) from error


def quality(rank: Rank, queries: Sequence[Asked]) -> Quality:
    """Return how well `rank` finds what the queries expect. No query gives zeros."""
    places = [place(rank(query.text), query.expected) for query in queries]
    count = max(1, len(places))
    within = {most: sum(found <= most for found in places) / count for most in (1, 3, 5)}
    mrr = sum(1 / found for found in places if found <= DEPTH) / count
    return Quality(within[1], within[3], within[5], mrr)


def place(found: Sequence[str], expected: frozenset[str]) -> float:
    """Return the rank of the first expected document, from 1; infinity when there is none."""
    ranks = (number for number, one in enumerate(found, 1) if one in expected)
    return next(ranks, math.inf)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of the values do not exceed (nearest rank).

    Raises ValueError when there is none.
    """
    if not values:
        raise ValueError("no measurement to take a percentile of")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
