"""Reading the sources that are due: fetch, parse, decide and store, each on its own."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from core import failpoints
from core.errors import FetchError, RelaisError
from core.http import Fetched, Fetcher
from core.parts import Parts
from core.themes.rules import ThemeWords
from core.themes.store import themes as network_themes
from watch import store
from watch.decide import Changes, Identified, KnownEntry, compare, identify, within_a_day
from watch.health.notices import tell_if_it_fails
from watch.health.rules import trouble_of
from watch.keeping import Keeper, Outcome
from watch.models import Source
from watch.reading.parsing import Parser
from watch.reading.records import Document, Item, Recipe
from watch.relevance.judge import Judge
from watch.rules import Pace, Validators, next_check, next_try, validators
from watch.sources import store as sources
from watch.understanding.records import Understanding

log = structlog.get_logger()

_BATCH = 200
_QUIET_AT_ONCE = 50
"""How many readings without news are written together: a kill has no more asked again too soon."""

_MANY = 300
"""Of fewer new entries, nobody asks how many came before."""

_DAY = timedelta(days=1)
_AT_ONCE = 32
"""How many sources are in hand at once; the fetcher bounds how many are being fetched."""


@dataclass(frozen=True)
class Round:
    """What sources that are due at once are read with; `begun` are those that have entries."""

    now: datetime
    themes: Sequence[ThemeWords]
    begun: frozenset[int]


@dataclass(frozen=True)
class Reading:
    """What came of a source; `document` is None when nothing has changed."""

    fetched: Fetched
    body_hash: str | None
    document: Document | None = None
    understood: Mapping[Item, Understanding] = field(default_factory=dict)


class Poller:
    """Reads sources; one that fails never stops the others."""

    def __init__(self, parts: Parts, fetcher: Fetcher, parser: Parser, judge: Judge) -> None:
        self._parts = parts
        self._fetcher = fetcher
        self._parser = parser
        self._keeper = Keeper(parts, judge)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._quiet: list[Outcome] = []

    async def poll(self, now: datetime) -> None:
        """Read every source that is due at `now`, several at once."""
        while True:
            async with self._parts.database.write() as session:
                begun_at = self._parts.clock.now()
                until = begun_at + sources.LEASE
                claimed = await sources.claim_due(session, now, _BATCH, until)
            if not claimed:
                return
            async with self._parts.database.read() as session:
                themes = await network_themes(session)
                begun = await store.with_entries(session, [source.id for source in claimed])
            await self._keeper.warm(begun_at)
            await self._poll_all(claimed, Round(begun_at, themes, begun))

    async def _poll_all(self, claimed: Sequence[Source], turn: Round) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for source in claimed:
                    group.create_task(self._poll_one(source, turn))
        finally:  # also when the service stops: nobody is asked again too soon
            await self._keep_quiet(turn.now)

    async def _keep_quiet(self, now: datetime) -> None:
        quiet, self._quiet = self._quiet, []
        await self._keeper.keep_quiet(quiet, now)

    async def _poll_one(self, source: Source, turn: Round) -> None:
        async with self._gate:
            try:
                reading = await self._read(source, turn)
                outcome = await self._outcome(source, reading, turn)
                if outcome.is_quiet:
                    self._quiet.append(outcome)
                    if len(self._quiet) >= _QUIET_AT_ONCE:
                        await self._keep_quiet(turn.now)
                elif not await self._keeper.keep(outcome):
                    log.info("watch.overtaken", source=source.id)
                    return
                _tell(outcome, reading)
            except RelaisError as error:
                log.warning("watch.failed", source=source.id, error=error.what, hint=error.hint)
                await self._note(source, error)
            except Exception as error:  # a defect met on one source spares the others
                log.exception("watch.broken", source=source.id)
                await self._note(source, error)

    async def _note(self, source: Source, error: Exception) -> None:
        """Write an error down; when even that fails, the lease brings the source back."""
        try:
            await self._failed(source, error)
        except Exception:  # the others of the batch go on
            log.exception("watch.broken", source=source.id)

    async def _read(self, source: Source, turn: Round) -> Reading:
        """Fetch a source, and parse what came unless it came before."""
        fetched = await self._fetcher.fetch(
            source.moved_to or source.url, etag=source.etag, last_modified=source.last_modified
        )
        failpoints.reach("watch.fetched")
        if fetched.not_modified:
            return Reading(fetched, source.body_hash)
        body_hash = hashlib.sha256(fetched.body).hexdigest()
        if body_hash == source.body_hash:
            return Reading(fetched, body_hash)
        recipe = Recipe.of(source.kind, source.selectors, source.page_text)
        given = (fetched.body, fetched.url, fetched.headers, recipe)
        if source.id in turn.begun:
            return Reading(fetched, body_hash, await self._parser.parse(*given))
        document, found = await self._parser.parse_first(*given, themes=turn.themes, now=turn.now)
        return Reading(fetched, body_hash, document, dict(zip(document.items, found, strict=False)))

    async def _outcome(self, source: Source, reading: Reading, turn: Round) -> Outcome:
        """Return what a reading changes, and what was understood of what is new or changed."""
        read = self._next(source, reading)
        if reading.document is None:
            return Outcome(source, read)
        items = identify(reading.document.items)
        found_changes = compare(items, await self._known(source, items, turn))
        changes = await self._bounded(source, found_changes)
        if changes is not found_changes:
            read = replace(read, validators=Validators(), body_hash=None)  # the rest comes later
        told = [each.item for each in (*changes.new, *(each for _, each in changes.changed))]
        left = [item for item in told if item not in reading.understood]
        found = await self._parser.understand(left, turn.themes, turn.now)
        understood = {**reading.understood, **dict(zip(left, found, strict=True))}
        return Outcome(source, read, changes, understood)

    async def _bounded(self, source: Source, changes: Changes) -> Changes:
        """Leave out what a flood brings beyond a day's measure."""
        if len(changes.new) < _MANY:
            return changes
        since = self._parts.clock.now() - _DAY
        async with self._parts.database.read() as session:
            bounded = within_a_day(changes, await store.count_since(session, source.id, since))
        if len(bounded.new) == len(changes.new):
            return changes
        left = len(changes.new) - len(bounded.new)
        log.warning("watch.flood", source=source.id, left=left)
        return bounded

    async def _known(
        self, source: Source, items: Sequence[Identified], turn: Round
    ) -> Sequence[KnownEntry]:
        if source.id not in turn.begun:
            return ()
        async with self._parts.database.read() as session:
            return await store.known_entries(session, source.id, items)

    def _next(self, source: Source, reading: Reading) -> sources.Read:
        """Return what a reading leaves; delays are counted from the answer, not from the round."""
        fetched, document = reading.fetched, reading.document
        kept = Validators(source.etag, source.last_modified)
        return sources.Read(
            lease=source.next_check_at,
            validators=validators(fetched.headers, kept, not_modified=fetched.not_modified),
            body_hash=reading.body_hash,
            moved_to=fetched.moved_to,
            next_check_at=next_check(
                self._pace(source),
                fetched.headers,
                self._parts.clock.now(),
                self._parts.random.random(),
                ttl=document.ttl if document else 0.0,
                skip_hours=document.skip_hours if document else frozenset(),
            ),
            page_text=document.page_text if document else None,
        )

    async def _failed(self, source: Source, error: Exception) -> None:
        now = self._parts.clock.now()
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        gone = isinstance(error, FetchError) and error.permanent
        jitter = self._parts.random.random()
        again = next_try(self._pace(source), source.errors + 1, retry_after, now, jitter)
        async with self._parts.database.write() as session:
            if source.id not in await sources.hold(session, [source]):
                log.info("watch.overtaken", source=source.id)
                return
            what = error.what if isinstance(error, RelaisError) else type(error).__name__
            failure = sources.Failure(what, trouble_of(error), None if gone else again)
            await sources.source_failed(session, source.id, failure, now)
            await tell_if_it_fails(session, self._parts, source.id, now)

    def _pace(self, source: Source) -> Pace:
        return Pace(source.every, self._parts.settings.watch.least_interval)


def _tell(outcome: Outcome, reading: Reading) -> None:
    document, read = reading.document, outcome.read
    log.info(
        "watch.read",
        source=outcome.source.id,
        status=reading.fetched.status,
        items=len(document.items) if document else None,
        new=len(outcome.changes.new),
        changed=len(outcome.changes.changed),
        warning=(document.warning if document else "") or None,
        next_check_at=read.next_check_at.isoformat(timespec="seconds"),
    )
