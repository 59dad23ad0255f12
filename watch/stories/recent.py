"""The stories of the last days, kept in memory in step with the tables.

Whoever stores entries holds `alone(session, "watch.stories")`. Inside that transaction and before
it writes, it calls `refresh`: what is in memory is then what is committed, whichever process
wrote it, and a transaction that is rolled back leaves nothing behind.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from watch.decide import Identified, is_a_page
from watch.models import Entry, Story
from watch.store import chunks
from watch.stories.decide import (
    SAME_LINK,
    STORY_WINDOW,
    Candidate,
    choose_stories,
    may_be_the_page,
)
from watch.stories.index import StoryIndex

_PAGE = 500
"""Rows read in one go: more would hold the event loop up."""

_AT_ONCE = 10
"""Items looked for in one go, for the same reason."""

_BEHIND = 5000
"""How many of the last entries are left to `refresh`: others may be writing right before them."""

_OVERLAP = timedelta(hours=2)
"""Corrections are read again for so long: clocks differ, and a round of polling has one instant."""


Linked = Mapping[str, Sequence[Candidate]]
"""Stories by a link of theirs."""


class RecentStories:
    """The stories seen for the first time within `STORY_WINDOW`, as they are committed."""

    def __init__(self) -> None:
        self._index = StoryIndex()
        self._last = 0
        self._corrected: datetime | None = None
        self._one = asyncio.Lock()
        self._expected: list[int] = []

    def __len__(self) -> int:
        return len(self._index)

    async def warm(self, session: AsyncSession, now: datetime) -> None:
        """Read all but the latest, outside of any transaction that others wait for."""
        async with self._one:
            newest = await session.scalar(select(func.max(Entry.id))) or 0
            if newest - _BEHIND > self._last:
                self._corrected = self._corrected or now - _OVERLAP
                await self._read(session, newest - _BEHIND, now)

    async def refresh(self, session: AsyncSession, now: datetime) -> None:
        """Bring what is in memory to what is committed, and forget what is older."""
        async with self._one:
            newest = await session.scalar(select(func.max(Entry.id))) or 0
            if newest > self._last:
                await self._read(session, newest, now)
            await self._correct(session, now)
        self._index.forget(now - STORY_WINDOW)

    async def _read(self, session: AsyncSession, newest: int, now: datetime) -> None:
        """Read the entries up to `newest`, a page at a time."""
        self._last = self._last or await _first(session, now - STORY_WINDOW) - 1
        while self._last < newest:
            rows = await session.execute(
                select(
                    Entry.id, Entry.story_id, Entry.source_id, Story.signature, Story.first_seen_at
                )
                .join(Story, Story.id == Entry.story_id)
                .where(
                    Entry.id > self._last,
                    Entry.id <= newest,
                    Story.first_seen_at >= now - STORY_WINDOW,
                )
                .order_by(Entry.id)
                .limit(_PAGE)
            )
            read = 0
            for entry_id, story_id, source_id, signature, seen_at in rows:
                self._index.put(story_id, signature, [source_id], seen_at)
                self._last, read = entry_id, read + 1
            if read < _PAGE:
                self._last = newest

    async def _correct(self, session: AsyncSession, now: datetime) -> None:
        """Read the stories that were corrected meanwhile."""
        if self._corrected:
            rows = await session.execute(
                select(Story.id, Story.signature, Story.first_seen_at).where(
                    Story.changed_at
                    >= self._corrected  # that alone: few are, and an index says which
                )
            )
            for story_id, signature, seen_at in rows:
                if seen_at >= now - STORY_WINDOW:
                    self._index.put(story_id, signature, [], seen_at)
        self._corrected = now - _OVERLAP

    async def choose(
        self, told: Sequence[tuple[Identified, bytes]], source_id: int, linked: Linked
    ) -> tuple[int | None, ...]:
        """Return for each new item of a source, with its signature, the story that it joins.

        By its link (`linked`), else by its words among the recent ones.
        """
        candidates = []
        for number, (each, signature) in enumerate(told):
            alike = list(self._index.candidates(signature, source_id))
            paged = linked.get(each.item.link, ()) if each.link_counts else ()
            candidates.append([*paged, *alike])
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return choose_stories(candidates, source_id)

    @contextlib.contextmanager
    def expecting(self) -> Iterator[None]:
        """Forget what was expected while the block lasted when it raises: it is not committed."""
        self._expected = []
        try:
            yield
        except BaseException:
            self._index.drop(self._expected)
            raise

    def expect(self, story_id: int, signature: bytes, source_id: int, seen_at: datetime) -> None:
        """Know a story that is about to be written, for what is stored along with it."""
        self._expected.append(story_id)
        self._index.put(story_id, signature, [source_id], seen_at)


async def _first(session: AsyncSession, since: datetime) -> int:
    """Return the first entry of the stories first seen since an instant, or the next one to be."""
    story = select(func.min(Story.id)).where(Story.first_seen_at >= since).scalar_subquery()
    found = await session.scalar(select(func.min(Entry.id)).where(Entry.story_id >= story))
    return found or (await session.scalar(select(func.max(Entry.id))) or 0) + 1


async def linked_stories(session: AsyncSession, items: Sequence[Identified]) -> Linked:
    """Return for each link the story that has it, whatever its age, when there is one only."""
    wanted = {each.item.link: each for each in items if each.link_counts}
    entries = await _entries(session, filter(is_a_page, wanted))
    pages = {
        link: entries[link][0].story_id
        for link in entries
        if len({entry.story_id for entry in entries[link]}) == 1
        and all(_may_be(wanted[link], entry) for entry in entries[link])
    }
    sources = await _sources(session, pages.values())
    return {
        link: (Candidate(story_id, SAME_LINK, tuple(sources[story_id])),)
        for link, story_id in pages.items()
    }


def _may_be(each: Identified, entry: Entry) -> bool:
    return entry.purged_at is None and may_be_the_page(each.item.title, entry.title)


async def _entries(session: AsyncSession, links: Iterable[str]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for chunk in chunks(links):
        for entry in await session.scalars(select(Entry).where(Entry.link.in_(chunk))):
            found[entry.link].append(entry)
    return found


async def _sources(session: AsyncSession, stories: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(stories):
        rows = await session.execute(
            select(Entry.story_id, Entry.source_id).where(Entry.story_id.in_(chunk))
        )
        for story_id, source_id in rows:
            found[story_id].append(source_id)
    return found
