"""What readings write: nothing but when to come again, as long as nothing changed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from core.clock import FixedClock
from core.db import Database, new_ids
from tests.newsstand import Page, Watch, item, rss, watching
from watch.models import Story
from watch.reading.parsing import Parser
from watch.store import add_stories, known_entries

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
        assert await add_stories(session, []) == ()
        assert await known_entries(session, 1, []) == ()
    watch.stand.pages[SOURCES[0]] = Page(rss(*(item(each) for each in range(1, 9))))
    await watch.poll_again()
    assert len(await watch.stories()) == len(taken) + 6
