"""Views: the latest wanted state is shown, on both databases."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import views
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Address, Channel, ChatAddress, Content, Later, Refused
from core.ledger.models import View
from core.ledger.views import Sight
from core.ledger.work import PrepareView
from core.reference import ANIMATORS
from core.settings import LedgerSettings
from tests.gateways import ScriptedGateway, Shown
from tests.ledger_drafts import NOON

GROUP = ChatAddress(-100, 7)
REAL = datetime(2030, 1, 1, tzinfo=UTC)
LEASE = timedelta(seconds=60)
QUICK = LedgerSettings(heartbeat=0.05, backoff_first=0.02, backoff_most=0.05)


async def want(database: Database, body: str, key: str = "board:watch") -> None:
    async with database.write() as session:
        await views.show(session, key, ANIMATORS, Content(Channel.CHAT, body.encode()))


async def view(database: Database, key: str = "board:watch") -> View:
    async with database.read() as session:
        found = await session.scalar(select(View).where(View.key == key))
    assert found is not None
    return found


async def take(database: Database, worker: str = "w1", now: datetime = REAL) -> Sight | None:
    async with database.write() as session:
        return await views.take(session, "board:watch", worker, now, LEASE)


async def in_the_group(_session: AsyncSession, _key: str) -> Address | None:
    return GROUP


async def nowhere(_session: AsyncSession, _key: str) -> Address | None:
    return None


@contextlib.asynccontextmanager
async def reconciling(
    database: Database, gateway: ScriptedGateway, **prepare_view: PrepareView
) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(
        database,
        {Channel.CHAT: gateway},
        {},
        FixedClock(NOON),
        SystemClock(),
        QUICK,
        random.Random(1),  # noqa: S311
        "test",
        prepare_view=prepare_view or {"board": in_the_group},
    )
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await task


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110  # it is in another task's hands
            await asyncio.sleep(0.01)


async def until_shown(database: Database, key: str = "board:watch") -> None:
    async def done() -> bool:
        row = await view(database, key)
        return row.wanted_hash == row.shown_hash

    await eventually(done)


async def test_what_is_wanted_is_shown_then_edited(database: Database) -> None:
    gateway = ScriptedGateway(Channel.CHAT)
    async with reconciling(database, gateway) as dispatcher:
        await want(database, "one")
        dispatcher.wake()
        await until_shown(database)
        await want(database, "two")
        dispatcher.wake()
        await until_shown(database)
    assert gateway.shown == [Shown(b"one", GROUP, None), Shown(b"two", GROUP, "view-1")]
    row = await view(database)
    assert (row.external_id, row.worker, row.lease_until) == ("view-1", None, None)


async def test_only_the_latest_wanted_state_is_shown(database: Database) -> None:
    for number in range(5):
        await want(database, str(number))
    gateway = ScriptedGateway(Channel.CHAT)
    async with reconciling(database, gateway):
        await until_shown(database)
    assert [shown.body for shown in gateway.shown] == [b"4"]


async def test_what_is_wanted_while_it_is_being_shown_is_shown_next(database: Database) -> None:
    await want(database, "old")
    gateway = ScriptedGateway(Channel.CHAT)
    gateway.shut()
    async with reconciling(database, gateway):

        async def taken() -> bool:
            return (await view(database)).worker is not None

        await eventually(taken)
        await want(database, "new")
        gateway.open()
        await until_shown(database)
    assert gateway.shown == [Shown(b"old", GROUP, None), Shown(b"new", GROUP, "view-1")]


async def test_the_same_wanted_state_is_not_shown_again(database: Database) -> None:
    gateway = ScriptedGateway(Channel.CHAT)
    await want(database, "one")
    async with reconciling(database, gateway):
        await until_shown(database)
        await want(database, "one")
        await want(database, "x", "board:last")
        await until_shown(database, "board:last")
    assert [shown.body for shown in gateway.shown] == [b"one", b"x"]


async def test_a_view_that_cannot_be_shown_is_tried_again(database: Database) -> None:
    troubles = (Later("busy"), Refused("no right to edit"), ValueError("x"))
    gateway = ScriptedGateway(Channel.CHAT, views=troubles)
    await want(database, "one")
    async with reconciling(database, gateway):
        await until_shown(database)
    assert len(gateway.shown) == 4
    assert (await view(database)).attempts == 0


async def test_the_longest_prefix_says_where(database: Database) -> None:
    gateway = ScriptedGateway(Channel.CHAT)
    await want(database, "one")
    prepare: dict[str, PrepareView] = {"board": nowhere, "board:watch": in_the_group, "b": nowhere}
    async with reconciling(database, gateway, **prepare):
        await until_shown(database)
    assert gateway.shown == [Shown(b"one", GROUP, None)]


async def test_a_view_that_has_nowhere_to_go_waits_for_a_place(database: Database) -> None:
    gateway = ScriptedGateway(Channel.CHAT)
    await want(database, "one")
    await want(database, "two", "unknown:1")

    async def put_off() -> bool:
        rows = [await view(database), await view(database, "unknown:1")]
        return all(row.next_attempt_at is not None for row in rows)

    async with reconciling(database, gateway, board=nowhere):
        await eventually(put_off)
    assert gateway.shown == []


async def test_one_worker_shows_a_view_at_a_time(database: Database) -> None:
    await want(database, "one")
    sight = await take(database)
    assert sight is not None
    assert sight == Sight("board:watch", Channel.CHAT, b"one", sight.hash, None, 1)
    assert await take(database, "w2") is None
    async with database.write() as session:
        assert not await views.shown(session, sight, "w2", "5")
        assert await views.shown(session, sight, "w1", "5")
    assert await take(database, "w2") is None


async def test_a_view_whose_worker_died_is_taken_by_another(database: Database) -> None:
    await want(database, "one")
    first = await take(database)
    assert first is not None
    assert await take(database, "w2", REAL + LEASE + timedelta(seconds=1)) is not None
    async with database.write() as session:
        assert not await views.shown(session, first, "w1", "5")


async def test_a_worker_that_leaves_gives_its_views_back(database: Database) -> None:
    await want(database, "one")
    await take(database)
    async with database.write() as session:
        await views.release(session, "w1")
    assert await take(database, "w2") is not None


async def test_a_view_that_was_put_off_waits(database: Database) -> None:
    await want(database, "one")
    sight = await take(database)
    assert sight is not None
    async with database.write() as session:
        await views.put_off(session, sight, "w1", REAL + LEASE)
        assert await views.unshown(session, [Channel.CHAT], REAL) == []
        assert await views.unshown(session, [Channel.MAIL], REAL + LEASE) == []
        assert await views.unshown(session, [Channel.CHAT], REAL + LEASE) == ["board:watch"]


async def test_a_view_that_must_wait_does_not_hold_the_others(database: Database) -> None:
    await want(database, "one", "board:a")
    await want(database, "two", "board:b")
    gateway = ScriptedGateway(Channel.CHAT, views=[Later("busy", after=3600)])
    async with reconciling(database, gateway):
        await until_shown(database, "board:b")
    assert [shown.body for shown in gateway.shown] == [b"one", b"two"]


async def test_what_a_delivery_showed_is_kept_in_step_from_then_on(database: Database) -> None:
    topic, sent = Content(Channel.CHAT, b"n. 1"), "topic:-100:40"
    async with database.write() as session:
        await views.adopt(session, "topic:-100:40", ANIMATORS, topic, sent)
        assert await views.unshown(session, [Channel.CHAT], REAL) == []
    await want(database, "n. 1, closed", "topic:-100:40")
    async with database.write() as session:
        await views.adopt(session, "topic:-100:40", ANIMATORS, topic, "topic:-100:41")
        assert await views.unshown(session, [Channel.CHAT], REAL) == ["topic:-100:40"]
    row = await view(database, "topic:-100:40")
    assert (row.wanted, row.external_id) == (b"n. 1, closed", sent)


async def test_what_a_dead_worker_was_showing_is_shown_without_waiting(database: Database) -> None:
    await want(database, "one")
    now = SystemClock().now()
    assert await take(database, "dead-worker", now) is not None
    assert await take(database, "another", now) is None
    gateway = ScriptedGateway(Channel.CHAT)
    async with reconciling(database, gateway):
        await until_shown(database)
    assert [shown.body for shown in gateway.shown] == [b"one"]
