"""Recent stories in memory, found by what their words share with those of an announcement.

For each day, lists of stories by word: forgetting is dropping a day. A story is listed under as
many words of its title as make sure that whatever is alike has two of them (see `THRESHOLD`):
those under which the fewest are listed; under the numbers of the texts of law that it names; and
under two groups of words of its summary. So few are compared: those that share seldom words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from watch.stories.decide import LEAST_SUMMARY, THRESHOLD, Candidate, likeness
from watch.stories.facts import Fact, of_kind
from watch.stories.signature import Signature, unpack

MOST_LISTED = 32
"""So many stories of a day are listed under one word; then it says nothing."""

_COMMON = 2
"""An announcement has so many of the words that a story is listed under, at least."""

_ROUNDING = 1e-9
_GROUP = 4
_GROUPS = 2
"""The summaries that are one have one of two groups of four words in common, but by bad luck."""

_Lists = dict[int, int | list[int]]
"""Stories by word: most words list one, which needs no list."""


@dataclass
class _Day:
    """The stories first seen on a day: their signatures, who tells them, and the lists."""

    signatures: dict[int, bytes] = field(default_factory=dict)
    sources: dict[int, int | tuple[int, ...]] = field(default_factory=dict)
    titles: _Lists = field(default_factory=dict)
    others: _Lists = field(default_factory=dict)

    def told_by(self, story_id: int) -> tuple[int, ...]:
        """Return the sources that tell a story."""
        found = self.sources.get(story_id, ())
        return found if isinstance(found, tuple) else (found,)

    def put(self, story_id: int, signature: bytes, sources: Iterable[int]) -> None:
        """Add a story, or what is known of it now."""
        told_by = tuple(dict.fromkeys((*self.told_by(story_id), *sources)))
        self.sources[story_id] = told_by[0] if len(told_by) == 1 else told_by
        if self.signatures.get(story_id) != signature:
            self.signatures[story_id] = signature
            self._list(story_id, unpack(signature))

    def _list(self, story_id: int, signature: Signature | None) -> None:
        if signature is None:
            return
        words = sorted(signature.title, key=lambda word: (len(_listed(self.titles, word)), word))
        most_own = int((1 - THRESHOLD) * len(words) + _ROUNDING)
        for word in words[: most_own + _COMMON]:
            _add(self.titles, word, story_id)
        for key in _keys(signature):
            _add(self.others, key, story_id)

    def find(self, signature: Signature, keys: Iterable[int]) -> set[int]:
        """Return the stories that an announcement may tell."""
        times = Counter[int]()
        for word in signature.title:
            times.update(_listed(self.titles, word))
        found = {story_id for story_id, shared in times.items() if shared >= _COMMON}
        found.update(each for key in keys for each in _listed(self.others, key))
        return found


def _keys(signature: Signature) -> list[int]:
    """Return the numbers of the texts that are named, and groups of words of the summary."""
    keys = list(of_kind(signature.facts | signature.more, Fact.REFERENCE))
    first = signature.summary[: LEAST_SUMMARY + _GROUP]
    if len(signature.summary) >= LEAST_SUMMARY:
        groups = (hash(first[at : at + _GROUP]) for at in range(len(first) - _GROUP + 1))
        keys += sorted(groups)[:_GROUPS]
    return keys


def _listed(lists: _Lists, key: int) -> list[int] | tuple[int, ...]:
    found = lists.get(key, ())
    return (found,) if isinstance(found, int) else found


def _add(lists: _Lists, key: int, story_id: int) -> None:
    found = lists.get(key)
    if found is None:
        lists[key] = story_id
    elif isinstance(found, int):
        lists[key] = [found, story_id]
    elif len(found) < MOST_LISTED:
        found.append(story_id)


class StoryIndex:
    """The recent stories. What is put in twice is known as it was put in last."""

    def __init__(self) -> None:
        self._days: dict[int, _Day] = {}

    def __len__(self) -> int:
        return sum(len(day.signatures) for day in self._days.values())

    def put(
        self, story_id: int, signature: bytes, sources: Iterable[int], seen_at: datetime
    ) -> None:
        """Add a story, or say what it is known by now, or which other sources tell it."""
        self._days.setdefault(seen_at.toordinal(), _Day()).put(story_id, signature, sources)

    def drop(self, story_ids: Iterable[int]) -> None:
        """Forget stories that were not committed; lists may still name them."""
        for story_id in story_ids:
            for day in self._days.values():
                day.signatures.pop(story_id, None)
                day.sources.pop(story_id, None)

    def forget(self, before: datetime) -> None:
        """Drop the days that ended before an instant."""
        for day in [day for day in self._days if day < before.toordinal()]:
            del self._days[day]

    def candidates(self, signature: bytes, source_id: int) -> Iterator[Candidate]:
        """Give the stories of other sources that an announcement tells, each with how much so."""
        told = unpack(signature)
        if told is None:
            return
        keys = _keys(told)
        for day in self._days.values():
            for story_id in day.find(told, keys):
                sources = day.told_by(story_id)
                known = unpack(day.signatures.get(story_id, b""))
                score = likeness(told, known) if known and source_id not in sources else 0.0
                if score >= THRESHOLD:
                    yield Candidate(story_id, score, sources)
