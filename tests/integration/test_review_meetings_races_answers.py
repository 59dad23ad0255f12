"""What answers people about their place, while the meeting moves: never at a date that is past."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Ready, Skip
from core.ledger.models import Delivery
from core.reference import Party
from digest.seminars import names
from digest.seminars.models import Seminar
from digest.seminars.registering import asking, places
from digest.seminars.registering.decide import Choice
from digest.seminars.registering.names import GONE, PROMOTED, REGISTERED, WAITING
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import Visitor
from tests.seminars import SeminarHouse, plain, readable, seminar_settings

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


async def give_up(house: SeminarHouse, party: Party) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        assert await places.leave(session, house.parts, row, party, Doing(house.clock.now()))


async def last(house: SeminarHouse, kind: str) -> Delivery:
    return (await house.rows(kind))[-1]


async def waiting_mail_is_of_the_new_date(house: SeminarHouse, kind: str) -> None:
    """Check that what was to leave at the old date does not, and leaves at the new one."""
    before = await last(house, kind)
    await house.move(1, LATER)
    assert await house.rechecked(before) == Skip("moved")
    after = await last(house, kind)
    assert after.id != before.id
    assert after.recipient == before.recipient
    assert isinstance(await house.rechecked(after), Ready)
    said = readable(await house.body(after)) if after.channel == "mail" else None
    if said is not None:
        assert "19 mars 2027" in said
        assert "12 mars 2027" not in said
    assert len(await house.rows(kind)) == 2


async def test_a_confirmed_place_is_not_told_at_the_old_date(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await take(house, INES)
    await waiting_mail_is_of_the_new_date(house, REGISTERED)


async def test_a_place_told_in_chat_is_not_told_at_the_old_date(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await take(house, MARC)
    await waiting_mail_is_of_the_new_date(house, REGISTERED)
    post = await house.chat_post(await last(house, REGISTERED))
    assert "19 mars 2027" in plain(post.text)


async def test_a_rank_on_the_waiting_list_is_not_told_at_the_old_date(house: SeminarHouse) -> None:
    await full(house)
    await take(house, INES)
    await waiting_mail_is_of_the_new_date(house, WAITING)


async def test_a_promotion_is_told_though_the_date_moves_before_it_left(
    house: SeminarHouse,
) -> None:
    await full(house)
    await take(house, INES)
    await give_up(house, MARC)
    await waiting_mail_is_of_the_new_date(house, PROMOTED)
    await house.move(1, LATER + timedelta(days=7))
    assert await house.rechecked(await last(house, PROMOTED)) == Skip("moved")
    assert "26 mars 2027" in readable(await house.body(await last(house, PROMOTED)))


async def test_who_gave_up_is_not_told_so_at_the_old_date(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    await give_up(house, INES)
    await waiting_mail_is_of_the_new_date(house, GONE)


async def test_who_asked_on_the_page_is_asked_to_confirm_at_the_new_date(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        visitor = Visitor(GUEST, "Une invitée")
        await asking.ask(session, house.parts, row, visitor, house.clock.now())
    await waiting_mail_is_of_the_new_date(house, names.CONFIRMATION)


async def test_what_was_told_again_is_not_told_a_third_time(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await take(house, INES)
    before = await last(house, REGISTERED)
    await house.move(1, LATER)
    assert await house.rechecked(before) == Skip("moved")
    assert await house.rechecked(before) == Skip("superseded")
    assert len(await house.rows(REGISTERED)) == 2


async def test_a_cancelled_meeting_is_not_told_again_after_a_move(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await take(house, INES)
    before = await last(house, REGISTERED)
    await house.move(1, LATER)
    await house.cancel(1)
    assert await house.rechecked(before) == Skip("cancelled")
    assert len(await house.rows(REGISTERED)) == 1


async def full(house: SeminarHouse) -> None:
    """Publish a meeting of one place, which Marc has."""
    await house.seminar(STARTS_AT)
    async with house.database.write() as session:
        (await session.get_one(Seminar, 1)).capacity = 1
    await take(house, MARC)
