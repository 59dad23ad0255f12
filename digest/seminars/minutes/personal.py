"""What minutes hold about people: the observations that they wrote, and for how long."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.models import Delivery
from core.parts import Parts
from core.reference import Party
from core.room import Kept, PersonalData, Tick
from digest.seminars.contacts import parties_of
from digest.seminars.minutes import names
from digest.seminars.minutes.models import Minutes, Observation
from digest.seminars.minutes.rendering import words

OBSERVATIONS_KEPT = timedelta(days=365)
"""How long an observation stays once the minutes are final."""


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the observations of a person (and of a guest at their address), or of a guest."""
    rows = await session.scalars(
        select(Observation)
        .where(Observation.party.in_(await parties_of(session, party)))
        .order_by(Observation.id)
    )
    found = [{"text": row.text, "at": row.at.isoformat(), "outcome": row.outcome} for row in rows]
    return {"observations": found} if found else {}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget their observations; the minutes stay."""
    await _forget(session, Observation.party.in_(await parties_of(session, party)))


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say that the minutes sent to somebody stay: they are evidence for the funders."""
    count = await session.scalar(
        select(func.count(Delivery.cause.distinct())).where(
            Delivery.recipient.in_(await parties_of(session, party)),
            Delivery.kind.in_([names.DRAFT, names.FINAL]),
        )
    )
    if not count:
        return ()
    return (Kept(words("minutes_kept", {"count": count}), words("minutes_kept_ground")),)


PERSONAL_DATA = PersonalData(export, erase, keeps)


def tick(parts: Parts) -> Tick:
    """Return the work that forgets the observations of minutes that are final for a year."""

    async def run(now: datetime) -> None:
        old = select(Minutes.id).where(Minutes.final_at < now - OBSERVATIONS_KEPT)
        async with parts.database.write() as session:
            await _forget(session, Observation.minutes_id.in_(old))

    return Tick("minutes.forget", run, _next_due, every=3600.0)


async def _next_due(session: AsyncSession) -> datetime | None:
    still = select(Observation.minutes_id).where(Observation.text != "")
    first = await session.scalar(select(func.min(Minutes.final_at)).where(Minutes.id.in_(still)))
    return None if first is None else first + OBSERVATIONS_KEPT


async def _forget(session: AsyncSession, wanted: ColumnElement[bool]) -> None:
    await session.execute(
        update(Observation)
        .where(wanted, or_(Observation.text != "", Observation.party != ""))
        .values(party="", text="")
        .execution_options(synchronize_session=False)
    )
