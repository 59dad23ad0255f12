"""Looking somebody up: by name, by territory or structure, by address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Membership, Person, Structure, Territory
from core.people.roles import Role
from core.people.rules import resemblance
from core.people.store import held


@dataclass(frozen=True)
class Listed:
    """Somebody of the directory, with the places and roles held now (blocked: none counts).

    `territories` and `departments` are those of the territories served, by number and by code.
    """

    person_id: int
    name: str
    email: str
    blocked: bool
    roles: frozenset[Role] = frozenset()
    places: tuple[str, ...] = ()
    territories: frozenset[int] = frozenset()
    departments: frozenset[str] = frozenset()


async def everybody(session: AsyncSession, now: datetime) -> Sequence[Listed]:
    """Return the whole directory, by name; people whose data was erased are not in it."""
    people = await session.scalars(
        select(Person)
        .where((Person.given_name != "") | (Person.family_name != ""))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    places = await _places(session, now)
    return [_listed(person, places.get(person.id, ())) for person in people]


async def find(
    session: AsyncSession,
    words: str,
    now: datetime,
    limit: int,
    *,
    without: Collection[int] = (),
) -> Sequence[Listed]:
    """Return who answers to `words`, the nearest first; an address is looked for as it is."""
    found = []
    for one in await everybody(session, now):
        same_address = bool(one.email) and one.email.lower() == words.strip().lower()
        distance = 0 if same_address else resemblance(words, one.name, " ".join(one.places))
        if distance is not None and one.person_id not in without:
            found.append((distance, one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])[:limit]]


@dataclass(frozen=True)
class _Held:
    role: Role
    territory: Territory | None
    structure: Structure | None


async def _places(session: AsyncSession, now: datetime) -> Mapping[int, Sequence[_Held]]:
    rows = await session.execute(
        select(Membership.person_id, Membership.role, Territory, Structure)
        .outerjoin(Territory, Territory.id == Membership.territory_id)
        .outerjoin(Structure, Structure.id == Membership.structure_id)
        .where(held(now))
        .order_by(Membership.id)
    )
    places: dict[int, list[_Held]] = {}
    for person_id, role, territory, structure in rows:
        places.setdefault(person_id, []).append(_Held(Role(role), territory, structure))
    return places


def _listed(person: Person, holds: Sequence[_Held]) -> Listed:
    territories = [one.territory for one in holds if one.territory]
    names = [place.name for one in holds for place in (one.territory, one.structure) if place]
    blocked = person.blocked_at is not None
    return Listed(
        person_id=person.id,
        name=person.name,
        email=person.email or "",
        blocked=blocked,
        roles=frozenset() if blocked else frozenset(one.role for one in holds),
        places=tuple(dict.fromkeys(names)),
        territories=frozenset(territory.id for territory in territories),
        departments=frozenset(territory.department for territory in territories),
    )
