"""What is one piece of news, from one reading to the next and from one source to another."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from tests.newsstand import Page, Watch, rss, watching
from watch.models import Entry, Source, Story
from watch.reading.parsing import Parser
from watch.room import build
from watch.stories.bursts import bursts
from watch.stories.recent import RecentStories

OFFICIAL = "Décret n° 2026-812 du 4 septembre 2026 relatif aux aides pour l'électrification rurale"
RELAYED = "Électrification rurale : un décret précise les aides"
PUBLISHED = "Publication du décret relatif aux aides pour l’électrification rurale"


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal", "gazette", "bulletin") as watch:
        for name in ("journal", "gazette", "bulletin"):
            watch.stand.pages[name] = Page(rss())
        yield watch


def item(guid: str, title: str, link: str = "", summary: str = "", date: str = "") -> str:
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title>"
        f"<link>{link}</link><description>{summary}</description>"
        f"{f'<pubDate>{date}</pubDate>' if date else ''}</item>"
    )


def say(watch: Watch, name: str, *items: str) -> None:
    watch.stand.pages[name].body = rss(*items)


async def entries(watch: Watch) -> list[Entry]:
    async with watch.parts.database.read() as session:
        return list(await session.scalars(select(Entry).order_by(Entry.id)))


async def sources_of(watch: Watch, story: Story) -> list[str]:
    async with watch.parts.database.read() as session:
        query = select(Source.name).join(Entry, Entry.source_id == Source.id)
        return list(
            await session.scalars(query.where(Entry.story_id == story.id).order_by(Entry.id))
        )


async def decide(watch: Watch, state: str) -> None:
    async with watch.parts.database.write() as session:
        await session.execute(
            update(Story).values(state=state, version=1, decided_at=watch.clock.now())
        )


# --- several sources --------------------------------------------------------------------------


async def test_a_decree_that_three_sites_announce_is_one_story_with_its_three_sources(
    watch: Watch,
) -> None:
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    await watch.poll()
    summary = "Le décret n° 2026-812 du 4 septembre 2026 fixe les aides pour l'électrification."
    say(watch, "gazette", item("g", RELAYED, "https://gazette.example/a", summary))
    await watch.poll_again()
    say(watch, "bulletin", item("b", PUBLISHED, "https://bulletin.example/z"))
    await watch.poll_again()
    (story,) = await watch.stories()
    assert story.title == OFFICIAL
    assert await sources_of(watch, story) == ["journal", "gazette", "bulletin"]
    assert [entry.title for entry in await entries(watch)] == [OFFICIAL, RELAYED, PUBLISHED]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Appel à projets 2026 « Mobilités rurales solidaires »", "2027"),
        ("Formation « Animer une démarche d'accueil rural », session 2026", "2027"),
    ],
)
async def test_the_call_of_another_year_is_another_story(
    watch: Watch, title: str, other: str
) -> None:
    say(watch, "journal", item("1", title, "https://a.example/1"))
    say(watch, "gazette", item("2", title.replace("2026", other), "https://b.example/2"))
    await watch.poll()
    assert len(await watch.stories()) == 2


async def test_two_texts_of_one_name_stay_two_in_a_source_and_nobody_joins_either(
    watch: Watch,
) -> None:
    title = "Arrêté du 9 novembre 2026 relatif à l'agrément des espaces de vie itinérants"
    texts = [item("", title, f"https://jo.example/{number}") for number in (1, 2)]
    say(watch, "journal", *texts)
    await watch.poll()
    say(watch, "gazette", item("g", title, "https://gazette.example/a"))
    await watch.poll_again()
    assert len(await watch.stories()) == 3


@pytest.mark.parametrize("state", ["kept", "dropped"])
async def test_what_was_decided_and_is_told_again_gains_a_source_and_is_not_shown_again(
    watch: Watch, state: str
) -> None:
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    await watch.poll()
    await decide(watch, state)
    before = len(await watch.posts())
    say(watch, "gazette", item("g", PUBLISHED, "https://gazette.example/a"))
    await watch.poll_again()
    (story,) = await watch.stories()
    assert (story.state, story.version) == (state, 1)
    assert await sources_of(watch, story) == ["journal", "gazette"]
    assert len(await watch.posts()) == before


async def test_an_item_that_moves_to_another_source_joins_its_story_however_old(
    watch: Watch, clock: FixedClock
) -> None:
    say(watch, "journal", item("1", "Ouverture de la crèche", "https://a.example/creche"))
    await watch.poll()
    say(watch, "journal")
    say(watch, "gazette", item("z", "La crèche ouvre", "https://a.example/creche"))
    clock.set(clock.now() + timedelta(days=40))
    await watch.poll()
    (story,) = await watch.stories()
    assert await sources_of(watch, story) == ["journal", "gazette"]


async def test_the_call_of_the_next_year_at_the_same_address_is_news(watch: Watch) -> None:
    say(watch, "journal", item("1", "Appel à projets 2026", "https://a.example/appel"))
    await watch.poll()
    await decide(watch, "dropped")
    say(watch, "journal", item("2", "Appel à projets 2027", "https://a.example/appel"))
    await watch.poll_again()
    assert [story.state for story in await watch.stories()] == ["dropped", "waiting"]


async def test_what_was_said_longer_ago_than_the_window_is_news_again(
    watch: Watch, clock: FixedClock
) -> None:
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    await watch.poll()
    clock.set(clock.now() + timedelta(days=9))
    say(watch, "gazette", item("g", PUBLISHED, "https://gazette.example/a"))
    await watch.poll()
    assert len(await watch.stories()) == 2


async def test_a_story_is_known_by_its_corrected_title(watch: Watch) -> None:
    say(watch, "journal", item("1", "Une information à venir", "https://jo.example/812"))
    await watch.poll()
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    await watch.poll_again()
    say(watch, "gazette", item("g", PUBLISHED, "https://gazette.example/a"))
    await watch.poll_again()
    (story,) = await watch.stories()
    assert await sources_of(watch, story) == ["journal", "gazette"]


async def test_after_a_restart_the_stories_of_before_are_joined(
    watch: Watch, parser: Parser
) -> None:
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    await watch.poll()
    async with Fetcher(watch.parts.settings.watch) as fetcher:
        restarted = replace(watch, room=build(watch.parts, fetcher, parser))
        say(watch, "gazette", item("g", PUBLISHED, "https://gazette.example/a"))
        await restarted.poll_again()
    assert len(await watch.stories()) == 1


async def test_two_processes_that_read_it_at_once_make_one_story(
    watch: Watch, database: Database, parser: Parser
) -> None:
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    say(watch, "gazette", item("g", PUBLISHED, "https://gazette.example/a"))
    for page in watch.stand.pages.values():
        page.held = asyncio.Event()
    async with Fetcher(watch.parts.settings.watch) as fetcher:
        other = replace(watch, room=build(watch.parts, fetcher, parser))
        polls = []
        async with database.write() as session:
            await session.execute(update(Source).values(next_check_at=None))
        for process, name in ((watch, "journal"), (other, "gazette")):
            async with database.write() as session:
                due = watch.clock.now()
                mine = update(Source).where(Source.name == name)
                await session.execute(mine.values(next_check_at=due))
            polls.append(asyncio.create_task(process.poll()))
            await watch.stand.pages[name].asked.wait()
        for page in watch.stand.pages.values():
            assert page.held is not None
            page.held.set()
        await asyncio.gather(*polls)
    assert len(await watch.stories()) == 1
    assert len(await entries(watch)) == 2


async def test_what_was_rolled_back_is_never_joined(watch: Watch, database: Database) -> None:
    """The numbers of a transaction that failed are given again to something else."""
    recent = RecentStories()
    now = watch.clock.now()
    say(watch, "journal", item("1", OFFICIAL, "https://jo.example/812"))
    await watch.poll()
    signature = (await watch.stories())[0].signature
    with pytest.raises(ZeroDivisionError):
        async with database.write() as session:
            await recent.refresh(session, now)
            session.add(
                Story(
                    title="Jamais",
                    title_key="",
                    link="",
                    section="agenda",
                    signature=signature,
                    first_seen_at=now,
                )
            )
            await session.flush()
            raise ZeroDivisionError
    async with database.write() as session:
        await recent.refresh(session, now)
        assert len(recent) == 1


async def test_many_stories_are_read_at_start_without_those_that_are_old(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    async with database.write() as session:
        source = Source(name="S", url="https://s.example", section="agenda", every=3600)
        session.add(source)
        await session.flush()
        stories = [
            Story(
                title="T",
                title_key="",
                link="",
                section="agenda",
                first_seen_at=now - timedelta(days=20 if number < 300 else 1),
            )
            for number in range(6000)
        ]
        session.add_all(stories)
        await session.flush()
        session.add_all(
            Entry(
                source_id=source.id,
                story_id=story.id,
                identity=str(number),
                hash="",
                title="T",
                link="",
                summary="",
                author="",
                first_seen_at=story.first_seen_at,
            )
            for number, story in enumerate(stories)
        )
    recent = RecentStories()
    async with database.read() as reading:
        await recent.warm(reading, now)
    assert len(recent) == 700
    async with database.write() as session:
        await recent.refresh(session, now)
        assert len(recent) == 5700
        await recent.refresh(session, now + timedelta(days=9))
    assert len(recent) == 0


# --- one source -------------------------------------------------------------------------------

SUMMARY = "Les communes de moins de deux mille habitants peuvent déposer leur dossier en ligne."


def page(number: int, *, guid: str = "", link: str = "", date: str = "2026-11-20 09:00") -> str:
    where = link or f"http://site.example/actualites/article-{number}"
    return item(guid or f"g{number}", f"Actualité du territoire numéro {number}", where, "", date)


@pytest.mark.parametrize(
    "renewed",
    [
        [page(number, guid=f"new-{number}") for number in range(30)],
        [page(number, link=f"https://www.site.example/n/{number}") for number in range(30)],
        [page(number, date="2026-11-22 10:00") for number in range(30)],
        [
            page(number, guid=f"n{number}", link=f"https://n.example/{number}", date="2026-11-22")
            for number in range(30)
        ],
    ],
    ids=["guids", "links", "dates", "everything"],
)
async def test_a_feed_that_renews_everything_floods_nobody(
    watch: Watch, renewed: list[str]
) -> None:
    say(watch, "journal", *(page(number) for number in range(30)))
    await watch.poll()
    before = len(await watch.posts())
    for _ in range(2):
        say(watch, "journal", *renewed, "<!-- again -->")
        await watch.poll_again()
    assert len(await entries(watch)) == 30
    assert len(await watch.stories()) == 30
    assert len(await watch.posts()) == before
    links = {entry.link for entry in await entries(watch)}
    say(watch, "journal", *renewed[:-1])
    await watch.poll_again()
    assert {entry.link for entry in await entries(watch)} == links


async def test_one_article_that_moves_is_the_same_at_its_new_address(watch: Watch) -> None:
    old = "http://site.example/2026/une-creche-ouvre-au-bourg"
    say(watch, "journal", item("", "Une crèche ouvre", old, SUMMARY), page(1))
    await watch.poll()
    await decide(watch, "waiting")
    new = "https://www.site.example/actualites/une-creche-ouvre-au-bourg/"
    say(watch, "journal", item("", "Une crèche ouvre", new, SUMMARY), page(1))
    await watch.poll_again()
    assert len(await watch.stories()) == 2
    moved = (await entries(watch))[0]
    assert moved.link == new
    story = next(each for each in await watch.stories() if each.id == moved.story_id)
    assert (story.link, story.version) == (new, 1)


async def test_a_weekly_agenda_in_the_same_words_is_news_each_week(watch: Watch) -> None:
    say(watch, "journal", page(1), item("1", "Ordre du jour", "https://a.example/1"))
    await watch.poll()
    say(watch, "journal", page(1), item("2", "Ordre du jour", "https://a.example/2"))
    await watch.poll_again()
    assert len(await watch.stories()) == 3


async def test_what_was_dropped_stays_so_when_it_changes_leaves_and_returns(watch: Watch) -> None:
    first = item("1", OFFICIAL, "https://jo.example/812")
    changed = item("1", f"{OFFICIAL} (rectifié)", "https://jo.example/812", "Autre résumé")
    say(watch, "journal", first)
    await watch.poll()
    await decide(watch, "dropped")
    for items in ([changed], [], [first], [changed]):
        say(watch, "journal", *items)
        await watch.poll_again()
    assert [story.state for story in await watch.stories()] == ["dropped"]
    assert len(await entries(watch)) == 1


async def test_a_kept_call_that_is_extended_closes_later_and_keeps_its_title(
    watch: Watch,
) -> None:
    title = "Appel à projets pour les tiers-lieux ruraux du Massif central"
    say(watch, "journal", item("a", title, summary="Dossier à déposer avant le 15 janvier 2027."))
    await watch.poll()
    await decide(watch, "kept")
    extended = "Dossier à déposer avant le 15 janvier 2027, prorogé au 26 février 2027."
    say(watch, "journal", item("a", title, summary=extended))
    await watch.poll_again()
    [story] = await watch.stories()
    assert story.deadline is not None
    assert story.deadline.date().isoformat() == "2027-02-26"
    assert (story.state, story.title) == ("kept", title)


async def test_what_retention_emptied_comes_back_as_the_same_and_stays_empty(
    watch: Watch, database: Database, clock: FixedClock
) -> None:
    first = item("1", OFFICIAL, "https://jo.example/812", SUMMARY)
    say(watch, "journal", first)
    await watch.poll()
    await decide(watch, "dropped")
    async with database.write() as session:
        emptied = {"title": "", "summary": "", "purged_at": clock.now()}
        await session.execute(update(Entry).values(**emptied))
    others = [
        item("1", f"{OFFICIAL} bis", "https://jo.example/812", SUMMARY),
        item("new", OFFICIAL, "https://jo.example/autre/812-adresse", SUMMARY),
    ]
    for again in (first, *others):
        say(watch, "journal", again)
        await watch.poll_again()
    (entry,) = await entries(watch)
    assert (entry.title, entry.summary) == ("", "")
    assert [story.state for story in await watch.stories()] == ["dropped"]


async def test_a_burst_is_one_summary_and_is_known_by_the_habit_of_its_source(
    watch: Watch, clock: FixedClock
) -> None:
    async def found() -> int:
        async with watch.parts.database.read() as session:
            return len(await bursts(session, Story.first_seen_at == clock.now()))

    say(watch, "journal", *(page(number) for number in range(40)))
    await watch.poll()
    assert await found() == 0
    say(watch, "journal", *(page(number) for number in range(100, 102)))
    await watch.poll_again()
    assert await found() == 0
    before = len(await watch.posts())
    say(watch, "journal", *(page(number) for number in range(200, 230)))
    await watch.poll_again()
    assert await found() == 1
    (told,) = (await watch.posts())[before:]
    assert "30 " in told.text


async def test_nothing_is_written_for_what_is_the_same(watch: Watch) -> None:
    say(watch, "journal", *(page(number) for number in range(5)))
    await watch.poll()
    stories = await watch.stories()
    say(watch, "journal", *(page(number) for number in range(5)), "<!-- same -->")
    await watch.poll_again()
    async with watch.parts.database.read() as session:
        assert await session.scalar(select(func.count(Story.changed_at))) == 0
    assert [story.version for story in stories] == [0] * 5
