"""The signature of an item: what near-identical announcements are known by, in some 200 bytes."""

import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from zlib import crc32

from core.text import STOP_WORDS, stem, words
from watch.reading.records import Item
from watch.stories.facts import (
    Fact,
    fact,
    names,
    told_by_digits,
    told_by_identifiers,
    told_by_words,
)
from watch.stories.words import COMMON, specific
from watch.understanding.records import CLOSING_KINDS, Understanding

MOST_TITLE = 30
MOST_SUMMARY = 30
"""So many different words of a summary are kept: those that it begins with."""

_READ = 400
_VERSION = 1
_HEAD = struct.Struct("<7B")


@dataclass(frozen=True)
class Signature:
    """What an item says, as hashes of 32 bits.

    `title`: the words that say what it is about, of which `named` are proper names. `summary`:
    the words that it begins with, in order, of which `names` are proper names. `facts` are told
    by the title; `more` by the summary, the link, and what was understood.
    """

    title: frozenset[int] = frozenset()
    named: frozenset[int] = frozenset()
    summary: tuple[int, ...] = ()
    names: frozenset[int] = frozenset()
    facts: frozenset[int] = frozenset()
    more: frozenset[int] = frozenset()

    def packed(self) -> bytes:
        """Return the signature as bytes."""
        sets = (self.title, self.named, self.names, self.facts, self.more)
        kept = [part[:255] for part in (self.summary, *map(sorted, sets))]
        flat = [each for part in kept for each in part]
        return _HEAD.pack(_VERSION, *map(len, kept)) + struct.pack(f"<{len(flat)}I", *flat)


def unpack(signature: bytes) -> Signature | None:
    """Return what bytes hold; None when they hold no signature of this version."""
    if signature[:1] != bytes([_VERSION]):
        return None
    lengths = _HEAD.unpack_from(signature)[1:]
    flat = iter(struct.unpack_from(f"<{sum(lengths)}I", signature, _HEAD.size))
    summary, *sets = (tuple(islice(flat, length)) for length in lengths)
    title, named, names_, facts, more = map(frozenset, sets)
    return Signature(title, named, summary, names_, facts, more)


def sign(item: Item, found: Understanding) -> Signature:
    """Return the signature of an item, with what was understood of it."""
    summary = item.summary[:_READ]
    said = list(words(item.title))
    roots = list(map(stem, said))
    meant = (root for word, root in zip(said, roots, strict=True) if word not in STOP_WORDS)
    facts = frozenset((*told_by_digits(item.title), *told_by_words(said, roots)))
    more = (
        *told_by_digits(summary),
        *told_by_identifiers(f"{item.link} {item.title} {summary}"),
        *_understood(found),
    )
    beginning = _beginning(summary)
    title = frozenset(map(hashed, specific(meant)[:MOST_TITLE]))
    return Signature(
        title=title,
        named=title.intersection(map(_hashed_word, names(item.title))),
        summary=beginning,
        names=frozenset(map(_hashed_word, names(summary))).intersection(beginning),
        facts=facts,
        more=frozenset(more) - facts,
    )


def _beginning(summary: str) -> tuple[int, ...]:
    """Return the words that a summary begins with, without a last one that may be cut."""
    cut = len(summary) == _READ or summary.endswith(("…", "..."))
    whole = summary.rstrip(" .…").rpartition(" ")[0] if cut else summary
    found = dict.fromkeys(map(_hashed_word, words(whole)))
    found.pop(0, None)
    return tuple(islice(found, MOST_SUMMARY))


def _understood(found: Understanding) -> list[int]:
    closing = (date.at for date in found.dates if date.kind in CLOSING_KINDS and date.at)
    return [
        *(fact(Fact.DEPARTMENT, code) for code in found.places.departments),
        *(fact(Fact.REGION, code) for code in found.places.regions),
        *(fact(Fact.CLOSING, at.date().isoformat()) for at in closing),
    ]


@lru_cache(maxsize=65536)
def _hashed_word(word: str) -> int:
    """Return the hash of the root of a word; 0 for a stop word."""
    return 0 if word in STOP_WORDS else hashed(stem(word))


def hashed(root: str) -> int:
    """Return a root as an integer of 32 bits."""
    return crc32(root.encode())


COMMON_WORDS = frozenset(map(hashed, COMMON))
"""Words that any town could have said (`watch.stories.words`)."""
