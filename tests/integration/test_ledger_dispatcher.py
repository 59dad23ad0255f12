"""The dispatcher and its couriers, on both databases, with a peer that follows a script."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from core import acts
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import claims, store
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import (
    Channel,
    DeliveryKind,
    Later,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Skip,
    Unknown,
)
from core.ledger.models import Delivery
from core.ledger.processes import Process
from core.reference import Party
from core.settings import LedgerSettings
from tests.gateways import Script, ScriptedGateway
from tests.ledger_drafts import EDITION, NOON, draft, kind, posted, rows, states, to_the_reader

ALTER_AWAY = text("ALTER TABLE deliveries RENAME TO deliveries_away")
ALTER_BACK = text("ALTER TABLE deliveries_away RENAME TO deliveries")
QUICK = LedgerSettings(
    heartbeat=0.05, backoff_first=0.02, backoff_most=0.05, max_attempts=4, max_doubtful_attempts=4
)
SLOW = LedgerSettings(heartbeat=0.05, backoff_first=600)
ENDED = {"sent", "failed", "uncertain", "skipped", "cancelled"}


WAYS = {"plain": False, "express": True}
EXPRESS: list[bool] = []


@pytest.fixture(params=list(WAYS), autouse=True)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Send by each of the two ways."""
    EXPRESS.append(WAYS[request.param])
    yield
    EXPRESS.clear()


def make(
    database: Database,
    gateway: ScriptedGateway,
    *kinds: DeliveryKind,
    settings: LedgerSettings = QUICK,
    clock: FixedClock | None = None,
    drain: float = 5.0,
) -> Dispatcher:
    known = {each.name: each for each in kinds or (kind(),)}
    return Dispatcher(
        database,
        {gateway.channel: gateway},
        known,
        clock or FixedClock(NOON),
        SystemClock(),
        settings,
        random.Random(1),  # noqa: S311
        "test",
        drain=drain,
        express=EXPRESS[-1],
    )


@contextlib.asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[asyncio.Event]:
    """Run a dispatcher as long as the block lasts."""
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something can be observed, for as long as a slow machine may need."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110  # it is in another process's hands
            await asyncio.sleep(0.01)


async def until_states(database: Database, **expected: str) -> None:
    async def reached() -> bool:
        return expected.items() <= (await states(database)).items()

    await eventually(reached)


async def until_ended(database: Database) -> None:
    async def ended() -> bool:
        return set((await states(database)).values()) <= ENDED

    await eventually(ended)


async def dispatched(database: Database, gateway: ScriptedGateway, *kinds: DeliveryKind) -> None:
    """Dispatch until every row has ended."""
    async with running(make(database, gateway, *kinds)):
        await until_ended(database)


async def test_what_is_due_leaves_once_with_its_content_and_its_values(database: Database) -> None:
    await posted(database, draft("a", values={"link": "x"}))
    gateway = ScriptedGateway()
    await dispatched(database, gateway)
    ((parcel, address),) = gateway.started
    assert (parcel.body, parcel.values) == (b"La lettre", {"link": "x", "name": "n° 5"})
    assert address == MailAddress("5@example.org")
    row = (await rows(database))["a"]
    assert (row.state, row.external_id, row.settled_at) == ("sent", "5/a", NOON)
    assert row.values == {"link": "x"}, "what prepare adds is stored nowhere"
    await dispatched(database, gateway)
    assert len(gateway.started) == 1


async def test_what_is_not_due_waits_for_the_services_clock(database: Database) -> None:
    clock = FixedClock(NOON)
    await posted(database, draft("now"), draft("later", due_at=NOON + timedelta(days=7)))
    gateway = ScriptedGateway()
    dispatcher = make(database, gateway, clock=clock)
    async with running(dispatcher):
        await until_states(database, now="sent")
        assert gateway.order == ["now"]
        clock.set(NOON + timedelta(days=7))
        dispatcher.wake()
        await until_states(database, later="sent")


async def test_what_is_posted_meanwhile_is_seen_without_being_called(database: Database) -> None:
    gateway = ScriptedGateway()
    async with running(make(database, gateway)):
        await posted(database, draft("a"))
        await until_ended(database)


async def test_streams_keep_their_order_and_go_side_by_side(database: Database) -> None:
    slots = [f"{stream}{number}" for number in range(5) for stream in "stu"]
    await posted(database, *(draft(slot, stream=slot[0]) for slot in slots))
    gateway = ScriptedGateway()
    await dispatched(database, gateway)
    for stream in "stu":
        own = [slot for slot in gateway.order if slot[0] == stream]
        assert own == [f"{stream}{number}" for number in range(5)]


async def test_no_more_than_its_connections_send_at_once(database: Database) -> None:
    await posted(database, *(draft(str(number)) for number in range(12)))
    gateway = ScriptedGateway(connections=3)
    gateway.shut()
    async with running(make(database, gateway)):
        await until_states(database, **{str(number): "sending" for number in range(3)})
        assert Counter((await states(database)).values())["sending"] == 3
        gateway.open()
        await until_ended(database)
    assert gateway.most == 3


async def test_a_retry_blocks_its_stream_only(database: Database) -> None:
    await posted(database, draft("a1", stream="a"), draft("a2", stream="a"), draft("b"))
    gateway = ScriptedGateway(script={"a1": [Later("busy")] * 3})
    await dispatched(database, gateway)
    assert Counter(gateway.order) == {"a1": 4, "a2": 1, "b": 1}
    assert gateway.order[-1] == "a2"
    assert (await rows(database))["a1"].attempts == 4


async def test_the_delay_of_the_peer_is_honoured(database: Database) -> None:
    await posted(database, draft("a"), draft("b"))
    gateway = ScriptedGateway(script={"a": [Later("429", after=3600)]})
    before = SystemClock().now()
    async with running(make(database, gateway)):
        await until_states(database, b="sent", a="pending")
    row = (await rows(database))["a"]
    assert row.next_attempt_at is not None
    assert row.next_attempt_at >= before + timedelta(hours=1)
    assert row.reason == "429"


async def test_what_always_fails_is_given_up_and_its_kind_is_told(database: Database) -> None:
    told: list[object] = []

    async def settled(_s: AsyncSession, _p: Parcel, outcome: object, _n: object) -> None:
        told.append(outcome)

    await posted(database, draft("a"))
    gateway = ScriptedGateway(script={"a": [Later("busy")] * 9})
    await dispatched(database, gateway, kind(settled=settled))
    assert len(gateway.started) == 4
    assert told == [Refused("busy (given up after 4 attempts)")]
    assert (await rows(database))["a"].reason == "busy (given up after 4 attempts)"


async def test_what_is_refused_has_failed_with_its_reason(database: Database) -> None:
    await posted(database, draft("a"), draft("b"))
    await dispatched(database, ScriptedGateway(script={"a": [Refused("blocked")]}))
    assert await states(database) == {"a": "failed", "b": "sent"}
    assert (await rows(database))["a"].reason == "blocked"


async def test_what_may_have_arrived_is_held_or_resent_after_its_kind(database: Database) -> None:
    await posted(database, draft("held"), draft("again", kind="relay"))
    script = {"held": [Unknown("cut")], "again": [Unknown("cut")]}
    gateway = ScriptedGateway(script=script)
    await dispatched(database, gateway, kind(), kind("relay", Policy.RESEND))
    assert await states(database) == {"held": "uncertain", "again": "sent"}
    marks = [parcel.resent for parcel, _ in gateway.started if parcel.slot == "again"]
    assert marks == [False, True]
    assert Counter(gateway.order) == {"held": 1, "again": 2}


async def test_a_gateway_that_raises_leaves_a_doubt(database: Database) -> None:
    await posted(database, draft("a"), draft("b"))
    await dispatched(database, ScriptedGateway(script={"a": [ValueError("a@example.org")]}))
    assert await states(database) == {"a": "uncertain", "b": "sent"}
    assert (await rows(database))["a"].reason == "the gateway failed: ValueError"


async def test_a_peer_that_never_answers_leaves_a_doubt(database: Database) -> None:
    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    gateway.shut()
    settings = QUICK.model_copy(update={"heartbeat_expiry": 0.2, "heartbeat": 0.02})
    async with running(make(database, gateway, settings=settings)):
        await until_states(database, a="uncertain")
    assert (await rows(database))["a"].reason == "no answer in time"


async def test_a_skip_is_recorded_and_nothing_leaves(database: Database) -> None:
    async def unsubscribed(_s: AsyncSession, _p: Parcel, _n: object) -> Skip:
        return Skip("unsubscribed")

    told: list[object] = []

    async def settled(_s: AsyncSession, parcel: Parcel, outcome: object, now: object) -> None:
        told.append((parcel.slot, outcome, now))

    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    await dispatched(database, gateway, kind(prepare=unsubscribed, settled=settled))
    row = (await rows(database))["a"]
    assert (row.state, row.reason, row.attempts) == ("skipped", "unsubscribed", 0)
    assert gateway.started == []
    assert told == [("a", Skip("unsubscribed"), NOON)]


async def test_the_recheck_sees_what_changed_since_it_was_posted(database: Database) -> None:
    """What one send changes, the next one's recheck sees."""

    async def once(session: AsyncSession, parcel: Parcel, _n: object) -> Ready | Skip:
        sent = await store.counts(session, parcel.kind, "a1")
        return Skip("moved") if sent["sent"] else Ready(MailAddress("a@example.org"))  # type: ignore[index]

    await posted(database, draft("a1", stream="s"), draft("a2", stream="s"))
    await dispatched(database, ScriptedGateway(), kind(prepare=once))
    assert await states(database) == {"a1": "sent", "a2": "skipped"}


async def test_what_is_cancelled_during_the_recheck_does_not_leave(database: Database) -> None:
    async def prepare(session: AsyncSession, parcel: Parcel, now: Any) -> Ready | Skip:
        async with database.write() as other:
            await store.cancel(other, "moved", now, kind=parcel.kind)
        return await to_the_reader(session, parcel, now)

    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    with capture_logs() as logs:

        async def noticed() -> bool:
            return any(line["event"] == "ledger.claim_lost" for line in logs)

        async with running(make(database, gateway, kind(prepare=prepare))):
            await eventually(noticed)
    assert gateway.started == []
    assert await states(database) == {"a": "cancelled"}


async def test_a_heartbeat_that_is_not_heard_is_tried_again(database: Database) -> None:
    gateway = ScriptedGateway()
    with capture_logs() as logs:

        async def noticed() -> bool:
            return any(line["event"] == "ledger.heartbeat_failed" for line in logs)

        await posted(database, draft("first"))
        async with running(make(database, gateway)):
            await until_ended(database)
            async with database.write() as session:
                await session.execute(text("ALTER TABLE workers RENAME TO away"))
            await eventually(noticed)
            async with database.write() as session:
                await session.execute(text("ALTER TABLE away RENAME TO workers"))
            await posted(database, draft("a"))
            await until_ended(database)
    assert gateway.order == ["first", "a"]


async def test_what_a_kind_writes_commits_with_the_settlement(database: Database) -> None:
    async def settled(session: AsyncSession, parcel: Parcel, outcome: object, now: Any) -> None:
        assert isinstance(outcome, Sent)
        acts.record(session, acts.SYSTEM, "sent", EDITION, now, id=outcome.external_id)
        await store.post(session, [draft(f"after-{parcel.slot}", kind="next")], now)

    await posted(database, draft("a"))
    await dispatched(database, ScriptedGateway(), kind(settled=settled), kind("next"))
    assert await states(database) == {"a": "sent", "after-a": "sent"}
    async with database.read() as session:
        act = await session.get(acts.Act, 1)
    assert act is not None
    assert act.detail == {"id": "5/a"}


async def test_a_hook_that_raises_loses_its_own_writes_and_not_the_fact(
    database: Database,
) -> None:
    async def settled(session: AsyncSession, _p: Parcel, _o: object, now: Any) -> None:
        await store.post(session, [draft("orphan")], now)
        raise ValueError("a@example.org")

    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    with capture_logs() as logs:
        await dispatched(database, gateway, kind(settled=settled))
    assert await states(database) == {"a": "sent"}
    assert len(gateway.started) == 1
    (failure,) = [line for line in logs if line["event"] == "ledger.hook_failed"]
    assert failure["error"] == "ValueError"
    assert "example.org" not in str(logs)


async def test_a_database_that_stumbles_does_not_lose_the_hook(database: Database) -> None:
    stumbles = [OperationalError("select", {}, Exception("away"))]

    async def settled(session: AsyncSession, _p: Parcel, _o: object, now: Any) -> None:
        await store.post(session, [draft("b")], now)
        if stumbles:
            raise stumbles.pop()

    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    async with running(make(database, gateway, kind(settled=settled))):
        await until_states(database, a="sent", b="sent")
    assert gateway.order == ["a", "b"]


@pytest.mark.parametrize("trouble", ["unknown kind", "raising"])
async def test_what_cannot_be_prepared_waits_and_stops_nothing_else(
    database: Database, trouble: str
) -> None:
    async def raising(_s: AsyncSession, _p: Parcel, _n: object) -> Ready:
        raise KeyError("a@example.org")

    async def deferred_twice() -> bool:
        return (await rows(database))["a"].deferrals >= 2

    odd = [kind("odd", prepare=raising)] if trouble == "raising" else []
    await posted(database, draft("a", kind="odd"), draft("b"))
    gateway = ScriptedGateway()
    with capture_logs() as logs:
        async with running(make(database, gateway, kind(), *odd)):
            await eventually(deferred_twice)
            await until_states(database, b="sent")
    row = (await rows(database))["a"]
    assert (row.state, row.attempts) == ("pending", 0)
    assert row.reason in {"unknown kind", "could not be prepared: KeyError"}
    assert gateway.order == ["b"]
    assert "example.org" not in str(logs)


async def test_logs_tell_outcomes_by_ids_and_never_persons(database: Database) -> None:
    await posted(database, *(draft(slot) for slot in ("sent", "failed", "held")))
    script: Script = {"failed": [Refused("5@example.org unknown")], "held": [Unknown("cut")]}
    with capture_logs() as logs:
        await dispatched(database, ScriptedGateway(script=script))
    ids = {row.id: row.slot for row in (await rows(database)).values()}
    told = {ids[line["id"]]: line["event"] for line in logs if "id" in line}
    assert told == {
        "sent": "ledger.sent",
        "failed": "ledger.failed",
        "held": "ledger.uncertain",
    }
    assert "example.org" not in str(logs)


async def test_stopping_lets_what_is_in_flight_land_and_gives_back_the_rest(
    database: Database,
) -> None:
    await posted(database, *(draft(str(number)) for number in range(9)))
    gateway = ScriptedGateway(connections=2)
    gateway.shut()
    async with running(make(database, gateway)) as stop:
        await until_states(database, **{"0": "sending", "1": "sending", "2": "claimed"})
        stop.set()
        await asyncio.sleep(0.05)
        gateway.open()
    assert Counter((await states(database)).values()) == {"sent": 2, "pending": 7}
    async with database.read() as session:
        assert await claims.workers(session) == []


async def test_what_does_not_land_in_time_is_in_doubt_not_lost(database: Database) -> None:
    await posted(database, draft("held"), draft("again", kind="relay"), draft("waiting"))
    gateway = ScriptedGateway(connections=2)
    gateway.shut()
    kinds = (kind(), kind("relay", Policy.RESEND))
    async with running(make(database, gateway, *kinds, settings=SLOW, drain=0.05)):
        await until_states(database, held="sending", again="sending")
    expected = {"held": "uncertain", "again": "pending", "waiting": "pending"}
    assert await states(database) == expected
    assert (await rows(database))["again"].resent


async def test_a_dispatcher_that_is_cancelled_gives_everything_back(database: Database) -> None:
    await posted(database, draft("a"), draft("b"))
    gateway = ScriptedGateway(connections=1)
    gateway.shut()
    dispatcher = make(database, gateway, drain=0.05)
    task = asyncio.create_task(dispatcher.run(asyncio.Event()))
    await until_states(database, a="sending", b="claimed")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await states(database) == {"a": "uncertain", "b": "pending"}


async def test_a_dispatcher_can_run_again(database: Database) -> None:
    gateway = ScriptedGateway()
    dispatcher = make(database, gateway)
    for slot in "ab":
        await posted(database, draft(slot))
        async with running(dispatcher):
            await until_ended(database)
    assert gateway.order == ["a", "b"]


async def leave_behind(database: Database, process: Process, age: timedelta) -> None:
    """Leave a row that a worker was sending when it was last seen, and one it had claimed."""
    await posted(database, draft("a"), draft("b"))
    seen = SystemClock().now() - age
    async with database.write() as session:
        await claims.beat(session, "other", process, seen)
        (first, _) = await claims.claim(
            session,
            Channel.MAIL,
            "other",
            limit=2,
            now=NOON,
            real_now=seen,
            lease=timedelta(hours=1),
        )
        assert await claims.start(session, first, "other", seen)


async def test_a_second_dispatcher_condemns_nothing_of_a_living_first(database: Database) -> None:
    await leave_behind(database, Process(None, None, None), timedelta(seconds=5))
    await posted(database, draft("c"))
    async with running(make(database, ScriptedGateway())):
        await until_states(database, c="sent")
    assert await states(database) == {"a": "sending", "b": "claimed", "c": "sent"}


async def test_what_a_silent_worker_was_sending_is_in_doubt(database: Database) -> None:
    await leave_behind(database, Process(None, None, None), timedelta(minutes=4))
    gateway = ScriptedGateway()
    await dispatched(database, gateway)
    assert await states(database) == {"a": "uncertain", "b": "sent"}
    assert gateway.order == ["b"]


async def test_what_is_claimed_and_not_started_keeps_its_claim_while_its_worker_lives(
    database: Database,
) -> None:
    await posted(database, draft("a"), draft("b"))
    gateway = ScriptedGateway(connections=1)
    gateway.shut()
    settings = QUICK.model_copy(update={"lease": 0.3})
    other = ScriptedGateway()
    async with running(make(database, gateway, settings=settings)):
        await until_states(database, a="sending", b="claimed")
        async with running(make(database, other, settings=settings)):
            await asyncio.sleep(0.8)
            gateway.open()
            await until_ended(database)
    assert (gateway.order, other.order) == (["a", "b"], [])


async def test_two_dispatchers_send_everything_once_in_order(database: Database) -> None:
    drafts = [
        draft(f"{stream}{number}", Party("chat", str(stream)), stream=f"chat:{stream}")
        for number in range(10)
        for stream in range(6)
    ]
    await posted(database, *drafts)
    first, second = ScriptedGateway(), ScriptedGateway()
    order: list[str] = []
    first.on_send = second.on_send = lambda parcel: order.append(parcel.slot)
    async with running(make(database, first)), running(make(database, second)):
        await until_ended(database)
    assert Counter(order) == {each.slot: 1 for each in drafts}
    for stream in range(6):
        assert [slot for slot in order if slot[0] == str(stream)] == [
            f"{stream}{number}" for number in range(10)
        ]


async def test_what_was_settled_by_others_meanwhile_stands(database: Database) -> None:
    """A worker that was taken for dead while it slept does not undo what was decided since."""
    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    gateway.shut()
    with capture_logs() as logs:
        async with running(make(database, gateway)):
            await until_states(database, a="sending")
            async with database.write() as session:
                await session.execute(update(Delivery).values(state="failed", reason="left"))
            gateway.open()
    assert (await rows(database))["a"].reason == "left"
    assert [line["event"] for line in logs if "attempt" in line] == ["ledger.superseded"]


async def test_the_database_may_go_away_and_come_back(database: Database) -> None:
    """Claims fail, are logged, and go on."""
    await posted(database, draft("a"))
    gateway = ScriptedGateway()
    with capture_logs() as logs:

        async def noticed() -> bool:
            return any(line["event"] == "ledger.claim_failed" for line in logs)

        async with running(make(database, gateway)):
            await until_ended(database)
            async with database.write() as session:
                await session.execute(ALTER_AWAY)
            await eventually(noticed)
            async with database.write() as session:
                await session.execute(ALTER_BACK)
            await posted(database, draft("b"))
            await until_ended(database)
    assert gateway.order == ["a", "b"]
