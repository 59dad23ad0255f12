"""Who is expected at a half-day, and who was there. No function here commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.reference import Party
from digest.seminars.attendance.models import Attendance
from digest.seminars.attendance.people import Known, known
from digest.seminars.attendance.rules import (
    OUTSIDE,
    PROXY,
    WALK_IN,
    Row,
    attended,
    family_of,
    ordered,
)
from digest.seminars.models import HalfDay, Registration, Seminar, Speaker
from digest.seminars.rules import RegistrationState

COMING = frozenset({RegistrationState.REGISTERED, RegistrationState.REPRESENTED})


async def presence(session: AsyncSession, seminar_id: int) -> Mapping[str, bool]:
    """Return who was there, by party (`person:5`): at one half-day at least, or at none.

    Of whom nothing was noted, nothing is said; nor of who has no party, such as a walk-in.
    """
    rows = await session.execute(
        select(Attendance.party, Attendance.present)
        .join(HalfDay, HalfDay.id == Attendance.half_day_id)
        .where(Attendance.seminar_id == seminar_id)
    )
    found: dict[str, bool] = {}
    for party, present in rows:
        if party is not None:
            found[party] = present or found.get(party, False)
    return found


async def present_otherwise(session: AsyncSession, seminar_id: int) -> int:
    """Return how many were there who have no party: walk-ins, speakers, who represents somebody."""
    identities = select(Attendance.identity).where(
        Attendance.seminar_id == seminar_id,
        Attendance.party.is_(None),
        Attendance.present.is_(True),
    )
    return len((await session.scalars(identities.distinct())).all())


async def half_days_attended(
    session: AsyncSession, seminar_id: int, half_days: Sequence[HalfDay]
) -> Mapping[str, tuple[int, ...]]:
    """Return the half-days (ids, in their order) at which each party was; the others are not in."""
    wanted = select(Attendance.half_day_id, Attendance.party, Attendance.present)
    noted: dict[int, dict[str, bool]] = {}
    for half_day, party, present in await session.execute(
        wanted.where(Attendance.seminar_id == seminar_id)
    ):
        if party is not None:
            noted.setdefault(half_day, {})[party] = present
    return attended(noted, [half_day.id for half_day in half_days])


async def sheet_rows(
    session: AsyncSession, parts: Parts, seminar: Seminar, half_day: HalfDay
) -> Sequence[Row]:
    """Return who is to sign for a half-day, on site or remote, in the order of the sheet.

    Those registered for it, who represents somebody, speakers and animators: no walk-in.
    """
    rows = await roll(session, parts, seminar, half_day)
    return [row for row in rows if not row.identity.startswith(f"{WALK_IN}:")]


async def roll(
    session: AsyncSession, parts: Parts, seminar: Seminar, half_day: HalfDay
) -> Sequence[Row]:
    """Return who is expected at a half-day or was there, with what was noted, in order.

    Who was noted keeps the name that they had then, even once erased from the directory.
    """
    found = await _of_half_day(session, seminar, half_day)
    rows = await _expected(session, parts, seminar, half_day, {row.identity for row in found})
    expected = {row.identity: row for row in rows}
    noted = {row.identity: _noted(row, expected.get(row.identity)) for row in found}
    return ordered({**expected, **noted}.values())


async def candidates(
    session: AsyncSession, parts: Parts, seminar: Seminar, half_day: HalfDay
) -> Sequence[Row]:
    """Return everybody whom a seminar knows of, whatever they answered: some come all the same."""
    every = select(Registration.party).where(Registration.seminar_id == seminar.id)
    parties = set((await session.scalars(every)).all())
    rows = await _expected(session, parts, seminar, half_day, parties)
    present = {row.identity: row for row in await roll(session, parts, seminar, half_day)}
    return ordered({**{row.identity: row for row in rows}, **present}.values())


async def note(
    session: AsyncSession,
    half_day: HalfDay,
    rows: Iterable[Row],
    now: datetime,
    by: Party,
) -> int:
    """Note that each of `rows` was there or not, as its `present` says, by its `source`.

    What was noted before is replaced; twice the same is once. Returns how many were given.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    given = [
        {
            "seminar_id": half_day.seminar_id,
            "half_day_id": half_day.id,
            "identity": row.identity,
            "party": row.party,
            "name": row.name,
            "organisation": row.organisation,
            "function": row.function,
            "present": bool(row.present),
            "source": row.source,
            "noted_at": now,
            "noted_by": str(by),
        }
        for row in sorted(rows, key=lambda row: row.identity)
    ]
    for one in given:
        statement = insert(Attendance).values(one)
        kept = {"seminar_id", "half_day_id", "identity", "party"}
        changed = {key: value for key, value in one.items() if key not in kept}
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["half_day_id", "identity"], set_=changed
            )
        )
    return len(given)


async def noted_by_half_day(session: AsyncSession, seminar_id: int) -> Mapping[int, int]:
    """Return how many were there at each half-day, by its id."""
    rows = await session.execute(
        select(Attendance.half_day_id, func.count())
        .where(Attendance.seminar_id == seminar_id, Attendance.present)
        .group_by(Attendance.half_day_id)
    )
    return {half_day: count for half_day, count in rows}  # noqa: C416  # rows are not tuples to mypy


async def _of_half_day(
    session: AsyncSession, seminar: Seminar, half_day: HalfDay
) -> Sequence[Attendance]:
    wanted = select(Attendance).where(
        Attendance.seminar_id == seminar.id, Attendance.half_day_id == half_day.id
    )
    statement = wanted.execution_options(populate_existing=True)
    return (await session.scalars(statement)).all()


async def _expected(
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    half_day: HalfDay,
    besides: set[str],
) -> Sequence[Row]:
    """Return those who come to a half-day, and the parties of `besides` whatever they answered."""
    speakers = (
        await session.scalars(select(Speaker).where(Speaker.seminar_id == seminar.id))
    ).all()
    rows = await session.scalars(select(Registration).where(Registration.seminar_id == seminar.id))
    answers = [row for row in rows if row.party in besides or _comes(row, half_day)]
    parties = {row.party for row in answers} | {one.party for one in speakers if one.party}
    people = await known(session, parts, parties, half_day.starts_at)
    found = {row.identity: row for row in (_answer(each, people) for each in answers)}
    for one in speakers:
        row = _speaker(one, people)
        found[row.identity] = row
    return list(found.values())


def _comes(row: Registration, half_day: HalfDay) -> bool:
    if row.state not in COMING:
        return False
    return row.half_days is None or half_day.id in {int(each) for each in row.half_days}


def _answer(row: Registration, people: Mapping[str, Known]) -> Row:
    one = people.get(row.party, Known())
    name = one.name or row.name
    family = one.family or family_of(name)
    organisation = one.organisation or row.organisation
    remote = row.mode == "remote"
    if row.state == RegistrationState.REPRESENTED and row.represented_by:
        represented = row.represented_by
        return Row(
            f"{PROXY}:{row.id}", None, represented, family, organisation,
            remote=remote, instead_of=name,
        )  # fmt: skip
    function = one.function or row.function
    return Row(row.party, row.party, name, family, organisation, function, remote=remote)


def _speaker(one: Speaker, people: Mapping[str, Known]) -> Row:
    person = people.get(one.party or "", Known())
    name = one.name or person.name
    return Row(
        one.party or f"{OUTSIDE}:{one.id}",
        one.party,
        name,
        person.family if name.endswith(person.family) and person.family else family_of(name),
        one.organisation or person.organisation,
        one.function or person.function,
        one.part,
    )


def _noted(row: Attendance, expected: Row | None) -> Row:
    if expected is None or not expected.name:
        part = expected.part if expected else ""
        expected = Row(
            row.identity, row.party, row.name, family_of(row.name), row.organisation,
            row.function, part, remote=row.source == "remote",
        )  # fmt: skip
    remote = expected.remote or row.source == "remote"
    return replace(expected, present=row.present, source=row.source, remote=remote)
