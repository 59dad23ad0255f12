"""What became of the rows of a mailing, in one grouped count."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.models import Delivery
from core.ledger.rules import UNSETTLED
from digest.letter import names
from digest.letter.sending.rules import WINDOW, Counted, Tally, tallied

TOLD = 24
"""How much of a reason counts: the codes of a server, not its words."""


async def count(session: AsyncSession, kind: str, slot: str, now: datetime | None = None) -> Tally:
    """Count the rows of a kind and slot; with `now`, also those settled in the last minute."""
    reason = func.substr(func.coalesce(Delivery.reason, ""), 1, TOLD)
    columns = [Delivery.state, reason, func.count()]
    if now is not None:
        recent = Delivery.settled_at >= now - WINDOW
        columns += [func.count().filter(recent), func.min(Delivery.settled_at).filter(recent)]
    rows = await session.execute(
        select(*columns)
        .where(Delivery.kind == kind, Delivery.slot == slot)
        .group_by(Delivery.state, reason)
    )
    return tallied(Counted(*row) for row in rows)


async def some_wait(session: AsyncSession, kind: str, slot: str) -> bool:
    """Say whether a row of a kind and slot is still to be tried, without counting them all."""
    waiting = Delivery.state.in_([state.value for state in UNSETTLED])
    found = exists().where(Delivery.kind == kind, Delivery.slot == slot, waiting)
    return bool(await session.scalar(select(found)))


async def tally(session: AsyncSession, number: int, now: datetime | None = None) -> Tally:
    """Count the rows of an edition."""
    return await count(session, names.EDITION, names.edition_slot(number), now)
