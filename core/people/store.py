"""Reading the directory."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Account, Membership, Person, Territory
from core.people.roles import Role

TELEGRAM = "telegram"
"""The channel of accounts whose address is a Telegram user id."""


def held(now: datetime) -> ColumnElement[bool]:
    """Say in SQL that a membership counts at `now`."""
    return (Membership.since <= now) & or_(Membership.until.is_(None), Membership.until > now)


async def person_by_account(session: AsyncSession, channel: str, address: str) -> Person | None:
    """Return who is linked to an address of a channel, if anybody."""
    return await session.scalar(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Account.channel == channel, Account.address == address)
    )


async def roles_of(session: AsyncSession, person_id: int, now: datetime) -> frozenset[Role]:
    """Return the roles that a person holds at `now`: none while they are blocked."""
    rows = await session.scalars(
        select(Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.person_id == person_id, Person.blocked_at.is_(None), held(now))
    )
    return frozenset(Role(role) for role in rows)


async def territories_of(
    session: AsyncSession, person_id: int, now: datetime
) -> Sequence[Territory]:
    """Return the territories that a person serves at `now`, by name."""
    rows = await session.scalars(
        select(Territory)
        .join(Membership, Membership.territory_id == Territory.id)
        .where(Membership.person_id == person_id, held(now))
        .distinct()
        .order_by(Territory.name)
    )
    return rows.all()


async def memberships_of(session: AsyncSession, person_id: int) -> Sequence[Membership]:
    """Return all that a person is, was or will be, the latest first."""
    rows = await session.scalars(
        select(Membership)
        .where(Membership.person_id == person_id)
        .order_by(Membership.since.desc(), Membership.id.desc())
    )
    return rows.all()


async def end_memberships(session: AsyncSession, person_id: int, at: datetime) -> int:
    """End at an instant what a person holds beyond it. Returns how many memberships.

    One that was to begin later ends as it begins: the row stays, and gives nothing.
    """
    rows = await session.scalars(
        select(Membership).where(
            Membership.person_id == person_id,
            or_(Membership.until.is_(None), Membership.until > at),
        )
    )
    ended = rows.all()
    for membership in ended:
        membership.until = max(at, membership.since)
    await session.flush()
    return len(ended)


async def person_by_email(session: AsyncSession, email: str) -> Person | None:
    """Return whose address it is, in lower case as `core.email_address.normalise` gives it."""
    return await session.scalar(select(Person).where(func.lower(Person.email) == email))


async def people_with_role(session: AsyncSession, role: Role, now: datetime) -> Sequence[Person]:
    """Return everybody who holds `role` at `now` and is not blocked, by id."""
    rows = await session.scalars(
        select(Person)
        .where(
            Person.blocked_at.is_(None),
            Person.id.in_(
                select(Membership.person_id).where(Membership.role == role.value, held(now))
            ),
        )
        .order_by(Person.id)
    )
    return rows.all()


async def account_of(session: AsyncSession, person_id: int, channel: str) -> Account | None:
    """Return a person's account on a channel, the one linked last."""
    return await session.scalar(
        select(Account)
        .where(Account.person_id == person_id, Account.channel == channel)
        .order_by(Account.linked_at.desc(), Account.id.desc())
        .limit(1)
    )
