"""Storing what readings of sources brought: entries, stories, and when to come again."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.db import alone
from core.parts import Parts
from watch import store
from watch.decide import Changes
from watch.health.notices import tell_it_is_back
from watch.models import Source
from watch.reading.records import Item
from watch.relevance.judge import Judge
from watch.sources.store import Read, hold, sources_were_read
from watch.stories.recent import RecentStories, linked_stories
from watch.understanding.records import Understanding

log = structlog.get_logger()


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


MOST_TOGETHER = 8
MOST_NEW = 200
"""So many readings, and new items of theirs, are stored in one transaction."""


@dataclass(eq=False)
class Waiting:
    """An outcome that waits to be stored, `alone` after a failure; `kept` once it was, or not."""

    outcome: Outcome
    alone: bool = False
    kept: bool | None = None


def together(waiting: Sequence[Waiting]) -> int:
    """Return how many outcomes, of those that come first, can be stored in one transaction.

    Not those that share a link: which story has it is asked of what is stored.
    """
    links: set[str] = set()
    new = 0
    for number, each in enumerate(waiting[:MOST_TOGETHER]):
        items = [one.item for one in each.outcome.changes.new]
        own = {item.link for item in items if item.link}
        new += len(items)
        apart = each.alone or waiting[0].alone or new > MOST_NEW or not links.isdisjoint(own)
        if number and apart:
            return number
        links |= own
    return min(len(waiting), MOST_TOGETHER)


class Keeper:
    """Stores outcomes: those with news several at once, those that wait; the quiet ones together.

    One transaction instead of eight is a third of the work.
    """

    def __init__(self, parts: Parts, judge: Judge) -> None:
        self._parts = parts
        self._judge = judge
        self._recent = RecentStories()
        self._one = asyncio.Lock()
        self._waiting: list[Waiting] = []

    async def warm(self, now: datetime) -> None:
        """Learn what was stored and decided, outside of any transaction that others wait for."""
        async with self._parts.database.read() as session:
            await self._recent.warm(session, now)
            await self._judge.warm(session)

    async def keep(self, outcome: Outcome) -> bool:
        """Store what a reading changes, and when to come again, in one transaction.

        False, and nothing is stored, when the source was changed or taken over meanwhile.
        """
        mine = Waiting(outcome)
        self._waiting.append(mine)
        try:
            async with self._one:  # in the order in which they came: the first stores for others
                while mine.kept is None:
                    await self._keep_first()
        finally:
            self._waiting = [each for each in self._waiting if each is not mine]
        return mine.kept

    async def _keep_first(self) -> None:
        """Store outcomes that wait; when that fails, each is to be stored alone."""
        some = self._waiting[: together(self._waiting)]
        try:
            await self._keep_together(some)
        except Exception:  # a defect met on one source spares the others
            if len(some) == 1:
                raise
            log.exception("watch.apart", sources=[each.outcome.source.id for each in some])
            for each in some:
                each.alone = True
        self._waiting = [each for each in self._waiting if each.kept is None]

    async def _keep_together(self, some: Sequence[Waiting]) -> None:
        with self._recent.expecting():
            async with self._parts.database.write() as session:
                await alone(session, "watch.stories")  # two processes see one story in two sources
                ours = await hold(session, [each.outcome.source for each in some])
                outcomes = [each.outcome for each in some if each.outcome.source.id in ours]
                await self._store(session, outcomes, self._parts.clock.now())
                failpoints.reach("watch.stored")
        for each in some:
            each.kept = each.outcome.source.id in ours

    async def keep_quiet(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Store when to come again, for readings that changed nothing, in one transaction."""
        if outcomes:
            async with self._parts.database.write() as session:
                reads = {outcome.source.id: outcome.read for outcome in outcomes}
                await sources_were_read(session, reads, now)

    async def _store(
        self, session: AsyncSession, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        """Write all that readings changed, and when to come again."""
        if any(outcome.changes.new for outcome in outcomes):
            await self._recent.refresh(session, now)
            await self._store_new(session, outcomes, now)
        for outcome in outcomes:
            for entry_id, each in outcome.changes.changed:
                found = outcome.understood[each.item]
                await store.change_entry(session, entry_id, each, found, now)
            if outcome.source.failing_told_at:
                await tell_it_is_back(session, self._parts, outcome.source, now)
        reads = {
            outcome.source.id: replace(outcome.read, brought_new=bool(outcome.changes.new))
            for outcome in outcomes
        }
        await sources_were_read(session, reads, now)

    async def _store_new(
        self, session: AsyncSession, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        """Write new entries, and the stories that they begin."""
        new = [each for outcome in outcomes for each in outcome.changes.new]
        linked = await linked_stories(session, new)
        numbers = iter(await store.story_numbers(session, len(new)))
        stories: list[store.Row] = []
        entries: list[store.Row] = []
        for outcome in outcomes:
            source = outcome.source
            told = [(each, outcome.understood[each.item]) for each in outcome.changes.new]
            signed = [(each, found.signature) for each, found in told]
            joined = await self._recent.choose(signed, source.id, linked)
            for (each, found), story_id in zip(told, joined, strict=True):
                number = story_id or next(numbers)
                if story_id is None:
                    self._recent.expect(number, found.signature, source.id, now)
                    judged = self._judge.judge(each.item.title, each.item.summary, source.id)
                    stories.append(store.story_row(number, each, source, found, judged, now))
                entries.append(store.entry_row(each, source.id, number, now))
        await store.add_stories(session, stories)
        await store.add_entries(session, entries)
