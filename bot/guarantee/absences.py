"""Animators' absences: told, shortened, and what those who ask are told of them.

No function here commits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.guarantee.models import Absence
from bot.guarantee.rules import Away, away_on, in_charge
from bot.guarantee.words import text
from core.chat import Text
from core.clock import PARIS
from core.people.models import Person
from core.people.roles import Role
from core.people.store import people_with_role
from core.reference import Party
from core.working_time import ONE_DAY, Days, paris_day

REMEMBERED = timedelta(days=400)
"""How long past absences count: they tell how much working time has passed since."""


async def known(session: AsyncSession, now: datetime) -> tuple[Away, ...]:
    """Return the absences that count, in the order in which they were told."""
    rows = await session.scalars(
        select(Absence)
        .where(Absence.cancelled_at.is_(None), Absence.last_day >= paris_day(now - REMEMBERED))
        .order_by(Absence.id)
    )
    return tuple(
        Away(row.person_id, Days(row.first_day, row.last_day), row.substitute_id, row.words)
        for row in rows
    )


async def absence_notice(session: AsyncSession, person_id: int, now: datetime) -> Text | None:
    """Return what somebody who asks is told of an animator who is away; None when they are not."""
    absences, day = await known(session, now), paris_day(now)
    away = away_on(absences, person_id, day)
    person = await session.get(Person, person_id) if away else None
    if away is None or person is None:
        return None
    animators = [each.id for each in await people_with_role(session, Role.ANIMATOR, now)]
    standing_in = in_charge(absences, away.substitute_id, day, animators)
    substitute = await session.get(Person, standing_in) if standing_in else None
    return text(
        "absence_notice",
        name=person.name,
        until=last_moment(away.days),
        substitute=substitute.name if substitute else "",
        words=away.words,
    )


async def coming(session: AsyncSession, person_id: int, now: datetime) -> Sequence[Absence]:
    """Return somebody's absences that are not over, by their first day."""
    rows = await session.scalars(
        select(Absence)
        .where(
            Absence.person_id == person_id,
            Absence.cancelled_at.is_(None),
            Absence.last_day >= paris_day(now),
        )
        .order_by(Absence.first_day, Absence.id)
    )
    return rows.all()


async def tell(
    session: AsyncSession, person_id: int, days: Days, words: str, now: datetime
) -> Absence:
    """Note an absence; the same one told twice is noted once."""
    for row in await coming(session, person_id, now):
        if (row.first_day, row.last_day) == (days.first, days.last):
            row.words = words
            return row
    row = Absence(
        person_id=person_id,
        first_day=days.first,
        last_day=days.last,
        words=words,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


def call_off(absence: Absence, now: datetime) -> None:
    """Call an absence off; one that has begun ends the day before: its past still counts."""
    today = paris_day(now)
    if absence.first_day < today:
        absence.last_day = today - ONE_DAY
    else:
        absence.cancelled_at = now


def last_moment(days: Days) -> datetime:
    """Return an instant of the last day, to be written as a date."""
    return datetime.combine(days.last, time(12), PARIS)


def first_moment(days: Days) -> datetime:
    """Return an instant of the first day, to be written as a date."""
    return datetime.combine(days.first, time(12), PARIS)


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return somebody's absences."""
    if party.kind != "person":
        return {}
    rows = await session.scalars(
        select(Absence).where(Absence.person_id == party.number).order_by(Absence.id)
    )
    found = [_shown(row) for row in rows]
    return {"absences": found} if found else {}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget somebody's absences, and that they stood in for others."""
    if party.kind != "person":
        return
    await session.execute(delete(Absence).where(Absence.person_id == party.number))
    await session.execute(
        update(Absence).where(Absence.substitute_id == party.number).values(substitute_id=None)
    )


def _shown(row: Absence) -> dict[str, Any]:
    return {
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "substitute": row.substitute_id,
        "words": row.words,
        "told_at": row.created_at.isoformat(),
        "cancelled_at": row.cancelled_at.isoformat() if row.cancelled_at else None,
    }
