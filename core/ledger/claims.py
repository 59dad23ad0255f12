"""What a dispatcher writes: claim, start, settle, heartbeats. The caller's transaction commits.

`now` is the service's clock, `real_now` the machine's. Every move is conditional on the state,
the worker and the attempt that it comes from: what another process did meanwhile stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Update,
    and_,
    delete,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.ledger.draft import Channel, Parcel, Policy
from core.ledger.holds import unheld
from core.ledger.models import Delivery, Worker
from core.ledger.parcels import COLUMNS, parcels
from core.ledger.processes import Process
from core.ledger.rules import IN_FLIGHT, UNSETTLED, Settlement, State, doubt, legal
from core.settings import LedgerSettings


def due(now: datetime) -> ColumnElement[bool]:
    """Match rows that wait and whose time has come."""
    return and_(Delivery.state == State.PENDING.value, Delivery.due_at <= now)


def unblocked() -> ColumnElement[bool]:
    """Match rows whose stream is free: nothing unsettled before them, nothing in flight."""
    other = aliased(Delivery)
    same = other.stream == Delivery.stream
    earlier = exists().where(same, other.id < Delivery.id, _among(other.state, UNSETTLED))
    flying = exists().where(same, _among(other.state, IN_FLIGHT))
    return or_(Delivery.stream.is_(None), and_(~earlier, ~flying))


def claimable(channel: Channel, now: datetime, real_now: datetime) -> ColumnElement[bool]:
    """Match what a dispatcher may take on a channel."""
    retry = Delivery.next_attempt_at
    return and_(
        due(now),
        Delivery.channel == channel.value,
        or_(retry.is_(None), retry <= real_now),
        unheld(),
        unblocked(),
    )


async def something(
    session: AsyncSession,
    channel: Channel,
    now: datetime,
    real_now: datetime,
    *,
    bulk: bool = True,
) -> bool:
    """Say whether there is anything to claim, without asking for the right to write.

    Without `bulk`, whether there is anything else.
    """
    wanted = exists().where(claimable(channel, now, real_now), Delivery.bulk.in_(_classes(bulk)))
    return bool(await session.scalar(select(wanted)))


async def claim(
    session: AsyncSession,
    channel: Channel,
    worker: str,
    *,
    limit: int,
    now: datetime,
    real_now: datetime,
    lease: timedelta,
    bulk: bool = True,
) -> list[Parcel]:
    """Take up to `limit` rows for `worker`, one per stream: what is bulk last, the earliest first.

    Without `bulk`, only of what is not. Raises IntegrityError when another process took a row of
    the same stream at that very moment: nothing is claimed then, and the next try sees it.
    """
    free: list[int] = []
    for each in _classes(bulk):  # asked apart, each follows the index
        wanted = (claimable(channel, now, real_now), Delivery.bulk.is_(each))
        free += await session.scalars(
            select(Delivery.id)
            .where(*wanted)
            .order_by(Delivery.due_at, Delivery.id)
            .limit(limit - len(free))
            .with_for_update(skip_locked=True)
        )
    if not free:
        return []
    rows = await session.execute(
        _move(State.PENDING, State.CLAIMED, worker=worker, lease_until=real_now + lease)
        .where(Delivery.id.in_(free))
        .returning(*COLUMNS)
    )
    return await parcels(session, rows.all())


async def start(session: AsyncSession, parcel: Parcel, worker: str, real_now: datetime) -> bool:
    """Write that `worker` is about to send. To be committed before the first byte leaves.

    False when the claim was lost meanwhile, its slot is held, or the worker was taken for dead:
    do not send.
    """
    alive = exists().where(Worker.id == worker)
    statement = _move(
        State.CLAIMED,
        State.SENDING,
        attempts=parcel.attempt,
        started_at=real_now,
        lease_until=None,
        next_attempt_at=None,
    )
    return await _changed(
        session,
        statement.where(
            Delivery.id == parcel.id,
            Delivery.worker == worker,
            Delivery.attempts == parcel.attempt - 1,
            alive,
            unheld(),
        ),
    )


async def settle(
    session: AsyncSession,
    parcel: Parcel,
    worker: str,
    settlement: Settlement,
    *,
    now: datetime,
    real_now: datetime,
) -> bool:
    """Write what became of a send. False when the row is not this worker's attempt any more."""
    statement = _move(State.SENDING, settlement.state, **_settled(settlement, now, real_now))
    return await _changed(session, statement.where(*_attempt(parcel, worker)))


async def skip(
    session: AsyncSession, parcel: Parcel, worker: str, reason: str, now: datetime
) -> bool:
    """Write that a claimed row is not to be sent, and why."""
    statement = _move(State.CLAIMED, State.SKIPPED, reason=reason, settled_at=now, lease_until=None)
    return await _changed(
        session, statement.where(Delivery.id == parcel.id, Delivery.worker == worker)
    )


async def defer(
    session: AsyncSession, parcel: Parcel, worker: str, reason: str, until: datetime
) -> bool:
    """Give back a row that surely did not leave; it is tried again from `until` (real time)."""
    given_back = {
        "worker": None,
        "lease_until": None,
        "reason": reason,
        "next_attempt_at": until,
        "deferrals": Delivery.deferrals + 1,
    }
    claimed = _move(State.CLAIMED, State.PENDING, **given_back)
    started = _move(State.SENDING, State.PENDING, **given_back)
    return await _changed(
        session, claimed.where(Delivery.id == parcel.id, Delivery.worker == worker)
    ) or await _changed(session, started.where(*_attempt(parcel, worker)))


async def give_back(session: AsyncSession, parcel: Parcel, worker: str) -> bool:
    """Give back a row that `worker` claimed and could not start, if it is its own still."""
    mine = (Delivery.id == parcel.id, Delivery.worker == worker)
    return await _changed(session, _returned().where(*mine))


async def release(session: AsyncSession, worker: str) -> int:
    """Give back everything that `worker` claimed and did not start."""
    return await _count(session, _returned().where(Delivery.worker == worker))


async def expire(session: AsyncSession, real_now: datetime) -> int:
    """Give back every claim whose lease has expired: it was never started."""
    return await _count(session, _returned().where(Delivery.lease_until < real_now))


async def renew(session: AsyncSession, worker: str, ids: Sequence[int], until: datetime) -> None:
    """Keep the claims that a living worker still means to start."""
    if ids:
        await session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.worker == worker)
            .where(Delivery.state == State.CLAIMED.value)
            .values(lease_until=until)
            .execution_options(synchronize_session=False)
        )


async def beat(session: AsyncSession, worker: str, process: Process, real_now: datetime) -> None:
    """Write that `worker` is alive; the first beat registers it."""
    row = {
        "id": worker,
        "heartbeat_at": real_now,
        "place": process.place,
        "pid": process.pid,
        "process_started": process.started,
    }
    insert = sqlite.insert if _is_sqlite(session) else postgresql.insert
    await session.execute(
        insert(Worker)
        .values(row)
        .on_conflict_do_update(index_elements=["id"], set_={"heartbeat_at": real_now})
    )


async def workers(session: AsyncSession) -> Sequence[Worker]:
    """Return every worker that is registered."""
    return (await session.scalars(select(Worker).order_by(Worker.id))).all()


async def bury(session: AsyncSession, worker: str, heartbeat_at: datetime) -> bool:
    """Strike a worker off, unless it has beaten since it was seen dead."""
    return await _changed(
        session, delete(Worker).where(Worker.id == worker, Worker.heartbeat_at == heartbeat_at)
    )


async def leave_work(session: AsyncSession, worker: str) -> None:
    """Strike a worker off that stops by itself: it sends nothing any more."""
    await session.execute(delete(Worker).where(Worker.id == worker))


@dataclass(frozen=True)
class Condemned:
    """A row found `sending` without a living worker, and what was made of it."""

    id: int
    kind: str
    state: State


async def condemn(
    session: AsyncSession, policies: Mapping[str, Policy], settings: LedgerSettings, now: datetime
) -> list[Condemned]:
    """Settle the rows of workers that are not registered any more.

    What they claimed is given back; what they were sending is in doubt, and the policy of its
    kind says what to do (`hold` for a kind that nobody knows).
    """
    orphan = Delivery.worker.not_in(select(Worker.id))
    await session.execute(_returned().where(orphan))
    rows = await session.execute(
        select(Delivery.id, Delivery.kind, Delivery.attempts)
        .where(Delivery.state == State.SENDING.value, orphan)
        .with_for_update(skip_locked=True)
    )
    condemned = []
    for row in rows.all():
        policy = policies.get(row.kind, Policy.HOLD)
        verdict = doubt("its worker died while sending", row.attempts, policy, settings)
        statement = _move(State.SENDING, verdict.state, **_settled(verdict, now, now))
        await session.execute(statement.where(Delivery.id == row.id))
        condemned.append(Condemned(row.id, row.kind, verdict.state))
    return condemned


def _classes(bulk: bool) -> tuple[bool, ...]:
    return (False, True) if bulk else (False,)


def _move(before: State, after: State, **values: Any) -> Update:
    """Return the conditional update that makes a legal move. Raises ValueError for another."""
    if not legal(before, after):
        raise ValueError(f"a delivery never goes from {before} to {after}")
    return (
        update(Delivery)
        .where(Delivery.state == before.value)
        .values(state=after.value, **values)
        .execution_options(synchronize_session=False)
    )


def _returned() -> Update:
    return _move(State.CLAIMED, State.PENDING, worker=None, lease_until=None)


def _settled(settlement: Settlement, now: datetime, real_now: datetime) -> dict[str, Any]:
    """Return what a settlement writes besides the state."""
    values: dict[str, Any] = {"reason": settlement.reason, "external_id": settlement.external_id}
    if settlement.state is State.PENDING:
        delay = settlement.delay
        values["worker"] = None
        values["next_attempt_at"] = None if delay is None else real_now + timedelta(seconds=delay)
    else:
        values["settled_at"] = now
    if settlement.resent:
        values["resent"] = True
    return values


def _attempt(parcel: Parcel, worker: str) -> tuple[ColumnElement[bool], ...]:
    """Match one attempt of one worker, and no later one."""
    return (
        Delivery.id == parcel.id,
        Delivery.worker == worker,
        Delivery.attempts == parcel.attempt,
    )


def _among(column: Any, states: tuple[State, ...]) -> ColumnElement[bool]:
    """Compare with literals: the engines use a partial index only when they see its words."""
    return cast(
        "ColumnElement[bool]", column.in_([literal_column(f"'{state}'") for state in states])
    )


async def _changed(session: AsyncSession, statement: Any) -> bool:
    return await _count(session, statement) == 1


async def _count(session: AsyncSession, statement: Any) -> int:
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"
