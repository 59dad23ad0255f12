"""A letter through a mail server in trouble, and through a disk that fills up: nobody is condemned.

By the real gateway, on the express way.
"""

import asyncio
import random
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import hot
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel
from core.ledger.models import Delivery
from core.ledger.rules import UNSETTLED
from core.mail.compose import compose
from core.mail.gateway import MailGateway
from core.reference import Party
from core.render import MailText
from core.settings import LedgerSettings
from core.sqlite import WholeConnection
from relais import schema
from tests.conftest import MORNING
from tests.gateways import ScriptedGateway
from tests.ledger_drafts import NOON, draft, kind, posted
from tests.smtp import CUT, ScriptedServer

READERS = 60
SETTINGS = LedgerSettings(backoff_first=0.02, backoff_most=0.2)


async def edition(database: Database, server: ScriptedServer) -> None:
    body = compose(server.settings(), MailText("La lettre", "<p>Bonjour</p>", "Bonjour")).body
    parties = [Party("subscriber", str(number)) for number in range(1, READERS + 1)]
    await posted(database, *(draft("edition", each, body=body, bulk=True) for each in parties))


async def sent_through(
    database: Database, gateway: MailGateway | ScriptedGateway, patience: float = 60
) -> Counter[str]:
    """Dispatch until all is settled; return the states."""
    dispatcher = _dispatcher(database, gateway)
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        async with asyncio.timeout(patience):
            while not _over(states := await _states(database)):  # noqa: ASYNC110  # in its hands
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await task
    return states


def _dispatcher(
    database: Database, gateway: MailGateway | ScriptedGateway, drain: float = 7
) -> Dispatcher:
    return Dispatcher(
        database,
        {Channel.MAIL: gateway},
        {"edition": kind()},
        FixedClock(NOON),
        SystemClock(),
        SETTINGS,
        random.Random(1),  # noqa: S311  # it only spreads delays
        "test",
        drain=drain,
    )


async def _states(database: Database) -> Counter[str]:
    async with database.read() as session:
        return Counter(await session.scalars(select(Delivery.state)))


def _over(states: Counter[str]) -> bool:
    return not any(states[state] for state in UNSETTLED)


TROUBLES = [
    ("connect", "421 4.3.2 too busy"),
    ("connect", "554 5.3.2 not today"),
    ("EHLO", "421 4.3.2 too busy"),
    ("MAIL", "421 4.7.0 too many"),
    ("MAIL", "452 4.3.1 no room"),
    ("RCPT", "450 4.2.0 greylisted"),
    ("RCPT", "421 4.7.0 too many"),
    ("DATA", "421 4.3.2 too busy"),
    ("DATA", "451 4.3.0 later"),
    ("dot", "421 4.3.2 closing"),
    ("dot", "452 4.3.1 no room"),
    ("MAIL", CUT),
    ("RCPT", CUT),
    ("DATA", CUT),
]


@pytest.mark.parametrize(("stage", "answer"), TROUBLES)
async def test_what_is_for_later_leaves_later_and_once(
    database: Database, stage: str, answer: str
) -> None:
    async with ScriptedServer() as server:
        server.answer(stage, *[answer] * 12)
        await edition(database, server)
        gateway = MailGateway(server.settings(connections=3), FixedClock(MORNING), "a secret")
        states = await sent_through(database, gateway)
        await gateway.close()
        assert states == {"sent": READERS}
        arrived = Counter(each.rcpt_tos[0] for each in server.accepted)
        assert set(arrived.values()) == {1}
        assert len(arrived) == READERS


async def test_cut_after_the_final_dot_is_in_doubt_and_not_sent_again(database: Database) -> None:
    async with ScriptedServer() as server:
        server.answer("dot", *[CUT] * 5)
        await edition(database, server)
        gateway = MailGateway(server.settings(connections=3), FixedClock(MORNING), "a secret")
        states = await sent_through(database, gateway)
        await gateway.close()
        assert states == {"sent": READERS - 5, "uncertain": 5}
        assert server.commands.count("dot") == READERS


async def test_what_waits_for_its_turn_when_the_service_stops_is_in_no_doubt(
    database: Database,
) -> None:
    """With few mails a second, a stop falls while some wait: they surely did not leave."""
    async with ScriptedServer() as server:
        await edition(database, server)
        settings = server.settings(connections=4, per_second=0.05)
        gateway = MailGateway(settings, FixedClock(MORNING), "a secret")
        dispatcher = _dispatcher(database, gateway, drain=0.2)
        stop = asyncio.Event()
        task = asyncio.create_task(dispatcher.run(stop))
        async with asyncio.timeout(30):
            while (states := await _states(database))["sent"] < 1 or states["sending"] < 4:  # noqa: ASYNC110  # in its hands
                await asyncio.sleep(0.02)
        stop.set()
        await task
        await gateway.close()
        assert await _states(database) == Counter(sent=1, pending=READERS - 1)


async def test_a_disk_that_fills_up_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent and cannot be written is written when there is room again."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'full.db'}"
    first = Database(url)
    await schema.migrate(first)
    parties = [Party("subscriber", str(number)) for number in range(1, 401)]
    await posted(first, *(draft("edition", each, bulk=True) for each in parties))
    await first.close()
    full = False

    def fill(connection: sqlite3.Connection) -> None:
        """Leave no room for the page that it asks for, as SQLite itself says it."""
        connection.execute(f"PRAGMA max_page_count={1 if full else 1_000_000}")
        if full:
            connection.execute("CREATE TABLE filler(x)")

    def write(
        connection: sqlite3.Connection, values: dict[str, Any], seen: int | None
    ) -> hot.Turned:
        fill(connection)
        return whole_turn(connection, values, seen)

    def run(self: WholeConnection, how: str, statement: str, parameters: Any) -> Any:
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            fill(self._conn)
        return whole_run(self, how, statement, parameters)

    whole_turn, whole_run = hot._write, WholeConnection._run
    monkeypatch.setattr(hot, "_write", write)
    monkeypatch.setattr(WholeConnection, "_run", run)
    database = Database(url)
    gateway = ScriptedGateway(connections=4)
    sending = asyncio.create_task(sent_through(database, gateway))
    while len(gateway.started) < 40:  # noqa: ASYNC110  # it is in the dispatcher's hands
        await asyncio.sleep(0.005)
    full = True
    await asyncio.sleep(1)
    left, many = len(gateway.started), 2 * gateway.connections
    await asyncio.sleep(0.5)
    assert len(gateway.started) <= left + many, "nothing leaves that cannot be written first"
    full = False
    assert await sending == {"sent": 400}
    assert Counter(each.recipient.id for each in gateway.sent) == {
        str(number): 1 for number in range(1, 401)
    }
    await database.close()
