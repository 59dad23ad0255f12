"""What a stranger, or whoever was forwarded an edition, must not do to somebody's subscription."""

import time

import pytest

from core.clock import FixedClock
from core.db import Database
from digest.subscribers import names
from digest.subscribers.adding import Ground, Newcomer, add
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Basis, Verdict
from digest.subscribers.visitors import EVEN
from tests.letter import LetterHouse, moved, settings_for_letters

ZOE = "zoe@orsanne.example"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def leave(house: LetterHouse, number: int) -> None:
    link = names.unsubscription_url(house.parts, number).removeprefix("https://relais.test")
    async with house.visitor() as visitor:
        await visitor.post(link, data={"List-Unsubscribe": "One-Click"})


async def ask(house: LetterHouse, email: str = ZOE) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": email})


@pytest.mark.parametrize("basis", list(Basis))
async def test_who_left_is_not_brought_back_by_an_import_after_a_stranger_s_form(
    house: LetterHouse, basis: Basis
) -> None:
    (number,) = await house.subscribe(ZOE)
    moved(house.clock, days=1)
    await leave(house, number)
    await ask(house)
    assert (await house.subscriber(ZOE)).state == "pending"
    async with house.database.write() as session:
        ground = Ground(basis, "Salon des maires 2026")
        found = await add(session, house.parts, [Newcomer(ZOE)], ground, house.clock.now())
    assert found == [Verdict.LEFT]
    assert (await house.subscriber(ZOE)).state == "pending"


async def test_who_left_and_came_back_themselves_is_a_subscriber(house: LetterHouse) -> None:
    (number,) = await house.subscribe(ZOE)
    moved(house.clock, days=1)
    await leave(house, number)
    moved(house.clock, days=1)
    await ask(house)
    (row,) = await house.rows(names.CONFIRMATION)
    link = str(row.values["confirmation_url"]).removeprefix("https://relais.test")
    async with house.visitor() as visitor:
        await visitor.post(link)
    async with house.database.write() as session:
        ground = Ground(Basis.CONSENT, "Salon des maires 2026")
        found = await add(session, house.parts, [Newcomer(ZOE)], ground, house.clock.now())
    assert found == [Verdict.ALREADY]


async def test_a_forwarded_link_and_a_form_do_not_flood_somebody(house: LetterHouse) -> None:
    """Leaving lets one ask again at once, but not somebody else ask and leave for ever."""
    (number,) = await house.subscribe(ZOE)
    for _ in range(5):
        await leave(house, number)
        await ask(house)
    assert len(await house.rows(names.CONFIRMATION)) == 1


async def test_an_answer_takes_as_long_for_a_stranger_s_address(house: LetterHouse) -> None:
    await house.subscribe(ZOE)
    for page in ("/abonnement/mes-donnees", "/abonnement"):
        for email in (ZOE, "nobody@orsanne.example"):
            began = time.monotonic()
            async with house.visitor() as visitor:
                await visitor.post(page, data={"email": email})
            assert time.monotonic() - began >= EVEN
    assert isinstance(await house.subscriber(ZOE), Subscriber)
