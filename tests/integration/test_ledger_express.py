"""The express way of the dispatcher, on both databases: what passes before, what is honoured."""

import asyncio
import contextlib
import gc
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import hot, store
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import (
    Channel,
    DeliveryKind,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Refused,
    Skip,
)
from core.ledger.express import STALE, Express
from core.ledger.holds import hold, release
from core.ledger.models import Delivery
from core.ledger.rules import SETTLED, State
from core.reference import Party
from core.settings import LedgerSettings
from tests.gateways import ScriptedGateway
from tests.ledger_drafts import NOON, draft, kind, posted, to_the_reader

MANY = 400


def edition(count: int = MANY) -> list[Any]:
    return [draft("edition", Party("subscriber", str(n)), bulk=True) for n in range(1, count + 1)]


@contextlib.asynccontextmanager
async def running(
    database: Database, gateway: ScriptedGateway, *kinds: DeliveryKind
) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(
        database,
        {Channel.MAIL: gateway},
        {each.name: each for each in kinds or (kind(),)},
        FixedClock(NOON),
        SystemClock(),
        LedgerSettings(backoff_first=0.02, backoff_most=0.05),
        random.Random(1),  # noqa: S311
        "test",
    )
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await task


async def counted(database: Database, name: str = "edition") -> Counter[State]:
    async with database.read() as session:
        return await store.counts(session, name)


async def settled(database: Database, count: int) -> bool:
    states = await counted(database)
    return sum(states[state] for state in SETTLED) == count


async def stands_still(database: Database) -> bool:
    return set(await counted(database)) == {State.SENT, State.PENDING}


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something can be observed, for as long as a slow machine may need."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110  # it is in the dispatcher's hands
            await asyncio.sleep(0.005)


async def until(database: Database, name: str = "edition", **expected: int) -> None:
    async def reached() -> bool:
        return await counted(database, name) == expected

    await eventually(reached)


async def begun(gateway: ScriptedGateway, count: int) -> None:
    async def enough() -> bool:
        return len(gateway.started) >= count

    await eventually(enough)


class SlowGateway(ScriptedGateway):
    """A peer that takes its time."""

    async def send(self, parcel: Parcel, address: Any) -> Any:
        """Answer after a while."""
        outcome = await super().send(parcel, address)
        await asyncio.sleep(0.06)
        return outcome


async def test_an_edition_leaves_once_each_and_few_are_in_flight(database: Database) -> None:
    await posted(database, *edition())
    gateway = ScriptedGateway(connections=3)
    most = 0
    async with running(database, gateway):
        while (states := await counted(database))["sent"] < MANY:  # type: ignore[index]
            most = max(most, states[State.SENDING])
    sent = Counter(parcel.recipient.id for parcel in gateway.sent)
    assert sent == {str(number): 1 for number in range(1, MANY + 1)}
    assert gateway.most == 3
    assert most <= 6, "twice the connections: what a kill may leave in doubt"


async def test_what_is_posted_during_an_edition_leaves_within_some_sends(
    database: Database,
) -> None:
    await posted(database, *edition())
    gateway = SlowGateway(connections=4)
    async with running(database, gateway, kind(), kind("confirmation")) as dispatcher:
        await begun(gateway, 20)
        before = len(gateway.started)
        await posted(database, draft("confirmation", kind="confirmation"))
        dispatcher.wake()
        await until(database, "confirmation", sent=1)
        slots = [parcel.slot for parcel, _ in gateway.started[before:]]
    assert slots.index("confirmation") <= 60, "the edition has hundreds left"


async def test_who_unsubscribes_in_mid_send_is_sent_nothing_more(database: Database) -> None:
    async def prepare_many(
        session: AsyncSession, parcels: Sequence[Parcel], _now: datetime
    ) -> list[Ready | Skip]:
        away = select(Delivery.recipient).where(Delivery.kind == "unsubscribed")
        gone = set(await session.scalars(away))
        answers: dict[bool, Ready | Skip] = {
            True: Skip("unsubscribed"),
            False: Ready(MailAddress("x@example.org")),
        }
        return [answers[str(parcel.recipient) in gone] for parcel in parcels]

    await posted(database, *edition())
    gateway = ScriptedGateway(connections=2)
    never: Any = None
    letter = DeliveryKind("edition", Policy.HOLD, never, prepare_many=prepare_many)
    async with running(database, gateway, letter):
        await begun(gateway, 20)
        gateway.shut()
        everybody = [Party("subscriber", str(number)) for number in range(1, MANY + 1)]
        late = NOON + timedelta(days=365)
        gone = [draft("x", party, kind="unsubscribed", due_at=late) for party in everybody]
        await posted(database, *gone)
        before = len(gateway.started)
        gateway.open()
        await eventually(lambda: settled(database, MANY))
    assert len(gateway.started) <= before + 4, "what was started already: two a connection"
    states = await counted(database)
    assert states == {State.SENT: len(gateway.sent), State.SKIPPED: MANY - len(gateway.sent)}


async def test_what_is_held_in_mid_send_stops_and_goes_on_once_released(
    database: Database,
) -> None:
    await posted(database, *edition())
    gateway = ScriptedGateway(connections=2)
    async with running(database, gateway) as dispatcher:
        await begun(gateway, 30)
        async with database.write() as session:
            await hold(session, "edition", "edition", NOON)
        await eventually(lambda: stands_still(database))
        left = len(gateway.started)
        dispatcher.wake()
        await asyncio.sleep(0.3)
        assert len(gateway.started) == left
        async with database.write() as session:
            await release(session, "edition", "edition")
        await until(database, sent=MANY)
    assert max(Counter(parcel.recipient.id for parcel in gateway.sent).values()) == 1
    attempts = {parcel.attempt for parcel, _ in gateway.started}
    assert max(attempts) <= 2, "a slow machine may put one off; a hold counts for nothing"


async def test_one_recheck_that_fails_puts_off_that_parcel_only(database: Database) -> None:
    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        if parcel.recipient.id == "7":
            raise ValueError("7@example.org")
        return await to_the_reader(session, parcel, now)

    await posted(database, *edition(20))
    gateway = ScriptedGateway(connections=2)
    async with running(database, gateway, kind(prepare=prepare)):
        await eventually(lambda: settled(database, 19))
    assert "7" not in {parcel.recipient.id for parcel in gateway.sent}


async def test_a_turn_that_cannot_be_written_goes_the_plain_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement of the hot path is broken: everything leaves all the same, once."""
    broken = "SELECT nonsense"
    monkeypatch.setattr(hot, "_SQLITE_START", broken)
    monkeypatch.setattr(hot, "_POSTGRES_TURN", broken)
    await posted(database, *edition(10))
    gateway = ScriptedGateway(connections=2, script={"3": [Refused("no")]})
    with capture_logs() as logs:

        async def noticed() -> bool:
            return any(line["event"] == "ledger.turn_failed" for line in logs)

        async with running(database, gateway):
            await eventually(noticed)
            monkeypatch.undo()
            await until(database, sent=9, failed=1)
    assert len(gateway.started) == 10


async def test_a_kind_with_more_to_write_is_told_of_what_was_sent(database: Database) -> None:
    told: list[object] = []

    async def settled(_s: AsyncSession, parcel: Parcel, outcome: object, _n: object) -> None:
        told.append((parcel.recipient.id, type(outcome).__name__))

    await posted(database, *edition(5), draft("x", kind="other"))
    gateway = ScriptedGateway(connections=2)
    async with running(database, gateway, kind(), kind("other", settled=settled)):
        await until(database, sent=5)
        await until(database, "other", sent=1)
    assert told == [("5", "Sent")]


async def test_two_dispatchers_send_each_mail_once(database: Database) -> None:
    await posted(database, *edition())
    first, second = ScriptedGateway(), ScriptedGateway()
    async with running(database, first), running(database, second):
        await until(database, sent=MANY)
    sent = Counter(parcel.recipient.id for parcel in (*first.sent, *second.sent))
    assert sent == {str(number): 1 for number in range(1, MANY + 1)}


async def test_a_database_in_memory_has_the_plain_way_only() -> None:
    database = Database("sqlite+aiosqlite://")
    assert hot.hot(database) is None
    await database.close()


async def test_that_others_have_written_is_seen_where_the_engine_tells(
    database: Database,
) -> None:
    path = hot.hot(database)
    assert path is not None
    seen = await path.look()
    if seen is not None:
        assert await path.look() == seen
        await posted(database, draft("a"))
        assert await path.look() != seen
    await path.close()


async def test_what_was_rechecked_too_long_ago_is_given_back_and_leaves_later(
    database: Database,
) -> None:
    """The process is held up in mid-send, long enough for what it was about to send to be stale."""
    await posted(database, *edition(100))
    gateway = ScriptedGateway(connections=4)

    def stall(_parcel: Parcel) -> None:
        if len(gateway.started) in {30, 31, 60}:
            time.sleep(STALE + 0.1)

    gateway.on_send = stall
    async with running(database, gateway):
        await until(database, sent=100)
    assert max(Counter(parcel.recipient.id for parcel in gateway.sent).values()) == 1


async def test_what_takes_the_plain_way_passes_and_the_express_goes_on(database: Database) -> None:
    async def settled(_s: AsyncSession, _p: Parcel, _o: object, _n: object) -> None:
        return None

    others = [draft(f"other{n}", kind="other") for n in range(30)]
    await posted(database, *edition(100))
    gateway = ScriptedGateway(connections=2)
    async with running(database, gateway, kind(), kind("other", settled=settled)):
        await begun(gateway, 10)
        await posted(database, *others)
        await until(database, sent=100)
        await until(database, "other", sent=30)
    assert gateway.most == 2


class UnevenGateway(ScriptedGateway):
    """A peer that keeps the first mail for long."""

    async def send(self, parcel: Parcel, address: Any) -> Any:
        """Answer after a while, short or long."""
        outcome = await super().send(parcel, address)
        await asyncio.sleep(1.0 if parcel.recipient.id == "1" else 0.01)
        return outcome


async def test_told_to_stop_while_one_flies_and_others_wait_it_waits_quietly(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, turn = 0, Express._turn  # nothing else tells a busy wait from a quiet one

    async def counted_turn(express: Express, *, stopping: bool) -> None:
        nonlocal turns
        turns += stopping
        await turn(express, stopping=stopping)

    monkeypatch.setattr(Express, "_turn", counted_turn)
    await posted(database, *edition(200))
    gateway = UnevenGateway(connections=3)
    async with running(database, gateway):
        await begun(gateway, 5)
    assert turns < 100
    states = await counted(database)
    assert set(states) == {State.SENT, State.PENDING}


@pytest.mark.filterwarnings("error::ResourceWarning")
async def test_a_file_that_cannot_be_opened_is_closed(tmp_path: Path) -> None:
    """The express way tries again every half second."""
    file = tmp_path / "relais.sqlite3"
    file.write_bytes(b"no database at all" * 1000)
    database = Database(f"sqlite+aiosqlite:///{file}")
    books = hot.hot(database)
    assert books is not None
    with pytest.raises(sqlite3.DatabaseError):
        await books.look()
    gc.collect()  # what was left open says so
    await database.close()
