"""Reading the directory."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Account, Membership, Person, Territory
from core.people.roles import Role

TELEGRAM = "telegram"
"""The channel of accounts whose address is a Telegram user id."""


def _held(now: datetime) -> ColumnElement[bool]:
    return (Membership.since <= now) & or_(Membership.until.is_(None), Membership.until > now)


async def person_by_account(session: AsyncSession, channel: str, address: str) -> Person | None:
    """Return who is linked to an address of a channel, if anybody."""
    return await session.scalar(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Account.channel == channel, Account.address == address)
    )


async def roles_of(session: AsyncSession, person_id: int, now: datetime) -> frozenset[Role]:
    """Return the roles that a person holds at `now`."""
    rows = await session.scalars(
        select(Membership.role).where(Membership.person_id == person_id, _held(now))
    )
    return frozenset(Role(role) for role in rows)


async def territories_of(
    session: AsyncSession, person_id: int, now: datetime
) -> Sequence[Territory]:
    """Return the territories that a person serves at `now`, by name."""
    rows = await session.scalars(
        select(Territory)
        .join(Membership, Membership.territory_id == Territory.id)
        .where(Membership.person_id == person_id, _held(now))
        .distinct()
        .order_by(Territory.name)
    )
    return rows.all()


async def people_with_role(session: AsyncSession, role: Role, now: datetime) -> Sequence[Person]:
    """Return everybody who holds `role` at `now`, by id."""
    rows = await session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(Membership.person_id).where(Membership.role == role.value, _held(now))
            )
        )
        .order_by(Person.id)
    )
    return rows.all()


async def account_of(session: AsyncSession, person_id: int, channel: str) -> Account | None:
    """Return a person's account on a channel, the one linked last."""
    return await session.scalar(
        select(Account)
        .where(Account.person_id == person_id, Account.channel == channel)
        .order_by(Account.linked_at.desc())
        .limit(1)
    )
