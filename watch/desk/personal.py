"""What the desk holds about somebody: that they decided of news, which is the team's."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.ledger.models import Delivery
from core.ledger.store import purge_rows
from core.reference import Party, Reference
from core.room import Kept, PersonalData
from watch.desk.cards import CARD_KIND, CHANGE_KIND
from watch.desk.shown import TEMPLATE
from watch.models import Decision, Story

SOMEBODY = Party("erased", "person")
"""Who decided, once they were erased."""


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return what somebody decided of which news."""
    if party.kind != "person":
        return {}
    rows = await session.execute(
        select(Decision, Story.title)
        .join(Story, Story.id == Decision.story_id)
        .where(Decision.decided_by == str(party))
        .order_by(Decision.id)
    )
    found = [
        {"at": row.decided_at.isoformat(), "verdict": row.verdict, "title": title}
        for row, title in rows
    ]
    return {"decisions": found} if found else {}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget who decided: the decisions stay; so do cards, without the words that named them."""
    if party.kind != "person":
        return
    mine = Decision.decided_by == str(party)
    stories = (await session.scalars(select(Decision.story_id).where(mine).distinct())).all()
    causes = [str(Reference("watch", "story", str(number))) for number in stories]
    named = Delivery.kind.in_([CARD_KIND, CHANGE_KIND])
    rows = await session.scalars(select(Delivery.id).where(named, Delivery.cause.in_(causes)))
    await purge_rows(session, rows.all())
    await session.execute(update(Decision).where(mine).values(decided_by=str(SOMEBODY)))


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Return that the decisions stay, without a name."""
    if party.kind != "person":
        return ()
    mine = select(func.count()).where(Decision.decided_by == str(party))
    count = await session.scalar(mine) or 0
    kept = Kept(
        Text(TEMPLATE, "kept_decisions", {"count": count}), Text(TEMPLATE, "ground_decisions")
    )
    return [kept] if count else []


PERSONAL_DATA = PersonalData(export, erase, keeps)
