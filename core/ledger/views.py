"""Views: things shown rather than sent. A row holds the wanted state, and the latest wins.

A view is not a delivery: when a crash falls between showing it and writing so, it is shown
again. Times here are real.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Address, Channel, Content, Later, Outcome, Sent, Unknown
from core.ledger.failures import described
from core.ledger.models import View, Worker
from core.ledger.rules import tidy, wait
from core.ledger.work import Work
from core.reference import Party

log = structlog.get_logger()


@dataclass(frozen=True)
class Sight:
    """A view that a worker is about to show."""

    key: str
    channel: Channel
    body: bytes
    hash: str
    shown_as: str | None
    attempt: int


async def show(session: AsyncSession, key: str, recipient: Party, content: Content) -> None:
    """Ask for `content` to be what the view `key` shows; what was asked before is forgotten.

    A key belongs to one recipient for ever; its first words say who resolves its address.
    """
    row = {
        "recipient": str(recipient),
        "channel": content.channel.value,
        "wanted": content.body,
        "wanted_hash": content.hash,
    }
    await session.execute(
        _insert(session)(View)
        .values(key=key, **row)
        .on_conflict_do_update(index_elements=["key"], set_=row)
    )


async def adopt(
    session: AsyncSession, key: str, recipient: Party, content: Content, external_id: str
) -> None:
    """Take as the view `key` what a delivery has shown already, as `external_id`.

    From then on `show` keeps it in step. A view of that key is left as it is.
    """
    row = {
        "key": key,
        "recipient": str(recipient),
        "channel": content.channel.value,
        "wanted": content.body,
        "wanted_hash": content.hash,
        "shown_hash": content.hash,
        "external_id": external_id,
    }
    await session.execute(_insert(session)(View).values(row).on_conflict_do_nothing())


async def wanted(session: AsyncSession, key: str) -> bytes | None:
    """Return what a view was last asked to show; None for a view that is not there."""
    return await session.scalar(select(View.wanted).where(View.key == key))


async def drop(session: AsyncSession, key: str) -> None:
    """Forget a view: what it was shown as is there no more, or is no longer kept in step."""
    await session.execute(delete(View).where(View.key == key))


async def unshown(
    session: AsyncSession, channels: Sequence[Channel], real_now: datetime
) -> Sequence[str]:
    """Return the keys whose wanted state is not shown and may be tried now."""
    on_ours = View.channel.in_([channel.value for channel in channels])
    keys = await session.scalars(
        select(View.key).where(on_ours, _to_show(real_now)).order_by(View.key)
    )
    return keys.all()


async def take(
    session: AsyncSession, key: str, worker: str, real_now: datetime, lease: timedelta
) -> Sight | None:
    """Hold a view for `worker` until its lease ends; None when another was faster."""
    row = await session.scalar(
        update(View)
        .where(View.key == key, _to_show(real_now))
        .values(worker=worker, lease_until=real_now + lease, attempts=View.attempts + 1)
        .returning(View)
        .execution_options(synchronize_session=False)
    )
    if row is None:
        return None
    channel = Channel(row.channel)
    return Sight(key, channel, row.wanted, row.wanted_hash, row.external_id, row.attempts)


async def shown(session: AsyncSession, sight: Sight, worker: str, external_id: str) -> bool:
    """Write that a view shows what `sight` wanted; more may be wanted by now."""
    values = {
        "shown_hash": sight.hash,
        "external_id": external_id or sight.shown_as,
        "attempts": 0,
        "next_attempt_at": None,
    }
    return await _let_go(session, sight, worker, values)


async def put_off(session: AsyncSession, sight: Sight, worker: str, until: datetime) -> bool:
    """Try a view again from `until`."""
    return await _let_go(session, sight, worker, {"next_attempt_at": until})


async def release(session: AsyncSession, worker: str) -> None:
    """Give back the views that `worker` holds."""
    await session.execute(
        update(View)
        .where(View.worker == worker)
        .values(worker=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def take_back(session: AsyncSession) -> None:
    """Give back the views of workers that are not registered any more: they show nothing."""
    await session.execute(
        update(View)
        .where(View.worker.not_in(select(Worker.id)))
        .values(worker=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


class Reconciler:
    """Brings every view to its wanted state, one after the other."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def reconcile(self) -> None:
        """Show what is wanted and not shown yet."""
        async with self._work.database.read() as session:
            keys = await unshown(session, list(self._work.gateways), self._work.real_clock.now())
        for key in keys:
            await self._reconcile(key)

    async def _reconcile(self, key: str) -> None:
        async with self._work.database.write() as session:
            sight = await take(
                session, key, self._work.worker, self._work.real_clock.now(), self._work.lease
            )
        if sight is None:
            return
        outcome = await self._show(sight)
        async with self._work.database.write() as session:
            if isinstance(outcome, Sent):
                await shown(session, sight, self._work.worker, tidy(outcome.external_id))
            else:
                await put_off(session, sight, self._work.worker, self._next_attempt(sight, outcome))
        log.info("ledger.view", key=key, outcome=type(outcome).__name__.lower())

    async def _show(self, sight: Sight) -> Outcome:
        try:
            address = await self._address(sight.key)
            if address is None:
                return Later("nowhere to show it")
            gateway = self._work.gateways[sight.channel]
            async with asyncio.timeout(self._work.settings.lease):
                return await gateway.show(sight.body, address, sight.shown_as)
        except Exception as error:  # noqa: BLE001  # one view's trouble is not the others'
            log.warning("ledger.view_failed", key=sight.key, **described(error))
            return Unknown(type(error).__name__)

    async def _address(self, key: str) -> Address | None:
        """Ask who knows the longest prefix of the key."""
        prefixes = [prefix for prefix in self._work.prepare_view if key.startswith(prefix)]
        if not prefixes:
            return None
        async with self._work.database.read() as session:
            return await self._work.prepare_view[max(prefixes, key=len)](session, key)

    def _next_attempt(self, sight: Sight, outcome: Outcome) -> datetime:
        after = outcome.after if isinstance(outcome, Later) else None
        delay = wait(after, sight.attempt, self._work.settings, self._work.random.random())
        return self._work.after(delay)


def _insert(session: AsyncSession) -> Any:
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert


def _to_show(real_now: datetime) -> ColumnElement[bool]:
    return and_(
        View.wanted_hash.is_distinct_from(View.shown_hash),
        or_(View.next_attempt_at.is_(None), View.next_attempt_at <= real_now),
        or_(View.lease_until.is_(None), View.lease_until < real_now),
    )


async def _let_go(
    session: AsyncSession, sight: Sight, worker: str, values: Mapping[str, Any]
) -> bool:
    statement = (
        update(View)
        .where(View.key == sight.key, View.worker == worker)
        .values(worker=None, lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount == 1
