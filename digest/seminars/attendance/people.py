"""What attendance sheets say of people: their name, their structure, their role; no address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.people.models import Membership, Person, Structure, Territory
from core.people.store import held
from core.reference import Party
from digest.seminars import names
from digest.seminars.attendance.rules import family_of
from digest.seminars.attendance.words import words
from digest.seminars.models import Guest

BATCH = 1_000
"""How many are looked up at once: within SQLite's 32,766 variables."""


@dataclass(frozen=True)
class Known:
    """What is known of a party; empty once they are erased."""

    name: str = ""
    family: str = ""
    organisation: str = ""
    function: str = ""


async def known(
    session: AsyncSession, parts: Parts, parties: Iterable[str], at: datetime
) -> Mapping[str, Known]:
    """Return what is known of people (`person:5`) and guests (`guest:3`), as it was at `at`."""
    found: dict[str, Known] = {}
    numbers: dict[str, list[int]] = {}
    for party in map(Party.parse, sorted(set(parties))):
        numbers.setdefault(party.kind, []).append(party.number)
    for batch in _batches(numbers.get(names.PERSON, [])):
        found |= await _people(session, parts, batch, at)
    for batch in _batches(numbers.get(names.GUEST, [])):
        for guest in await session.scalars(select(Guest).where(Guest.id.in_(batch))):
            one = Known(guest.name, family_of(guest.name), guest.organisation, guest.function)
            found[str(names.guest_party(guest.id))] = one
    return found


async def _people(
    session: AsyncSession, parts: Parts, ids: list[int], at: datetime
) -> Mapping[str, Known]:
    places = await _places(session, ids, at)
    found = {}
    for person in await session.scalars(select(Person).where(Person.id.in_(ids))):
        organisation, role = places.get(person.id, ("", ""))
        function = _role(parts, role) if role else ""
        one = Known(person.name, person.family_name, organisation, function)
        found[str(names.person_party(person.id))] = one
    return found


async def _places(
    session: AsyncSession, ids: list[int], at: datetime
) -> Mapping[int, tuple[str, str]]:
    """Return for whom each works, a structure rather than a territory, and as what."""
    rows = await session.execute(
        select(Membership.person_id, Membership.role, Structure.name, Territory.name)
        .outerjoin(Structure, Structure.id == Membership.structure_id)
        .outerjoin(Territory, Territory.id == Membership.territory_id)
        .where(Membership.person_id.in_(ids), held(at))
        .order_by(Membership.structure_id.is_(None), Membership.id)
    )
    found: dict[int, tuple[str, str]] = {}
    for person, role, structure, territory in rows:
        found.setdefault(person, (structure or territory or "", role))
    return found


def _role(parts: Parts, role: str) -> str:
    return parts.renderer.plain(words("role", role=role), parts.settings.network.language)


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
