"""« Me prévenir ici quand une lettre paraît »: chosen by a button, authorised at each press."""

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import Database
from core.people.models import Membership
from digest.subscribers.models import ChatReader
from tests.whole import CLAIRE, STRANGER, Whole, open_whole

OFF = "Me prévenir ici quand une lettre paraît"
ON = "✓ Me prévenir ici quand une lettre paraît"
CLAIRE_ID = 41
FOLLOW, LEAVE = (f"alerts.letter_{verb}:alerts:letter:all:0" for verb in ("follow", "leave"))


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


async def readers(house: Whole) -> list[int]:
    async with house.database.read() as session:
        return list(await session.scalars(select(ChatReader.person_id)))


async def test_a_member_chooses_and_leaves_and_twice_is_once(house: Whole) -> None:
    await house.say(CLAIRE, "/abonnement")
    place = house.place("Mes alertes", CLAIRE)
    await house.press(CLAIRE, OFF)
    await house.forge(CLAIRE, FOLLOW, place)
    assert await readers(house) == [CLAIRE_ID]
    await house.press(CLAIRE, ON)
    assert await readers(house) == []
    await house.press(CLAIRE, OFF)
    assert await readers(house) == [CLAIRE_ID]


async def test_only_who_is_linked_and_holds_a_role_chooses_but_whoever_left_may_leave(
    house: Whole,
) -> None:
    await house.say(CLAIRE, "/abonnement")
    place = house.place("Mes alertes", CLAIRE)
    await house.forge(STRANGER, FOLLOW, place)
    assert await readers(house) == []
    await house.press(CLAIRE, OFF)
    await house.say(CLAIRE, "/abonnement")
    async with house.database.write() as session:
        await session.execute(update(Membership).values(until=house.clock.now()))
    await house.forge(CLAIRE, LEAVE, place)
    assert await readers(house) == []
    await house.forge(CLAIRE, FOLLOW, place)
    assert await readers(house) == []
