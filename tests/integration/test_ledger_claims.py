"""What dispatchers write, on both databases: claims, starts, settlements, heartbeats."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.db import Database
from core.ledger import claims, store
from core.ledger.claims import Condemned
from core.ledger.draft import Channel, Parcel, Policy
from core.ledger.hot import Arrived, Turn, Turned, hot
from core.ledger.models import Delivery
from core.ledger.processes import Process
from core.ledger.rules import Settlement, State
from core.reference import Party
from core.settings import LedgerSettings
from tests.ledger_drafts import EDITION, NOON, READER, draft, posted, rows, states

REAL = datetime(2030, 1, 1, tzinfo=UTC)
"""The machine's clock, which shows another time than the service's."""

LEASE = timedelta(seconds=60)
SETTINGS = LedgerSettings(max_attempts=3, max_doubtful_attempts=3)
NOBODY = Process(None, None, None)
WAY: list[str] = []


async def claim(
    database: Database,
    worker: str = "w1",
    *,
    limit: int = 50,
    now: datetime = NOON,
    real_now: datetime = REAL,
    channel: Channel = Channel.MAIL,
) -> list[Parcel]:
    async with database.write() as session:
        return await claims.claim(
            session, channel, worker, limit=limit, now=now, real_now=real_now, lease=LEASE
        )


async def alive(database: Database, *workers: str, at: datetime = REAL) -> None:
    async with database.write() as session:
        for worker in workers:
            await claims.beat(session, worker, NOBODY, at)


@pytest.fixture(params=["plain", "hot"], autouse=True)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start, and settle what was sent, by each of the two ways."""
    WAY.append(request.param)
    yield
    WAY.clear()


async def turn(database: Database, worker: str, **written: Any) -> Turned:
    path = hot(database)
    assert path is not None
    done = await path.turn(Turn(worker, now=NOON, real_now=REAL, **written))
    await path.close()
    return done


async def start(database: Database, parcel: Parcel, worker: str = "w1") -> bool:
    if WAY == ["hot"]:
        done = await turn(database, worker, arrived=[], starting=[parcel])
        return done.started == {parcel.id}
    async with database.write() as session:
        return await claims.start(session, parcel, worker, REAL)


async def settle(
    database: Database, parcel: Parcel, settlement: Settlement, worker: str = "w1"
) -> bool:
    if WAY == ["hot"] and settlement.state is State.SENT:
        arrived = [Arrived(parcel, settlement.external_id or "")]
        done = await turn(database, worker, arrived=arrived, starting=[])
        return done.settled == {parcel.id}
    async with database.write() as session:
        return await claims.settle(session, parcel, worker, settlement, now=NOON, real_now=REAL)


async def one_sending(database: Database, **about: str) -> Parcel:
    """Post, claim and start one row."""
    await alive(database, "w1")
    await posted(database, draft("a", **about))  # type: ignore[arg-type]
    (parcel,) = await claim(database)
    assert await start(database, parcel)
    return parcel


SENT = Settlement(State.SENT, external_id="<1@relais>")


async def test_a_claimed_row_comes_with_everything_that_is_needed(database: Database) -> None:
    await posted(database, draft("a", values={"link": "x"}, stream="s"))
    (parcel,) = await claim(database)
    assert parcel == Parcel(
        id=parcel.id,
        kind="edition",
        slot="a",
        recipient=READER,
        cause=EDITION,
        channel=Channel.MAIL,
        body=b"La lettre",
        values={"link": "x"},
        stream="s",
        attempt=1,
        resent=False,
    )


async def test_only_what_is_due_is_claimed_the_earliest_first(database: Database) -> None:
    earlier, later = NOON - timedelta(hours=1), NOON + timedelta(seconds=1)
    await posted(database, draft("a"), draft("early", due_at=earlier), draft("late", due_at=later))
    assert [parcel.slot for parcel in await claim(database)] == ["early", "a"]
    assert [parcel.slot for parcel in await claim(database, now=later)] == ["late"]


async def test_a_retry_waits_for_the_machines_clock_not_the_services(database: Database) -> None:
    await posted(database, draft("a"))
    async with database.write() as session:
        await session.execute(update(Delivery).values(next_attempt_at=REAL + LEASE))
    assert await claim(database, now=NOON + timedelta(days=3650)) == []
    assert len(await claim(database, real_now=REAL + LEASE)) == 1


async def test_channels_are_claimed_apart_and_no_more_than_asked(database: Database) -> None:
    await posted(database, *(draft(str(n)) for n in range(3)), draft("x", channel=Channel.CHAT))
    assert len(await claim(database, limit=2)) == 2
    assert [parcel.slot for parcel in await claim(database, channel=Channel.CHAT)] == ["x"]


async def test_looking_first_says_whether_claiming_is_worth_it(database: Database) -> None:
    async def something(channel: Channel) -> bool:
        async with database.read() as session:
            return await claims.something(session, channel, NOON, REAL)

    assert not await something(Channel.MAIL)
    await posted(database, draft("a"))
    assert await something(Channel.MAIL)
    assert not await something(Channel.CHAT)
    await claim(database)
    assert not await something(Channel.MAIL)


async def test_a_row_is_claimed_once_however_many_ask_at_once(database: Database) -> None:
    await posted(database, *(draft(str(number)) for number in range(60)))
    found = await asyncio.gather(*(claim(database, f"w{n}", limit=20) for n in range(6)))
    ids = [parcel.id for parcels in found for parcel in parcels]
    assert len(ids) == len(set(ids))
    rest = [parcel.id for parcel in await claim(database, "last", limit=60)]
    assert len({*ids, *rest}) == 60


async def test_a_stream_gives_one_row_at_a_time_in_order(database: Database) -> None:
    await alive(database, "w1")
    await posted(database, *(draft(slot, stream="s") for slot in "abc"), draft("x", stream="t"))
    first, other = await claim(database)
    assert (first.slot, other.slot) == ("a", "x")
    assert await claim(database, "w2") == []
    await start(database, first)
    assert await claim(database, "w2") == []
    await settle(database, first, SENT)
    assert [parcel.slot for parcel in await claim(database, "w2")] == ["b"]


async def test_a_retry_blocks_its_stream_and_only_it(database: Database) -> None:
    parcel = await one_sending(database, stream="s")
    await posted(database, draft("b", stream="s"), draft("x", stream="t"))
    await settle(database, parcel, Settlement(State.PENDING, "busy", delay=30))
    assert [parcel.slot for parcel in await claim(database)] == ["x"]
    later = REAL + timedelta(seconds=30)
    assert [parcel.slot for parcel in await claim(database, real_now=later)] == ["a"]


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.FAILED])
async def test_what_is_held_or_failed_does_not_block_its_stream(
    database: Database, state: State
) -> None:
    parcel = await one_sending(database, stream="s")
    await posted(database, draft("b", stream="s"))
    await settle(database, parcel, Settlement(state, "cut"))
    assert [parcel.slot for parcel in await claim(database)] == ["b"]


async def test_what_is_sent_again_waits_for_what_is_in_flight_in_its_stream(
    database: Database,
) -> None:
    parcel = await one_sending(database, stream="s")
    await posted(database, draft("b", stream="s"))
    await settle(database, parcel, Settlement(State.UNCERTAIN, "cut"))
    (second,) = await claim(database)
    async with database.write() as session:
        await store.resend(session, [parcel.id], NOON)
    assert await claim(database, "w2") == []
    await start(database, second)
    await settle(database, second, SENT)
    (again,) = await claim(database, "w2")
    assert (again.slot, again.attempt, again.resent) == ("a", 2, True)


async def test_the_database_refuses_two_rows_in_flight_in_one_stream(database: Database) -> None:
    await posted(database, draft("a", stream="s"), draft("b", stream="s"))
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(update(Delivery).values(state="claimed"))


async def test_a_row_is_started_once_and_by_its_worker_only(database: Database) -> None:
    await alive(database, "w1", "w2")
    await posted(database, draft("a"))
    (parcel,) = await claim(database)
    assert not await start(database, parcel, "w2")
    assert await start(database, parcel)
    assert not await start(database, parcel)
    row = (await rows(database))["a"]
    assert (row.state, row.worker, row.attempts, row.started_at) == ("sending", "w1", 1, REAL)


async def test_a_worker_that_is_not_registered_starts_nothing(database: Database) -> None:
    await posted(database, draft("a"))
    (parcel,) = await claim(database, "ghost")
    assert not await start(database, parcel, "ghost")


async def test_what_was_cancelled_while_claimed_is_not_started(database: Database) -> None:
    await alive(database, "w1")
    await posted(database, draft("a"))
    (parcel,) = await claim(database)
    async with database.write() as session:
        await store.cancel(session, "moved", NOON, cause=EDITION)
    assert not await start(database, parcel)
    assert await states(database) == {"a": "cancelled"}


async def test_a_sent_row_keeps_the_peers_name_for_it(database: Database) -> None:
    parcel = await one_sending(database)
    assert await settle(database, parcel, SENT)
    row = (await rows(database))["a"]
    assert (row.state, row.external_id, row.settled_at) == ("sent", "<1@relais>", NOON)
    assert not await settle(database, parcel, Settlement(State.FAILED, "no"))
    assert await states(database) == {"a": "sent"}


async def test_only_the_worker_and_the_attempt_that_sent_may_settle(database: Database) -> None:
    parcel = await one_sending(database)
    assert not await settle(database, parcel, SENT, "w2")
    assert not await settle(database, replace(parcel, attempt=2), SENT)
    await settle(database, parcel, Settlement(State.PENDING, "cut", resent=True))
    (again,) = await claim(database)
    await start(database, again)
    assert not await settle(database, parcel, SENT), "the first attempt's answer comes too late"
    assert await settle(database, again, SENT)
    row = (await rows(database))["a"]
    assert (row.attempts, row.resent, row.reason) == (2, True, None)


async def test_a_skip_keeps_its_reason(database: Database) -> None:
    await posted(database, draft("a"))
    (parcel,) = await claim(database)
    async with database.write() as session:
        assert not await claims.skip(session, parcel, "w2", "unsubscribed", NOON)
        assert await claims.skip(session, parcel, "w1", "unsubscribed", NOON)
    row = (await rows(database))["a"]
    assert (row.state, row.reason, row.settled_at) == ("skipped", "unsubscribed", NOON)


@pytest.mark.parametrize("started", [False, True])
async def test_what_could_not_be_prepared_or_did_not_leave_is_given_back(
    database: Database, started: bool
) -> None:
    await alive(database, "w1")
    await posted(database, draft("a"))
    (parcel,) = await claim(database)
    if started:
        await start(database, parcel)
    async with database.write() as session:
        assert not await claims.defer(session, parcel, "w2", "no", REAL + LEASE)
        assert await claims.defer(session, parcel, "w1", "unknown kind", REAL + LEASE)
    assert await claim(database) == []
    (again,) = await claim(database, real_now=REAL + LEASE)
    assert (again.deferrals, again.attempt) == (1, 2 if started else 1)


async def test_claims_are_given_back_and_starts_are_not(database: Database) -> None:
    await alive(database, "w1")
    await posted(database, *(draft(slot) for slot in "abc"))
    first, *_ = await claim(database, limit=2)
    await start(database, first)
    await claim(database, "w2")
    async with database.write() as session:
        assert await claims.release(session, "w1") == 1
    assert await states(database) == {"a": "sending", "b": "pending", "c": "claimed"}


async def test_an_expired_lease_gives_back_what_was_not_started(database: Database) -> None:
    await alive(database, "w1")
    await posted(database, *(draft(slot) for slot in "abc"))
    first, renewed, _ = await claim(database)
    await start(database, first)
    after = REAL + LEASE + timedelta(seconds=1)
    async with database.write() as session:
        assert await claims.expire(session, REAL + LEASE) == 0
        await claims.renew(session, "w1", [], after)
        await claims.renew(session, "w1", [first.id, renewed.id], after)
        assert await claims.expire(session, after) == 1
    assert await states(database) == {"a": "sending", "b": "claimed", "c": "pending"}
    assert not await start(database, (await claim(database, "w2"))[0], "w1")


async def condemn(database: Database, policy: Policy) -> list[Condemned]:
    async with database.write() as session:
        return await claims.condemn(session, {"edition": policy}, SETTINGS, NOON)


async def bury(database: Database, worker: str, seen: datetime = REAL) -> bool:
    async with database.write() as session:
        return await claims.bury(session, worker, seen)


async def test_nothing_of_a_living_worker_is_condemned(database: Database) -> None:
    await one_sending(database)
    await alive(database, "w2")
    assert await condemn(database, Policy.RESEND) == []
    assert await states(database) == {"a": "sending"}


async def test_what_a_dead_worker_was_sending_is_in_doubt(database: Database) -> None:
    parcel = await one_sending(database)
    await posted(database, draft("b"))
    await claim(database)
    assert await bury(database, "w1")
    assert await condemn(database, Policy.HOLD) == [
        Condemned(parcel.id, "edition", State.UNCERTAIN)
    ]
    assert await states(database) == {"a": "uncertain", "b": "pending"}
    assert (await rows(database))["a"].reason == "its worker died while sending"
    assert not await settle(database, parcel, SENT)


async def test_what_a_dead_worker_was_sending_is_resent_at_once_and_marked(
    database: Database,
) -> None:
    parcel = await one_sending(database)
    await bury(database, "w1")
    assert await condemn(database, Policy.RESEND) == [
        Condemned(parcel.id, "edition", State.PENDING)
    ]
    (again,) = await claim(database, "w2")
    assert (again.id, again.attempt, again.resent) == (parcel.id, 2, True)


async def test_a_row_that_kills_its_worker_each_time_ends_in_doubt(database: Database) -> None:
    await posted(database, draft("a"))
    for number in range(SETTINGS.max_doubtful_attempts):
        await alive(database, "w1")
        (parcel,) = await claim(database)
        assert parcel.attempt == number + 1
        await start(database, parcel)
        await bury(database, "w1")
        await condemn(database, Policy.RESEND)
    assert await states(database) == {"a": "uncertain"}


async def test_a_kind_that_nobody_knows_is_held(database: Database) -> None:
    await one_sending(database, kind="forgotten")
    await bury(database, "w1")
    await condemn(database, Policy.RESEND)
    assert await states(database) == {"a": "uncertain"}


async def test_a_worker_that_beats_meanwhile_is_not_buried(database: Database) -> None:
    await alive(database, "w1")
    await alive(database, "w1", at=REAL + LEASE)
    assert not await bury(database, "w1", REAL)
    async with database.read() as session:
        (worker,) = await claims.workers(session)
    assert (worker.id, worker.heartbeat_at) == ("w1", REAL + LEASE)


async def test_a_party_that_has_much_to_receive_is_no_stream(database: Database) -> None:
    other = Party("subscriber", "6")
    await posted(database, draft("a"), draft("b"), draft("a", other))
    assert len(await claim(database)) == 3


def test_an_illegal_move_cannot_even_be_written() -> None:
    with pytest.raises(ValueError, match="never goes from sent to pending"):
        claims._move(State.SENT, State.PENDING)
