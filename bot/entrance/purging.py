"""Forgetting old access requests."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance import requests
from bot.entrance.decide import State
from bot.entrance.deliveries import removals
from bot.entrance.models import AccessRequest
from core.ledger.store import forget_chat, post, purge
from core.parts import Parts
from core.room import Tick

log = structlog.get_logger()

EVERY = 6 * 3600.0
AT_ONCE = 200


def purging(parts: Parts) -> Tick:
    """Return the tick that forgets requests, some days after they were made.

    One that waits for an animator stays; of somebody barred the account is kept, so that they stay
    out.
    """

    async def run(now: datetime) -> None:
        before = now - timedelta(days=parts.settings.hotline.access_request_days)
        count = total = await _forget(parts, before, now)
        while count:
            count = await _forget(parts, before, now)
            total += count
        log.info("entrance.requests_forgotten", requests=total)

    return Tick("entrance.purge", run, _no_hurry, every=EVERY)


async def _forget(parts: Parts, before: datetime, now: datetime) -> int:
    async with parts.database.write() as session:
        rows = await session.scalars(
            select(AccessRequest)
            .where(
                AccessRequest.created_at < before,
                AccessRequest.state != State.CONFIRMED.value,
                (AccessRequest.state != State.BARRED.value) | (AccessRequest.email != ""),
            )
            .order_by(AccessRequest.id)
            .limit(AT_ONCE)
        )
        found = rows.all()
        for row in found:
            await let_go(session, row, now, keep_account=row.state == State.BARRED)
    return len(found)


async def let_go(
    session: AsyncSession, row: AccessRequest, now: datetime, *, keep_account: bool
) -> None:
    """Delete a request, with what the ledger and the animators' group hold of it.

    Or keep nothing of it but the account.
    """
    whom = requests.party(row.id)
    await post(session, await removals(session, row, now), now)
    await purge(session, whom)
    await forget_chat(session, int(row.account), whom)
    if keep_account:
        row.name, row.email = "", ""
    else:
        await session.delete(row)
    await session.flush()


async def _no_hurry(_session: AsyncSession) -> datetime | None:
    """Nobody waits for it: the sandbox's clock need not stop there."""
    return None
