"""Presses in a row, clocks that are set back, meetings that are near: what people are told."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.reference import Party
from digest.seminars import registrations
from digest.seminars.models import Announcement, Seminar
from digest.seminars.registering import asking, places
from digest.seminars.registering.decide import Choice, Mode
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import Answer, Visitor
from tests.seminars import ODILE, SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
INES, MARC = (Party("person", str(number)) for number in (2, 3))


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings([7, 1], chase=[30]))
    await house.settle_in()
    return house


async def take(house: SeminarHouse, party: Party, mode: Mode = Mode.SITE) -> str:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        now = house.clock.now()
        return await places.take(session, house.parts, row, party, Choice(mode=mode), Doing(now))


async def test_a_clock_set_back_by_days_does_not_silence_the_page(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    now = house.clock.now()

    async def ask() -> Answer:
        async with house.database.write() as session:
            row = await session.get_one(Seminar, 1)
            visitor = Visitor("v@races.example", "Une invitée")
            return await asking.ask(session, house.parts, row, visitor, house.clock.now())

    house.clock.set(now + timedelta(days=10))
    assert await ask() is Answer.CONFIRMATION
    house.clock.set(now)
    assert await ask() is Answer.CONFIRMATION
    assert await ask() is Answer.NOTHING


async def test_fewer_places_than_people_throw_nobody_out_and_promote_nobody(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, 1, 2)
    async with house.database.write() as session:
        (await session.get_one(Seminar, 1)).capacity = 1
    assert await take(house, MARC) == "waiting"
    assert await take(house, INES) == "registered"
    await house.tick("registrations.promote")
    assert await house.next_due("registrations.promote") is None
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        now = house.clock.now()
        assert await places.leave(session, house.parts, row, INES, Doing(now))
    assert await house.registrations() == {
        "person:1": "registered", "person:2": "cancelled", "person:3": "waiting",
    }  # fmt: skip


async def test_a_meeting_brought_forward_reminds_of_what_is_ahead_only(house: SeminarHouse) -> None:
    far = datetime(2027, 6, 10, 8, 30, tzinfo=UTC)
    await house.seminar(far, 2)
    soon = house.clock.now() + timedelta(days=2)
    await house.move(1, soon.replace(hour=14))
    async with house.database.read() as session:
        rows = await session.scalars(select(Announcement).where(Announcement.state == "planned"))
        assert sorted(row.name for row in rows) == ["J-1", "moved"]
    await house.tick()
    kinds = [slot for slot, _ in await house.slots("seminars.update")]
    assert kinds == ["seminar:1/moved/v2"]
    assert await house.rows("seminars.reminder") == []


async def test_cancelled_twice_at_once_it_is_cancelled_once(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    first = await house.press("scheduling.cancel", 1, 1)
    second = await house.press("scheduling.cancel", 1, 1, ODILE)
    assert first
    assert second
    await house.tick()
    await house.tick()
    assert await house.slots("seminars.cancellation") == [("seminar:1/cancelled/v2", "person:2")]


async def test_from_remote_to_site_when_full_and_back_one_stays_registered(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, video_url="https://visio.example/1")
    async with house.database.write() as session:
        (await session.get_one(Seminar, 1)).capacity = 1
    assert await take(house, MARC) == "registered"
    assert await take(house, INES, Mode.REMOTE) == "registered"
    assert await take(house, INES, Mode.SITE) == "registered"
    assert await take(house, INES, Mode.REMOTE) == "registered"
    async with house.database.read() as session:
        found = await registrations.of_party(session, 1, INES)
        assert found is not None
        assert (found.mode, found.queue) == ("remote", None)


async def test_every_tick_that_has_nothing_left_says_so(house: SeminarHouse) -> None:
    """A due instant in the past for ever would be work that is never done."""
    await house.seminar(STARTS_AT, 1, 2, 3, video_url="https://visio.example/1")
    for day in range(0, 120, 3):
        house.clock.set(STARTS_AT + timedelta(days=day - 40, hours=3))
        for _ in range(2):
            for room in house.rooms:
                for tick in room.ticks:
                    await tick.run(house.clock.now())
        late = {
            tick.name: due
            for room in house.rooms
            for tick in room.ticks
            if (due := await house.next_due(tick.name)) and due <= house.clock.now()
        }
        assert late == {}
