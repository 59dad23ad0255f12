"""What rooms ask of the ledger. No function here commits: the caller's transaction does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.claims import due, unblocked
from core.ledger.draft import Channel, Content, Draft
from core.ledger.holds import unheld
from core.ledger.insertion import insert
from core.ledger.models import Delivery, Message, View
from core.ledger.rules import IN_FLIGHT, SETTLED, State
from core.reference import Party, Reference

CHUNK = 2_000
"""Rows written by one statement: within SQLite's 32,766 variables."""

LEFT = "left"
"""The reason kept on a row in doubt that somebody chose to leave."""


@dataclass(frozen=True)
class Held:
    """A delivery of which nobody knows whether it arrived; `since` follows the service's clock."""

    id: int
    kind: str
    slot: str
    recipient: Party
    cause: Reference
    reason: str
    since: datetime | None


async def post(session: AsyncSession, drafts: Iterable[Draft], now: datetime) -> int:
    """Write the rows of `drafts`, in their order; those that exist already are left as they are.

    Returns how many rows are new. To be called in the transaction of their cause; a long list
    is better posted in several transactions, of some 2,000 drafts each. Raises ValueError for a
    recipient or a cause that could not be read back.
    """
    new = 0
    remaining = iter(drafts)
    while chunk := list(islice(remaining, CHUNK)):
        await keep_contents(session, {draft.content.hash: draft.content for draft in chunk}, now)
        new += await insert(session, [_row(draft, now) for draft in chunk])
    return new


async def cancel(
    session: AsyncSession,
    reason: str,
    now: datetime,
    *,
    kind: str | None = None,
    slot_prefix: str = "",
    cause: Reference | None = None,
    recipient: Party | None = None,
) -> int:
    """Cancel what has not been started and whose cause vanished. Returns how many rows.

    Rows are those of a `kind` whose slot starts with `slot_prefix`, of a `cause`, of a
    `recipient`: of all that are given. Raises ValueError when none is.
    """
    if kind is None and cause is None and recipient is None:
        raise ValueError("say what to cancel: a kind, a cause, a recipient")
    conditions: list[ColumnElement[bool]] = []
    if kind is not None:
        conditions += [Delivery.kind == kind, _slot_starts_with(slot_prefix)]
    if cause is not None:
        conditions.append(Delivery.cause == str(cause))
    if recipient is not None:
        conditions.append(Delivery.recipient == str(recipient))
    not_started = Delivery.state.in_([State.PENDING.value, State.CLAIMED.value])
    return await _update(
        session,
        [not_started, *conditions],
        state=State.CANCELLED.value,
        reason=reason,
        settled_at=now,
        lease_until=None,
    )


async def counts(session: AsyncSession, kind: str, slot: str | None = None) -> Counter[State]:
    """Return how many rows of a kind (and slot) are in each state; absent states count 0."""
    wanted = Delivery.kind == kind
    if slot is not None:
        wanted &= Delivery.slot == slot
    rows = await session.execute(
        select(Delivery.state, func.count()).where(wanted).group_by(Delivery.state)
    )
    return Counter({State(state): count for state, count in rows})


async def uncertain(session: AsyncSession, kinds: Iterable[str] | None = None) -> Sequence[Held]:
    """Return the rows in doubt, of all kinds or of some, the oldest first."""
    wanted = Delivery.state == State.UNCERTAIN.value
    if kinds is not None:
        wanted &= Delivery.kind.in_(list(kinds))
    rows = await session.scalars(select(Delivery).where(wanted).order_by(Delivery.id))
    return [
        Held(
            id=row.id,
            kind=row.kind,
            slot=row.slot,
            recipient=Party.parse(row.recipient),
            cause=Reference.parse(row.cause),
            reason=row.reason or "",
            since=row.settled_at,
        )
        for row in rows
    ]


async def resend(session: AsyncSession, ids: Iterable[int], _now: datetime) -> int:
    """Send rows in doubt again, marked as such. Returns how many were still in doubt."""
    return await _update(
        session,
        _in_doubt(ids),
        state=State.PENDING.value,
        resent=True,
        worker=None,
        next_attempt_at=None,
        settled_at=None,
    )


async def leave(session: AsyncSession, ids: Iterable[int], now: datetime) -> int:
    """Leave rows in doubt as they are, for good. Returns how many were still in doubt."""
    return await _update(
        session, _in_doubt(ids), state=State.FAILED.value, reason=LEFT, settled_at=now
    )


async def about(session: AsyncSession, external_id: str) -> Reference | None:
    """Return what a sent message was about, given how the peer names it."""
    cause = await session.scalar(
        select(Delivery.cause)
        .where(Delivery.external_id == external_id)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return None if cause is None else Reference.parse(cause)


async def external_id_of(
    session: AsyncSession, kind: str, slot: str, recipient: Party
) -> str | None:
    """Return how the peer names what was sent; None as long as it was not."""
    return await session.scalar(
        select(Delivery.external_id).where(
            Delivery.kind == kind, Delivery.slot == slot, Delivery.recipient == str(recipient)
        )
    )


async def purge(session: AsyncSession, party: Party) -> int:
    """Empty what settled rows of `party` hold: their values, and contents that only they use.

    Returns how many rows. What is not settled is kept: cancel it, or leave it, first.
    """
    return await _purge(session, Delivery.recipient == str(party))


async def purge_rows(session: AsyncSession, ids: Iterable[int]) -> int:
    """Empty what some rows hold, as `purge` does for those of a party."""
    return await _purge(session, Delivery.id.in_(list(ids)))


async def _purge(session: AsyncSession, wanted: ColumnElement[bool]) -> int:
    its_own = wanted & _settled()
    hashes = (await session.scalars(select(Delivery.message_hash).where(its_own).distinct())).all()
    emptied = await _update(session, [its_own], values={})
    shared = select(Delivery.message_hash).where(~its_own, Delivery.message_hash.in_(hashes))
    rows = await session.execute(
        select(Message.hash, Message.channel, Message.created_at).where(
            Message.hash.in_(hashes), Message.hash.not_in(shared)
        )
    )
    for key, channel, created_at in rows.all():
        await _empty(session, key, Channel(channel), created_at)
    return emptied


async def forget_chat(session: AsyncSession, chat_id: int, recipient: Party | None = None) -> int:
    """Forget how a chat names what was sent there: a private chat's number is its person's.

    With a `recipient`, of what was sent for it only. Returns how many rows.
    """
    there = f"{chat_id}:"
    wanted = [func.substr(Delivery.external_id, 1, len(there)) == there]
    if recipient is not None:
        wanted.append(Delivery.recipient == str(recipient))
    return await _update(session, wanted, external_id=None)


async def forget(session: AsyncSession, before: datetime, limit: int = 200) -> int:
    """Empty the contents all of whose rows were settled before an instant, and these rows' values.

    What was sent to whom, when and with what outcome stays. Returns how many contents, `limit`
    at most: call it again until it is none.
    """
    kept = exists().where(
        Delivery.message_hash == Message.hash, or_(~_settled(), Delivery.settled_at >= before)
    )
    rows = await session.execute(
        select(Message.hash, Message.channel, Message.created_at)
        .where(Message.created_at < before, func.length(Message.body) > 0, ~kept)
        .limit(limit)
    )
    found = rows.all()
    for key, channel, created_at in found:
        await _update(session, [Delivery.message_hash == key], values={})
        await _empty(session, key, Channel(channel), created_at)
    return len(found)


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next row is due that waits for nothing else (service's clock).

    What is held waits for a person.
    """
    return await session.scalar(
        select(func.min(Delivery.due_at)).where(
            Delivery.state == State.PENDING.value,
            Delivery.next_attempt_at.is_(None),
            unheld(),
            unblocked(),
        )
    )


async def busy(session: AsyncSession, now: datetime) -> bool:
    """Say whether anything is due or in flight, or a view is to be shown.

    What waits for a retry, and what waits behind it, does not count; nor does what is held.
    """
    flying = exists().where(Delivery.state.in_([state.value for state in IN_FLIGHT]))
    waiting = exists().where(due(now), Delivery.next_attempt_at.is_(None), unheld(), unblocked())
    view = exists().where(
        View.wanted_hash.is_distinct_from(View.shown_hash), View.next_attempt_at.is_(None)
    )
    return bool(await session.scalar(select(or_(flying, waiting, view))))


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "slot": draft.slot,
        "recipient": str(Party.parse(str(draft.recipient))),
        "channel": draft.content.channel.value,
        "message_hash": draft.content.hash,
        "values": dict(draft.values),
        "cause": str(Reference.parse(str(draft.cause))),
        "stream": draft.stream,
        "bulk": draft.bulk,
        "state": State.PENDING.value,
        "due_at": draft.due_at,
        "created_at": now,
    }


async def keep_contents(session: AsyncSession, contents: dict[str, Content], now: datetime) -> None:
    """Store contents once, always in the same order so that two writers never wait in a ring."""
    rows = [
        {"hash": key, "channel": content.channel.value, "body": content.body, "created_at": now}
        for key, content in sorted(contents.items())
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    connection = await session.connection()  # rows given apart: the statement is made once for all
    await connection.execute(dialect.insert(Message).on_conflict_do_nothing(), rows)


async def _update(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], **values: Any
) -> int:
    statement = (
        update(Delivery)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount


async def _empty(session: AsyncSession, key: str, channel: Channel, created_at: datetime) -> None:
    """Drop a content; its rows keep an empty one, so that the same may be posted anew."""
    nothing = Content(channel, b"")
    if nothing.hash == key:
        return
    await keep_contents(session, {nothing.hash: nothing}, created_at)
    await _update(session, [Delivery.message_hash == key], message_hash=nothing.hash)
    await session.execute(delete(Message).where(Message.hash == key))


def _slot_starts_with(prefix: str) -> ColumnElement[bool]:
    """Compare exactly: LIKE ignores case on SQLite."""
    return func.substr(Delivery.slot, 1, len(prefix)) == prefix


def _in_doubt(ids: Iterable[int]) -> list[ColumnElement[bool]]:
    return [Delivery.state == State.UNCERTAIN.value, Delivery.id.in_(list(ids))]


def _settled() -> ColumnElement[bool]:
    return Delivery.state.in_([state.value for state in SETTLED])
