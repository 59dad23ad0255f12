"""Of whom a presence can be certified, and who of them can be written to. Reading only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.reference import Party
from digest.seminars import store
from digest.seminars.attendance.certificate import Certified
from digest.seminars.attendance.models import Attendance
from digest.seminars.attendance.people import Known, known
from digest.seminars.attendance.rules import Row, family_of, ordered
from digest.seminars.contacts import contacts_of
from digest.seminars.models import HalfDay, Seminar
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import reasons_of

BATCH = 500
"""How many contacts are looked up at once."""


async def writable(session: AsyncSession, parties: Collection[str]) -> Mapping[str, bool]:
    """Say of each party whether they have a mailbox that takes mails; who is erased is left out."""
    found: dict[str, bool] = {}
    every = sorted(parties)
    for start in range(0, len(every), BATCH):
        batch = [Party.parse(each) for each in every[start : start + BATCH]]
        contacts = await contacts_of(session, batch)
        emails = {each.email.lower() for each in contacts.values() if each.email}
        reasons = await reasons_of(session, emails)
        for party, contact in contacts.items():
            email = (contact.email or "").lower()
            found[party] = bool(email) and reasons.get(email) is not Reason.BOUNCED
    return found


async def to_hand(session: AsyncSession, parts: Parts, seminar: Seminar) -> Sequence[Certified]:
    """Return those who were there and cannot be written to, by family name.

    Walk-ins, speakers from outside, who represented somebody, who has no mailbox that takes mails.
    """
    half_days = await store.half_days(session, seminar.id)
    found = await out_of_reach(session, seminar.id, half_days)
    parties = {rows[0].party for rows in found.values()} - {None}
    people = await known(session, parts, [each for each in parties if each], seminar.starts_at)
    certified = {
        identity: certified_of(rows, half_days, people.get(rows[0].party or ""))
        for identity, rows in found.items()
    }
    names = (
        Row(identity, None, one.name, family_of(one.name)) for identity, one in certified.items()
    )
    return [certified[row.identity] for row in ordered(names)]


async def out_of_reach(
    session: AsyncSession, seminar_id: int, half_days: Sequence[HalfDay]
) -> Mapping[str, Sequence[Attendance]]:
    """Return the presences of those who cannot be written to, by identity; never of the erased."""
    ids = {each.id for each in half_days}
    rows = await session.scalars(
        select(Attendance)
        .where(Attendance.seminar_id == seminar_id, Attendance.present)
        .order_by(Attendance.id)
    )
    found: dict[str, list[Attendance]] = {}
    for row in rows:
        if row.half_day_id in ids:
            found.setdefault(row.identity, []).append(row)
    parties = {row.party for rows in found.values() for row in rows if row.party}
    reached = await writable(session, parties)
    return {
        identity: rows
        for identity, rows in found.items()
        if rows[0].party is None or reached.get(rows[0].party) is False
    }


def certified_of(
    there: Iterable[Attendance],
    half_days: Sequence[HalfDay],
    one: Known | None,
    replaces: datetime | None = None,
) -> Certified:
    """Return what is certified of somebody: by the name they have today, else had when noted."""
    rows = list(there)
    noted = {row.half_day_id for row in rows}
    one = one or Known()
    return Certified(
        one.name or next((row.name for row in rows if row.name), ""),
        one.organisation or next((row.organisation for row in rows if row.organisation), ""),
        [each for each in half_days if each.id in noted],
        frozenset(row.half_day_id for row in rows if row.source == "remote"),
        replaces,
    )
