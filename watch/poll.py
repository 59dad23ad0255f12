"""Reading the sources that are due: fetch, parse, decide and store, each on its own."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.db import alone
from core.errors import FetchError, RelaisError
from core.http import Fetched, Fetcher
from core.parts import Parts
from core.themes.rules import ThemeWords
from core.themes.store import themes as network_themes
from watch import store
from watch.decide import Changes, Identified, compare, identify
from watch.health.notices import tell_if_it_fails, tell_it_is_back
from watch.health.rules import trouble_of
from watch.models import Source
from watch.reading.parsing import Parser
from watch.reading.records import Document, Recipe
from watch.relevance.judge import Judge, Judgement
from watch.rules import Pace, Validators, next_check, next_try, validators
from watch.sources import store as sources
from watch.stories.recent import RecentStories
from watch.understanding.records import Understanding

log = structlog.get_logger()

_BATCH = 200
_AT_ONCE = 32
"""How many sources are in hand at once; the fetcher bounds how many are being fetched."""


@dataclass(frozen=True)
class Reading:
    """What came of a source; `document` is None when nothing has changed."""

    fetched: Fetched
    body_hash: str | None
    document: Document | None


class Poller:
    """Reads sources; one that fails never stops the others."""

    def __init__(self, parts: Parts, fetcher: Fetcher, parser: Parser, judge: Judge) -> None:
        self._parts = parts
        self._judge = judge
        self._fetcher = fetcher
        self._parser = parser
        self._recent = RecentStories()
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._storing = asyncio.Lock()

    async def poll(self, now: datetime) -> None:
        """Read every source that is due at `now`, several at once."""
        while True:
            async with self._parts.database.write() as session:
                claimed = await sources.claim_due(session, now, _BATCH)
                themes = await network_themes(session) if claimed else ()
            if not claimed:
                return
            async with self._parts.database.read() as session:
                await self._recent.warm(session, now)
                await self._judge.warm(session)
            async with asyncio.TaskGroup() as group:
                for source in claimed:
                    group.create_task(self._poll_one(source, themes, now))

    async def _poll_one(self, source: Source, themes: Sequence[ThemeWords], now: datetime) -> None:
        async with self._gate:
            try:
                reading = await self._read(source)
                await self._keep(source, reading, themes, now)
            except RelaisError as error:
                log.warning("watch.failed", source=source.id, error=error.what, hint=error.hint)
                await self._failed(source, error, now)
            except Exception as error:  # a defect met on one source spares the others
                log.exception("watch.broken", source=source.id)
                await self._failed(source, error, now)

    async def _read(self, source: Source) -> Reading:
        """Fetch a source, and parse what came unless it came before."""
        fetched = await self._fetcher.fetch(
            source.moved_to or source.url, etag=source.etag, last_modified=source.last_modified
        )
        failpoints.reach("watch.fetched")
        if fetched.not_modified:
            return Reading(fetched, source.body_hash, None)
        body_hash = hashlib.sha256(fetched.body).hexdigest()
        if body_hash == source.body_hash:
            return Reading(fetched, body_hash, None)
        recipe = Recipe.of(source.kind, source.selectors, source.page_text)
        document = await self._parser.parse(fetched.body, fetched.url, fetched.headers, recipe)
        return Reading(fetched, body_hash, document)

    async def _keep(
        self, source: Source, reading: Reading, themes: Sequence[ThemeWords], now: datetime
    ) -> None:
        """Store what changed, and when to come again, in one transaction."""
        read = self._next(source, reading, now)
        changes, understood = await self._changes(source, reading.document, themes, now)
        async with self._storing, self._parts.database.write() as session:
            await alone(session, "watch.stories")  # two processes see one story in two sources
            await self._judge.refresh(session)
            await self._store(session, source, changes, understood, now)
            brought = replace(read, brought_new=bool(changes.new))
            await sources.source_was_read(session, source.id, brought, now)
            if source.failing_told_at:
                await tell_it_is_back(session, self._parts, source, now)
            failpoints.reach("watch.stored")
        log.info(
            "watch.read",
            source=source.id,
            status=reading.fetched.status,
            items=len(reading.document.items) if reading.document else None,
            new=len(changes.new),
            changed=len(changes.changed),
            warning=(reading.document.warning if reading.document else "") or None,
            next_check_at=read.next_check_at.isoformat(timespec="seconds"),
        )

    def _next(self, source: Source, reading: Reading, now: datetime) -> sources.Read:
        fetched, document = reading.fetched, reading.document
        kept = Validators(source.etag, source.last_modified)
        return sources.Read(
            validators=validators(fetched.headers, kept, not_modified=fetched.not_modified),
            body_hash=reading.body_hash,
            moved_to=fetched.moved_to,
            next_check_at=next_check(
                self._pace(source),
                fetched.headers,
                now,
                self._parts.random.random(),
                ttl=document.ttl if document else 0.0,
                skip_hours=document.skip_hours if document else frozenset(),
            ),
            page_text=document.page_text if document else None,
        )

    async def _changes(
        self,
        source: Source,
        document: Document | None,
        themes: Sequence[ThemeWords],
        now: datetime,
    ) -> tuple[Changes, Sequence[Understanding]]:
        """Return what a document changes, and what was understood of what is new, then changed."""
        if document is None:
            return Changes(), ()
        items = identify(document.items)
        async with self._parts.database.read() as session:
            changes = compare(items, await store.known_entries(session, source.id, items))
        told = [each.item for each in (*changes.new, *(each for _, each in changes.changed))]
        return changes, await self._parser.understand(told, themes, now)

    async def _store(
        self,
        session: AsyncSession,
        source: Source,
        changes: Changes,
        understood: Sequence[Understanding],
        now: datetime,
    ) -> None:
        """Write entries and stories; showing them is another's business."""
        told, corrected = understood[: len(changes.new)], understood[len(changes.new) :]
        joined = await self._join(session, source, changes, told, now)
        for (entry_id, each), found in zip(changes.changed, corrected, strict=True):
            await store.change_entry(session, entry_id, each, found, now)
        fresh = [
            store.story_row(each, source, found, self._judged(each, source), now)
            for each, found, story_id in zip(changes.new, told, joined, strict=True)
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
        self,
        session: AsyncSession,
        source: Source,
        changes: Changes,
        told: Sequence[Understanding],
        now: datetime,
    ) -> Sequence[int | None]:
        """Return the story of other sources that each new item tells; None for a new one."""
        if not changes.new:
            return ()
        await self._recent.refresh(session, now)
        signed = [(each, found.signature) for each, found in zip(changes.new, told, strict=True)]
        return await self._recent.choose(session, signed, source.id)

    async def _failed(self, source: Source, error: Exception, now: datetime) -> None:
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        gone = isinstance(error, FetchError) and error.permanent
        jitter = self._parts.random.random()
        again = next_try(self._pace(source), source.errors + 1, retry_after, now, jitter)
        async with self._parts.database.write() as session:
            what = error.what if isinstance(error, RelaisError) else type(error).__name__
            failure = sources.Failure(what, trouble_of(error), None if gone else again)
            await sources.source_failed(session, source.id, failure, now)
            await tell_if_it_fails(session, self._parts, source.id, now)

    def _pace(self, source: Source) -> Pace:
        return Pace(source.every, self._parts.settings.watch.least_interval)
