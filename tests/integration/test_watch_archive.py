"""Looking things up in the archive, and letting go of what nobody kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.chat import Ask, Incoming, Place, Reply, Response, Sender, Turn
from core.clock import FixedClock
from core.db import Database
from core.people.models import Theme
from core.people.roles import Role
from core.render import Renderer
from core.settings import Settings, WatchSettings
from tests.parts import COMMON, make_parts
from watch.archive.room import build
from watch.archive.rules import Wanted, read_query
from watch.archive.search import StorySearch
from watch.models import Decision, Entry, Source, Story

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
THEMES = {"habitat": "Habitat", "sante": "Santé"}
LAW = {"kind": "law", "text": "loi n° 2024-12 du 3 mars 2024", "url": "", "words": ""}


async def add(database: Database, title: str, summary: str = "", **values: Any) -> int:
    """Store a waiting story, told by one source; return its number."""
    async with database.write() as session:
        source = await session.get(Source, 1)
        if source is None:
            source = Source(id=1, name="Gazette", url="https://g.example.org", section="x", every=1)
            session.add(source)
            await session.flush()
        told = {
            "section": "veille-juridique",
            "first_seen_at": NOW,
            "link": "https://g.example.org/1",
        }
        story = Story(title=title, title_key=title.lower(), **(told | values))
        session.add(story)
        await session.flush()
        session.add(
            Entry(
                source_id=1,
                story_id=story.id,
                identity=f"guid:{story.id}",
                hash="h",
                title=title,
                link=story.link,
                summary=summary,
                author="",
                first_seen_at=story.first_seen_at,
            )
        )
        return story.id


async def find(database: Database, search: StorySearch, line: str) -> Sequence[int]:
    async with database.read() as session:
        found = await search.find(session, read_query(line, THEMES), 10)
        return [story.id for story in found]


async def test_news_are_found_by_their_words_the_title_first(database: Database) -> None:
    search = StorySearch()
    other = await add(database, "Une subvention", "Les logements vacants sont taxés.")
    titled = await add(database, "La taxe sur le logement vacant change")
    await add(database, "Une crèche ouvre")
    assert await find(database, search, "logements VACANTS") == [titled, other]
    assert await find(database, search, "logement crèche") == [], "all the words are wanted"
    assert await find(database, search, "le la les") == []


async def test_what_came_or_changed_since_is_found(database: Database) -> None:
    search = StorySearch()
    first = await add(database, "Une crèche ouvre")
    assert await find(database, search, "crèche") == [first]
    second = await add(database, "Deux crèches ferment")
    assert set(await find(database, search, "crèche")) == {first, second}
    async with database.write() as session:
        story = await session.get_one(Story, first)
        story.note, story.version = "Utile aux territoires de montagne.", 1
    assert await find(database, search, "montagne") == [first]


async def test_themes_texts_states_and_dates_narrow_the_search(database: Database) -> None:
    search = StorySearch()
    old = await add(
        database, "Logement ancien", first_seen_at=NOW - 400 * DAY, state="kept", themes=["habitat"]
    )
    law = await add(database, "Logement et loi", references=[LAW], themes=["habitat", "sante"])
    dropped = await add(database, "Logement écarté", state="dropped")
    for line, expected in [
        ("logement thème:habitat", {old, law}),
        ("logement thème:habitat thème:sante", {law}),
        ("thème:habitat", {old, law}),
        ("logement depuis:2026", {law, dropped}),
        ("avant:2025", {old}),
        ("état:écartée", {dropped}),
        ("logement état:gardée", {old}),
    ]:
        assert set(await find(database, search, line)) == expected, line
    async with database.read() as session:
        found = await search.find(session, Wanted(references=("loi n 2024 12",)), 5)
    assert [story.id for story in found] == [law]


async def test_many_news_without_words_come_the_latest_first(database: Database) -> None:
    async with database.write() as session:
        session.add_all(
            Story(
                id=number,
                title=f"Actualité {number}",
                title_key="",
                link="",
                section="x",
                themes=["habitat"] if number % 400 == 0 else [],
                first_seen_at=NOW,
            )
            for number in range(1, 1201)
        )
    assert await find(database, StorySearch(), "thème:habitat") == [1200, 800, 400]


def turn(session: object, words: str = "") -> Turn:
    return Turn(
        session=session,  # type: ignore[arg-type]
        incoming=Incoming(1, "command", Place(-100, private=False), 5, NOW, argument=words),
        sender=Sender("1", "Jeanne Roux", person_id=1, roles=frozenset({Role.ANIMATOR})),
        now=NOW,
    )


async def said(database: Database, clock: FixedClock, words: str) -> Sequence[Response]:
    room = build(make_parts(database, clock))
    (command,) = room.commands
    assert (command.name, command.role) == ("chercher", Role.ANIMATOR)
    async with database.write() as session:
        return await command.handler(turn(session, words))


async def test_chercher_lists_what_was_found_with_a_button_for_each(
    database: Database, clock: FixedClock
) -> None:
    async with database.write() as session:
        session.add(Theme(code="habitat", name="Habitat"))
    kept = await add(database, "La taxe sur le <logement> vacant", state="kept")
    await add(database, "Un logement passerelle", link="")
    [reply] = await said(database, clock, "logement")
    assert isinstance(reply, Reply)
    text = Renderer(COMMON).chat(reply.text)
    assert text.startswith("Dans la veille, pour «\u00a0logement\u00a0»\u00a0:\n1. ")
    assert "&lt;logement&gt; vacant</a> <i>(Gazette, 23 novembre 2026, gardée)</i>" in text
    assert "Un logement passerelle <i>(Gazette, 23 novembre 2026, en attente)</i>" in text
    numbers, again = reply.keyboard
    assert {button.action for button in numbers} == {"watch.card"}
    assert str(kept) in {button.reference.id for button in numbers if button.reference}
    assert [button.action for button in again] == ["archive.search"]


async def test_chercher_without_words_asks_and_without_success_says_so(
    database: Database, clock: FixedClock
) -> None:
    assert await said(database, clock, "  ") == [Ask("archive.search")]
    [reply] = await said(database, clock, "zzz")
    assert isinstance(reply, Reply)
    assert reply.text.block == "nothing"


async def test_more_than_ten_says_that_there_are_others(
    database: Database, clock: FixedClock
) -> None:
    for number in range(11):
        await add(database, f"Logement {number}")
    [reply] = await said(database, clock, "logement")
    assert isinstance(reply, Reply)
    assert "Il y en a d’autres" in Renderer(COMMON).chat(reply.text)
    assert [len(row) for row in reply.keyboard] == [5, 5, 1]


async def forget(database: Database, clock: FixedClock, now: datetime) -> datetime | None:
    """Let the tick run; return when it is due next."""
    settings = Settings(watch=WatchSettings(dropped_months=6))
    (tick,) = build(make_parts(database, clock, settings)).ticks
    await tick.run(now)
    async with database.read() as session:
        return await tick.next_due(session)


async def test_the_words_of_what_nobody_kept_go_in_time(
    database: Database, clock: FixedClock
) -> None:
    months = timedelta(days=183)
    dropped = await add(database, "Écartée", "Résumé", state="dropped", note="Une note")
    kept = await add(database, "Gardée", "Résumé", state="kept")
    young = await add(database, "Récente", first_seen_at=NOW + 2 * DAY)
    search = StorySearch()
    assert await find(database, search, "résumé") != []
    assert await forget(database, clock, NOW + months - DAY) == NOW + months
    assert await find(database, search, "écartée") == [dropped]
    assert await forget(database, clock, NOW + months) == NOW + months + 2 * DAY
    async with database.read() as session:
        story = await session.get_one(Story, dropped)
        assert (story.state, story.title, story.note, story.version) == ("forgotten", "", "", 1)
        entry = await session.scalar(select(Entry).where(Entry.story_id == dropped))
        assert entry is not None
        assert (entry.title, entry.summary, entry.identity) == ("", "", f"guid:{dropped}")
        assert entry.purged_at == NOW + months
        assert (await session.get_one(Story, kept)).title == "Gardée"
        assert (await session.get_one(Story, young)).title == "Récente"
    assert await find(database, search, "écartée") == []
    assert await find(database, search, "résumé") == [kept]


async def test_what_somebody_cared_for_lately_stays(database: Database, clock: FixedClock) -> None:
    undone = await add(database, "Remise en attente")
    lately = NOW + 180 * DAY
    async with database.write() as session:
        session.add(
            Decision(story_id=undone, verdict="undo", decided_by="person:1", decided_at=lately)
        )
    half_a_year = timedelta(days=183)
    assert await forget(database, clock, NOW + half_a_year) == lately + half_a_year
    async with database.read() as session:
        assert (await session.get_one(Story, undone)).title == "Remise en attente"
    assert await forget(database, clock, lately + half_a_year) is None


async def test_many_old_news_go_piece_by_piece(database: Database, clock: FixedClock) -> None:
    async with database.write() as session:
        session.add_all(
            Story(title="x", title_key="x", link="", section="x", first_seen_at=NOW)
            for _ in range(1100)
        )
    assert await forget(database, clock, NOW + 400 * DAY) is None
    async with database.read() as session:
        left = await session.scalars(select(Story.id).where(Story.state != "forgotten"))
        assert left.all() == []
