"""Invitations: one code, one account, one person; on both databases."""

import asyncio
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.acts import Act
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.people.invitations import InvitationError, accept, invite
from core.people.models import Account, Invitation, Person
from core.people.store import TELEGRAM, account_of, person_by_account

WEEK = timedelta(days=7)


def new_code() -> str:
    return secrets.token_urlsafe(24)


async def add_person(database: Database, given_name: str = "Odile") -> int:
    async with database.write() as session:
        person = Person(given_name=given_name, family_name="Vernhet")
        session.add(person)
        await session.flush()
        return person.id


async def make_code(database: Database, clock: FixedClock, person_id: int) -> str:
    async with database.write() as session:
        return await invite(session, person_id, clock.now(), WEEK, new_code)


async def use(database: Database, clock: FixedClock, code: str, address: str = "700") -> int:
    async with database.write() as session:
        return (await accept(session, code, TELEGRAM, address, clock.now())).id


async def refused(database: Database, clock: FixedClock, code: str, address: str = "700") -> str:
    with pytest.raises(InvitationError) as caught:
        await use(database, clock, code, address)
    assert caught.value.what
    assert caught.value.hint
    return caught.value.reason


async def test_a_code_links_the_account_of_the_person_it_was_made_for(
    database: Database, clock: FixedClock
) -> None:
    odile = await add_person(database)
    code = await make_code(database, clock, odile)
    assert await use(database, clock, code) == odile
    async with database.read() as session:
        found = await person_by_account(session, TELEGRAM, "700")
        assert found is not None
        assert found.name == "Odile Vernhet"
        act = (await session.scalars(select(Act))).one()
    assert (act.verb, act.actor, act.at) == ("account.link", f"person:{odile}", clock.now())
    assert "700" not in str(act.detail)


async def test_only_a_hash_of_the_code_is_kept(database: Database, clock: FixedClock) -> None:
    code = await make_code(database, clock, await add_person(database))
    async with database.read() as session:
        row = (await session.scalars(select(Invitation))).one()
    assert code not in row.code_hash
    assert len(row.code_hash) == 64
    assert row.expires_at == clock.now() + WEEK


@pytest.mark.parametrize("code", ["", "no such code", "inconnu", "a" * 65, "é", "\ud800", "a\n"])
async def test_an_unknown_code_is_refused(database: Database, clock: FixedClock, code: str) -> None:
    assert await refused(database, clock, code) == "unknown"


async def test_a_code_serves_once(database: Database, clock: FixedClock) -> None:
    code = await make_code(database, clock, await add_person(database))
    await use(database, clock, code, "700")
    assert await refused(database, clock, code, "701") == "used"


async def test_following_ones_own_link_again_is_fine_even_after_it_expired(
    database: Database, clock: FixedClock
) -> None:
    odile = await add_person(database)
    code = await make_code(database, clock, odile)
    await use(database, clock, code)
    clock.set(clock.now() + 2 * WEEK)
    assert await use(database, clock, code) == odile
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 1


async def test_a_code_expires_at_its_very_instant(database: Database, clock: FixedClock) -> None:
    odile = await add_person(database)
    code = await make_code(database, clock, odile)
    start = clock.now()
    clock.set(start + WEEK)
    assert await refused(database, clock, code) == "expired"
    clock.set(start + WEEK - timedelta(microseconds=1))
    assert await use(database, clock, code) == odile


async def test_an_account_of_somebody_else_is_refused_and_the_code_stays_good(
    database: Database, clock: FixedClock
) -> None:
    odile, karim = await add_person(database), await add_person(database, "Karim")
    await use(database, clock, await make_code(database, clock, odile), "700")
    code = await make_code(database, clock, karim)
    assert await refused(database, clock, code, "700") == "taken"
    assert await use(database, clock, code, "701") == karim


async def test_a_second_invitation_relinks_the_same_account(
    database: Database, clock: FixedClock
) -> None:
    odile = await add_person(database)
    await use(database, clock, await make_code(database, clock, odile))
    async with database.write() as session:
        account = await account_of(session, odile, TELEGRAM)
        assert account is not None
        account.blocked_at = clock.now()
    clock.set(clock.now() + timedelta(hours=1))
    assert await use(database, clock, await make_code(database, clock, odile)) == odile
    async with database.read() as session:
        account = (await session.scalars(select(Account))).one()
    assert account.blocked_at is None
    assert account.linked_at == clock.now()


async def test_somebody_may_link_a_second_account(database: Database, clock: FixedClock) -> None:
    odile = await add_person(database)
    await use(database, clock, await make_code(database, clock, odile), "700")
    clock.set(clock.now() + timedelta(hours=1))
    await use(database, clock, await make_code(database, clock, odile), "701")
    async with database.read() as session:
        account = await account_of(session, odile, TELEGRAM)
    assert account is not None
    assert account.address == "701"


async def outcome(database: Database, clock: FixedClock, code: str, address: str) -> str:
    try:
        return str(await use(database, clock, code, address))
    except InvitationError as error:
        return error.reason


async def test_of_two_simultaneous_uses_one_wins(database: Database, clock: FixedClock) -> None:
    odile = await add_person(database)
    for attempt in range(5):
        code = await make_code(database, clock, odile)
        addresses = [f"{attempt}-{number}" for number in range(4)]
        results = await asyncio.gather(*(outcome(database, clock, code, a) for a in addresses))
        assert sorted(results) == [str(odile), "used", "used", "used"]
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 5


async def test_a_link_pressed_twice_at_once_by_one_account_is_fine(
    database: Database, clock: FixedClock
) -> None:
    odile = await add_person(database)
    code = await make_code(database, clock, odile)
    results = await asyncio.gather(*(outcome(database, clock, code, "700") for _ in range(4)))
    assert results == [str(odile)] * 4


async def test_one_account_following_two_peoples_links_at_once_becomes_one_of_them(
    database: Database, clock: FixedClock
) -> None:
    odile, karim = await add_person(database), await add_person(database, "Karim")
    codes = [await make_code(database, clock, odile), await make_code(database, clock, karim)]
    results = await asyncio.gather(*(outcome(database, clock, code, "700") for code in codes))
    assert sorted(results) in ([str(odile), "taken"], [str(karim), "taken"])
    async with database.read() as session:
        used = await session.scalars(select(Invitation).where(Invitation.used_at.is_not(None)))
        assert len(used.all()) == 1


async def test_a_refusal_leaves_the_callers_transaction_usable(
    database: Database, clock: FixedClock
) -> None:
    code = await make_code(database, clock, await add_person(database))
    await use(database, clock, code, "700")
    async with database.write() as session:
        with pytest.raises(InvitationError):
            await accept(session, code, TELEGRAM, "701", clock.now())
        session.add(Person(given_name="Later", family_name="Written"))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 2


async def test_nobody_is_invited_under_an_unknown_number(
    database: Database, clock: FixedClock
) -> None:
    with pytest.raises(InputError, match="nobody has the number 12"):
        await make_code(database, clock, 12)


@pytest.mark.parametrize("code", ["", "with space", "x" * 65])
async def test_a_code_that_telegram_would_not_carry_is_a_programming_error(
    database: Database, clock: FixedClock, code: str
) -> None:
    odile = await add_person(database)
    async with database.write() as session:
        with pytest.raises(ValueError, match="invitation code"):
            await invite(session, odile, clock.now(), WEEK, lambda: code)
