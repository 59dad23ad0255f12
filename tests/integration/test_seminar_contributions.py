"""Meetings and minutes in the letter: an edition composed, and read."""

from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Reply
from core.clock import FixedClock
from core.contributions import record_publications
from core.db import Database
from core.reference import Reference
from core.sections import Section
from digest.letter import editions
from digest.letter.decide import Item
from digest.seminars.decide import Kind
from tests.letter import LetterHouse
from tests.minutes import on_minutes, over, written
from tests.seminars import SeminarHouse, seminar_settings

WHEN = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    made = SeminarHouse(database, clock, seminar_settings())
    await made.settle_in()
    return made


async def composed(house: SeminarHouse) -> list[Item]:
    """Compose an edition with what the meetings' rooms offer; return its items."""
    sources = [room.contributions for room in house.rooms if room.contributions]
    now = house.clock.now()
    async with house.database.write() as session:
        since = now - timedelta(days=14)
        return [*await editions._gather(session, lambda: sources, since, now)]


async def appeared(house: SeminarHouse, items: list[Item]) -> None:
    async with house.database.write() as session:
        references = [Reference.parse(item.reference) for item in items]
        edition = Reference("letter", "edition", "1")
        await record_publications(session, edition, references, house.clock.now())


async def test_published_minutes_appear_once_under_their_exact_kind(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2, kind=Kind.WORKSHOP)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.finish", seminar)
    house.clock.set(house.clock.now() + timedelta(days=1))
    assert await composed(house) == [], "only what the animators publish"
    await on_minutes(house, "minutes.publish", seminar)
    (item,) = await composed(house)
    assert item.title == "Compte rendu de l’atelier «\u00a0Accueillir, et après ?\u00a0»"
    assert item.section is Section.TERRITORIES
    assert item.url == f"https://relais.test/rencontres/{seminar}/compte-rendu"
    assert item.summary.startswith("Vendredi 12 mars 2027, de ")
    await appeared(house, [item])
    assert await composed(house) == []


async def test_a_meeting_that_moved_since_it_appeared_is_told_again(house: SeminarHouse) -> None:
    house.clock.set(WHEN - timedelta(days=60))
    seminar = await house.seminar(WHEN)
    (first,) = await composed(house)
    assert first.title == "Séminaire\u00a0: Accueillir, et après ?"
    await appeared(house, [first])
    assert await composed(house) == []
    house.clock.set(WHEN - timedelta(days=50))
    await house.move(seminar, WHEN + timedelta(days=7))
    (again,) = await composed(house)
    assert again.title == "Nouvelle date – Séminaire\u00a0: Accueillir, et après ?"
    assert again.starts_at == WHEN + timedelta(days=7)
    await appeared(house, [again])
    assert await composed(house) == []
    house.clock.set(WHEN - timedelta(days=45))
    await house.move(seminar, WHEN + timedelta(days=9))
    assert len(await composed(house)) == 1
    await house.cancel(seminar)
    assert await composed(house) == []


async def test_the_real_letter_shows_them(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.finish", seminar)
    await on_minutes(house, "minutes.publish", seminar)
    await house.seminar(house.clock.now() + timedelta(days=30), kind=Kind.WORKSHOP, title="Point")
    letter = LetterHouse(house.database, house.clock, house.parts.settings)
    now = house.clock.now()
    async with house.database.read() as session:
        for room in house.rooms:
            if room.contributions:
                since = now - timedelta(days=14)
                letter.offered += await room.contributions(session, since, now)
    await letter.press("letter.compose", "letter:edition:next")
    shown = await letter.command()
    assert isinstance(shown, Reply)
    said = letter.said(shown)
    assert "Paroles de territoires" in said
    assert "Compte rendu du séminaire" in said
    assert "Atelier" in said
