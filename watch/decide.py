"""What a document changes: which entries are new, how many are shown, what a press decides."""

import enum
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median_high
from urllib.parse import urlsplit

from watch.reading.records import Item

MOST_AHEAD = timedelta(days=1)
OLDEST_YEAR = 1990


class State(enum.StrEnum):
    """What became of a story."""

    WAITING = "waiting"
    KEPT = "kept"
    DROPPED = "dropped"


class Verdict(enum.StrEnum):
    """What somebody decides of a story."""

    KEEP = "keep"
    DROP = "drop"
    UNDO = "undo"


# --- entries ----------------------------------------------------------------------------------

LEAST_RENEWED = 3
"""So many entries recognised by their words alone, and half of a document: it was renewed."""

LEAST_WORDS = 80
"""A summary of so many characters is not the same by chance."""

SAME_DATE = timedelta(days=1)
LEAST_SLUG = 8


@dataclass(frozen=True)
class Identified:
    """An item, what makes it unique in its source, and the hash of what it says.

    `link_counts` tells whether its link is its own, rather than shared with other items.
    """

    item: Item
    identity: str
    hash: str
    link_counts: bool


@dataclass(frozen=True)
class KnownEntry:
    """An entry that is stored already; `purged` has no words any more (`title` is empty)."""

    id: int
    identity: str
    link: str
    hash: str
    title: str = ""
    published_at: datetime | None = None
    purged: bool = False


@dataclass(frozen=True)
class Changes:
    """What a document brings; what is in neither list is stored already, the same."""

    new: tuple[Identified, ...] = ()
    changed: tuple[tuple[int, Identified], ...] = ()


def identify(items: Iterable[Item]) -> tuple[Identified, ...]:
    """Give each item its identity: its guid, else its link, else what it says.

    A guid or a link that several items share identifies none of them. Of items with the same
    identity the first is kept; those without any words are dropped.
    """
    told = [item for item in items if item.title]
    guids = Counter(item.guid for item in told)
    links = Counter(item.link for item in told)
    found: dict[str, Identified] = {}
    for item in told:
        own_link = bool(item.link) and links[item.link] == 1
        key = _key(item, own_guid=bool(item.guid) and guids[item.guid] == 1, own_link=own_link)
        found.setdefault(key, Identified(item, key, words_hash(item), own_link))
    return tuple(found.values())


def _key(item: Item, *, own_guid: bool, own_link: bool) -> str:
    if own_guid:
        return f"guid:{_digest(item.guid)}"
    if own_link:
        return f"link:{_digest(item.link)}"
    return f"text:{_digest(item.title, item.summary, item.link)}"


def words_hash(item: Item) -> str:
    """Return the hash of what an item says; feeds renew dates and links, which are no part."""
    return _digest(item.title, item.summary)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def compare(items: Iterable[Identified], known: Iterable[KnownEntry]) -> Changes:
    """Tell new and changed items: by identity, then by a link of their own, then by their words.

    What is recognised by its words alone is given as changed: it takes its new identity and link.
    The words of an entry that was purged are not looked at again.
    """
    every, entries = tuple(items), tuple(known)
    found = _recognised(every, entries)
    renewed = _by_words(every, entries, found)
    new: list[Identified] = []
    changed: list[tuple[int, Identified]] = []
    for each in every:
        if entry := renewed.get(each):
            changed.append((entry.id, each))
        elif (entry := found.get(each)) is None:
            new.append(each)
        elif not entry.purged and (entry.hash, entry.link) != (each.hash, each.item.link):
            changed.append((entry.id, each))
    return Changes(tuple(new), tuple(changed))


def _recognised(
    items: Sequence[Identified], entries: Sequence[KnownEntry]
) -> dict[Identified, KnownEntry]:
    """Return the entries that items are by their identity, else by a link that is one's own."""
    by_identity = {entry.identity: entry for entry in entries}
    shared = Counter(entry.link for entry in entries)
    by_link = {entry.link: entry for entry in entries if entry.link and shared[entry.link] == 1}
    found = {}
    for each in items:
        entry = by_identity.get(each.identity)
        if entry is None and each.link_counts:
            entry = by_link.get(each.item.link)
            if entry and _took_its_place(each, entry):
                entry = None
        if entry:
            found[each] = entry
    return found


def _took_its_place(each: Identified, entry: KnownEntry) -> bool:
    """Tell whether an item with another guid is something else at the same address.

    So is the call of the next year: « Appel à projets 2027 » where that of 2026 was.
    """
    if each.hash == entry.hash or not each.identity.startswith("guid:"):
        return False
    numbers, before = numbers_in(each.item.title), numbers_in(entry.title)
    return entry.purged or bool(numbers and before and numbers != before)


def numbers_in(title: str) -> frozenset[str]:
    """Return the numbers of a title: years, sessions, amounts."""
    return frozenset(re.findall(r"\d+", title))


def _by_words(
    items: Sequence[Identified],
    entries: Sequence[KnownEntry],
    found: dict[Identified, KnownEntry],
) -> dict[Identified, KnownEntry]:
    """Return the entries that the items found by nothing else are: those that say the same.

    The words must be of one entry only, and of one item only. They count when the page seems
    the same, or when they are many and of one date: a weekly « Ordre du jour » is new each week.
    In a document that was renewed whole, they count by themselves.
    """
    taken = {entry.id for entry in found.values()}
    said, stored = Counter(each.hash for each in items), Counter(entry.hash for entry in entries)
    by_hash = {entry.hash: entry for entry in entries if stored[entry.hash] == 1}
    alike = {
        each: by_hash[each.hash]
        for each in items
        if each not in found and said[each.hash] == 1 and each.hash in by_hash
    }
    alike = {each: entry for each, entry in alike.items() if entry.id not in taken}
    if len(alike) >= LEAST_RENEWED and 2 * len(alike) >= len(items):
        return alike
    return {each: entry for each, entry in alike.items() if _says_so(each.item, entry)}


def _says_so(item: Item, entry: KnownEntry) -> bool:
    """Tell whether an item with the words of an entry is that entry."""
    if is_same_page(item.link, entry.link):
        return True
    dates = (item.published_at, entry.published_at)
    apart = abs(dates[0] - dates[1]) > SAME_DATE if dates[0] and dates[1] else False
    return len(item.summary) >= LEAST_WORDS and not apart


def is_same_page(link: str, other: str) -> bool:
    """Tell whether two links lead to one page that moved: http to https, www, slash, folder."""
    first, second = urlsplit(link), urlsplit(other)
    if first.query != second.query:
        return False
    path, before = first.path.rstrip("/"), second.path.rstrip("/")
    if path == before:
        return bool(path or first.query)
    slug = path.rpartition("/")[2]
    return len(slug) >= LEAST_SLUG and slug == before.rpartition("/")[2]


def plausible(instant: datetime | None, now: datetime) -> datetime | None:
    """Return a date of publication that can be true, else None."""
    if instant is None or instant.year < OLDEST_YEAR or instant > now + MOST_AHEAD:
        return None
    return instant


def is_a_page(link: str) -> bool:
    """Tell whether a link leads to something of its own, and not to a site's home."""
    parts = urlsplit(link)
    return bool(parts.path.strip("/") or parts.query)


# --- telling ----------------------------------------------------------------------------------


BURST_LEAST = 20
"""So many new entries at once are no burst, however quiet the source is."""

BURST_TIMES = 3
"""How many times its habit a source brings in a burst."""


def is_burst(fresh: int, before: Sequence[int]) -> bool:
    """Tell whether a reading brought far more new entries than the source's habit.

    `before`: how many each of its earlier readings that brought any did, the oldest first. The
    very first one is a backlog: it is no burst, and says nothing of the habit, which is what half
    of the others bring at most: who floods now and then floods still. A burst is shown as one
    summary, nothing of it one by one.
    """
    if not before:
        return False
    habit = median_high(before[1:] or (0,))
    return fresh > max(BURST_LEAST, BURST_TIMES * habit)


MOST_A_DAY = 3_000
"""New entries of one source that are taken in a day: more is a flood, not news."""


def within_a_day(changes: Changes, stored: int) -> Changes:
    """Return the changes without the new items beyond those taken in a day.

    `stored`: how many new ones the source brought in the last day. What is left is met again at
    the next reading.
    """
    return replace(changes, new=changes.new[: max(0, MOST_A_DAY - stored)])


# --- decisions --------------------------------------------------------------------------------

_OUTCOMES = {
    Verdict.KEEP: State.KEPT,
    Verdict.DROP: State.DROPPED,
    Verdict.UNDO: State.WAITING,
}


@dataclass(frozen=True)
class Standing:
    """Where a story stands; each decision makes a new version."""

    state: State
    version: int


def decide(story: Standing, seen: int, verdict: Verdict) -> Standing | None:
    """Return where a story stands after a verdict; None when what was seen is out of date."""
    if seen != story.version or _OUTCOMES[verdict] is story.state:
        return None
    return Standing(_OUTCOMES[verdict], story.version + 1)
