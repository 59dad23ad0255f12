"""What the sources hold about somebody: which they look after, and what they asked to try."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party
from core.room import Kept, PersonalData
from watch.models import Source
from watch.sources.models import Trial
from watch.sources.words import text


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the sources that somebody looks after, and the addresses they asked to try."""
    if party.kind != "person":
        return {}
    sources = await session.scalars(
        select(Source.name).where(Source.owner_id == party.number).order_by(Source.id)
    )
    trials = await session.scalars(
        select(Trial).where(Trial.person_id == party.number).order_by(Trial.id)
    )
    return {
        "sources": list(sources),
        "trials": [{"at": row.asked_at.isoformat(), "url": row.url} for row in trials],
    }


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget who looks after sources, and what they asked to try."""
    if party.kind == "person":
        mine = Source.owner_id == party.number
        await session.execute(
            update(Source).where(mine).values(owner_id=None, version=Source.version + 1)
        )
        await session.execute(delete(Trial).where(Trial.person_id == party.number))


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Return that the sources stay, without their name."""
    if party.kind != "person":
        return ()
    query = select(func.count()).select_from(Source).where(Source.owner_id == party.number)
    count = await session.scalar(query) or 0
    return [Kept(text("kept_source", count=count), text("ground_watch"))] if count else []


PERSONAL_DATA = PersonalData(export, erase, keeps)
