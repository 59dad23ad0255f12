"""What meetings hold about somebody goes when they ask, and when nobody needs it any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import Base, Database
from core.reference import Party
from digest.seminars import names
from digest.seminars.models import CalendarKey, Guest, InvitedGroup, Registration, Speaker
from digest.subscribers.models import Subscriber
from tests.seminars import INES_MAIL, SeminarHouse, plain, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
BASE = "https://relais.test"
ZOE_MAIL = "zoe@orsanne.example"
FORGET = "seminars.forget_guests"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def asked(house: SeminarHouse, email: str, seminar: int = 1) -> str:
    async with house.visitor() as visitor:
        given = {"name": "Zoé Marchandise", "email": email}
        await visitor.post(f"/rencontres/{seminar}", data=given)
    row = (await house.rows(names.CONFIRMATION))[-1]
    return str(row.values["confirm_url"]).removeprefix(BASE)


async def joined(house: SeminarHouse, email: str, seminar: int = 1) -> None:
    path = await asked(house, email, seminar)
    async with house.visitor() as visitor:
        assert (await visitor.post(path)).status_code == 200


async def held(house: SeminarHouse, party: Party) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with house.database.read() as session:
        for room in house.rooms:
            if room.personal_data:
                found |= await room.personal_data.export(session, party)
    return found


async def erase(house: SeminarHouse, party: Party) -> None:
    async with house.database.write() as session:
        for room in house.rooms:
            if room.personal_data:
                await room.personal_data.erase(session, party)


async def dumped(house: SeminarHouse) -> str:
    """Return every row of every table, as text."""
    found = []
    async with house.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                found += [f"{table.name}: {value!r}" for value in row]
    return "\n".join(found)


async def test_a_subscriber_gets_and_erases_what_was_registered_at_their_address(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    await joined(house, ZOE_MAIL)
    async with house.database.write() as session:
        session.add(
            Subscriber(id=9, email=ZOE_MAIL, state="confirmed", created_at=house.clock.now())
        )
        session.add(CalendarKey(party="guest:1", key="f" * 40, created_at=house.clock.now()))
    party = Party("subscriber", "9")
    found = await held(house, party)
    assert found["name"] == "Zoé Marchandise"
    assert [row["state"] for row in found["registrations"]] == ["registered"]
    assert "calendar" in found
    await erase(house, party)
    text = await dumped(house)
    assert "Marchandise" not in text
    assert text.count(ZOE_MAIL) == 1  # the subscribers' own row, which they erase themselves
    assert "/rencontres/reponse/" not in text
    assert "/rencontres/confirmer/" not in text
    assert await house.registrations() == {"guest:1": "cancelled"}


async def test_who_spoke_and_is_erased_is_named_on_no_page(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.database.write() as session:
        session.add(Speaker(seminar_id=1, name="Inès Roche", part="speaker", party="person:2"))
        session.add(Speaker(seminar_id=1, name="Luc Autre", part="speaker", party=None))
    party = Party("person", "2")
    assert (await held(house, party))["speaks"][0]["name"] == "Inès Roche"
    await erase(house, party)
    async with house.visitor() as visitor:
        page = plain((await visitor.get("/rencontres/1")).text)
    assert "Inès" not in page
    assert "Luc Autre" in page


async def test_guests_are_forgotten_when_no_meeting_needs_them(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await joined(house, ZOE_MAIL)
    await house.register(1, 2)
    async with house.database.write() as session:
        given = {"Un régime ?": "sans sel"}
        await session.execute(update(Registration).values(answers=given))
    house.clock.set(STARTS_AT + timedelta(days=35 * 30))
    await house.tick(FORGET)
    assert ZOE_MAIL in await dumped(house)
    assert "sans sel" in await dumped(house)
    house.clock.set(STARTS_AT + timedelta(days=37 * 31))
    await house.tick(FORGET)
    await house.tick(FORGET)
    text = await dumped(house)
    assert ZOE_MAIL not in text
    assert "Marchandise" not in text
    assert "sans sel" not in text
    assert INES_MAIL in text
    assert await house.registrations() == {"guest:1": "registered", "person:2": "registered"}


async def test_who_never_confirmed_is_forgotten_before_who_comes(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await joined(house, ZOE_MAIL)
    await asked(house, "jamais@orsanne.example")
    house.clock.set(house.clock.now() + timedelta(days=29))
    await house.tick(FORGET)
    assert "jamais@orsanne.example" in await dumped(house)
    house.clock.set(house.clock.now() + timedelta(days=3))
    await house.tick(FORGET)
    text = await dumped(house)
    assert "jamais@orsanne.example" not in text
    assert ZOE_MAIL in text


async def test_who_is_invited_by_name_stays_until_then(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    now = house.clock.now()
    async with house.database.write() as session:
        session.add(Guest(email=ZOE_MAIL, language="fr", created_at=now - timedelta(days=60)))
        session.add(InvitedGroup(seminar_id=1, what="guest", value="guest:1", added_at=now))
    await house.tick(FORGET)
    assert ZOE_MAIL in await dumped(house)
