"""Addresses that nobody has a reason to keep any more."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.suppression import is_suppressed
from tests.letter import LetterHouse, moved, settings_for_letters

ZOE, PAUL, NINA = "zoe@orsanne.example", "paul@orsanne.example", "nina@orsanne.example"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def forget(house: LetterHouse) -> None:
    (tick,) = [tick for tick in house.subscribers.ticks if tick.name == "subscribers.forget"]
    await tick.run(house.clock.now())


async def row(house: LetterHouse, identity: int) -> Subscriber:
    async with house.database.read() as session:
        return await session.get_one(Subscriber, identity)


async def suppressed(house: LetterHouse, email: str) -> bool:
    async with house.database.read() as session:
        return await is_suppressed(session, email)


async def test_an_address_that_nobody_confirms_is_forgotten_without_a_trace(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
    identity = (await house.subscriber(ZOE)).id
    moved(house.clock, days=29)
    await forget(house)
    assert (await row(house, identity)).email == ZOE
    moved(house.clock, days=2)
    await forget(house)
    assert (await row(house, identity)).email is None
    assert not await suppressed(house, ZOE)
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
    assert (await house.subscriber(ZOE)).state == "pending"


async def test_who_left_is_forgotten_after_three_years_and_never_brought_back(
    house: LetterHouse,
) -> None:
    stays, leaves = await house.subscribe(PAUL, NINA)
    now = house.clock.now()
    async with house.database.write() as session:
        gone = await session.get_one(Subscriber, leaves)
        gone.state, gone.unsubscribed_at = "unsubscribed", now
        session.add(
            Consent(
                subscriber_id=leaves,
                event="unsubscribe",
                basis="consent",
                origin="link",
                wording="",
                wording_version="",
                network="203.0.113.0/24",
                at=now,
            )
        )
    moved(house.clock, days=35 * 30)
    await forget(house)
    assert (await row(house, leaves)).email == NINA
    moved(house.clock, days=60)
    await forget(house)
    assert (await row(house, leaves)).email is None
    assert (await row(house, stays)).email == PAUL
    assert await suppressed(house, NINA)
    async with house.database.read() as session:
        (proof,) = await session.scalars(select(Consent))
    assert (proof.event, proof.network) == ("unsubscribe", "")


async def test_who_left_is_not_brought_back_because_a_stranger_asked_in_their_name(
    house: LetterHouse,
) -> None:
    (identity,) = await house.subscribe(ZOE)
    async with house.database.write() as session:
        gone = await session.get_one(Subscriber, identity)
        gone.state, gone.unsubscribed_at = "unsubscribed", moved(house.clock, days=1)
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
    assert (await row(house, identity)).state == "pending"
    moved(house.clock, days=40)
    await forget(house)
    assert (await row(house, identity)).email is None
    assert await suppressed(house, ZOE)
