"""Legal references: recognised as people write them, named in one way, and linked."""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from watch.understanding.folding import Folded, fold
from watch.understanding.law.acts import find_acts
from watch.understanding.law.articles import find_articles
from watch.understanding.law.european import find_european
from watch.understanding.law.found import Found
from watch.understanding.law.identifiers import find_identifiers
from watch.understanding.records import LegalReference

MOST = 100
"""How many references one text is given at most: a whole code is no piece of news."""

_FIGURE = re.compile(r"\d")


def find_references(text: str) -> tuple[LegalReference, ...]:
    """Return the texts of law that `text` names, each once, in their order. Never raises.

    A mention by number and date absorbs those by number only; one by date only is absorbed when
    a single numbered text has that kind and date. At most `MOST` are returned. What is a
    reference, and what is not, is written in the modules of `watch.understanding.law`.
    """
    if not _FIGURE.search(text):
        return ()
    folded = fold(text)
    found = sorted(_found(folded), key=lambda each: (each.start, -each.end))
    return tuple(
        LegalReference(each.kind, each.text, each.url, folded.words(each.start, each.end))
        for each in _each_once(found)[:MOST]
    )


def _found(folded: Folded) -> Iterator[Found]:
    yield from find_acts(folded)
    yield from find_articles(folded)
    yield from find_european(folded)
    yield from find_identifiers(folded)


def _each_once(found: Iterable[Found]) -> list[Found]:
    """Return the texts that are found, each once, as its fullest mention says it."""
    best: dict[Hashable, Found] = {}
    for each in found:
        best[each.key] = _fuller(best[each.key], each) if each.key in best else each
    numbered: dict[Hashable, set[Hashable]] = {}
    for each in best.values():
        if each.signed not in {None, each.key}:
            numbered.setdefault(each.signed, set()).add(each.key)
    return [each for each in best.values() if len(numbered.get(each.key, ())) != 1]


def _fuller(one: Found, other: Found) -> Found:
    """Return the mention that says most, with a link if either has one."""
    fuller = other if other.rank > one.rank else one
    return replace(fuller, url=fuller.url or one.url or other.url)
