"""What the house does by itself, for no room in particular."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger import store as ledger
from core.parts import Parts
from core.room import Tick

log = structlog.get_logger()

EVERY = 6 * 3600.0


def ticks(parts: Parts) -> tuple[Tick, ...]:
    """Return the ticks of the house: what was sent long ago is forgotten."""

    async def forget(now: datetime) -> None:
        before = now - timedelta(days=parts.settings.ledger.contents_days)
        count = total = await _forget(parts, before)
        while count:
            count = await _forget(parts, before)
            total += count
        await parts.database.scrub()
        log.info("ledger.forgotten", contents=total)

    return (Tick("ledger.forget", forget, _no_hurry, every=EVERY),)


async def _forget(parts: Parts, before: datetime) -> int:
    async with parts.database.write() as session:
        return await ledger.forget(session, before)


async def _no_hurry(_session: AsyncSession) -> datetime | None:
    """Nobody waits for it: the sandbox's clock need not stop there."""
    return None
