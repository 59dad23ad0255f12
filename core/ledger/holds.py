"""Holding back what was posted: nothing of a kind and a slot leaves as long as a hold stands.

Pausing the sending of an edition is writing one; what is being sent at that moment lands. No
function here commits.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.models import Delivery, Hold
from core.ledger.rules import State


async def hold(session: AsyncSession, kind: str, slot: str, now: datetime) -> None:
    """Let nothing of this kind and slot start any more; what was claimed is given back.

    Holding twice is holding once; `since` stays the first instant (service's clock).
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    row = {"kind": kind, "slot": slot, "since": now}
    await session.execute(insert(Hold).values(row).on_conflict_do_nothing())
    await session.execute(
        update(Delivery)
        .where(Delivery.kind == kind, Delivery.slot == slot, Delivery.state == State.CLAIMED.value)
        .values(state=State.PENDING.value, worker=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def release(session: AsyncSession, kind: str, slot: str) -> None:
    """Let what was held leave again; nothing happens when nothing was."""
    await session.execute(delete(Hold).where(Hold.kind == kind, Hold.slot == slot))


def unheld() -> ColumnElement[bool]:
    """Match rows that no hold keeps back."""
    return ~exists().where(Hold.kind == Delivery.kind, Hold.slot == Delivery.slot)
