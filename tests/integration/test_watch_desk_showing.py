"""When news is shown in the watch topic: quiet hours, order, never a flood, the improbable."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from core.chat import Post
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.http import Fetcher
from core.ledger.models import Delivery
from tests.newsstand import Page, Watch, item, rss, watching
from tests.parts import make_parts
from watch.desk.rules import MOST_SHOWN
from watch.models import Story
from watch.reading.parsing import Parser
from watch.room import build

SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
"""8 h 00 in Paris, when news begins to be shown."""


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal") as watch:
        watch.stand.pages["journal"] = Page(rss(item(1)))
        yield watch


async def many(watch: Watch, count: int, *, first: int = 100) -> None:
    """Store news of one source, each of its own reading, as if read a while ago."""
    source = await watch.source("journal")
    async with watch.parts.database.write() as session:
        for number in range(first, first + count):
            story = Story(
                title=f"Actualité {number}",
                title_key=f"actualite {number}",
                link="",
                section="agenda",
                folded=False,
                first_seen_at=watch.clock.now() - timedelta(minutes=number),
            )
            session.add(story)
            await session.flush()
            session.add(_entry(story, source.id))


def _entry(story: Story, source_id: int) -> object:
    from watch.models import Entry  # noqa: PLC0415

    return Entry(
        source_id=source_id,
        story_id=story.id,
        identity=f"guid:{story.id}",
        hash="",
        title=story.title,
        link="",
        summary="",
        author="",
        first_seen_at=story.first_seen_at,
    )


async def texts(watch: Watch) -> list[str]:
    return [post.text.replace("\u00a0", " ") for post in await watch.posts()]


def labels(post: Post) -> list[str]:
    return [button.label for row in post.keyboard for button in row]


async def test_what_is_read_outside_of_hours_is_shown_at_the_next_opening(watch: Watch) -> None:
    watch.clock.set(SATURDAY)
    await watch.poll()
    assert await watch.posts() == []
    [show] = [tick for tick in watch.room.ticks if tick.name == "watch.show"]
    async with watch.parts.database.read() as session:
        assert await show.next_due(session) == MONDAY
    watch.clock.set(MONDAY)
    await watch.tick("watch.show")
    assert len(await watch.posts()) == 1
    async with watch.parts.database.read() as session:
        assert await show.next_due(session) is None


async def test_showing_twice_shows_once(watch: Watch) -> None:
    await watch.poll()
    await watch.tick("watch.show")
    await asyncio.gather(watch.tick("watch.show"), watch.tick("watch.show"))
    assert len(await watch.posts()) == 1


async def test_the_most_likely_is_shown_first(watch: Watch) -> None:
    await many(watch, 3)
    async with watch.parts.database.write() as session:
        for number, likelihood in ((1, 0.2), (2, 0.9), (3, None)):
            await session.execute(
                update(Story).where(Story.id == number).values(likelihood=likelihood)
            )
    await watch.tick("watch.show")
    assert [text.split("</b>")[0] for text in await texts(watch)] == [
        "<b>Actualité 101",
        "<b>Actualité 102",
        "<b>Actualité 100",
    ]


async def test_half_a_day_shows_only_so_many_of_all_sources_and_counts_the_rest(
    watch: Watch,
) -> None:
    await many(watch, MOST_SHOWN + 25)
    await watch.tick("watch.show")
    said = await texts(watch)
    assert len(said) == MOST_SHOWN + 1
    assert said[-1] == "25 autres actualités attendent votre décision :\n• journal : 25"
    await many(watch, 5, first=300)
    await watch.tick("watch.show")
    assert len(await watch.posts()) == MOST_SHOWN + 1, "counted once an hour"
    watch.clock.set(watch.clock.now() + timedelta(hours=1))
    await watch.tick("watch.show")
    assert (await texts(watch))[-1].startswith("5 autres actualités")
    watch.clock.set(watch.clock.now() + timedelta(hours=4))
    await many(watch, 2, first=500)
    await watch.tick("watch.show")
    assert len(await watch.posts()) == MOST_SHOWN + 2 + 2, "the afternoon shows some more"


async def test_a_first_reading_of_many_sources_is_one_message_of_counts(
    watch: Watch, database: Database
) -> None:
    watch.stand.pages["journal"].body = rss(*(item(number) for number in range(60)))
    await watch.poll()
    assert (await texts(watch))[-1] == (
        "57 autres actualités attendent votre décision :\n• journal : 57"
    )
    async with database.read() as session:
        rows = await session.scalar(select(func.count()).select_from(Delivery))
    assert rows == 3 + 1


async def fold(watch: Watch) -> None:
    async with watch.parts.database.write() as session:
        await session.execute(update(Story).values(folded=True))


async def test_the_improbable_is_one_message_a_day(watch: Watch) -> None:
    await many(watch, 2)
    await fold(watch)
    await watch.tick("watch.show")
    (post,) = await watch.posts()
    assert post.text.replace("\u00a0", " ") == (
        "2 actualités peu probables ne sont pas affichées :\n• journal : 2"
    )
    assert labels(post) == ["Voir les peu probables"]
    assert post.keyboard[0][0].data == "watch.list:watch:list:folded-1:0"
    await many(watch, 1, first=200)
    await fold(watch)
    await watch.tick("watch.show")
    assert len(await watch.posts()) == 1
    watch.clock.set(watch.clock.now() + timedelta(days=1))
    await watch.tick("watch.show")
    assert (await texts(watch))[-1].startswith("1 actualité peu probable n’est")


async def test_nothing_is_folded_when_the_configuration_says_so(
    watch: Watch, parser: Parser
) -> None:
    await many(watch, 2)
    await fold(watch)
    await _showing(watch, parser, fold=False)
    said = await texts(watch)
    assert [text.split("</b>")[0] for text in said] == ["<b>Actualité 101", "<b>Actualité 100"]


async def test_without_hours_news_is_shown_at_night_too(watch: Watch, parser: Parser) -> None:
    watch.clock.set(SATURDAY)
    await many(watch, 1)
    await _showing(watch, parser, shown_hours=[])
    assert len(await watch.posts()) == 1


async def _showing(watch: Watch, parser: Parser, **settings: object) -> None:
    """Show what is new as another configuration wants it."""
    given = watch.parts.settings
    other = given.model_copy(update={"watch": given.watch.model_copy(update=settings)})
    parts = make_parts(watch.parts.database, watch.clock, other)
    async with Fetcher(other.watch) as fetcher:
        [show] = [tick for tick in build(parts, fetcher, parser).ticks if tick.name == "watch.show"]
        await show.run(watch.clock.now())


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"shown_hours": ["toujours"]}, r"watch\.shown_hours: not working hours"),
        ({"summary": "lundi 8h"}, r"watch\.summary: not a day and a time"),
    ],
)
async def test_hours_that_cannot_be_read_stop_the_start(
    watch: Watch, parser: Parser, settings: dict[str, object], what: str
) -> None:
    with pytest.raises(InputError, match=what):
        await _showing(watch, parser, **settings)


async def test_the_check_says_when_news_is_shown(watch: Watch, parser: Parser) -> None:
    [check] = [each for each in watch.room.checks if each.name == "watch hours"]
    (good,) = await check.run()
    assert good.ok
    (bad,) = await _checked(watch, parser, summary="sun 08:45", shown_hours=["mon 10:00-12:00"])
    assert bad == "move watch.summary into watch.shown_hours, or accept a message at that time"


async def _checked(watch: Watch, parser: Parser, **settings: object) -> Sequence[str]:
    given = watch.parts.settings
    other = given.model_copy(update={"watch": given.watch.model_copy(update=settings)})
    parts = make_parts(watch.parts.database, watch.clock, other)
    async with Fetcher(other.watch) as fetcher:
        (check,) = build(parts, fetcher, parser).checks
        return [finding.hint for finding in await check.run() if not finding.ok]
