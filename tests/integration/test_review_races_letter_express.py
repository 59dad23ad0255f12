"""What must hold on the express way when a claim, a start or a database gives way under it."""

import asyncio
import contextlib
import itertools
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import claims, hot
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel, DeliveryKind, Refused
from core.ledger.holds import hold, release
from core.ledger.models import Delivery
from core.reference import Party
from core.settings import LedgerSettings
from tests.gateways import ScriptedGateway
from tests.ledger_drafts import NOON, draft, kind, posted, rows

SETTINGS = LedgerSettings(backoff_first=0.02, backoff_most=0.05)


async def told(_session: object, _parcel: object, _outcome: object, _now: object) -> None:
    """Be a hook: its kind goes the plain way."""


@contextlib.asynccontextmanager
async def running(
    database: Database,
    gateway: ScriptedGateway,
    *kinds: DeliveryKind,
    settings: LedgerSettings = SETTINGS,
    drain: float = 7.0,
) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(
        database,
        {Channel.MAIL: gateway},
        {each.name: each for each in kinds or (kind(),)},
        FixedClock(NOON),
        SystemClock(),
        settings,
        random.Random(1),  # noqa: S311  # it only spreads delays
        "test",
        drain=drain,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await task


def edition(count: int) -> list[Any]:
    return [draft("edition", Party("subscriber", str(n)), bulk=True) for n in range(1, count + 1)]


async def counted(database: Database) -> Counter[str]:
    async with database.read() as session:
        return Counter(
            await session.scalars(Delivery.__table__.select().with_only_columns(Delivery.state))
        )


async def until(database: Database, **expected: int) -> None:
    async with asyncio.timeout(30):
        while await counted(database) != expected:  # noqa: ASYNC110  # it is in others' hands
            await asyncio.sleep(0.01)


async def begun(gateway: ScriptedGateway, count: int) -> None:
    async with asyncio.timeout(30):
        while len(gateway.started) < count:  # noqa: ASYNC110  # it is in others' hands
            await asyncio.sleep(0.005)


async def test_a_pause_undone_at_once_sends_nothing_twice(database: Database) -> None:
    """The same worker claims again what it has in hand already: one mail is one mail."""
    await posted(database, *edition(6))
    gateway = ScriptedGateway(connections=4)
    gateway.shut()
    async with running(database, gateway) as dispatcher:
        await begun(gateway, 4)
        async with database.write() as session:
            await hold(session, "edition", "edition", NOON)
        async with database.write() as session:
            await release(session, "edition", "edition")
        dispatcher.wake()
        await until(database, sending=4, claimed=2)
        gateway.open()
        await until(database, sent=6)
    assert Counter(parcel.recipient.id for parcel in gateway.sent) == dict.fromkeys("123456", 1)


async def test_bulk_that_waited_for_the_plain_way_leaves_when_it_is_free(
    database: Database,
) -> None:
    """All connections are taken by mails that go the plain way; nobody calls when they land."""
    await posted(database, *(draft(f"plain{n}", kind="plain") for n in range(2)))
    gateway = ScriptedGateway(connections=2)
    gateway.shut()
    settings = LedgerSettings(batch=4)
    async with running(
        database, gateway, kind(), kind("plain", settled=told), settings=settings
    ) as dispatcher:
        await begun(gateway, 2)
        await posted(database, *edition(4))
        dispatcher.wake()
        await until(database, sending=2, claimed=4)
        gateway.open()
        await until(database, sent=6)


async def test_what_arrived_is_written_though_the_database_went_away_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look, the turn and the giving back of claims fail for a while: nothing is forgotten."""
    await posted(database, *edition(30))
    gateway = ScriptedGateway(connections=2, script={"4": [Refused("550 no")]})

    def failing(real: Any, error: Exception) -> Any:
        calls = itertools.count(1)

        async def call(*given: Any, **named: Any) -> Any:
            if next(calls) % 3 == 2:
                raise error
            return await real(*given, **named)

        return call

    for path in (hot._Sqlite, hot._Postgres):
        gone = sqlite3.OperationalError("disk I/O error")
        monkeypatch.setattr(path, "look", failing(path.look, gone))
        monkeypatch.setattr(path, "turn", failing(path.turn, gone))
    lost = OperationalError("the database is away", None, Exception())
    monkeypatch.setattr(claims, "give_back", failing(claims.give_back, lost))
    async with running(database, gateway):
        await begun(gateway, 5)
        async with database.write() as session:
            await hold(session, "edition", "edition", NOON)
        await asyncio.sleep(0.2)
        async with database.write() as session:
            await release(session, "edition", "edition")
        await until(database, sent=29, failed=1)
    assert len(gateway.started) == 30


async def test_what_is_started_and_not_sent_is_given_back_by_a_stop(database: Database) -> None:
    """No connection is free for it: it surely did not leave, and is in no doubt."""
    await posted(database, *edition(20))
    gateway = ScriptedGateway(connections=2)
    async with running(
        database, gateway, kind(), kind("plain", settled=told), drain=0.3
    ) as dispatcher:
        await begun(gateway, 4)
        gateway.shut()
        await posted(database, *(draft(f"plain{n}", kind="plain") for n in range(8)))
        dispatcher.wake()
        await asyncio.sleep(0.3)
    states = await counted(database)
    assert states["uncertain"] <= 2, "no more than was on the wire"
    assert states["sending"] == states["claimed"] == 0


async def test_a_worker_buried_while_it_lives_sends_nothing_twice(database: Database) -> None:
    """Its claims go to another; what it had in hand does not leave by it as well."""
    await posted(database, *edition(200))
    first, second = ScriptedGateway(connections=2), ScriptedGateway(connections=2)
    settings = SETTINGS.model_copy(update={"heartbeat": 0.05})
    async with running(database, first, settings=settings):
        await begun(first, 10)
        first.shut()
        await begun(first, 12)
        async with database.write() as session:
            await session.execute(
                update(Delivery)
                .where(Delivery.state == "claimed")
                .values(state="pending", worker=None, lease_until=None)
            )
        async with running(database, second, settings=settings):
            await begun(second, 20)
            first.open()
            await until(database, sent=200)
    sent = Counter(parcel.recipient.id for parcel in (*first.sent, *second.sent))
    assert max(sent.values()) == 1
    assert {row.attempts for row in (await rows(database)).values()} == {1}


async def test_pauses_during_two_dispatchers_sending_fail_nobody_and_double_nothing(
    database: Database,
) -> None:
    """Rows are locked by three at once: none of them is refused, and each mail leaves once."""
    await posted(database, *edition(300))
    first, second = ScriptedGateway(), ScriptedGateway()
    async with running(database, first) as one, running(database, second) as two:
        for _ in range(25):
            async with database.write() as session:
                await hold(session, "edition", "edition", NOON)
            await asyncio.sleep(0.01)
            async with database.write() as session:
                await release(session, "edition", "edition")
            one.wake()
            two.wake()
            await asyncio.sleep(0.01)
        await until(database, sent=300)
    sent = Counter(parcel.recipient.id for parcel in (*first.sent, *second.sent))
    assert sent == {str(number): 1 for number in range(1, 301)}
    assert len(first.started) + len(second.started) == 300
