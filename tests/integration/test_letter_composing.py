"""Editions that make themselves at the slots of the schedule, each taken once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.acts import Act
from core.chat import Redraw
from core.clock import FixedClock
from core.db import Database
from core.errors import ConfigurationError
from core.settings import Settings
from digest.letter import names
from digest.letter.models import Composition, Edition
from tests.letter import LetterHouse, meeting, moved, settings_for_letters, story

SLOT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""The Tuesday that follows the tests' Monday, 9:00 in Paris."""

WEEK = timedelta(days=7)


def scheduled(words: str) -> Settings:
    base = settings_for_letters()
    return base.model_copy(update={"digest": base.digest.model_copy(update={"schedule": words})})


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, scheduled("every second tuesday at 09:00"))


async def at(house: LetterHouse, instant: datetime) -> None:
    """Bring the clock to an instant, and look as the scheduler does."""
    house.clock.set(instant)
    await house.tick("letter.compose")


async def edition(house: LetterHouse) -> Edition | None:
    async with house.database.read() as session:
        return await session.scalar(select(Edition).order_by(Edition.number.desc()).limit(1))


async def notices(house: LetterHouse) -> list[str]:
    return [post.text.replace("\u00a0", " ") for post in await house.posts(names.NOTICE)]


async def taken(house: LetterHouse) -> list[tuple[datetime | None, int | None]]:
    async with house.database.read() as session:
        rows = await session.scalars(select(Composition).order_by(Composition.id))
        return [(row.scheduled_for, row.edition) for row in rows]


async def test_the_first_edition_of_all_makes_itself_at_the_first_slot(house: LetterHouse) -> None:
    house.offered = [story(1)]
    await house.tick("letter.compose")
    assert await edition(house) is None
    assert await house.next_due("letter.compose") == SLOT
    rest = house.said(await house.command()).replace("\u00a0", " ")
    assert "sera composée automatiquement le mardi 24 novembre 2026 à 9 h 00" in rest
    await at(house, SLOT - timedelta(seconds=1))
    assert await edition(house) is None
    await at(house, SLOT)
    await house.tick("letter.compose")
    found = await edition(house)
    assert found is not None
    assert (found.state, found.scheduled_for) == ("in_review", SLOT)
    assert (found.period_from, found.period_until) == (SLOT - timedelta(days=14), SLOT)
    assert len(await house.rows(names.REVIEW)) == 1
    assert await house.next_due("letter.compose") == SLOT + 2 * WEEK
    async with house.database.read() as session:
        assert list(await session.scalars(select(Act.verb))) == ["letter.composed"]


async def test_every_second_tuesday_stays_the_same_whatever_is_composed_by_hand(
    house: LetterHouse,
) -> None:
    await house.tick("letter.compose")
    await at(house, SLOT)
    await at(house, SLOT + WEEK)
    assert await taken(house) == [(None, None), (SLOT, None)]
    moved(house.clock, hours=5)
    await house.press("letter.compose", "letter:edition:next")
    assert await house.next_due("letter.compose") == SLOT + 2 * WEEK
    await at(house, SLOT + 2 * WEEK)
    assert await house.next_due("letter.compose") == SLOT + 4 * WEEK


async def test_a_slot_with_nothing_to_say_is_told_once_and_no_edition(house: LetterHouse) -> None:
    await house.tick("letter.compose")
    await at(house, SLOT)
    await house.tick("letter.compose")
    (told,) = await notices(house)
    assert "Pas de lettre cette fois" in told
    assert await edition(house) is None


async def test_two_processes_compose_once_at_one_slot(house: LetterHouse) -> None:
    house.offered = [story(1)]
    await house.tick("letter.compose")
    house.clock.set(SLOT)
    await asyncio.gather(*(house.tick("letter.compose") for _ in range(3)))
    assert await taken(house) == [(None, None), (SLOT, 1)]
    assert len(await house.rows(names.REVIEW)) == 1


async def test_a_machine_that_was_off_for_an_hour_composes_late_and_for_two_days_asks_once(
    house: LetterHouse,
) -> None:
    house.offered = [story(1)]
    await house.tick("letter.compose")
    await at(house, SLOT + timedelta(days=2))
    await house.tick("letter.compose")
    assert await edition(house) is None
    (post,) = await house.posts(names.NOTICE)
    assert "La lettre n’a pas été composée à la date prévue" in post.text
    assert "Elle devait l’être le mardi 24 novembre 2026" in post.text.replace("\u00a0", " ")
    assert [button.label for button in post.keyboard[0]] == [
        "Composer maintenant",
        "Attendre la prochaine",
    ]
    assert post.keyboard[0][0].data == "letter.compose:letter:edition:next:0"
    answer = await house.press("letter.wait", "letter:edition:next")
    assert isinstance(answer, Redraw)
    assert "composée le mardi 8 décembre 2026" in house.said(answer).replace("\u00a0", " ")
    assert answer.keyboard == ()
    await at(house, SLOT + 2 * WEEK + timedelta(hours=1))
    found = await edition(house)
    assert found is not None
    assert found.scheduled_for == SLOT + 2 * WEEK


async def test_a_missed_slot_is_composed_when_an_animator_says_so(house: LetterHouse) -> None:
    house.offered = [story(1)]
    await house.tick("letter.compose")
    await at(house, SLOT + timedelta(days=2))
    answer = await house.press("letter.compose", "letter:edition:next")
    assert "La lettre n°\u00a01 est composée" in house.said(answer)
    again = await house.press("letter.compose", "letter:edition:next")
    assert "déjà en préparation" in house.said(again)


async def test_a_slot_that_falls_on_an_edition_at_work_is_told_and_passes(
    house: LetterHouse,
) -> None:
    house.offered = [story(1)]
    await house.tick("letter.compose")
    await house.press("letter.compose", "letter:edition:next")
    await at(house, SLOT)
    await house.tick("letter.compose")
    (told,) = await notices(house)
    assert "La lettre n° 1 est toujours en cours" in told
    assert await house.next_due("letter.compose") == SLOT + 2 * WEEK
    await house.press("letter.cancel_for_good", "letter:edition:1", 1)
    await house.tick("letter.compose")
    assert len(await house.rows(names.REVIEW)) == 1


async def test_without_a_schedule_nothing_makes_itself(
    database: Database, clock: FixedClock
) -> None:
    house = LetterHouse(database, clock, scheduled(""))
    house.offered = [story(1)]
    await house.tick("letter.compose")
    await at(house, SLOT + WEEK)
    assert await house.next_due("letter.compose") is None
    assert await edition(house) is None
    assert "automatiquement" not in house.said(await house.command())
    answer = await house.press("letter.wait", "letter:edition:next")
    assert "ne se composent pas toutes seules" in house.said(answer)


def test_a_schedule_that_cannot_be_read_is_refused_at_start(
    database: Database, clock: FixedClock
) -> None:
    with pytest.raises(ConfigurationError, match=r"digest\.schedule is not understood"):
        LetterHouse(database, clock, scheduled("every tuseday at 09:00"))


async def test_the_last_sunday_of_march_has_its_slot_though_its_hour_is_skipped(
    database: Database, clock: FixedClock
) -> None:
    house = LetterHouse(database, clock, scheduled("last sunday at 02:30"))
    await at(house, datetime(2027, 3, 1, tzinfo=UTC))
    jump = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert await house.next_due("letter.compose") == jump
    house.offered = [meeting(jump)]
    await at(house, jump)
    found = await edition(house)
    assert found is not None
    assert found.scheduled_for == jump
