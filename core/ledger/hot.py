"""The hot path of the ledger: what most mails need, by the driver itself, many at a time.

A turn writes in one transaction that some parcels were sent and that others are about to be. Its
statements say what `claims.start` and `claims.settle` say, which stay the reference: the same
tests hold both. Nothing else in the house speaks to a driver.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from core import sqlite
from core.db import BUSY_TIMEOUT_MS, PRAGMAS, Database
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
    """What a turn wrote: the ids of the rows that were ours to settle, and to start."""

    settled: frozenset[int]
    started: frozenset[int]


class Hot(Protocol):
    """A connection of one's own to the ledger's rows, for one worker at a time."""

    async def turn(
        self,
        worker: str,
        arrived: Sequence[Arrived],
        starting: Sequence[Parcel],
        *,
        now: datetime,
        real_now: datetime,
    ) -> Turned:
        """Write in one transaction that parcels were sent and that others are about to be.

        To be committed before the first byte of those leaves; it is when this returns. What is
        not in the answer was not ours any more (see `claims.start` and `claims.settle`). Raises
        the driver's errors: nothing is known then of what was written.
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
SET state = 'sent', reason = NULL, external_id = :external_id, settled_at = :now
WHERE id = :id AND state = 'sending' AND worker = :worker AND attempts = :attempt
"""

_START = """
UPDATE deliveries
SET state = 'sending', attempts = :attempt, started_at = :real_now,
    lease_until = NULL, next_attempt_at = NULL
WHERE id = :id AND state = 'claimed' AND worker = :worker AND attempts = :attempt - 1
AND EXISTS (SELECT 1 FROM workers WHERE workers.id = :worker)
AND NOT EXISTS (
    SELECT 1 FROM delivery_holds
    WHERE delivery_holds.kind = deliveries.kind AND delivery_holds.slot = deliveries.slot
)
"""

_TURN = """
WITH settled AS (
    UPDATE deliveries
    SET state = 'sent', reason = NULL, external_id = arrived.external_id,
        settled_at = %(now)s
    FROM json_to_recordset(%(arrived)s::json) AS arrived(id int, attempt int, external_id text)
    WHERE deliveries.id = arrived.id AND deliveries.state = 'sending'
    AND deliveries.worker = %(worker)s AND deliveries.attempts = arrived.attempt
    RETURNING deliveries.id
), started AS (
    UPDATE deliveries
    SET state = 'sending', attempts = starting.attempt, started_at = %(real_now)s,
        lease_until = NULL, next_attempt_at = NULL
    FROM json_to_recordset(%(starting)s::json) AS starting(id int, attempt int)
    WHERE deliveries.id = starting.id AND deliveries.state = 'claimed'
    AND deliveries.worker = %(worker)s AND deliveries.attempts = starting.attempt - 1
    AND EXISTS (SELECT 1 FROM workers WHERE workers.id = %(worker)s)
    AND NOT EXISTS (
        SELECT 1 FROM delivery_holds
        WHERE delivery_holds.kind = deliveries.kind AND delivery_holds.slot = deliveries.slot
    )
    RETURNING deliveries.id
)
SELECT true, id FROM settled UNION ALL SELECT false, id FROM started
"""

Rows = list[dict[str, Any]]


class _Sqlite:
    """A turn is one trip to a thread: its statements, and one commit."""

    def __init__(self, database: Database, file: str | None) -> None:
        self._database = database
        self._file = file or ""
        self._connection: sqlite.WholeConnection | None = None

    async def turn(
        self,
        worker: str,
        arrived: Sequence[Arrived],
        starting: Sequence[Parcel],
        *,
        now: datetime,
        real_now: datetime,
    ) -> Turned:
        common = {"worker": worker, "now": _stored(now), "real_now": _stored(real_now)}
        settle = [common | row for row in _arrived(arrived)]
        start = [common | row for row in _starting(starting)]
        async with self._database.exclusive():  # waiting for the file's own lock is slow
            connection = await self._open()
            return await connection.perform(lambda raw: _turn(raw, settle, start))

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


def _turn(connection: sqlite3.Connection, settle: Rows, start: Rows) -> Turned:
    connection.execute("BEGIN IMMEDIATE")
    try:
        settled = frozenset(_changed(connection, _SETTLE, settle))
        started = frozenset(_changed(connection, _START, start))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return Turned(settled, started)


def _changed(connection: sqlite3.Connection, statement: str, rows: Rows) -> list[int]:
    return [row["id"] for row in rows if connection.execute(statement, row).rowcount == 1]


class _Postgres:
    """A turn is one statement, which is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def turn(
        self,
        worker: str,
        arrived: Sequence[Arrived],
        starting: Sequence[Parcel],
        *,
        now: datetime,
        real_now: datetime,
    ) -> Turned:
        values = {
            "worker": worker,
            "now": now,
            "real_now": real_now,
            "arrived": json.dumps(_arrived(arrived)),
            "starting": json.dumps(_starting(starting)),
        }
        connection = await self._open()
        try:
            cursor = await connection.execute(_TURN, values, prepare=True)
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


def _arrived(arrived: Sequence[Arrived]) -> Rows:
    return [
        {"id": each.parcel.id, "attempt": each.parcel.attempt, "external_id": each.external_id}
        for each in arrived
    ]


def _starting(starting: Sequence[Parcel]) -> Rows:
    return [{"id": parcel.id, "attempt": parcel.attempt} for parcel in starting]


def _stored(instant: datetime) -> str:
    """Return an instant as `core.db.UtcDateTime` stores it on SQLite."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
