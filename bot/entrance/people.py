"""People of the directory, as the entrance writes them down and shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance.rules import pair
from bot.entrance.words import text
from core.acts import record
from core.chat import Button, Keyboard, Turn
from core.people.accounts import accounts_of
from core.people.directory import Listed
from core.people.models import Membership, Person, Territory
from core.people.roles import Role
from core.people.store import held, roles_of, territories_of
from core.reference import NotARowError, Party, Reference

TERRITORIES = 80
"""A keyboard of the Bot API takes a hundred buttons."""

IN_A_ROW = 2


def reference(person_id: int) -> Reference:
    """Return how the house names a person."""
    return Reference("people", "person", str(person_id))


def actor_of(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    return Party("person", str(turn.sender.person_id))


def numbers(subject: Reference) -> tuple[int, int]:
    """Read the two rows that a button carries. Raises NotARowError when they are not."""
    found = pair(subject.id)
    if found is None:
        raise NotARowError(f"not two rows: {subject}")
    return found


async def add(turn: Turn, given_name: str, family_name: str, email: str | None) -> Person:
    """Write somebody new down."""
    person = Person(given_name=given_name, family_name=family_name, email=email)
    turn.session.add(person)
    await turn.session.flush()
    record(turn.session, actor_of(turn), "person.add", reference(person.id), turn.now)
    return person


async def enrol(turn: Turn, person: Person, territory_id: int) -> None:
    """Make somebody an agent of a territory from now on (0, or one that is no more: of none)."""
    territory = await turn.session.get(Territory, territory_id) if territory_id else None
    found = None if territory is None else territory.id
    turn.session.add(
        Membership(person_id=person.id, role=Role.AGENT.value, territory_id=found, since=turn.now)
    )
    await turn.session.flush()
    subject = reference(person.id)
    record(turn.session, actor_of(turn), "person.enrol", subject, turn.now, territory=found)


async def serves(session: AsyncSession, person_id: int, territory_id: int, now: datetime) -> bool:
    """Say whether somebody is an agent of a territory now (0: of none in particular)."""
    wanted = Membership.territory_id == territory_id
    if not territory_id:
        wanted = Membership.territory_id.is_(None)
    found = await session.scalar(
        select(Membership.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.AGENT.value,
            held(now),
            wanted,
        )
        .limit(1)
    )
    return found is not None


async def summary(session: AsyncSession, person: Person, now: datetime) -> dict[str, Any]:
    """Return what a line about somebody says."""
    return {
        "name": person.name,
        "roles": sorted(role.value for role in await roles_of(session, person.id, now)),
        "places": [one.name for one in await territories_of(session, person.id, now)],
        "blocked": person.blocked_at is not None,
        "linked": bool(await accounts_of(session, person.id)),
    }


async def territory_buttons(session: AsyncSession, action: str, number: int) -> Keyboard:
    """Return a button for each territory, and one for none; each carries `number` too."""
    rows = await session.scalars(select(Territory).order_by(Territory.name).limit(TERRITORIES))

    def button(territory_id: int, name: str) -> Button:
        subject = Reference("entrance", "place", f"{number}-{territory_id}")
        return Button(text("territory_button", name=name), f"entrance.{action}", subject)

    every = [button(row.id, row.name) for row in rows]
    lines = [tuple(every[start : start + IN_A_ROW]) for start in range(0, len(every), IN_A_ROW)]
    return (*lines, (button(0, ""),))


def person_button(action: str, one: Listed, identity: str) -> Button:
    """Return a button that stands for somebody."""
    label = text("person_button", name=one.name, places=", ".join(one.places))
    return Button(label, f"entrance.{action}", Reference("entrance", "person", identity))


def buttons_of(action: str, found: Sequence[Listed]) -> Keyboard:
    """Return a button for each of those found."""
    return tuple((person_button(action, one, str(one.person_id)),) for one in found)
