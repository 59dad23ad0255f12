"""What the desk holds about somebody: that they wrote a canned answer, which is the team's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.models import CannedAnswer
from core.reference import Party


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the canned answers that somebody wrote last."""
    if party.kind != "person":
        return {}
    rows = await session.scalars(
        select(CannedAnswer)
        .where(CannedAnswer.written_by == party.number)
        .order_by(CannedAnswer.id)
    )
    found = [{"title": row.title, "text": row.text} for row in rows]
    return {"canned_answers": found} if found else {}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget who wrote them: the texts stay."""
    if party.kind == "person":
        await session.execute(
            update(CannedAnswer)
            .where(CannedAnswer.written_by == party.number)
            .values(written_by=None)
        )
