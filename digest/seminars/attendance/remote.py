"""Imported lists of who was connected: matched to those registered, the others to be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.seminars import documents, names, store
from digest.seminars.attendance.connections import Connected, Window, cleaned, read
from digest.seminars.attendance.models import Connection
from digest.seminars.attendance.rules import (
    LEAST_MINUTES,
    Row,
    by_name,
    family_of,
    plain,
    walk_in,
)
from digest.seminars.attendance.store import candidates, note
from digest.seminars.models import Guest, HalfDay, Registration, Seminar

FILE = "connexions.csv"


@dataclass(frozen=True)
class Imported:
    """What became of a list: how many people, how many of them known, how many to decide about."""

    people: int
    known: int
    unmatched: int


async def take(  # noqa: PLR0917  # the list, then who gave it and when
    session: AsyncSession, parts: Parts, seminar: Seminar, data: bytes, now: datetime, by: Party
) -> Imported:
    """Note who was connected, of whom it is known who they are; keep the list without addresses.

    Who stayed less than half an hour of a half-day is not noted as there. Importing again adds
    what is new. Raises InputError as `connections.read` does.
    """
    half_days = await store.half_days(session, seminar.id)
    windows = [Window(each.id, each.starts_at, each.ends_at) for each in half_days]
    people = read(data, windows)
    holders = await _holders(session, seminar.id, [one.email for one in people if one.email])
    expected = await _expected(session, parts, seminar, half_days)
    everybody = by_name(expected[half_days[0].id].values())
    there = await _connections(session, seminar.id)
    known: list[tuple[Connected, str]] = []
    connections = []
    for one in people:
        row = _connection(session, seminar, one, there)
        if row.identity is None and row.ignored_at is None:
            row.identity = _identity(one, holders, everybody)
        found = expected[half_days[0].id].get(row.identity or "")
        known.append((one, found.name if found else ""))
        connections.append(row)
    await _note(session, half_days, expected, connections, now=now, by=by)
    await session.flush()
    file = cleaned(known, windows)
    await documents.add(session, seminar, "remote", FILE, file, "text/csv", now, by)
    left = len(await unmatched(session, seminar.id))
    return Imported(len(people), sum(bool(name) for _, name in known), left)


async def unmatched(session: AsyncSession, seminar_id: int) -> Sequence[Connection]:
    """Return those connected of whom nobody knows who they are, by name."""
    wanted = select(Connection).where(
        Connection.seminar_id == seminar_id,
        Connection.identity.is_(None),
        Connection.ignored_at.is_(None),
    )
    return (await session.scalars(wanted.order_by(Connection.key))).all()


async def decide(  # noqa: PLR0917  # what is decided, then by whom and when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    connection: Connection,
    identity: str | None,
    now: datetime,
    by: Party,
) -> None:
    """Say who somebody connected is: one of those expected, or, with None, somebody else."""
    connection.identity = identity or walk_in(connection.name)
    half_days = await store.half_days(session, seminar.id)
    expected = await _expected(session, parts, seminar, half_days)
    await _note(session, half_days, expected, [connection], now=now, by=by)


async def listed(session: AsyncSession, seminar_id: int) -> bool:
    """Say whether a list was imported already."""
    wanted = select(Connection.id).where(Connection.seminar_id == seminar_id)
    return await session.scalar(wanted.limit(1)) is not None


async def minutes_of(session: AsyncSession, seminar_id: int) -> Mapping[str, Mapping[int, int]]:
    """Return how long each was connected to each half-day (by its id), by identity."""
    wanted = select(Connection).where(Connection.seminar_id == seminar_id)
    found: dict[str, dict[int, int]] = {}
    for row in await session.scalars(wanted):
        if row.identity is not None:
            mine = found.setdefault(row.identity, {})
            for key, many in row.minutes.items():
                mine[int(key)] = max(many, mine.get(int(key), 0))
    return found


async def _connections(session: AsyncSession, seminar_id: int) -> Mapping[str, Connection]:
    """Return what is known of those connected, by how names are compared; locked."""
    wanted = select(Connection).where(Connection.seminar_id == seminar_id)
    return {row.key: row for row in await session.scalars(wanted.with_for_update())}


def _connection(
    session: AsyncSession, seminar: Seminar, one: Connected, there: Mapping[str, Connection]
) -> Connection:
    key = plain(one.name)
    row = there.get(key)
    if row is None:
        row = Connection(seminar_id=seminar.id, key=key, name=one.name, minutes={})
        session.add(row)
    before = row.minutes
    row.minutes = {
        **before,
        **{str(each): max(many, before.get(str(each), 0)) for each, many in one.minutes.items()},
    }
    return row


def _identity(
    one: Connected, holders: Mapping[str, str], everybody: Mapping[str, Row | None]
) -> str | None:
    """Return whose name it is: by their address, else by their name when nobody else has it."""
    by_address = holders.get(one.email)
    if by_address is not None:
        return by_address
    found = everybody.get(plain(one.name))
    return found.identity if found else None


async def _holders(
    session: AsyncSession, seminar_id: int, emails: Sequence[str]
) -> Mapping[str, str]:
    """Return whom of those a meeting knows an address is of; addresses are kept nowhere."""
    parties = set(
        (
            await session.scalars(
                select(Registration.party).where(Registration.seminar_id == seminar_id)
            )
        ).all()
    )
    found: dict[str, str] = {}
    for start in range(0, len(emails), 1_000):
        batch = emails[start : start + 1_000]
        people = select(Person.id, func.lower(Person.email)).where(
            func.lower(Person.email).in_(batch)
        )
        for identity, email in await session.execute(people):
            found[email] = str(names.person_party(identity))
        guests = select(Guest.id, Guest.email).where(Guest.email.in_(batch))
        for identity, email in await session.execute(guests):
            found.setdefault(email or "", str(names.guest_party(identity)))
    return {email: party for email, party in found.items() if party in parties}


async def _expected(
    session: AsyncSession, parts: Parts, seminar: Seminar, half_days: Sequence[HalfDay]
) -> Mapping[int, Mapping[str, Row]]:
    """Return everybody whom a meeting knows, at each half-day, by identity."""
    return {
        half_day.id: {
            row.identity: row for row in await candidates(session, parts, seminar, half_day)
        }
        for half_day in half_days
    }


async def _note(
    session: AsyncSession,
    half_days: Sequence[HalfDay],
    expected: Mapping[int, Mapping[str, Row]],
    connections: Sequence[Connection],
    *,
    now: datetime,
    by: Party,
) -> None:
    """Note people as there at the half-days where they stayed, unless something was noted."""
    for half_day in half_days:
        known = expected[half_day.id]
        stayed = [
            known.get(each.identity) or _stranger(each, each.identity)
            for each in connections
            if each.identity and each.minutes.get(str(half_day.id), 0) >= LEAST_MINUTES
        ]
        rows = [
            replace(row, present=True, source="remote", remote=True)
            for row in stayed
            if row.present is None
        ]
        await note(session, half_day, rows, now, by)


def _stranger(connection: Connection, identity: str) -> Row:
    return Row(identity, None, connection.name, family_of(connection.name), remote=True)
