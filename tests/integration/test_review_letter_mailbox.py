"""What a forged mail must not bring about, even pressed in good faith."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.people.models import Membership, Person
from digest.subscribers.names import INFORMED
from tests.mailbox import AGNES, MailboxHouse


@pytest.fixture
def house(database: Database, clock: FixedClock) -> MailboxHouse:
    return MailboxHouse(database, clock)


async def test_no_mail_changes_the_address_by_which_an_animator_comes_in(
    house: MailboxHouse,
) -> None:
    person = Person(id=3, given_name="Agnès", family_name="Morel", email=AGNES)
    await house.subscribe(AGNES, basis="public_interest", person=person)
    async with house.database.write() as session:
        since = house.clock.now()
        session.add(Membership(person_id=3, role="animator", since=since))
    await house.receive("left/fr_new_address")
    assert "L’annuaire n’a pas changé" in await house.press("mailbox.replace", 1)
    async with house.database.read() as session:
        assert (await session.get_one(Person, 3)).email == AGNES


async def test_who_reads_a_moved_subscription_really_is_informed(house: MailboxHouse) -> None:
    """Else no edition would ever go there: who was not informed receives none."""
    number = await house.subscribe(AGNES, basis="public_interest")
    await house.receive("left/fr_successor")
    assert "informe d’abord" in await house.press("mailbox.replace", 1)
    async with house.database.read() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == INFORMED))
        assert [row.slot for row in rows] == [f"informed:{number}/mail:1"]
