"""What the house itself holds about somebody: the register of deliveries, and the acts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.personal.words import text
from core.acts import Act
from core.clock import Clock
from core.ledger.models import Delivery
from core.ledger.store import cancel, leave, purge, uncertain
from core.reference import Party
from core.room import Kept, PersonalData


def register(clock: Clock) -> PersonalData:
    """Return how the register of deliveries shows, and lets go of, what was sent to somebody."""

    async def erase(session: AsyncSession, party: Party) -> None:
        now = clock.now()
        await cancel(session, "erased", now, recipient=party)
        doubtful = [row.id for row in await uncertain(session) if row.recipient == party]
        await leave(session, doubtful, now)
        await purge(session, party)

    return PersonalData(_deliveries, erase, _register_kept)


async def _deliveries(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    rows = await session.scalars(
        select(Delivery).where(Delivery.recipient == str(party)).order_by(Delivery.id)
    )
    sent = [
        {
            "kind": row.kind,
            "channel": row.channel,
            "state": row.state,
            "due_at": row.due_at.isoformat(),
            "settled_at": row.settled_at.isoformat() if row.settled_at else None,
        }
        for row in rows
    ]
    return {"deliveries": sent} if sent else {}


async def _register_kept(_session: AsyncSession, _party: Party) -> Sequence[Kept]:
    return [Kept(text("kept_register"), text("ground_evidence"))]


async def _acts(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    rows = await session.scalars(select(Act).where(Act.actor == str(party)).order_by(Act.id))
    done = [{"at": row.at.isoformat(), "verb": row.verb, "subject": row.subject} for row in rows]
    return {"acts": done} if done else {}


async def _acts_stay(_session: AsyncSession, _party: Party) -> None:
    """Leave the acts: they hold a number, which names nobody once the directory is emptied."""


async def _acts_kept(session: AsyncSession, party: Party) -> Sequence[Kept]:
    found = await session.scalar(select(Act.id).where(Act.actor == str(party)).limit(1))
    return [Kept(text("kept_acts"), text("ground_evidence"))] if found else []


ACTS = PersonalData(_acts, _acts_stay, _acts_kept)
"""The trail of who did what."""
