"""The hot path of the ledger: what most mails need, by the driver itself, many at a time.

A turn writes in one transaction that some parcels were sent and that others are about to be. Its
statements say what `claims.start` and `claims.settle` say, which stay the reference: the same
tests hold both. Nothing else in the house speaks to a driver.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from core import sqlite
from core.db import BUSY_TIMEOUT_MS, PRAGMAS, Database, stored_by_sqlite
from core.ledger.draft import Parcel

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Arrived:
    """A parcel that the peer took, and how it names it."""

    parcel: Parcel
    external_id: str


@dataclass(frozen=True)
class Turned:
    """What a turn wrote: the ids of the rows that were ours to settle, and to start.

    `changed`: others had written since what was seen, and nothing was started.
    """

    settled: frozenset[int] = frozenset()
    started: frozenset[int] = frozenset()
    changed: bool = False


@dataclass(frozen=True)
class Turn:
    """What to write: that parcels were sent by `worker`, and that others are about to be.

    `now` is the service's clock, `real_now` the machine's. With `seen`, nothing is started if
    anybody else has written since `Hot.look` returned it.
    """

    worker: str
    arrived: Sequence[Arrived]
    starting: Sequence[Parcel]
    now: datetime
    real_now: datetime
    seen: int | None = None


class Hot(Protocol):
    """A connection of one's own to the ledger's rows, for one worker at a time."""

    async def look(self) -> int | None:
        """Return a number that is another once anybody else has written; None where none is."""
        ...

    async def turn(self, turn: Turn) -> Turned:
        """Write a turn in one transaction, committed when this returns.

        What is not in the answer was not ours any more (see `claims.start` and `claims.settle`).
        Raises the driver's errors: nothing is known then of what was written.
        """
        ...

    async def close(self) -> None:
        """Give the connection back; the next turn opens another."""
        ...


def hot(database: Database) -> Hot | None:
    """Return the hot path of a database; None where only the plain one goes (SQLite in memory)."""
    url = database.engine.url
    if not database.is_sqlite:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return _Postgres(plain)
    return _Sqlite(database, url.database) if url.database not in {None, "", ":memory:"} else None


_SETTLE = """
UPDATE deliveries
SET state = 'sent', reason = NULL, external_id = arrived.external_id, settled_at = {now}
FROM {arrived}
WHERE deliveries.id = arrived.id AND deliveries.state = 'sending'
AND deliveries.worker = {worker} AND deliveries.attempts = arrived.attempt
RETURNING deliveries.id
"""

_START = """
UPDATE deliveries
SET state = 'sending', attempts = starting.attempt, started_at = {real_now},
    lease_until = NULL, next_attempt_at = NULL
FROM {starting}
WHERE deliveries.id = starting.id AND deliveries.state = 'claimed'
AND deliveries.worker = {worker} AND deliveries.attempts = starting.attempt - 1
AND EXISTS (SELECT 1 FROM workers WHERE workers.id = {worker})
AND NOT EXISTS (
    SELECT 1 FROM delivery_holds
    WHERE delivery_holds.kind = deliveries.kind AND delivery_holds.slot = deliveries.slot
)
RETURNING deliveries.id
"""

_OF_SQLITE = {
    "now": ":now",
    "real_now": ":real_now",
    "worker": ":worker",
    "arrived": """(
        SELECT value ->> 'id' AS id, value ->> 'attempt' AS attempt,
               value ->> 'external_id' AS external_id
        FROM json_each(:arrived)
    ) AS arrived""",
    "starting": """(
        SELECT value ->> 'id' AS id, value ->> 'attempt' AS attempt FROM json_each(:starting)
    ) AS starting""",
}

_OF_POSTGRES = {
    "now": "%(now)s",
    "real_now": "%(real_now)s",
    "worker": "%(worker)s",
    "arrived": """
        json_to_recordset(%(arrived)s::json) AS arrived(id int, attempt int, external_id text)
    """,
    "starting": "json_to_recordset(%(starting)s::json) AS starting(id int, attempt int)",
}

_SQLITE_SETTLE = _SETTLE.format(**_OF_SQLITE)
_SQLITE_START = _START.format(**_OF_SQLITE)
_POSTGRES_TURN = (
    f"WITH settled AS ({_SETTLE}), started AS ({_START})"  # noqa: S608  # both are constants
    "SELECT true, id FROM settled UNION ALL SELECT false, id FROM started"
).format(**_OF_POSTGRES)


class _Sqlite:
    """A turn is one trip to a thread: its statements, and one commit."""

    def __init__(self, database: Database, file: str | None) -> None:
        self._database = database
        self._file = file or ""
        self._connection: sqlite.WholeConnection | None = None

    async def look(self) -> int | None:
        connection = await self._open()
        return await connection.perform(_version)

    async def turn(self, turn: Turn) -> Turned:
        instants = {"now": turn.now, "real_now": turn.real_now}
        values = _values(turn) | {key: stored_by_sqlite(at) for key, at in instants.items()}
        connection = await self._open()
        async with self._database.exclusive():  # waiting for the file's own lock is slow
            return await connection.perform(lambda raw: _write(raw, values, turn.seen))

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _open(self) -> sqlite.WholeConnection:
        if self._connection is None:
            connection = sqlite.connect(
                self._file, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None
            )
            await connection
            for pragma in PRAGMAS:
                await connection.run("execute", f"PRAGMA {pragma}", ())
            self._connection = connection
        return self._connection


def _write(connection: sqlite3.Connection, values: dict[str, Any], seen: int | None) -> Turned:
    connection.execute("BEGIN IMMEDIATE")
    try:
        changed = seen is not None and _version(connection) != seen
        settled = connection.execute(_SQLITE_SETTLE, values).fetchall()
        started = [] if changed else connection.execute(_SQLITE_START, values).fetchall()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return Turned(_ids(settled), _ids(started), changed)


def _version(connection: sqlite3.Connection) -> int:
    """Return what another connection's commit changes, and ours do not."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def _ids(rows: list[tuple[int]]) -> frozenset[int]:
    return frozenset(number for (number,) in rows)


class _Postgres:
    """A turn is one statement, which is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def look(self) -> int | None:
        return None

    async def turn(self, turn: Turn) -> Turned:
        values = _values(turn) | {"now": turn.now, "real_now": turn.real_now}
        connection = await self._open()
        try:
            cursor = await connection.execute(_POSTGRES_TURN, values, prepare=True)
            rows = await cursor.fetchall()
        except BaseException:
            await self.close()
            raise
        return Turned(
            frozenset(number for settled, number in rows if settled),
            frozenset(number for settled, number in rows if not settled),
        )

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _open(self) -> "psycopg.AsyncConnection[Any]":
        if self._connection is None:
            import psycopg  # noqa: PLC0415  # only there with the extra `postgres`

            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        return self._connection


def _values(turn: Turn) -> dict[str, Any]:
    arrived = [
        {"id": each.parcel.id, "attempt": each.parcel.attempt, "external_id": each.external_id}
        for each in turn.arrived
    ]
    starting = [{"id": parcel.id, "attempt": parcel.attempt} for parcel in turn.starting]
    return {
        "worker": turn.worker,
        "arrived": json.dumps(arrived),
        "starting": json.dumps(starting),
    }
