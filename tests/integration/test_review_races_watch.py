"""Races of the watch: pressing, letting go, counting and silence, each at the wrong moment."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database, alone
from core.http import Fetcher
from core.reference import Party, Reference
from tests.newsstand import GROUP, JEANNE, Page, Watch, item, rss, turn, watch_settings, watching
from tests.parts import make_parts
from watch.archive.retention import FORGOTTEN, let_go
from watch.decide import Verdict
from watch.desk import store
from watch.desk.deciding import write
from watch.health.notices import look_for_silence, next_silence
from watch.models import Entry, Source, Story
from watch.reading.parsing import Parser
from watch.room import build
from watch.sources.models import Trial
from watch.sources.trials import Trials

DAY = timedelta(days=1)
SOMEBODY = Party("person", "1")


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


async def press(watch: Watch, name: str, story: int, version: int) -> Sequence[Response]:
    [action] = [action for action in watch.room.actions if action.name == name]
    async with watch.parts.database.write() as session:
        return await action.handler(
            turn(watch, session), Reference("watch", "story", str(story)), version
        )


async def paste(watch: Watch, words: str) -> Sequence[Response]:
    assert watch.room.links is not None
    async with watch.parts.database.write() as session:
        said = turn(watch, session)
        said = replace(said, incoming=replace(said.incoming, kind="text", text=words))
        return await watch.room.links(said)


async def forgotten(watch: Watch) -> Story:
    """Let the watch read a story, and let it go thirteen months later."""
    await watch.poll()
    watch.clock.set(watch.clock.now() + 400 * DAY)
    await let_go(watch.parts, watch.clock.now())
    [story] = await watch.stories()
    assert story.state == FORGOTTEN
    return story


# --- what was let go --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["watch.keep", "watch.drop", "watch.card", "watch.back"])
@pytest.mark.parametrize("ahead", [0, -1])
async def test_a_press_under_news_that_were_let_go_says_so(
    watch: Watch, name: str, ahead: int
) -> None:
    story = await forgotten(watch)
    [answer] = await press(watch, name, story.id, story.version + ahead)
    assert isinstance(answer, Toast)
    assert answer.text.block == "unknown"
    assert (await watch.stories())[0].state == FORGOTTEN


async def test_an_address_whose_news_were_let_go_is_added_anew(watch: Watch) -> None:
    await forgotten(watch)
    [answer] = await paste(watch, "https://a.example.org/1")
    assert isinstance(answer, Reply)
    assert answer.text.block == "link_added"
    assert [story.state for story in await watch.stories()] == [FORGOTTEN, "kept"]


async def test_an_address_added_by_hand_and_let_go_is_added_anew(watch: Watch) -> None:
    await paste(watch, "https://b.example.org/1")
    async with watch.parts.database.write() as session:
        story = await session.get_one(Story, 1)
        assert write(session, story, Verdict.DROP, SOMEBODY, watch.clock.now())
    watch.clock.set(watch.clock.now() + 400 * DAY)
    await let_go(watch.parts, watch.clock.now())
    await paste(watch, "https://b.example.org/1")
    assert [story.state for story in await watch.stories()] == [FORGOTTEN, "kept"]


async def test_what_is_kept_at_the_moment_of_letting_go_stays(watch: Watch) -> None:
    await watch.poll()
    now = watch.clock.now() + 400 * DAY
    async with watch.parts.database.write() as session:
        story = await store.story_for_update(session, 1)
        assert story is not None
        assert write(session, story, Verdict.KEEP, SOMEBODY, now)
        await session.flush()
        letting_go = asyncio.create_task(let_go(watch.parts, now))
        await asyncio.sleep(0.3)  # so that it looks before this one commits
    await letting_go
    [story] = await watch.stories()
    assert (story.state, story.title) == ("kept", "Actualité numéro 1 du territoire")


# --- what is counted --------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_what_comes_while_news_are_counted_is_counted_later(
    watch: Watch, database: Database
) -> None:
    await watch.poll()
    async with database.write() as session:
        await session.execute(update(Story).values(told_at=None, counted_at=None))
    wanted = store.untold(folding=False)
    async with database.write() as session:
        execute, meanwhile = session.execute, [1]

        async def interrupted(*given: Any, **options: Any) -> Any:
            result = await execute(*given, **options)
            if meanwhile.pop() if meanwhile else 0:
                await _another(database, watch.clock.now())
            return result

        session.execute = interrupted  # type: ignore[method-assign]
        counted = await store.mark_counted(session, wanted, watch.clock.now())
    async with database.read() as session:
        marked = await session.scalar(
            select(func.count()).select_from(Story).where(Story.counted_at.is_not(None))
        )
    assert counted == {"journal": 1}
    assert marked == 1


async def _another(database: Database, now: datetime) -> None:
    async with database.write() as session:
        story = Story(title="x", title_key="x", link="", section="x", first_seen_at=now)
        session.add(story)
        await session.flush()
        session.add(
            Entry(
                source_id=1,
                story_id=story.id,
                identity="guid:x",
                hash="",
                title="x",
                link="",
                summary="",
                author="",
                first_seen_at=now,
            )
        )


# --- silence ----------------------------------------------------------------------------------


async def daily(watch: Watch, count: int) -> datetime:
    """Let the source bring something every day; return when it did last."""
    for number in range(1, count + 1):
        head, _, _ = item(number).partition("<pubDate>")
        watch.stand.pages["journal"] = Page(rss(f"{head}</item>"))
        watch.clock.set(watch.clock.now() + DAY)
        await watch.poll()
    return watch.clock.now()


async def silences(watch: Watch) -> int:
    return sum("silencieuse" in post.text for post in await watch.posts())


async def test_nobody_is_called_silent_because_nobody_listened(
    watch: Watch, database: Database
) -> None:
    """The machine was off for two weeks: what a source said is to be read first."""
    await daily(watch, 10)
    watch.clock.set(watch.clock.now() + 14 * DAY)
    await look_for_silence(watch.parts, watch.clock.now())
    assert await silences(watch) == 0
    async with database.read() as session:
        again = await next_silence(session)
    assert again is not None
    assert again > watch.clock.now()
    await watch.poll()
    watch.clock.set(again)
    await look_for_silence(watch.parts, watch.clock.now())
    assert await silences(watch) == 1, "it was read, and had nothing new"


async def test_a_source_that_failed_and_then_brings_nothing_is_told_of(watch: Watch) -> None:
    last = await daily(watch, 10)
    body = watch.stand.pages["journal"].body
    watch.stand.pages["journal"] = Page("", status=500)
    watch.clock.set(last + 3 * DAY)
    await watch.poll()
    await look_for_silence(watch.parts, watch.clock.now())
    assert await silences(watch) == 0
    watch.stand.pages["journal"] = Page(body)
    for _ in range(4):
        watch.clock.set(watch.clock.now() + DAY)
        await watch.poll()
        await look_for_silence(watch.parts, watch.clock.now())
    assert await silences(watch) == 1


async def test_the_health_of_sources_is_told_when_news_are_always_shown(
    watch: Watch, database: Database, parser: Parser
) -> None:
    watch.clock.set(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    settings = watch_settings(watch.stand, "journal")
    always = settings.watch.model_copy(update={"shown_hours": []})
    parts = make_parts(database, watch.clock, settings.model_copy(update={"watch": always}))
    watch.stand.pages["journal"] = Page("", status=410)
    async with Fetcher(parts.settings.watch) as fetcher:
        await replace(watch, room=build(parts, fetcher, parser)).poll()
    async with database.read() as session:
        assert await session.scalar(select(Source.gone_at)) == watch.clock.now()
    assert any("retirée" in post.text for post in await watch.posts())


# --- locks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
@pytest.mark.parametrize("name", ["watch.show", "watch.more"])
async def test_showing_news_that_a_reading_corrects_waits_for_it(
    watch: Watch, database: Database, name: str
) -> None:
    """Two transactions that each hold a story, and want that of the other, would both wait."""
    watch.stand.pages["journal"] = Page(rss(item(1), item(2)))
    await watch.tick("watch.poll")
    async with database.write() as session:
        await alone(session, "watch.stories")
        await _correct(session, 2)
        if name == "watch.show":
            showing = asyncio.create_task(watch.tick(name))
        else:
            showing = asyncio.create_task(_press_quietly(watch, name))
        await asyncio.sleep(0.3)  # so that it holds what it can
        await _correct(session, 1)
    await showing
    assert len(await watch.posts()) == 2


async def _correct(session: AsyncSession, story: int) -> None:
    await session.execute(update(Story).where(Story.id == story).values(title="Autrement dit"))


async def _press_quietly(watch: Watch, name: str) -> None:
    await press(watch, name, 1, 0)


# --- what was tried ---------------------------------------------------------------------------


async def test_an_address_tried_after_the_former_were_forgotten_is_answered(
    watch: Watch, database: Database, parser: Parser
) -> None:
    """A number that is given again would find its answer in the ledger, sent already."""
    async with Fetcher(watch.parts.settings.watch) as fetcher:
        trials = Trials(watch.parts, fetcher, parser)
        for count in (1, 2):
            async with database.write() as session:
                session.add(_trial(watch))
            await trials.run(watch.clock.now())
            assert len(await watch.posts()) == count
            async with database.read() as session:
                due = await trials.next_purge(session)
            assert due is not None
            watch.clock.set(due)
            await trials.purge(due)
            async with database.read() as session:
                assert await trials.next_purge(session) is None, "purged when it is due"


def _trial(watch: Watch) -> Trial:
    now = watch.clock.now()
    url = f"{watch.stand.url}/journal"
    return Trial(url=url, person_id=JEANNE, chat_id=GROUP, asked_at=now, due_at=now)
