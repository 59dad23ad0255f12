"""A meeting changes while something about it is on its way: nobody is left with what was before."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.half_days import Hours, half_days_on
from digest.seminars.models import Seminar
from digest.seminars.registering import places
from digest.seminars.registering.decide import Choice
from digest.seminars.registering.names import REGISTERED
from digest.seminars.registering.telling import Doing
from tests.seminars import SeminarHouse, readable, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
LATER = STARTS_AT + timedelta(days=7)
INES, MARC = (Party("person", str(number)) for number in (2, 3))
GUEST = "guest@races.example"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def take(house: SeminarHouse, party: Party, seminar: int = 1, **choice: object) -> str:
    chosen = Choice(**choice)  # type: ignore[arg-type]  # what each test names
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        return await places.take(session, house.parts, row, party, chosen, Doing(house.clock.now()))


async def last(house: SeminarHouse, kind: str) -> Delivery:
    return (await house.rows(kind))[-1]


# --- Changes in a row ----------------------------------------------------------------------------


async def replace(house: SeminarHouse, place: str) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        row.place = place
        await store.rise(session, house.parts, row, "place", house.clock.now())


async def test_another_place_right_after_another_date_tells_both(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    await house.move(1, LATER)
    await replace(house, "Salle polyvalente, Ardes")
    await house.tick()
    (row,) = await house.rows(names.UPDATE)
    assert row.slot == "seminar:1/moved+place/v3"
    said = readable(await house.body(row))
    assert "Changement : séminaire" in said
    assert "Bonjour. La rencontre ci-dessous a changé. Voici les informations à jour." in said
    assert "19 mars 2027" in said
    assert "Salle polyvalente, Ardes" in said


async def test_a_change_posted_that_has_not_left_is_told_with_the_next_one(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, 2)
    await house.move(1, LATER)
    await house.tick()
    await replace(house, "Salle polyvalente, Ardes")
    await house.tick()
    first, second = await house.rows(names.UPDATE)
    assert (first.slot, first.state) == ("seminar:1/moved/v2", "cancelled")
    assert (second.slot, second.state) == ("seminar:1/moved+place/v3", "pending")


async def test_a_change_that_left_is_not_told_again(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    await house.move(1, LATER)
    await house.tick()
    async with house.database.write() as session:
        row = await session.get_one(Delivery, (await last(house, names.UPDATE)).id)
        row.state = "sent"
    await replace(house, "Salle polyvalente, Ardes")
    await house.tick()
    assert (await last(house, names.UPDATE)).slot == "seminar:1/place/v3"


async def test_a_change_waits_for_a_confirmation_that_is_on_its_way(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await take(house, INES)
    (confirmation,) = await house.rows(REGISTERED)
    async with house.database.write() as session:
        (await session.get_one(Delivery, confirmation.id)).state = "sending"
    await house.move(1, LATER)
    await house.tick()
    assert await house.rows(names.UPDATE) == [], "it would be read before the old date"
    async with house.database.write() as session:
        (await session.get_one(Delivery, confirmation.id)).state = "sent"
    await house.tick()
    assert await house.slots(names.UPDATE) == [("seminar:1/moved/v2", "person:2")]


async def test_two_dates_in_a_row_tell_the_second_only(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    await house.move(1, LATER)
    await house.move(1, LATER + timedelta(days=7))
    await house.tick()
    assert await house.slots(names.UPDATE) == [("seminar:1/moved/v3", "person:2")]
    assert "26 mars 2027" in readable(await house.body(await last(house, names.UPDATE)))


async def test_cancelled_right_after_changes_nothing_but_the_cancellation_leaves(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, 2)
    await house.move(1, LATER)
    await replace(house, "Salle polyvalente, Ardes")
    await house.cancel(1)
    for _ in range(60):
        house.clock.set(house.clock.now() + timedelta(days=7))
        for room in house.rooms:
            for tick in room.ticks:
                await tick.run(house.clock.now())
    async with house.database.read() as session:
        rows = (await session.scalars(select(Delivery))).all()
    assert [row.kind for row in rows if row.state == "pending"] == [names.CANCELLATION]


# --- Half-days -----------------------------------------------------------------------------------


def on(day: datetime, *spans: tuple[str, str]) -> list[Hours]:
    given = [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans]
    return list(half_days_on(day.date(), given))


WHOLE_DAY = ("09:30", "17:00")


async def reschedule(house: SeminarHouse, hours: list[Hours]) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        await store.reschedule(session, house.parts, row, hours, house.clock.now())


async def halves(house: SeminarHouse) -> list[tuple[int, str, str]]:
    async with house.database.read() as session:
        rows = await store.half_days(session, 1)
        return [(row.id, row.day.isoformat(), row.half) for row in rows]


async def chosen(house: SeminarHouse, party: Party) -> list[int] | None:
    async with house.database.read() as session:
        found = await registrations.of_party(session, 1, party)
        assert found is not None
        return found.half_days


async def test_who_chose_the_afternoon_comes_still_when_only_the_afternoon_is_left(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    (morning, *_), (afternoon, *_) = await halves(house)
    await take(house, INES, half_days=(afternoon,))
    await take(house, MARC, half_days=(morning,))
    await reschedule(house, on(STARTS_AT, ("14:00", "17:00")))
    assert await halves(house) == [(afternoon, "2027-03-12", "afternoon")]
    assert await chosen(house, INES) is None, "all that there is"
    assert await chosen(house, MARC) is None, "somebody who comes is on a sheet"


async def test_a_day_that_is_added_before_changes_no_answer(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    before = await halves(house)
    await take(house, INES, half_days=(before[0][0],))
    eve = STARTS_AT - timedelta(days=1)
    await reschedule(house, [*on(eve, ("14:00", "17:00")), *on(STARTS_AT, WHOLE_DAY)])
    after = await halves(house)
    assert after[1:] == before
    assert await chosen(house, INES) == [before[0][0]]


async def test_the_same_half_days_on_another_date_keep_their_answers(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    before = await halves(house)
    await take(house, INES, half_days=(before[1][0],))
    await house.move(1, LATER)
    assert [row[0] for row in await halves(house)] == [row[0] for row in before]
    assert await chosen(house, INES) == [before[1][0]]


async def test_a_half_day_that_goes_and_comes_back_asks_nothing_of_who_did_not_choose(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    before = await halves(house)
    await take(house, INES, half_days=(before[1][0],))
    await reschedule(house, on(STARTS_AT, ("09:30", "12:30")))
    await reschedule(house, on(STARTS_AT, WHOLE_DAY))
    assert await chosen(house, INES) is None
