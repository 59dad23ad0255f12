"""Monday's summary: once, at its hour, late on its day, with what closes and who is silent."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from core.clock import FixedClock
from core.db import Database
from tests.newsstand import Page, Watch, item, rss, watching
from watch.models import Source, Story
from watch.reading.parsing import Parser

MONDAY = datetime(2026, 11, 30, 7, 45, tzinfo=UTC)
"""8 h 45 in Paris."""


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal", "gazette", "bulletin") as watch:
        watch.clock.set(MONDAY - timedelta(days=4))
        for name in ("gazette", "bulletin"):
            watch.stand.pages[name] = Page(rss())
        watch.stand.pages["journal"] = Page(rss(*(item(number) for number in range(5))))
        await watch.poll()
        yield watch


async def closes(watch: Watch, number: int, at: datetime, *more: datetime, state: str) -> None:
    """Let a story be a call with closing dates."""
    dates = [{"kind": "round", "at": each.isoformat(), "words": "avant"} for each in (at, *more)]
    async with watch.parts.database.write() as session:
        await session.execute(
            update(Story)
            .where(Story.id == number)
            .values(dates=dates, deadline=at, state=state, decided_at=watch.clock.now())
        )


async def summaries(watch: Watch) -> list[str]:
    await watch.tick("watch.summary")
    said = [post.text.replace("\u00a0", " ") for post in await watch.posts()]
    return [each for each in said if each.startswith("<b>La veille de la semaine</b>")]


async def test_monday_tells_what_closes_what_waits_and_which_sources_are_in_trouble(
    watch: Watch,
) -> None:
    await closes(watch, 1, MONDAY + timedelta(days=3), state="waiting")
    await closes(watch, 2, MONDAY + timedelta(days=1), state="kept")
    await closes(watch, 3, MONDAY - timedelta(days=9), MONDAY + timedelta(days=9), state="kept")
    await closes(watch, 4, MONDAY + timedelta(days=1), state="dropped")
    await closes(watch, 5, MONDAY + timedelta(days=60), state="kept")
    async with watch.parts.database.write() as session:
        since = MONDAY - timedelta(days=2)
        gazette, bulletin = (Source.name == name for name in ("gazette", "bulletin"))
        await session.execute(update(Source).where(gazette).values(failing_since=since))
        quiet = {"silent_told_at": since, "last_new_at": MONDAY - timedelta(days=40)}
        await session.execute(update(Source).where(bulletin).values(**quiet))
    watch.clock.set(MONDAY)
    (said,) = await summaries(watch)
    assert said == (
        "<b>La veille de la semaine</b>\n\n"
        "Appels et inscriptions dont la date limite tombe d’ici 14 jours :\n"
        "• Actualité numéro 1 du territoire <i>(journal)</i> – jusqu’au mardi 1er décembre"
        " – gardée\n"
        "• Actualité numéro 0 du territoire <i>(journal)</i> – jusqu’au jeudi 3 décembre\n"
        "• Actualité numéro 2 du territoire <i>(journal)</i> – jusqu’au mercredi 9 décembre"
        " – gardée\n\n"
        "1 actualité attend votre décision.\n"
        "3 actualités sont gardées pour la prochaine lettre.\n\n"
        "Sources en panne :\n"
        "• gazette, depuis le 28 novembre 2026\n\n"
        "Sources silencieuses depuis plus longtemps que d’habitude :\n"
        "• bulletin, rien depuis le 21 octobre 2026"
    )
    post = (await watch.posts())[-1]
    assert [b.label for row in post.keyboard for b in row] == ["En attente (1)"]


async def test_it_is_sent_once_at_its_hour(watch: Watch) -> None:
    watch.clock.set(MONDAY - timedelta(minutes=1))
    assert await summaries(watch) == []
    watch.clock.set(MONDAY)
    await asyncio.gather(watch.tick("watch.summary"), watch.tick("watch.summary"))
    assert len(await summaries(watch)) == 1
    watch.clock.set(MONDAY + timedelta(hours=5))
    assert len(await summaries(watch)) == 1
    watch.clock.set(MONDAY + timedelta(days=7))
    assert len(await summaries(watch)) == 2


async def test_after_weeks_off_it_is_sent_once_late_on_its_day_and_not_the_day_after(
    watch: Watch,
) -> None:
    watch.clock.set(MONDAY + timedelta(days=21, hours=6))
    assert len(await summaries(watch)) == 1
    watch.clock.set(MONDAY + timedelta(days=29))
    assert len(await summaries(watch)) == 1


async def test_in_summer_it_is_at_the_same_time_of_the_clock(watch: Watch) -> None:
    watch.clock.set(datetime(2027, 7, 5, 6, 44, tzinfo=UTC))
    assert await summaries(watch) == []
    watch.clock.set(datetime(2027, 7, 5, 6, 45, tzinfo=UTC))
    assert len(await summaries(watch)) == 1


async def test_on_a_holiday_it_waits_for_the_next_day(watch: Watch) -> None:
    watch.clock.set(datetime(2027, 3, 29, 7, 45, tzinfo=UTC))  # Easter Monday
    assert await summaries(watch) == []
    watch.clock.set(datetime(2027, 3, 30, 6, 45, tzinfo=UTC))
    assert len(await summaries(watch)) == 1


async def test_a_quiet_week_says_so(watch: Watch) -> None:
    async with watch.parts.database.write() as session:
        await session.execute(update(Story).values(state="dropped", decided_at=watch.clock.now()))
    watch.clock.set(MONDAY)
    (said,) = await summaries(watch)
    assert said == (
        "<b>La veille de la semaine</b>\n\n"
        "Aucune date limite d’ici 14 jours.\n\n"
        "Rien n’attend votre décision."
    )


async def test_the_clock_knows_when_the_next_one_comes(watch: Watch) -> None:
    [tick] = [each for each in watch.room.ticks if each.name == "watch.summary"]
    async with watch.parts.database.read() as session:
        assert await tick.next_due(session) == MONDAY
