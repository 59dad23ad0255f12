"""Changing what was posted as long as it has not left. No function here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Content
from core.ledger.models import Delivery, Message
from core.ledger.rules import State
from core.ledger.store import keep_contents
from core.reference import Party


@dataclass(frozen=True)
class Posted:
    """A delivery that was posted: where it stands, what it holds, and how the peer names it.

    `body` is empty once its content was forgotten; `due_at` follows the service's clock.
    """

    id: int
    slot: str
    state: State
    resent: bool
    due_at: datetime
    body: bytes
    external_id: str | None

    @property
    def started(self) -> bool:
        """Say whether it has left, may have, or is leaving."""
        not_started = {State.PENDING, State.CLAIMED, State.CANCELLED, State.SKIPPED}
        return self.resent or self.state not in not_started


async def posted(session: AsyncSession, kind: str, recipient: Party, slot: str) -> Sequence[Posted]:
    """Return the deliveries of a slot and of those under it (`slot/…`), in the order of posting."""
    rows = await session.execute(_posted(kind, recipient, slot))
    return [_read(row, body) for row, body in rows]


async def hold(session: AsyncSession, kind: str, recipient: Party, slot: str) -> Sequence[Posted]:
    """Return what `posted` does; no dispatcher starts any until the transaction ends."""
    rows = await session.execute(_posted(kind, recipient, slot).with_for_update(of=Delivery))
    return [_read(row, body) for row, body in rows]


async def withdraw(
    session: AsyncSession, rows: Sequence[Posted], reason: str, now: datetime
) -> None:
    """Cancel deliveries that this transaction holds, and that have not been started."""
    await _change(
        session,
        [row.id for row in rows if row.state in _WAITING],
        state=State.CANCELLED.value,
        reason=reason,
        settled_at=now,
        lease_until=None,
    )


async def replace(session: AsyncSession, row: Posted, content: Content, now: datetime) -> bool:
    """Give a delivery that this transaction holds another content.

    False, and nothing is changed, when it may have left, or a dispatcher has read it already:
    what is posted after it in its stream then leaves after it.
    """
    if row.state is not State.PENDING or row.resent:
        return False
    await keep_contents(session, {content.hash: content}, now)
    await _change(session, [row.id], message_hash=content.hash)
    return True


_WAITING = (State.PENDING, State.CLAIMED)


def _posted(kind: str, recipient: Party, slot: str) -> Any:
    under = f"{slot}/"
    return (
        select(Delivery, Message.body)
        .join(Message, Message.hash == Delivery.message_hash)
        .where(
            Delivery.kind == kind,
            Delivery.recipient == str(recipient),
            or_(Delivery.slot == slot, func.substr(Delivery.slot, 1, len(under)) == under),
        )
        .order_by(Delivery.id)
        .execution_options(populate_existing=True)
    )


def _read(row: Delivery, body: bytes) -> Posted:
    return Posted(
        id=row.id,
        slot=row.slot,
        state=State(row.state),
        resent=row.resent,
        due_at=row.due_at,
        body=body,
        external_id=row.external_id,
    )


async def _change(session: AsyncSession, ids: Sequence[int], **values: Any) -> None:
    wanted: ColumnElement[bool] = Delivery.id.in_(ids)
    await session.execute(
        update(Delivery).where(wanted).values(**values).execution_options(synchronize_session=False)
    )
