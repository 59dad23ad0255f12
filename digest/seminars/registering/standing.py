"""Where somebody stands towards a meeting, and what it lets them choose: reading only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Department, Membership, Person, Structure, Territory
from core.people.store import held
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.models import Guest, HalfDay, Registration, Seminar
from digest.seminars.registering.decide import COMING, HOLDING, modes
from digest.seminars.registering.rules import OFFERS, Offer, may_register
from digest.seminars.rules import RegistrationState

ANSWERED = HOLDING | {RegistrationState.EXCUSED}
"""The states of who has answered: nobody answers for them any more."""


@dataclass(frozen=True)
class Colleague:
    """Somebody of the same structure or territory, who has not answered."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Traveller:
    """Somebody who agreed to be found for a shared car; `email` is empty when they have none."""

    name: str
    organisation: str
    email: str
    department: str
    offers: bool


async def offer_of(
    session: AsyncSession, seminar: Seminar, half_days: Sequence[HalfDay] | None = None
) -> Offer:
    """Return what a meeting lets people choose; its half-days are read unless they are given."""
    if half_days is None:
        half_days = await store.half_days(session, seminar.id)
    departments: Sequence[str] = ()
    if seminar.carpool:
        departments = (await session.scalars(select(Department.code))).all()
    return Offer(
        modes=modes(seminar.place, seminar.video_url),
        half_days=tuple(one.id for one in half_days),
        meals=tuple(map(str, seminar.meals)),
        departments=tuple(sorted(departments)),
        questions=tuple(map(str, seminar.questions)),
    )


async def department_names(session: AsyncSession) -> dict[str, str]:
    """Return the départements of the network, by code."""
    rows = await session.execute(select(Department.code, Department.name).order_by(Department.code))
    return {row.code: row.name for row in rows}


async def may_come(session: AsyncSession, seminar: Seminar, party: Party) -> bool:
    """Say whether somebody can ask for a place at a meeting: it is open, or they were invited."""
    return may_answer(seminar, await registrations.of_party(session, seminar.id, party))


def may_answer(seminar: Seminar, registration: Registration | None) -> bool:
    """Say the same of whom a registration is about; None: of somebody who has none."""
    state = RegistrationState(registration.state) if registration else RegistrationState.CANCELLED
    invited = registration is not None and registration.invited_at is not None
    return may_register(state, open_to_all=seminar.open_to_all, invited=invited)


async def colleagues(
    session: AsyncSession, seminar: Seminar, person: int, now: datetime
) -> Sequence[Colleague]:
    """Return those of the same structure or territory whom somebody may register, by name.

    Not who has answered already. For a meeting that is not open to all, the invited ones.
    """
    mine = select(Membership).where(Membership.person_id == person, held(now))
    held_now = (await session.scalars(mine)).all()
    if not held_now:
        return []
    structures = {one.structure_id for one in held_now if one.structure_id}
    territories = {one.territory_id for one in held_now if one.territory_id}
    rows = await session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            held(now),
            or_(
                Membership.structure_id.in_(structures),
                Membership.territory_id.in_(territories),
            ),
            Person.id != person,
            Person.blocked_at.is_(None),
            (Person.given_name != "") | (Person.family_name != ""),
        )
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    people = rows.unique().all()
    about = {one.party: one for one in await _of_people(session, seminar.id, people)}
    found = []
    for one in people:
        row = about.get(str(names.person_party(one.id)))
        if row is not None and (row.state in ANSWERED or row.answered_at is not None):
            continue
        if seminar.open_to_all or (row is not None and row.invited_at is not None):
            found.append(Colleague(one.id, one.name))
    return found


async def travellers(
    session: AsyncSession, seminar: Seminar, now: datetime, without: int
) -> Sequence[Traveller]:
    """Return those who agreed to be found for a shared car, but one registration."""
    rows = await session.scalars(
        select(Registration)
        .where(
            Registration.seminar_id == seminar.id,
            Registration.state.in_(COMING),
            Registration.carpool.is_not(None),
            Registration.queue.is_(None),
            Registration.id != without,
        )
        .order_by(Registration.carpool, Registration.id)
    )
    return [one for row in rows if (one := await _traveller(session, row, now)) is not None]


async def organisations(
    session: AsyncSession, people: Collection[int], now: datetime
) -> Mapping[int, str]:
    """Return the structures of people, else their territories, as words, by person."""
    rows = await session.execute(
        select(Membership.person_id, Structure.name, Territory.name)
        .select_from(Membership)
        .outerjoin(Structure, Structure.id == Membership.structure_id)
        .outerjoin(Territory, Territory.id == Membership.territory_id)
        .where(Membership.person_id.in_(people), held(now))
        .order_by(Membership.id)
    )
    structures: dict[int, dict[str, None]] = {}
    territories: dict[int, dict[str, None]] = {}
    for person, structure, territory in rows:
        if structure:
            structures.setdefault(person, {})[structure] = None
        if territory:
            territories.setdefault(person, {})[territory] = None
    return {person: ", ".join(found) for person, found in (territories | structures).items()}


async def name_of(session: AsyncSession, registration: Registration) -> str:
    """Return the name of who a registration is about; empty when erased."""
    party = Party.parse(registration.party)
    if party.kind == names.PERSON:
        person = await session.get(Person, party.number)
        return person.name if person else ""
    guest = await session.get(Guest, party.number)
    return registration.name or (guest.name if guest else "")


async def _traveller(
    session: AsyncSession, registration: Registration, now: datetime
) -> Traveller | None:
    party = Party.parse(registration.party)
    department, _, car = (registration.carpool or "").partition(":")
    name = await name_of(session, registration)
    if not name:
        return None
    email, organisation = "", registration.organisation
    if party.kind == names.PERSON:
        person = await session.get_one(Person, party.number)
        email = person.email or ""
        organisation = (await organisations(session, [person.id], now)).get(person.id, "")
    elif (guest := await session.get(Guest, party.number)) is not None:
        email, organisation = guest.email or "", organisation or guest.organisation
    return Traveller(name, organisation, email, department, car == OFFERS)


async def _of_people(
    session: AsyncSession, seminar: int, people: Sequence[Person]
) -> Sequence[Registration]:
    parties = [str(names.person_party(person.id)) for person in people]
    wanted = select(Registration).where(
        Registration.seminar_id == seminar, Registration.party.in_(parties)
    )
    return (await session.scalars(wanted)).all()
