"""What readings write: nothing but when to come again, as long as nothing changed."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.db import Database, alone, new_ids
from core.themes.rules import ThemeWords
from tests.newsstand import Page, Watch, item, rss, watching
from watch.decide import identify
from watch.models import Entry, Story
from watch.reading.parsing import Parser
from watch.reading.records import FEED, Document, Item, Recipe
from watch.store import entry_row, known_entries, story_numbers
from watch.understanding.records import Understanding

SEEN = {"first_seen_at": datetime(2026, 11, 23, 8, 0, tzinfo=UTC)}
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SOURCES = [f"source{number}" for number in range(6)]


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, *SOURCES) as watch:
        for name in SOURCES:
            watch.stand.pages[name] = Page(rss(item(2), item(1)), headers={"etag": f'"{name}"'})
        yield watch


@contextmanager
def writes_of(database: Database) -> Iterator[list[str]]:
    """Give the first words of every statement that writes, while the block lasts."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append(" ".join(statement.split()[:2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", see)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", see)


async def test_a_304_writes_only_when_to_come_again_for_all_sources_at_once(
    watch: Watch, database: Database
) -> None:
    await watch.poll()
    with writes_of(database) as writes:
        await watch.poll_again()
    assert {len(watch.stand.asked(name)) for name in SOURCES} == {2}
    assert writes == ["UPDATE sources", "UPDATE sources"]  # claimed, then read


async def test_the_same_entries_in_another_body_write_nothing_else(
    watch: Watch, database: Database
) -> None:
    await watch.poll()
    for name in SOURCES:
        watch.stand.pages[name] = Page(rss(item(1), item(2)) + f"<!-- {name} -->")
    with writes_of(database) as writes:
        await watch.poll_again()
    assert writes == ["UPDATE sources", "UPDATE sources"]
    assert all([(await watch.source(name)).next_check_at for name in SOURCES])


async def test_numbers_taken_beforehand_are_nobody_elses(watch: Watch, database: Database) -> None:
    await watch.poll()
    taken = {story.id for story in await watch.stories()}
    async with database.write() as session:
        numbers = await new_ids(session, Story.__table__, 3)  # type: ignore[arg-type]  # a Table
    assert len(set(numbers)) == 3
    assert taken.isdisjoint(numbers)
    async with database.write() as session:
        assert await story_numbers(session, 0) == ()
        assert await known_entries(session, 1, []) == ()
    watch.stand.pages[SOURCES[0]] = Page(rss(*(item(each) for each in range(1, 9))))
    await watch.poll_again()
    assert len(await watch.stories()) == len(taken) + 6


class CountingParser(Parser):
    """A parser that tells when it has read so many documents."""

    left = len(SOURCES)
    done: asyncio.Event

    async def parse_first(
        self,
        body: bytes,
        url: str,
        headers: Mapping[str, str],
        recipe: Recipe = FEED,
        *,
        themes: Sequence[ThemeWords],
        now: datetime,
    ) -> tuple[Document, Sequence[Understanding]]:
        read = await super().parse_first(body, url, headers, recipe, themes=themes, now=now)
        self.left -= 1
        if not self.left:
            self.done.set()
        return read


DECREE = "Décret relatif aux aides pour l'électrification rurale"


@asynccontextmanager
async def stored_together(
    database: Database, clock: FixedClock
) -> AsyncIterator[tuple[Watch, AsyncSession]]:
    """Have the same news of all sources wait until a transaction ends, then store them."""
    parser = CountingParser(workers=1, timeout=30)
    parser.done, held = asyncio.Event(), asyncio.Event()
    async with parser, watching(database, clock, parser, *SOURCES) as watch:
        for name in SOURCES:
            body = rss(item(1, DECREE, site=f"https://{name}.example.org"))
            watch.stand.pages[name] = Page(body, held=held)
        polling = asyncio.create_task(watch.tick("watch.poll"))
        await watch.stand.pages[SOURCES[0]].asked.wait()
        async with database.write() as session:
            await alone(session, "watch.stories")
            held.set()
            await parser.done.wait()
            yield watch, session
        await polling


async def test_the_same_news_of_sources_that_are_stored_together_is_one_story(
    database: Database, clock: FixedClock
) -> None:
    with writes_of(database) as writes:
        async with stored_together(database, clock) as (watch, _session):
            writes.clear()
        assert writes.count("INSERT INTO") <= 4  # in two transactions at most
        (story,) = await watch.stories()
    assert story.title == DECREE


async def test_what_cannot_be_stored_of_one_source_spares_those_stored_with_it(
    database: Database, clock: FixedClock
) -> None:
    """Another process stores an entry of a source that is being read."""
    with capture_logs() as logs:
        async with stored_together(database, clock) as (watch, session):
            broken = await watch.source(SOURCES[3])
            (same,) = identify([Item(guid="1", link="", title="Une actualité")])
            session.add(Story(id=900, title="", title_key="", link="", section="", **SEEN))
            await session.flush()
            session.add(Entry(**entry_row(same, broken.id, 900, NOW)))
        assert {name for name in SOURCES if (await watch.source(name)).errors} == {SOURCES[3]}
        assert {story.title for story in await watch.stories()} == {"", DECREE}
        assert len(await watch.stories()) == 2
    assert [line["event"] for line in logs].count("watch.apart") == 1
