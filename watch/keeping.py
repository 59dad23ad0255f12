"""Storing what readings of sources brought: entries, stories, and when to come again."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.db import alone
from core.parts import Parts
from watch import store
from watch.decide import Changes, Identified
from watch.health.notices import tell_it_is_back
from watch.models import Source
from watch.reading.records import Item
from watch.relevance.judge import Judge, Judgement
from watch.sources.store import Read, hold, sources_were_read
from watch.stories.recent import RecentStories
from watch.understanding.records import Understanding


@dataclass(frozen=True)
class Outcome:
    """What a reading of a source brought, what was understood of it, and what it leaves."""

    source: Source
    read: Read
    changes: Changes = field(default_factory=Changes)
    understood: Mapping[Item, Understanding] = field(default_factory=dict)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is to be written but when to come again."""
        quiet = not (self.changes.new or self.changes.changed)
        return quiet and self.source.failing_told_at is None


class Keeper:
    """Stores outcomes: with news each in a transaction of its own, the quiet ones together."""

    def __init__(self, parts: Parts, judge: Judge) -> None:
        self._parts = parts
        self._judge = judge
        self._recent = RecentStories()
        self._one = asyncio.Lock()

    async def warm(self, now: datetime) -> None:
        """Learn what was stored and decided, outside of any transaction that others wait for."""
        async with self._parts.database.read() as session:
            await self._recent.warm(session, now)
            await self._judge.warm(session)

    async def keep(self, outcome: Outcome) -> bool:
        """Store what a reading changes, and when to come again, in one transaction.

        False, and nothing is stored, when the source was changed or taken over meanwhile.
        """
        source, changes = outcome.source, outcome.changes
        async with self._one, self._parts.database.write() as session:
            await alone(session, "watch.stories")  # two processes see one story in two sources
            if not await hold(session, source):
                return False
            now = self._parts.clock.now()  # it was not to wait, nor to be read
            if changes.new or changes.changed:
                await self._store(session, outcome, now)
            read = replace(outcome.read, brought_new=bool(changes.new))
            await sources_were_read(session, {source.id: read}, now)
            if source.failing_told_at:
                await tell_it_is_back(session, self._parts, source, now)
            failpoints.reach("watch.stored")
        return True

    async def keep_quiet(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Store when to come again, for readings that changed nothing, in one transaction."""
        if outcomes:
            async with self._parts.database.write() as session:
                reads = {outcome.source.id: outcome.read for outcome in outcomes}
                await sources_were_read(session, reads, now)

    async def _store(self, session: AsyncSession, outcome: Outcome, now: datetime) -> None:
        """Write entries and stories; showing them is another's business."""
        source, changes, understood = outcome.source, outcome.changes, outcome.understood
        joined = await self._join(session, outcome, now)
        for entry_id, each in changes.changed:
            await store.change_entry(session, entry_id, each, understood[each.item], now)
        fresh = [
            store.story_row(each, source, understood[each.item], self._judged(each, source), now)
            for each, story_id in zip(changes.new, joined, strict=True)
            if story_id is None
        ]
        numbers = iter(await store.add_stories(session, fresh))
        entries = [
            store.entry_row(each, source.id, story_id or next(numbers), now)
            for each, story_id in zip(changes.new, joined, strict=True)
        ]
        await store.add_entries(session, entries)

    def _judged(self, each: Identified, source: Source) -> Judgement | None:
        return self._judge.judge(each.item.title, each.item.summary, source.id)

    async def _join(
        self, session: AsyncSession, outcome: Outcome, now: datetime
    ) -> Sequence[int | None]:
        """Return the story of other sources that each new item tells; None for a new one."""
        understood = outcome.understood
        if not outcome.changes.new:
            return ()
        await self._recent.refresh(session, now)
        signed = [(each, understood[each.item].signature) for each in outcome.changes.new]
        return await self._recent.choose(session, signed, outcome.source.id)
