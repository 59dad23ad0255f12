"""The animators hear of sources that fail, are back, or went quiet: each once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.people.models import Person
from tests.newsstand import Page, Watch, item, rss, watching
from watch.health.notices import KIND, look_for_silence, next_silence
from watch.health.room import build
from watch.models import Source
from watch.reading.parsing import Parser

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    clock.set(MONDAY)
    async with watching(database, clock, parser, "journal") as watch:
        watch.stand.pages["journal"] = Page(rss(item(1)))
        yield watch


async def told(watch: Watch) -> list[str]:
    """Return what the animators were told of the source, with plain spaces."""
    texts = [post.text.replace("\u00a0", " ") for post in await watch.posts()]
    return [text for text in texts if text.startswith("<b>Source ")]


async def later(watch: Watch, wait: timedelta) -> None:
    """Let time pass, and read what is due."""
    watch.clock.set(watch.clock.now() + wait)
    await watch.poll()


async def test_a_source_that_fails_is_told_of_once_and_so_is_its_return(watch: Watch) -> None:
    await watch.poll()
    watch.stand.pages["journal"] = Page("", status=503)
    for _ in range(2):
        await later(watch, timedelta(hours=3))
    assert await told(watch) == [], "a bad hour is no news"
    for _ in range(4):
        await later(watch, timedelta(hours=13))
    [failing] = await told(watch)
    assert "journal" in failing
    assert "lue depuis le lundi 23 novembre 2026 à 12 h" in failing
    assert "le site est surchargé, ou invite à revenir plus tard." in failing
    watch.stand.pages["journal"] = Page(rss(item(2)))
    await later(watch, 2 * DAY)
    await later(watch, timedelta(hours=3))
    [_, back] = await told(watch)
    assert back.startswith("<b>Source de retour</b>")
    source = await watch.source("journal")
    assert (source.failing_since, source.failing_told_at, source.trouble) == (None, None, None)


async def test_a_source_that_fails_again_later_is_told_of_again(watch: Watch) -> None:
    for _ in range(2):
        watch.stand.pages["journal"] = Page("", status=500)
        for _ in range(4):
            await later(watch, DAY * 1.2)
        watch.stand.pages["journal"] = Page(rss(item(1)))
        await later(watch, 2 * DAY)
    assert len(await told(watch)) == 4


async def test_a_source_gone_for_good_is_told_of_at_once(watch: Watch) -> None:
    watch.stand.pages["journal"] = Page("", status=410)
    await watch.poll()
    [gone] = await told(watch)
    assert gone.startswith("<b>Source retirée par son site</b>")
    assert "elle ne sera plus lue" in gone


async def test_at_night_nobody_is_woken(watch: Watch, database: Database) -> None:
    watch.clock.set(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    watch.stand.pages["journal"] = Page("", status=410)
    await watch.poll()
    async with database.read() as session:
        due_at = await session.scalar(select(Delivery.due_at).where(Delivery.kind == KIND))
    assert due_at == datetime(2026, 11, 24, 7, 0, tzinfo=UTC), "8 h in Paris"


async def publish_daily(watch: Watch, count: int) -> None:
    """Let the source publish an item a day."""
    for number in range(1, count + 1):
        watch.stand.pages["journal"] = Page(rss(undated(number)))
        await later(watch, DAY)


def undated(number: int) -> str:
    """Return an item without a date."""
    head, _, _ = item(number).partition("<pubDate>")
    return head + "</item>"


async def test_a_source_quieter_than_its_rhythm_is_told_of_once(
    watch: Watch, database: Database
) -> None:
    await publish_daily(watch, 10)
    last = watch.clock.now()
    async with database.read() as session:
        assert await next_silence(session) == last + 3 * DAY
    for _ in range(6):
        await later(watch, DAY)
        await look_for_silence(watch.parts, watch.clock.now())
    [silent] = await told(watch)
    assert silent.startswith("<b>Source silencieuse</b>")
    assert "Elle n’a rien publié depuis 3 jours" in silent
    watch.stand.pages["journal"] = Page(rss(undated(99)))
    await later(watch, DAY)
    assert (await watch.source("journal")).silent_told_at is None


async def test_a_source_without_a_habit_is_left_alone(watch: Watch, database: Database) -> None:
    await publish_daily(watch, 4)
    watch.clock.set(watch.clock.now() + 90 * DAY)
    await look_for_silence(watch.parts, watch.clock.now())
    assert await told(watch) == []
    async with database.read() as session:
        assert await next_silence(session) is None, "until it brings something"


async def test_the_one_who_looks_after_a_source_is_named(watch: Watch, database: Database) -> None:
    async with database.write() as session:
        session.add(Person(id=9, given_name="Paul", family_name="Vidal"))
        await session.flush()
        source = await session.get_one(Source, (await watch.source("journal")).id)
        source.owner_id = 9
    watch.stand.pages["journal"] = Page("", status=410)
    await watch.poll()
    [gone] = await told(watch)
    assert "(suivie par Paul Vidal)" in gone


def test_the_room_looks_for_silence(watch: Watch) -> None:
    room = build(watch.parts)
    assert [tick.name for tick in room.ticks] == ["watch.silence"]
    assert [kind.name for kind in room.deliveries] == [KIND]
