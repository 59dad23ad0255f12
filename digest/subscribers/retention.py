"""Addresses that nobody has a reason to keep any more: never confirmed, or left long ago.

The regulation (EU) 2016/679, art. 5-1-e, wants data kept no longer than needed.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.room import Tick
from digest.subscribers import names, personal
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import State, left_for_good

log = structlog.get_logger()

EVERY = 6 * 3600.0
_AT_ONCE = 200
_MONTH = timedelta(days=30.44)


def tick(parts: Parts) -> Tick:
    """Return the tick that lets them go, some at a time: it may be cut anywhere."""

    async def run(now: datetime) -> None:
        settings = parts.settings.digest
        unconfirmed = never_confirmed(now - timedelta(days=settings.unconfirmed_days))
        gone = left_before(now - settings.forgotten_months * _MONTH)
        count = 0
        for wanted in (unconfirmed, gone):
            while part := await _forget(parts, wanted, now):
                count += part
        if count:
            await parts.database.scrub()
            log.info("letter.forgotten", subscribers=count)

    return Tick("subscribers.forget", run, _no_hurry, every=EVERY)


def never_confirmed(before: datetime) -> ColumnElement[bool]:
    """Match addresses that somebody typed, and nobody confirmed since."""
    return and_(
        Subscriber.email.is_not(None),
        Subscriber.state == State.PENDING.value,
        Subscriber.created_at < before,
        Subscriber.requested_at.is_(None) | (Subscriber.requested_at < before),
    )


def left_before(before: datetime) -> ColumnElement[bool]:
    """Match addresses of those who left before an instant."""
    return and_(
        Subscriber.email.is_not(None),
        Subscriber.state == State.UNSUBSCRIBED.value,
        Subscriber.unsubscribed_at < before,
    )


async def _forget(parts: Parts, wanted: ColumnElement[bool], now: datetime) -> int:
    """Forget some; who left keeps a hash, so that no import brings them back."""
    async with parts.database.write() as session:
        found = await session.scalars(
            select(Subscriber).where(wanted).order_by(Subscriber.id).limit(_AT_ONCE)
            .with_for_update()
        )  # fmt: skip
        rows = found.all()
        for subscriber in rows:
            if not _has_left(subscriber):
                await personal.let_go(session, subscriber, now)
            else:
                await personal.erase(session, names.subscriber_party(subscriber.id), now)
    return len(rows)


def _has_left(row: Subscriber) -> bool:
    """Say whether somebody left, even if anybody asked in their name since."""
    return left_for_good(State(row.state), row.confirmed_at, row.unsubscribed_at)


async def _no_hurry(_session: AsyncSession) -> datetime | None:
    """Nobody waits for it: the sandbox's clock need not stop there."""
    return None
