"""What the clock brings to meetings: one that is stuck stops no other; nobody waits for long."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from core.clock import FixedClock
from core.db import Database
from core.reference import Party
from digest.seminars import store
from digest.seminars.attendance import store as attendance
from digest.seminars.attendance.models import Certificate
from digest.seminars.attendance.rules import Row
from digest.seminars.inviting import store as rounds
from digest.seminars.inviting.decide import Group, GroupKind
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.models import Guest, InvitedGroup, Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.names import PROMOTED
from tests.seminars import SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
OVER = STARTS_AT + timedelta(hours=8)
ODILE_PARTY = Party("person", "1")
MANY = 2 * places.AT_ONCE + 10


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def test_a_round_of_invitations_that_cannot_leave_stops_no_other(house: SeminarHouse) -> None:
    now = house.clock.now()
    for group in (Group(GroupKind.AGENDA, "1"), Group(GroupKind.PERSON, "person:2")):
        seminar = await house.seminar(STARTS_AT)
        async with house.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            await rounds.add_group(session, row, group, now, ODILE_PARTY)
            await rounds.plan_round(session, house.parts, row, now, ODILE_PARTY)
    async with house.database.write() as session:
        await session.execute(
            update(InvitedGroup).where(InvitedGroup.what == "agenda").values(value="unreadable")
        )
    house.clock.set(now + timedelta(hours=1))
    with pytest.raises(ExceptionGroup):
        await house.tick("invitations.leave")
    async with house.database.read() as session:
        states = select(InvitationRound.state).order_by(InvitationRound.id)
        assert list(await session.scalars(states)) == ["planned", "left"]


async def test_a_certificate_that_cannot_be_made_stops_no_other(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, 1, 2)
    house.clock.set(OVER)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        half_days = await store.half_days(session, seminar)
        there = [Row(f"person:{n}", f"person:{n}", f"Nom {n}", "Nom", present=True) for n in (1, 2)]
        await attendance.note(session, half_days[0], there, OVER, ODILE_PARTY)
        await attendance.note(session, half_days[1], there, OVER, ODILE_PARTY)
    await house.press("attendance.certify", row.id)
    async with house.database.write() as session:
        first = await session.get_one(Certificate, 1)
        first.half_days = ["unreadable"]
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            await house.tick("attendance.certificates")
    (made,) = await house.rows("attendance.certificate")
    assert made.recipient == "person:2"
    assert await house.next_due("attendance.certificates") == OVER, "the other is still asked for"


async def test_many_promotions_leave_the_database_to_others_in_between(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    now = house.clock.now()
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.capacity, row.queued = 1, MANY
        session.add_all(
            Guest(id=n, email=f"g{n}@races.example", language="fr", created_at=now)
            for n in range(1, MANY + 1)
        )
        session.add_all(
            Registration(
                seminar_id=seminar, party=f"guest:{n}", state="waiting", queue=MANY + 1 - n
            )
            for n in range(1, MANY + 1)
        )
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.capacity = None
        assert await places.promote(session, house.parts, row, now) == places.AT_ONCE
    async with house.database.read() as session:
        waiting = select(func.min(Registration.queue)).where(Registration.state == "waiting")
        assert await session.scalar(waiting) == places.AT_ONCE + 1, "in their order"
    assert await house.next_due("registrations.promote") is not None
    await house.tick("registrations.promote")
    assert set((await house.registrations()).values()) == {"registered"}
    assert await house.next_due("registrations.promote") is None
    told = [row.slot for row in await house.rows(PROMOTED)]
    assert told == [f"seminar:1/promoted/{queue}" for queue in range(1, MANY + 1)]
