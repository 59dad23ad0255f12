"""Recent stories in memory, found by the words that they share with an announcement.

Lists of stories by word, a set of lists for each day: forgetting is dropping a day. A story is
listed under each word of its title; under the one of them that lists fewest; under the numbers
of the texts of law that it names; and under four words of its summary's beginning. So what could
be the same is always found (see `watch.stories.decide`), but under words that are on every page:
a list that is full grows no more.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from watch.stories.decide import LEAST_SUMMARY, MOST_OWN, THRESHOLD, Candidate, likeness
from watch.stories.facts import Fact, of_kind
from watch.stories.signature import Signature, unpack

MOST_LISTED = 64
"""So many stories of a day are listed under one word."""

_HINTS = MOST_OWN + 2
"""Two at least of so many words are in a summary that was printed again."""

_Lists = dict[int, "array[int]"]


@dataclass(slots=True)
class _Known:
    """A story: its signature, as bytes, and the sources that tell it."""

    signature: bytes
    sources: tuple[int, ...]


@dataclass
class _Day:
    """The stories first seen on a day, and the lists of those by word."""

    stories: dict[int, _Known] = field(default_factory=dict)
    titles: _Lists = field(default_factory=dict)
    rarest: _Lists = field(default_factory=dict)
    texts: _Lists = field(default_factory=dict)
    summaries: _Lists = field(default_factory=dict)

    def write(self, story_id: int, signature: Signature) -> None:
        """List a story under its words."""
        words = sorted(signature.title, key=lambda word: (_length(self.titles, word), word))
        for word in words:
            _add(self.titles, word, story_id)
        for word in words[:1]:
            _add(self.rarest, word, story_id)
        for number in _texts(signature):
            _add(self.texts, number, story_id)
        if len(signature.summary) >= LEAST_SUMMARY:
            first = signature.summary[:LEAST_SUMMARY]
            seldom = sorted(first, key=lambda word: (_length(self.summaries, word), word))
            for word in seldom[:_HINTS]:
                _add(self.summaries, word, story_id)

    def find(self, signature: Signature) -> set[int]:
        """Return the stories that an announcement may tell."""
        lists = [self.titles[word] for word in signature.title if word in self.titles]
        found: set[int] = set()
        if lists and len(lists) == len(signature.title):
            lists.sort(key=len)
            found.update(lists[0])
        for word in signature.title:
            found.update(self.rarest.get(word, ()))
        for number in _texts(signature):
            found.update(self.texts.get(number, ()))
        hints = Counter(
            story_id for word in signature.summary for story_id in self.summaries.get(word, ())
        )
        found.update(story_id for story_id, times in hints.items() if times >= _HINTS - MOST_OWN)
        return found


def _texts(signature: Signature) -> frozenset[int]:
    return of_kind(signature.facts | signature.more, Fact.REFERENCE)


def _length(lists: _Lists, word: int) -> int:
    return len(lists.get(word, ()))


def _add(lists: _Lists, word: int, story_id: int) -> None:
    listed = lists.setdefault(word, array("q"))
    if len(listed) < MOST_LISTED:
        listed.append(story_id)


class StoryIndex:
    """The recent stories. What is put in twice is known as it was put in last."""

    def __init__(self) -> None:
        self._days: dict[int, _Day] = {}

    def __len__(self) -> int:
        return sum(len(day.stories) for day in self._days.values())

    def put(
        self, story_id: int, signature: bytes, sources: Iterable[int], seen_at: datetime
    ) -> None:
        """Add a story, or say what it is known by now, or which other sources tell it."""
        day = self._days.setdefault(seen_at.toordinal(), _Day())
        known = day.stories.get(story_id)
        told_by = tuple(dict.fromkeys((*(known.sources if known else ()), *sources)))
        day.stories[story_id] = _Known(signature, told_by)
        if known is None or known.signature != signature:
            read = unpack(signature)
            if read:
                day.write(story_id, read)

    def forget(self, before: datetime) -> None:
        """Drop the days that ended before an instant."""
        for day in [day for day in self._days if day < before.toordinal()]:
            del self._days[day]

    def candidates(self, signature: bytes, source_id: int) -> Iterator[Candidate]:
        """Give the stories of other sources that an announcement tells, each with how much so."""
        told = unpack(signature)
        if told is None:
            return
        for day in self._days.values():
            for story_id in day.find(told):
                known = day.stories[story_id]
                read = unpack(known.signature)
                score = likeness(told, read) if read and source_id not in known.sources else 0.0
                if score >= THRESHOLD:
                    yield Candidate(story_id, score, known.sources)
