"""What the alerts hold about somebody: the themes they follow, the calls they want."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Territory
from core.reference import Party
from core.room import Kept, PersonalData
from watch.alerts import names
from watch.alerts.models import Following, Interest
from watch.models import Story


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the themes that somebody follows, and the calls that they were interested in."""
    if party.kind != "person":
        return {}
    themes = await session.scalars(
        select(Following).where(Following.person_id == party.number).order_by(Following.theme)
    )
    calls = await session.execute(
        select(Interest, Story.title, Territory.name)
        .join(Story, Story.id == Interest.story_id)
        .outerjoin(Territory, Territory.id == Interest.territory_id)
        .where(Interest.person_id == party.number)
        .order_by(Interest.id)
    )
    return {
        "themes": [{"theme": row.theme, "since": _written(row.since)} for row in themes],
        "calls": [_call(row, title, territory or "") for row, title, territory in calls],
    }


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget what somebody follows and wants; their territories stay interested, for colleagues."""
    if party.kind != "person":
        return
    mine = Interest.person_id == party.number
    await session.execute(delete(Following).where(Following.person_id == party.number))
    alone = (Interest.territory_id == 0) | Interest.withdrawn_at.is_not(None)
    await session.execute(delete(Interest).where(mine, alone))
    await session.execute(update(Interest).where(mine).values(person_id=None))


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Return that the interest of territories stays, without their name."""
    if party.kind != "person":
        return ()
    query = select(func.count()).select_from(Interest)
    count = await session.scalar(
        query.where(
            Interest.person_id == party.number,
            Interest.territory_id != 0,
            Interest.withdrawn_at.is_(None),
        )
    )
    return (
        [Kept(names.text("kept_calls", count=count), names.text("ground_calls"))] if count else []
    )


def _call(row: Interest, title: str, territory: str) -> dict[str, Any]:
    return {
        "title": title,
        "territory": territory,
        "via": row.via,
        "at": _written(row.created_at),
        "withdrawn_at": _written(row.withdrawn_at) if row.withdrawn_at else None,
    }


def _written(instant: datetime) -> str:
    return instant.isoformat()


PERSONAL_DATA = PersonalData(export, erase, keeps)
