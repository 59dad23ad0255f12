"""What happens to a source while it is being read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.clock import FixedClock
from core.db import Database
from core.reference import Party
from core.settings import Settings
from tests.newsstand import Page, Watch, item, rss, watch_settings, watching
from watch.models import Source
from watch.reading.parsing import Parser
from watch.room import sync_sources
from watch.sources.changing import pause

SOMEBODY = Party("person", "1")
OLD = {"etag": '"old"', "last-modified": "Sat, 21 Nov 2026 08:00:00 GMT"}


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal") as watch:
        watch.stand.pages["journal"] = Page(rss(item(1)), headers=OLD)
        yield watch


@asynccontextmanager
async def being_read(watch: Watch) -> AsyncIterator[Page]:
    """Let something happen after the request for the journal, and before its answer."""
    page = watch.stand.pages["journal"]
    page.held = asyncio.Event()
    page.asked.clear()
    async with asyncio.timeout(30):
        task = asyncio.create_task(watch.poll())
        await page.asked.wait()
        try:
            yield page
        finally:
            page.held.set()
            await task


def elsewhere(watch: Watch) -> Settings:
    """Return a configuration in which the journal has another address."""
    settings = watch_settings(watch.stand, "journal")
    (source,) = settings.watch.sources
    moved = source.model_copy(update={"url": f"{watch.stand.url}/other"})
    return settings.model_copy(
        update={"watch": settings.watch.model_copy(update={"sources": [moved]})}
    )


@pytest.mark.parametrize("body", [rss(item(1)), rss()])
async def test_what_an_address_said_is_not_kept_for_the_next_one(
    watch: Watch, database: Database, clock: FixedClock, body: str
) -> None:
    watch.stand.pages["journal"].body = body
    watch.stand.pages["other"] = Page(rss(item(2)), headers={"etag": '"new"'})
    async with being_read(watch), database.write() as session:
        await sync_sources(session, elsewhere(watch), clock.now())
    await watch.poll()
    [asked] = watch.stand.asked("other")
    assert "if-none-match" not in asked.headers
    assert "if-modified-since" not in asked.headers
    assert (await watch.source("journal")).etag == '"new"'
    assert [story.title for story in await watch.stories()] == ["Actualité numéro 2 du territoire"]


async def test_the_end_of_an_address_is_not_that_of_the_next_one(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    watch.stand.pages["other"] = Page(rss())
    async with being_read(watch) as page, database.write() as session:
        await sync_sources(session, elsewhere(watch), clock.now())
        page.status = 410
    await watch.poll()
    source = await watch.source("journal")
    assert (source.gone_at, source.errors, source.checked_at) == (None, 0, clock.now())
    assert await watch.posts() == []


async def test_what_is_read_otherwise_from_now_on_is_read_anew(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    await watch.poll()
    settings = watch_settings(watch.stand, "journal")
    (source,) = settings.watch.sources
    changed = settings.model_copy(
        update={
            "watch": settings.watch.model_copy(
                update={"sources": [source.model_copy(update={"kind": "change"})]}
            )
        }
    )
    clock.set(clock.now() + timedelta(minutes=1))
    async with database.write() as session:
        await sync_sources(session, changed, clock.now())
    read = await watch.source("journal")
    assert (read.kind, read.body_hash, read.next_check_at) == ("change", None, clock.now())


async def test_nothing_is_shown_of_a_source_paused_while_it_was_read(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    async with being_read(watch), database.write() as session:
        source = await session.get_one(Source, 1)
        pause(session, source, SOMEBODY, clock.now())
    source = await watch.source("journal")
    assert (source.enabled, source.next_check_at, source.etag) == (False, None, None)
    assert await watch.stories() == []


async def test_a_delay_is_counted_from_the_answer_that_asks_for_it(
    watch: Watch, clock: FixedClock
) -> None:
    async with being_read(watch) as page:
        clock.set(clock.now() + timedelta(minutes=8))
        page.status, page.headers = 503, {"retry-after": "7200"}
    source = await watch.source("journal")
    assert source.next_check_at == clock.now() + timedelta(hours=2)


async def test_what_came_late_in_a_round_is_dated_when_it_was_stored(
    watch: Watch, clock: FixedClock
) -> None:
    async with being_read(watch):
        clock.set(clock.now() + timedelta(minutes=8))
    (story,) = await watch.stories()
    assert story.first_seen_at == clock.now()
    source = await watch.source("journal")
    assert source.next_check_at is not None
    assert source.next_check_at >= clock.now() + timedelta(hours=1)


async def test_a_source_that_another_process_took_over_is_not_written_by_the_first(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    later = clock.now() + timedelta(minutes=20)
    async with being_read(watch), database.write() as session:
        await session.execute(update(Source).values(next_check_at=later, etag='"theirs"'))
    source = await watch.source("journal")
    assert (source.next_check_at, source.etag) == (later, '"theirs"')
