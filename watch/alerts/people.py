"""Who in the network can be alerted or reminded, now. No function here commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Account, Membership, Person
from core.people.roles import Role
from core.people.store import TELEGRAM, held
from watch.alerts.models import Following, Interest
from watch.alerts.rules import stand_in


def present(now: datetime) -> ColumnElement[bool]:
    """Match the people who hold a role and are not blocked."""
    holds = exists().where(Membership.person_id == Person.id, held(now))
    return Person.blocked_at.is_(None) & holds


def reached_by_chat() -> ColumnElement[bool]:
    """Match the people whose account, the one linked last, did not block the bot."""
    last = (
        select(Account.id)
        .where(Account.person_id == Person.id, Account.channel == TELEGRAM)
        .order_by(Account.linked_at.desc(), Account.id.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
    return exists().where(Account.id == last, Account.blocked_at.is_(None))


def following(themes: Sequence[str]) -> ColumnElement[bool]:
    """Match the people who follow one of `themes`."""
    return exists().where(Following.person_id == Person.id, Following.theme.in_(themes))


async def followers(session: AsyncSession, theme: str) -> frozenset[int]:
    """Return the people who follow a theme, whether or not they are still there."""
    rows = await session.scalars(select(Following.person_id).where(Following.theme == theme))
    return frozenset(rows)


def alerted(themes: Sequence[str], now: datetime) -> ColumnElement[bool]:
    """Match the people whom an alert about one of `themes` reaches by chat."""
    return following(themes) & present(now) & reached_by_chat()


async def is_present(session: AsyncSession, person_id: int, now: datetime) -> bool:
    """Say whether somebody holds a role now, and is not blocked."""
    wanted = select(Person.id).where(Person.id == person_id, present(now))
    return await session.scalar(wanted) is not None


async def audience(
    session: AsyncSession, story: int, territory: int, now: datetime
) -> frozenset[int]:
    """Return who is to be reminded of a call for a territory: nobody once none is interested.

    The agents of the territory, and whoever said that it is interested or their successor; but
    those who want no reminder.
    """
    rows = await session.scalars(
        select(Interest).where(Interest.story_id == story, Interest.territory_id == territory)
    )
    interests = rows.all()
    active = [row for row in interests if row.withdrawn_at is None]
    if not active:
        return frozenset()
    said = {row.person_id for row in active if row.person_id is not None}
    refusing = {row.person_id for row in interests if row.withdrawn_at is not None}
    agents = await _agents(session, territory, now) if territory else frozenset()
    return (agents | await _standing_in(session, said, now)) - refusing


async def _agents(session: AsyncSession, territory: int, now: datetime) -> frozenset[int]:
    serves = exists().where(
        Membership.person_id == Person.id,
        Membership.role == Role.AGENT.value,
        Membership.territory_id == territory,
        held(now),
    )
    query = select(Person.id).where(Person.blocked_at.is_(None), serves)
    return frozenset(await session.scalars(query))


async def _standing_in(
    session: AsyncSession, people: Collection[int], now: datetime
) -> frozenset[int]:
    """Return these people, or in the place of who has left the network their successors."""
    successors = await _successors(session, people)
    known = {*people, *(each for each in successors.values() if each is not None)}
    rows = await session.scalars(select(Person.id).where(Person.id.in_(known), present(now)))
    there = frozenset(rows)
    found = (stand_in(each, there, successors) for each in people)
    return frozenset(each for each in found if each is not None)


async def _successors(session: AsyncSession, people: Collection[int]) -> Mapping[int, int | None]:
    found: dict[int, int | None] = {}
    wanted = set(people)
    while wanted:
        rows = await session.execute(
            select(Person.id, Person.successor_id).where(Person.id.in_(wanted))
        )
        found |= {row.id: row.successor_id for row in rows}
        named = {each for each in found.values() if each is not None}
        wanted = named - found.keys()
    return found
