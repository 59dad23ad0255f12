"""Who comes to a meeting, as the animators read it: counts, a list, a table. Reading only."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Person
from core.reference import Party
from core.spreadsheet import guarded
from digest.seminars import names, store
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering import standing
from digest.seminars.registering.decide import COMING, Mode
from digest.seminars.rules import RegistrationState

ORDER = (
    RegistrationState.REGISTERED,
    RegistrationState.REPRESENTED,
    RegistrationState.WAITING,
    RegistrationState.INVITED,
    RegistrationState.ASKED,
    RegistrationState.EXCUSED,
    RegistrationState.CANCELLED,
)
"""In which order the animators read them."""


CHUNK = 500
"""How many people are looked up at once."""


@dataclass(frozen=True)
class Counts:
    """How many answered what; meals and cars are of who comes, until they are forgotten.

    `wishing` counts those who come remotely and wait for a place on site.
    """

    states: Mapping[str, int]
    wishing: int
    modes: Mapping[str, int]
    half_days: Mapping[int, int]
    meals: Mapping[str, int]
    cars: Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """Somebody on the list."""

    registration: Registration
    name: str
    organisation: str


async def counts(session: AsyncSession, seminar: Seminar) -> Counts:
    """Count what a meeting's people answered."""
    rows = await session.execute(
        select(
            Registration.state,
            Registration.mode,
            Registration.half_days,
            Registration.meal,
            Registration.carpool,
            Registration.queue,
        ).where(Registration.seminar_id == seminar.id)
    )
    every = rows.all()
    coming = [row for row in every if row.state in COMING]
    on_site = [row for row in coming if row.mode == Mode.SITE]
    ids = [one.id for one in await store.half_days(session, seminar.id)]
    half_days = Counter(
        one for row in coming for one in ids if not row.half_days or one in row.half_days
    )
    return Counts(
        states=Counter(row.state for row in every),
        wishing=sum(row.queue is not None for row in coming),
        modes=Counter(row.mode for row in coming),
        half_days=half_days,
        meals=Counter(row.meal for row in on_site if row.meal),
        cars=Counter(row.carpool.partition(":")[0] for row in on_site if row.carpool),
    )


async def lines(
    session: AsyncSession, seminar: Seminar, now: datetime, *, start: int = 0, limit: int = 10_000
) -> Sequence[Line]:
    """Return people, those who come first, then who waits in their order, then the others."""
    places = {state.value: place for place, state in enumerate(ORDER)}
    order = case(places, value=Registration.state)
    waiting = case((Registration.state == RegistrationState.WAITING, Registration.queue), else_=0)
    rows = await session.scalars(
        select(Registration)
        .where(Registration.seminar_id == seminar.id)
        .order_by(order, waiting, Registration.registered_at, Registration.id)
        .offset(start)
        .limit(limit)
    )
    return await _lines(session, rows.all(), now)


async def total(session: AsyncSession, seminar: int) -> int:
    """Return how many rows a meeting's list has."""
    wanted = select(func.count()).where(Registration.seminar_id == seminar)
    return await session.scalar(wanted) or 0


async def line(session: AsyncSession, registration: Registration, now: datetime) -> Line:
    """Return somebody's line on the list; without a name once erased."""
    (found,) = await _lines(session, [registration], now)
    return found


async def _lines(
    session: AsyncSession, rows: Sequence[Registration], now: datetime
) -> Sequence[Line]:
    """Return lines by a few queries whatever their number."""
    found: list[Line] = []
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        parties = [Party.parse(row.party) for row in some]
        people = {one.number for one in parties if one.kind == names.PERSON}
        guests = {one.number for one in parties if one.kind == names.GUEST}
        named = await session.scalars(select(Person).where(Person.id.in_(people)))
        invited = await session.scalars(select(Guest).where(Guest.id.in_(guests)))
        places = await standing.organisations(session, people, now)
        known = {
            str(names.person_party(one.id)): (one.name, places.get(one.id, "")) for one in named
        }
        known |= {str(names.guest_party(one.id)): (one.name, one.organisation) for one in invited}
        for row in some:
            name, organisation = known.get(row.party, ("", ""))
            found.append(Line(row, row.name or name, row.organisation or organisation))
    return found


def table(
    people: Sequence[Line],
    header: Sequence[str],
    states: Mapping[str, str],
    modes: Mapping[str, str],
) -> bytes:
    """Return the list as CSV in UTF-8, for spreadsheets: no address, no meal, no car."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for one in people:
        row = one.registration
        answers = " / ".join(f"{question} {said}" for question, said in row.answers.items())
        coming = row.state in COMING
        cells = (
            one.name, one.organisation, row.function, states[row.state],
            modes[row.mode] if coming else "", row.represented_by, answers,
        )  # fmt: skip
        writer.writerow([guarded(" ".join(cell.split())) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
