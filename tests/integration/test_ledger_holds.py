"""Holding back what was posted, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

from core.db import Database
from core.ledger import claims, store
from core.ledger.draft import Channel, Parcel
from core.ledger.holds import hold, release
from core.ledger.processes import Process
from core.ledger.rules import Settlement, State
from core.reference import Party
from tests.ledger_drafts import NOON, draft, posted, rows, states

REAL = datetime(2030, 1, 1, tzinfo=UTC)
LEASE = timedelta(seconds=60)
LATER = NOON + timedelta(hours=1)


async def claim(database: Database, worker: str = "w1", limit: int = 50) -> list[Parcel]:
    async with database.write() as session:
        await claims.beat(session, worker, Process(None, None, None), REAL)
        return await claims.claim(
            session, Channel.MAIL, worker, limit=limit, now=LATER, real_now=REAL, lease=LEASE
        )


async def start(database: Database, parcel: Parcel) -> bool:
    async with database.write() as session:
        return await claims.start(session, parcel, "w1", REAL)


async def held(database: Database, slot: str = "a", kind: str = "edition") -> None:
    async with database.write() as session:
        await hold(session, kind, slot, NOON)


async def released(database: Database, slot: str = "a", kind: str = "edition") -> None:
    async with database.write() as session:
        await release(session, kind, slot)


async def test_what_is_held_is_not_claimed_until_it_is_released(database: Database) -> None:
    await posted(database, draft("a"), draft("b"), draft("a", kind="other"))
    await held(database)
    found = await claim(database)
    assert sorted((parcel.kind, parcel.slot) for parcel in found) == [
        ("edition", "b"),
        ("other", "a"),
    ]
    await released(database)
    assert [(parcel.kind, parcel.slot) for parcel in await claim(database)] == [("edition", "a")]


async def test_what_was_claimed_and_not_started_is_given_back_without_an_attempt(
    database: Database,
) -> None:
    await posted(database, *(draft("a", Party("subscriber", str(n))) for n in (1, 2, 3)))
    first, *others = await claim(database)
    assert await start(database, first)
    await held(database)
    assert [await start(database, parcel) for parcel in others] == [False, False]
    async with database.read() as session:
        assert await store.counts(session, "edition", "a") == {State.SENDING: 1, State.PENDING: 2}
    async with database.write() as session:
        sent = Settlement(State.SENT, external_id="x")
        assert await claims.settle(session, first, "w1", sent, now=NOON, real_now=REAL)
    await released(database)
    again = await claim(database)
    assert [(parcel.recipient.id, parcel.attempt) for parcel in again] == [("2", 1), ("3", 1)]


async def test_what_is_claimed_while_a_hold_is_being_written_is_not_started(
    database: Database,
) -> None:
    """On PostgreSQL a claim may not see a hold that commits at the same moment."""
    await posted(database, *(draft("a", Party("subscriber", str(n))) for n in range(20)))
    claimed, _ = await asyncio.gather(claim(database), held(database))
    assert not any([await start(database, parcel) for parcel in claimed])


async def test_holding_twice_is_holding_once_and_releasing_nothing_is_nothing(
    database: Database,
) -> None:
    await posted(database, draft("a"))
    await released(database)
    await held(database)
    await held(database)
    assert await claim(database) == []
    await released(database)
    assert len(await claim(database)) == 1


async def test_what_is_held_is_neither_due_nor_keeps_anything_busy(database: Database) -> None:
    await posted(database, draft("a"), draft("b", due_at=LATER))
    async with database.read() as session:
        assert await store.next_due(session) == NOON
        assert await store.busy(session, NOON)
    await held(database)
    async with database.read() as session:
        assert await store.next_due(session) == LATER
        assert not await store.busy(session, NOON)
        assert not await claims.something(session, Channel.MAIL, NOON, REAL)


async def test_what_is_bulk_is_claimed_after_everything_else(database: Database) -> None:
    many = [draft("edition", Party("subscriber", str(n)), bulk=True) for n in range(5)]
    await posted(database, *many)
    await posted(database, draft("confirmation", due_at=LATER))
    assert [parcel.slot for parcel in await claim(database, limit=2)] == ["confirmation", "edition"]
    assert (await rows(database))["edition"].bulk
    assert (await states(database))["confirmation"] == "claimed"
