"""What the directory holds about somebody: shown, and let go of, on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.entrance.models import AccessRequest
from bot.entrance.personal import personal_data
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery, Message
from core.ledger.rules import State
from core.people.invitations import invite
from core.people.models import Account, Invitation, Membership, Person
from core.people.store import roles_of
from core.reference import Party
from tests.entrance import GROUP, JEANNE, STRANGER, Doorway, open_doorway

ODILE = Party("person", "7")
EMAIL = "odile.vernhet@orsanne.example"


@pytest.fixture
async def door(database: Database, clock: FixedClock) -> Doorway:
    door = await open_doorway(database, clock)
    accept = await door.confirm(STRANGER, EMAIL, name="Odile V.")
    await door.press(JEANNE, accept, GROUP)
    async with database.write() as session:
        await invite(session, 7, clock.now(), timedelta(days=7), lambda: "une-invitation")
        (await session.get_one(Person, 1)).successor_id = 7
        await session.execute(
            Delivery.__table__.update().values(state=State.SENT.value)  # type: ignore[attr-defined]
        )
    return door


async def test_everything_is_exported_and_accounts_are_masked(door: Doorway) -> None:
    async with door.database.read() as session:
        exported = await personal_data(door.clock).export(session, ODILE)
    now = door.clock.now().isoformat()
    assert exported["person"] == {
        "given_name": "Odile",
        "family_name": "Vernhet",
        "email": EMAIL,
        "language": "fr",
        "blocked_at": None,
    }
    assert exported["memberships"] == [
        {
            "role": "agent",
            "territory": "Pays d’Orsanne",
            "structure": None,
            "since": "2024-01-01T00:00:00+00:00",
            "until": None,
        }
    ]
    assert exported["accounts"] == [{"channel": "telegram", "address": "•••999", "linked_at": now}]
    assert [each["created_at"] for each in exported["invitations"]] == [now]
    assert exported["access_requests"] == [
        {
            "email": EMAIL,
            "name": "Odile V.",
            "state": "accepted",
            "created_at": now,
            "confirmed_at": now,
            "decided_at": now,
        }
    ]
    assert "une-invitation" not in json.dumps(exported)


async def test_what_is_erased_is_really_gone(door: Doorway) -> None:
    holder = personal_data(door.clock)
    async with door.database.write() as session:
        [kept] = await holder.keeps(session, ODILE)
        await holder.erase(session, ODILE)
    assert door.parts.renderer.plain(kept.what) == (
        "les dates et le territoire de 1 fonction dans le réseau, sans votre nom"
    )
    assert "financeurs" in door.parts.renderer.plain(kept.ground)
    async with door.database.read() as session:
        person = await session.get_one(Person, 7)
        assert (person.name, person.email, person.code) == ("", None, None)
        assert await roles_of(session, 7, door.clock.now()) == frozenset()
        assert (await session.get_one(Person, 1)).successor_id is None
        for table in (Invitation, AccessRequest):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
        accounts = await session.scalars(select(Account.person_id))
        assert 7 not in accounts.all()
        [membership] = await session.scalars(select(Membership).where(Membership.person_id == 7))
        assert membership.until == door.clock.now()
        bodies = (await session.scalars(select(Message.body))).all()
        for said in ("Odile", "odile", "Vernhet"):
            assert not [body for body in bodies if said.encode() in body]
        assert await holder.export(session, ODILE) == {
            "person": {
                "given_name": "",
                "family_name": "",
                "email": None,
                "language": "fr",
                "blocked_at": None,
            },
            "memberships": [
                {
                    "role": "agent",
                    "territory": "Pays d’Orsanne",
                    "structure": None,
                    "since": "2024-01-01T00:00:00+00:00",
                    "until": door.clock.now().isoformat(),
                }
            ],
            "accounts": [],
            "invitations": [],
            "access_requests": [],
        }


async def test_other_parties_are_left_alone(door: Doorway) -> None:
    holder = personal_data(door.clock)
    async with door.database.write() as session:
        for party in (Party("subscriber", "7"), Party("person", "99")):
            await holder.erase(session, party)
            assert await holder.export(session, party) == {}
            assert list(await holder.keeps(session, party)) == []
        assert (await session.get_one(Person, 7)).name == "Odile Vernhet"
