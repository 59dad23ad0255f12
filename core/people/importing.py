"""Bringing the directory to what the operator's files say, again and again.

A row is found by its code (a membership by everything but its last day). What a file does not
name stays as it is: an import never deletes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Department, Membership, Person, Structure, Territory, Theme
from core.people.rules import (
    COLUMNS,
    Kind,
    check,
    known,
    ordered_days,
    unrepeated,
    unshared_email,
)
from core.spreadsheet import BadLine, Reading, Record, read

Coded = Department | Territory | Structure | Person | Theme
"""The rows that have an operator's code."""

_MODELS: Mapping[Kind, type[Coded]] = {
    Kind.DEPARTMENTS: Department,
    Kind.TERRITORIES: Territory,
    Kind.STRUCTURES: Structure,
    Kind.PEOPLE: Person,
    Kind.THEMES: Theme,
}


@dataclass(frozen=True)
class ImportReport:
    """What became of a file: how many rows were made, changed or right already, and what was
    left out, by line number.
    """  # noqa: D205  # one sentence

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad_lines: tuple[BadLine, ...] = ()


async def import_csv(session: AsyncSession, kind: Kind, data: bytes) -> ImportReport:
    """Import a file of the directory; its columns are documented in `core.people.rules`.

    Every line that cannot be used is in the report; the rest is imported. Doing it twice changes
    nothing the second time.
    """
    reading = read(data, COLUMNS[kind])
    if kind is Kind.MEMBERSHIPS:
        return await _import_memberships(session, reading)
    reading = await _checked(session, kind, reading)
    model = _MODELS[kind]
    existing = await _by_code(session, model)

    async def put(record: Record) -> str:
        return await _put(session, model, existing.get(record.values["code"]), record.values)

    return await _count(reading, put)


AnyCoded = TypeVar("AnyCoded", bound=Coded)


async def _by_code(session: AsyncSession, model: type[AnyCoded]) -> dict[str, AnyCoded]:
    return {row.code: row for row in await session.scalars(select(model)) if row.code is not None}


async def _checked(session: AsyncSession, kind: Kind, reading: Reading) -> Reading:
    reading = check(reading, unrepeated(["code"]))
    if kind is Kind.TERRITORIES:
        departments = set(await session.scalars(select(Department.code)))
        reading = check(reading, known("department", departments, "departments"))
    if kind is Kind.PEOPLE:
        rows = await session.execute(select(Person.email, Person.code, Person.id))
        holders = {email: code or f"person {id_}" for email, code, id_ in rows if email}
        reading = check(reading, unshared_email(holders))
    return reading


async def _put(
    session: AsyncSession,
    model: type[Coded | Membership],
    row: Coded | Membership | None,
    values: Mapping[str, Any],
) -> str:
    """Create or change a row. Each change is flushed: an address given up can be taken next."""
    if row is None:
        session.add(model(**values))
        return "created"
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        await session.flush()
    return "updated" if changed else "unchanged"


async def _count(reading: Reading, put: Callable[[Record], Awaitable[str]]) -> ImportReport:
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    for record in reading.records:
        counts[await put(record)] += 1
    return ImportReport(**counts, bad_lines=reading.bad_lines)


async def _import_memberships(session: AsyncSession, reading: Reading) -> ImportReport:
    people, territories, structures = [
        await _numbers(session, model) for model in (Person, Territory, Structure)
    ]
    reading = check(reading, known("person", people, "people"))
    reading = check(reading, known("territory", territories, "territories"))
    reading = check(reading, known("structure", structures, "structures"))
    reading = check(reading, ordered_days)
    reading = check(reading, unrepeated(["person", "role", "territory", "structure", "since"]))
    existing = {_identity(row): row for row in await session.scalars(select(Membership))}

    async def put(record: Record) -> str:
        values = {
            name: record.values[name]
            for name in ("role", "since", "until")
            if name in record.values
        }
        row = Membership(
            person_id=people[record.values["person"]],
            territory_id=territories.get(record.values.get("territory", "")),
            structure_id=structures.get(record.values.get("structure", "")),
            **values,
        )
        found = existing.get(_identity(row))
        if found is not None:
            return await _put(session, Membership, found, values)
        session.add(row)
        return "created"

    return await _count(reading, put)


async def _numbers(
    session: AsyncSession, model: type[Person | Territory | Structure]
) -> dict[str, int]:
    """Return the ids of rows by their code."""
    rows = await session.execute(select(model.code, model.id).where(model.code.is_not(None)))
    return {code: number for code, number in rows if code is not None}


def _identity(row: Membership) -> tuple[Any, ...]:
    return (row.person_id, row.role, row.territory_id, row.structure_id, row.since)
