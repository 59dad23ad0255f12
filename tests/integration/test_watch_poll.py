"""Reading sources from end to end, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.ledger.models import Delivery
from core.people.models import Theme
from core.themes.rules import ThemeWords
from tests.newsstand import Page, Watch, item, rss, watch_settings, watching
from watch.models import Entry, Source
from watch.reading.parsing import Parser
from watch.reading.records import FEED, Document, Recipe
from watch.room import build, sync_sources
from watch.sources.store import LEASE, claim_due
from watch.understanding.records import Understanding


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal", "gazette") as watch:
        watch.stand.pages["journal"] = Page(rss(item(2), item(1)))
        watch.stand.pages["gazette"] = Page(rss())
        yield watch


async def count(database: Database, table: type[Entry | Delivery]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_new_items_are_told_in_the_watch_topic_with_keep_and_drop(watch: Watch) -> None:
    await watch.poll()
    first, second = await watch.posts()
    assert first.text == (
        '<a href="https://a.example.org/1"><b>Actualité numéro 1 du territoire</b></a>\n'
        "<i>journal · 2 novembre 2026</i>\n\nRésumé 1\n\nRubrique\u00a0: Vie institutionnelle"
    )
    assert "numéro 2" in second.text
    assert [button.label for button in first.keyboard[0]] == ["Garder", "Écarter"]
    older = (await watch.stories())[1]
    assert first.keyboard[0][0].data == f"watch.keep:watch:story:{older.id}:0"
    assert older.told_at == watch.clock.now()


async def test_two_readings_create_nothing_twice(watch: Watch, database: Database) -> None:
    await watch.poll()
    await watch.poll_again()
    watch.stand.pages["journal"].body = rss(item(2), item(1)) + "<!-- another body -->"
    await watch.poll_again()
    assert len(watch.stand.asked("journal")) == 3
    assert await count(database, Entry) == 2
    assert await count(database, Delivery) == 2


async def test_what_is_not_due_is_not_read(watch: Watch) -> None:
    await watch.poll()
    await watch.poll()
    assert len(watch.stand.asked("journal")) == 1


async def test_a_backlog_tells_its_latest_items_and_counts_the_others(watch: Watch) -> None:
    watch.stand.pages["journal"].body = rss(*(item(number) for number in range(15)))
    await watch.poll()
    posts = await watch.posts()
    assert ["numéro 12" in posts[0].text, "numéro 13" in posts[1].text] == [True, True]
    assert "numéro 14" in posts[2].text
    assert posts[3].text == (
        "12 autres actualités attendent votre décision\u00a0:\n• journal\u00a0: 12"
    )
    assert posts[3].keyboard[0][0].label == "Afficher les suivantes"
    assert len(posts) == 4
    assert len(await watch.stories()) == 15


async def test_the_validators_go_back_and_a_304_reads_nothing(watch: Watch) -> None:
    watch.stand.pages["journal"].headers = {"etag": 'W/"1"'}
    await watch.poll()
    with capture_logs() as logs:
        await watch.poll_again()
    assert watch.stand.asked("journal")[1].headers["if-none-match"] == 'W/"1"'
    assert {(line["source"], line["status"], line["new"]) for line in logs} == {
        (1, 304, 0),
        (2, 200, 0),
    }
    watch.stand.pages["journal"] = Page(rss(item(3), item(2), item(1)))
    await watch.poll_again()
    assert (await watch.source("journal")).etag is None
    assert len(await watch.stories()) == 3


async def test_a_changed_item_is_corrected_without_being_told_again(
    watch: Watch, database: Database
) -> None:
    await watch.poll()
    watch.stand.pages["journal"].body = rss(item(2), item(1, "Rectificatif au titre"))
    await watch.poll_again()
    assert "Rectificatif au titre" in {story.title for story in await watch.stories()}
    assert await count(database, Delivery) == 2


async def test_the_same_news_of_two_sources_is_one_story(watch: Watch, database: Database) -> None:
    decree = "Décret relatif aux aides pour l'électrification rurale"
    watch.stand.pages["journal"].body = rss(item(1, decree))
    await watch.poll()
    watch.stand.pages["gazette"].body = rss(item(8, decree.upper(), "https://b.example.org"))
    await watch.poll_again()
    assert len(await watch.stories()) == 1
    assert await count(database, Entry) == 2
    assert await count(database, Delivery) == 1


async def test_a_flood_is_taken_a_measure_a_day_and_nothing_is_lost(
    watch: Watch, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.poll()
    monkeypatch.setattr("watch.decide.MOST_A_DAY", 400)
    flood = [item(number, f"Annonce de la commune numéro {number}") for number in range(10, 510)]
    watch.stand.pages["journal"] = Page(rss(*flood), headers={"etag": '"1"'})
    with capture_logs() as logs:
        await watch.poll_again()
    assert [line["left"] for line in logs if line["event"] == "watch.flood"] == [102]
    assert await count(database, Entry) == 400
    watch.clock.set(watch.clock.now() + timedelta(days=1))
    await watch.poll_again()
    assert await count(database, Entry) == 502


async def test_one_failing_source_never_stops_the_others(watch: Watch) -> None:
    watch.stand.pages["gazette"] = Page("<html>panne</html>", status=500)
    with capture_logs() as logs:
        await watch.poll()
    assert len(await watch.stories()) == 2
    failed = next(line for line in logs if line["event"] == "watch.failed")
    assert failed["error"] == "the site answered 500 Internal Server Error"
    source = await watch.source("gazette")
    assert (source.errors, source.last_error) == (1, failed["error"])


async def test_errors_back_off_and_a_success_forgets_them(watch: Watch, clock: FixedClock) -> None:
    watch.stand.pages["gazette"] = Page("nothing of a feed")
    waits = []
    for _ in range(3):
        clock.set(_due(await watch.source("gazette"), clock.now()))
        await watch.poll()
        waits.append(_due(await watch.source("gazette"), clock.now()) - clock.now())
    assert waits[0] >= timedelta(hours=1)
    assert waits[1] >= timedelta(hours=2)
    assert waits[2] >= timedelta(hours=4)
    watch.stand.pages["gazette"] = Page(rss(item(5)))
    clock.set(_due(await watch.source("gazette"), clock.now()))
    await watch.poll()
    source = await watch.source("gazette")
    assert (source.errors, source.last_error) == (0, None)


def _due(source: object, fallback: datetime) -> datetime:
    due: datetime | None = getattr(source, "next_check_at", None)
    return due or fallback


async def test_a_server_that_asks_for_time_gets_it(watch: Watch, clock: FixedClock) -> None:
    watch.stand.pages["gazette"] = Page(status=429, headers={"retry-after": "20000"})
    await watch.poll()
    source = await watch.source("gazette")
    assert source.next_check_at == clock.now() + timedelta(seconds=20000)


async def test_a_source_that_is_gone_is_not_read_any_more(watch: Watch) -> None:
    watch.stand.pages["gazette"] = Page(status=410)
    await watch.poll()
    source = await watch.source("gazette")
    assert source.gone_at == watch.clock.now()
    for _ in range(3):
        await watch.poll_again()
    assert len(watch.stand.asked("gazette")) == 1


async def test_a_source_that_moved_for_good_is_read_at_its_new_address(watch: Watch) -> None:
    watch.stand.pages["gazette"] = Page(status=301, headers={"location": "/nouvelle"})
    watch.stand.pages["nouvelle"] = Page(rss(item(9)))
    await watch.poll()
    await watch.poll_again()
    await watch.poll_again()
    assert len(watch.stand.asked("gazette")) == 1
    assert (await watch.source("gazette")).moved_to == f"{watch.stand.url}/nouvelle"


async def test_a_move_to_what_is_no_feed_is_not_believed(watch: Watch) -> None:
    watch.stand.pages["gazette"] = Page(status=301, headers={"location": "/accueil"})
    watch.stand.pages["accueil"] = Page("<html>Bienvenue</html>")
    await watch.poll()
    source = await watch.source("gazette")
    assert source.moved_to is None
    assert source.last_error == "a web page came instead of a feed"


async def test_a_malformed_feed_in_windows_1252_is_told_in_good_french(watch: Watch) -> None:
    body = rss(item(1, "R&D rural : l’été à 30 €")).encode("cp1252")
    watch.stand.pages["journal"] = Page(body, headers={"content-type": "text/xml"})
    await watch.poll()
    assert "R&amp;D rural : l’été à 30 €" in (await watch.posts())[0].text


async def test_the_words_of_the_network_s_themes_are_recognised(
    watch: Watch, database: Database
) -> None:
    async with database.write() as session:
        session.add(Theme(code="enfance", name="Petite enfance", words=["crèche"], exclusions=[]))
    watch.stand.pages["journal"].body = rss(item(1, "Deux crèches ouvrent"), item(2))
    await watch.poll()
    assert [story.themes for story in await watch.stories()] == [["enfance"], []]


async def test_a_source_in_hand_is_not_due_for_another_process(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    async with database.write() as session:
        assert len(await claim_due(session, clock.now(), 10)) == 2
    async with database.write() as session:
        assert not await claim_due(session, clock.now(), 10)
    async with database.write() as session:
        assert len(await claim_due(session, clock.now() + LEASE, 10)) == 2
    await watch.poll()
    assert not watch.stand.requests


async def test_a_reading_cut_short_is_done_again_once_its_lease_is_over(
    watch: Watch, clock: FixedClock
) -> None:
    held = asyncio.Event()
    watch.stand.pages["journal"].held = held
    reading = asyncio.create_task(watch.poll())
    await watch.stand.pages["journal"].asked.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    held.set()
    await watch.poll()
    assert len(watch.stand.asked("journal")) == 1
    clock.set(clock.now() + LEASE)
    await watch.poll()
    assert len(await watch.stories()) == len(await watch.posts()) == 2


class BrokenParser(Parser):
    """A parser with a defect that nobody thought of."""

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
        if url.endswith("gazette"):
            raise ZeroDivisionError
        return await super().parse_first(body, url, headers, recipe, themes=themes, now=now)


async def test_a_defect_met_on_one_source_spares_the_others(
    database: Database, clock: FixedClock
) -> None:
    broken = BrokenParser(workers=1, timeout=30)
    async with broken, watching(database, clock, broken, "journal", "gazette") as watch:
        watch.stand.pages["journal"] = watch.stand.pages["gazette"] = Page(rss(item(1)))
        await watch.poll()
        assert len(await watch.stories()) == 1
        gazette = await watch.source("gazette")
        assert gazette.last_error == "ZeroDivisionError"
        assert gazette.next_check_at is not None


async def test_the_sources_follow_the_configuration(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    await watch.poll()
    settings = watch_settings(watch.stand, "journal", "bulletin")
    renamed = settings.watch.sources[0].model_copy(update={"url": f"{watch.stand.url}/autre"})
    settings = settings.model_copy(
        update={
            "watch": settings.watch.model_copy(
                update={"sources": [renamed, settings.watch.sources[1]]}
            )
        }
    )
    for _ in range(2):
        async with database.write() as session:
            await sync_sources(session, settings, clock.now())
    journal, gazette = await watch.source("journal"), await watch.source("gazette")
    assert journal.url.endswith("/autre")
    assert (journal.body_hash, journal.next_check_at) == (None, clock.now())
    assert (gazette.enabled, gazette.next_check_at) == (False, None)
    assert (await watch.source("bulletin")).next_check_at == clock.now()
    async with database.write() as session:
        await sync_sources(session, watch_settings(watch.stand, "gazette"), clock.now())
    assert (await watch.source("gazette")).next_check_at == clock.now()


async def test_processes_that_start_together_list_each_source_once(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    settings = watch_settings(watch.stand, "journal", "gazette", "bulletin")

    async def start() -> None:
        async with database.write() as session:
            await sync_sources(session, settings, clock.now())
            await asyncio.sleep(0.1)  # so that the others look before this one commits

    await asyncio.gather(*(start() for _ in range(3)))
    assert (await watch.source("bulletin")).enabled


async def test_the_same_news_read_by_two_processes_at_once_is_one_story(
    watch: Watch, database: Database, parser: Parser
) -> None:
    """Each process has one of the two sources in hand, and both store at the same moment."""
    watch.stand.pages["gazette"].body = watch.stand.pages["journal"].body
    for page in watch.stand.pages.values():
        page.held = asyncio.Event()
    async with Fetcher(watch.parts.settings.watch) as fetcher:
        other = replace(watch, room=build(watch.parts, fetcher, parser))
        polls = []
        async with database.write() as session:
            await session.execute(update(Source).values(next_check_at=None))
        for process, name in ((watch, "journal"), (other, "gazette")):
            async with database.write() as session:
                due = update(Source).where(Source.name == name)
                await session.execute(due.values(next_check_at=watch.clock.now()))
            polls.append(asyncio.create_task(process.poll()))
            await watch.stand.pages[name].asked.wait()
        for page in watch.stand.pages.values():
            assert page.held is not None
            page.held.set()
        await asyncio.gather(*polls)
    assert len(await watch.stories()) == 2
    assert await count(database, Entry) == 4
