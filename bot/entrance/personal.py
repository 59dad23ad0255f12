"""What the directory and the entrance hold about somebody: shown as it is, or let go of.

To be erased last: other rooms find what is somebody's by the address or the accounts kept here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance.decide import State
from bot.entrance.models import AccessRequest
from bot.entrance.purging import let_go
from bot.entrance.words import text
from core.clock import Clock
from core.ledger.store import purge
from core.people.models import Account, Invitation, Membership, Person, Structure, Territory
from core.people.store import end_memberships, memberships_of
from core.reference import Party
from core.room import Kept, PersonalData


def personal_data(clock: Clock) -> PersonalData:
    """Return both ends, for who answers requests about personal data."""

    async def erase(session: AsyncSession, party: Party) -> None:
        await forget(session, party, clock.now())

    return PersonalData(export, erase, keeps)


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the fiche, what the person is and was, accounts, invitations and access requests."""
    person = await _person(session, party)
    if person is None:
        return {}
    accounts = await _accounts(session, person.id)
    invitations = await session.scalars(
        select(Invitation).where(Invitation.person_id == person.id).order_by(Invitation.created_at)
    )
    return {
        "person": {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "language": person.language,
            "blocked_at": _instant(person.blocked_at),
        },
        "memberships": [
            await _membership(session, one) for one in await memberships_of(session, person.id)
        ],
        "accounts": [_account(one) for one in accounts],
        "invitations": [
            {
                "created_at": _instant(one.created_at),
                "expires_at": _instant(one.expires_at),
                "used_at": _instant(one.used_at),
            }
            for one in invitations
        ],
        "access_requests": [
            _request(one, own=_is_own(one, person, accounts))
            for one in await _requests(session, person)
        ],
    }


async def forget(session: AsyncSession, party: Party, now: datetime) -> None:
    """Empty the fiche, and delete accounts, invitations and access requests.

    What the person was, and when, stays without a name; nothing is held from `now` on.
    """
    person = await _person(session, party)
    if person is None:
        return
    await end_memberships(session, person.id, now)
    accounts = await _accounts(session, person.id)
    for row in await _requests(session, person):
        barred = row.state == State.BARRED and not _is_own(row, person, accounts)
        await let_go(session, row, now, keep_account=barred)
    await session.execute(delete(Account).where(Account.person_id == person.id))
    await session.execute(delete(Invitation).where(Invitation.person_id == person.id))
    await session.execute(
        update(Person).where(Person.successor_id == person.id).values(successor_id=None)
    )
    person.given_name, person.family_name = "", ""
    person.email = person.code = person.successor_id = person.blocked_at = None
    await session.flush()
    await purge(session, party)


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say what stays: the dates of what the person was, which no name goes with any more."""
    if party.kind != "person":
        return ()
    count = await session.scalar(
        select(func.count()).select_from(Membership).where(Membership.person_id == party.number)
    )
    if not count:
        return ()
    return (Kept(text("kept_memberships", count=count), text("kept_memberships_ground")),)


async def _person(session: AsyncSession, party: Party) -> Person | None:
    return await session.get(Person, party.number) if party.kind == "person" else None


async def _accounts(session: AsyncSession, person_id: int) -> Sequence[Account]:
    rows = await session.scalars(
        select(Account).where(Account.person_id == person_id).order_by(Account.id)
    )
    return rows.all()


async def _requests(session: AsyncSession, person: Person) -> Sequence[AccessRequest]:
    """Return the requests of the person's accounts, for their address, or linked to them."""
    addresses = [one.address for one in await _accounts(session, person.id)]
    theirs = or_(AccessRequest.person_id == person.id, AccessRequest.account.in_(addresses))
    if person.email:
        theirs |= AccessRequest.email == person.email.lower()
    rows = await session.scalars(select(AccessRequest).where(theirs).order_by(AccessRequest.id))
    return rows.all()


async def _membership(session: AsyncSession, one: Membership) -> dict[str, Any]:
    territory = await session.get(Territory, one.territory_id) if one.territory_id else None
    structure = await session.get(Structure, one.structure_id) if one.structure_id else None
    return {
        "role": one.role,
        "territory": territory.name if territory else None,
        "structure": structure.name if structure else None,
        "since": _instant(one.since),
        "until": _instant(one.until),
    }


def _account(one: Account) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "address": f"•••{one.address[-3:]}",
        "linked_at": _instant(one.linked_at),
    }


def _is_own(row: AccessRequest, person: Person, accounts: Sequence[Account]) -> bool:
    """Say whether a request was the person's, and not a stranger's who gave their address."""
    return row.person_id == person.id or row.account in {one.address for one in accounts}


def _request(one: AccessRequest, *, own: bool) -> dict[str, Any]:
    """Show a request; the name of a stranger who gave the person's address is not theirs."""
    return {
        "email": one.email,
        "name": one.name if own else "",
        "state": one.state,
        "created_at": _instant(one.created_at),
        "confirmed_at": _instant(one.confirmed_at),
        "decided_at": _instant(one.decided_at),
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
