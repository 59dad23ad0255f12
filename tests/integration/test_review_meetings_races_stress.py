"""Everybody at once around one meeting: nothing waits for itself, places stay right."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.people.models import Person
from core.reference import Party
from digest.seminars import registrations, store
from digest.seminars.inviting import store as rounds
from digest.seminars.inviting.decide import Group, GroupKind
from digest.seminars.inviting.rules import TypedGuest
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import asking, personal, places
from digest.seminars.registering.decide import COMING, Choice, Mode
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import Visitor
from tests.seminars import SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
CAPACITY = 5
PEOPLE = range(100, 112)
TASKS = 20
TIMES = 6
ODILE_PARTY = Party("person", "1")
TICKS = ("invitations.leave", "seminars.remind", "registrations.promote")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    async with house.database.write() as session:
        session.add_all(
            Person(
                id=one, given_name="Personne", family_name=str(one), email=f"p{one}@races.example"
            )
            for one in PEOPLE
        )
    return house


class Crowd:
    """People, visitors and animators who do whatever they can."""

    def __init__(self, house: SeminarHouse, dice: random.Random) -> None:
        self.house = house
        self.dice = dice

    async def live(self) -> None:
        for _ in range(TIMES):
            await self.dice.choice(
                [
                    self.take, self.take, self.leave, self.excuse, self.represent, self.ask,
                    self.confirm, self.move, self.resize, self.invite, self.tick, self.forget,
                ]
            )()  # fmt: skip

    @property
    def person(self) -> Party:
        return Party("person", str(self.dice.choice(PEOPLE)))

    async def take(self) -> None:
        choice = Choice(mode=self.dice.choice([Mode.SITE, Mode.REMOTE]))
        async with self.house.database.write() as session:
            row = await session.get_one(Seminar, 1)
            parts, now = self.house.parts, self.house.clock.now()
            await places.take(session, parts, row, self.person, choice, Doing(now))

    async def leave(self) -> None:
        async with self.house.database.write() as session:
            row = await session.get_one(Seminar, 1)
            now = self.house.clock.now()
            await places.leave(session, self.house.parts, row, self.person, Doing(now))

    async def excuse(self) -> None:
        async with self.house.database.write() as session:
            row = await session.get_one(Seminar, 1)
            now = self.house.clock.now()
            await places.excuse(session, self.house.parts, row, self.person, Doing(now))

    async def represent(self) -> None:
        async with self.house.database.write() as session:
            row = await session.get_one(Seminar, 1)
            now = self.house.clock.now()
            await places.represent(session, self.house.parts, row, self.person, "Paul", Doing(now))

    async def ask(self) -> None:
        """Ask on the page, with the address of a person or of a guest."""
        who = self.dice.choice(["p", "v"])
        email = f"{who}{self.dice.choice(PEOPLE)}@races.example"
        async with self.house.database.read() as session:
            row = await session.get_one(Seminar, 1)
        async with self.house.database.write() as session:
            visitor, now = Visitor(email, "Une visiteuse"), self.house.clock.now()
            await asking.ask(session, self.house.parts, row, visitor, now)

    async def confirm(self) -> None:
        async with self.house.database.read() as session:
            asked = select(Registration.id).where(Registration.state == "asked").limit(1)
            identity = await session.scalar(asked)
        if identity is None:
            return
        async with self.house.database.write() as session:
            assert await store.of_registration(session, identity, lock=True)
            found = await registrations.by_id(session, identity, lock=True)
            assert found is not None
            await asking.confirm(session, self.house.parts, found, self.house.clock.now())

    async def move(self) -> None:
        starts_at = STARTS_AT + timedelta(days=self.dice.randrange(20))
        async with self.house.database.write() as session:
            row = await store.by_id(session, 1, lock=True)
            assert row is not None
            ends_at = starts_at + timedelta(hours=self.dice.choice([2, 7, 31]))
            now = self.house.clock.now()
            await store.move(session, self.house.parts, row, starts_at, ends_at, now)

    async def resize(self) -> None:
        async with self.house.database.write() as session:
            row = await store.by_id(session, 1, lock=True)
            assert row is not None
            row.capacity = CAPACITY
            await places.promote(session, self.house.parts, row, self.house.clock.now())

    async def invite(self) -> None:
        email = f"v{self.dice.choice(PEOPLE)}@races.example"
        async with self.house.database.write() as session:
            row = await store.by_id(session, 1, lock=True)
            assert row is not None
            parts, now = self.house.parts, self.house.clock.now()
            party = await rounds.guest_group(session, parts, TypedGuest("Une invitée", email), now)
            group = Group(GroupKind(party.kind), str(party))
            await rounds.add_group(session, row, group, now, ODILE_PARTY)
            if await rounds.waiting_round(session, 1) is None:
                soon = now - timedelta(minutes=parts.settings.seminars.hold_minutes)
                await rounds.plan_round(session, parts, row, soon, ODILE_PARTY)

    async def tick(self) -> None:
        await self.house.tick(self.dice.choice(TICKS))

    async def forget(self) -> None:
        """Erase what registrations hold of somebody."""
        async with self.house.database.write() as session:
            await personal.erase(session, self.person, self.house.clock.now())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_twenty_at_once_never_wait_for_each_other_for_ever(
    house: SeminarHouse, seed: int
) -> None:
    await house.seminar(STARTS_AT, video_url="https://visio.example/1")
    async with house.database.write() as session:
        (await session.get_one(Seminar, 1)).capacity = CAPACITY
    async with asyncio.timeout(120):
        lives = [
            Crowd(house, random.Random(f"{seed}/{number}")).live()  # noqa: S311  # of a test
            for number in range(TASKS)
        ]
        found = await asyncio.gather(*lives, return_exceptions=True)
    assert [repr(each) for each in found if each is not None] == []
    await house.tick("registrations.promote")
    async with house.database.read() as session:
        row = await session.get_one(Seminar, 1)
        room = await registrations.room_of(session, row)
        rows = (await session.scalars(select(Registration))).all()
    assert room.taken <= CAPACITY
    assert room.free == 0 or room.waiting == 0, "nobody waits while there is a place"
    assert all(one.queue is not None for one in rows if one.state == "waiting")
    queues = Counter(one.queue for one in rows if one.queue is not None)
    assert max(queues.values(), default=1) == 1
    remotely = [one for one in rows if one.queue is not None and one.state != "waiting"]
    assert all(one.mode == "remote" and one.state in COMING for one in remotely)
