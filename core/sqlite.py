"""SQLite connections whose operations a cancellation never cuts in two.

The driver runs each operation in a thread, and goes on with it when whoever awaits it is
cancelled; SQLAlchemy then drops the connection with its transaction still open, and the file
stays locked. Here a cancellation is heard between two operations, where rolling back is easy.
"""

import asyncio
import contextlib
import functools
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")


def connect(database: str, **options: Any) -> "WholeConnection":
    """Return a connection to be awaited, as `aiosqlite.connect` does."""
    return WholeConnection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)


class WholeConnection(aiosqlite.Connection):
    """A connection whose operations end before a cancellation is heard."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._thread.daemon = True  # it must not keep a stopping process alive

    async def _connect(self) -> aiosqlite.Connection:
        return await whole(super()._connect())

    async def close(self) -> None:
        """Close. Cut in two, SQLAlchemy would tell the log of an error, with its traceback."""
        await whole(super().close())

    async def rollback(self) -> None:
        """Roll back what is open; the pool asks whenever a connection comes back to it."""
        if self.in_transaction:
            await super().rollback()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Queue an operation as the driver does."""
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        operation = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((operation, functools.partial(fn, *args, **options)))
        return await whole(operation)

    def cursor(self) -> Any:
        """Return a cursor; the thread hears of it when there is something to run."""
        return _WholeCursor(self)

    async def run(self, how: str, statement: str, parameters: Any) -> "_Ran":
        """Run a statement and take its rows: in one trip to the thread, not in four."""
        ran: _Ran = await self._execute(self._run, how, statement, parameters)
        return ran

    async def perform(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work with the connection itself in its thread, all of it in one trip."""
        result: T = await self._execute(lambda: work(self._conn))
        return result

    def _run(self, how: str, statement: str, parameters: Any) -> "_Ran":
        with contextlib.closing(self._conn.cursor()) as cursor:
            getattr(cursor, how)(statement, parameters)
            rows = cursor.fetchall() if cursor.description else []
            return _Ran(cursor.description, rows, cursor.rowcount, cursor.lastrowid)


@dataclass
class _Ran:
    """What a statement left: its rows, and what a cursor says of them (PEP 249)."""

    description: Any = None
    rows: list[Any] = field(default_factory=list)
    rowcount: int = -1
    lastrowid: int | None = None


class _WholeCursor:
    """What SQLAlchemy asks of a cursor whose rows it takes all at once."""

    arraysize = 1

    def __init__(self, connection: WholeConnection) -> None:
        self._connection = connection
        self._ran = _Ran()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        """Run a statement."""
        self._ran = await self._connection.run("execute", statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Any) -> Self:
        """Run a statement for each set of parameters."""
        self._ran = await self._connection.run("executemany", statement, parameters)
        return self

    @property
    def description(self) -> Any:
        """The columns of the rows; None when the statement gives none."""
        return self._ran.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._ran.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the last row that was inserted."""
        return self._ran.lastrowid

    async def fetchall(self) -> list[Any]:
        """Give the rows."""
        return self._ran.rows

    async def close(self) -> None:
        """Do nothing: nothing is open."""


async def whole(work: Coroutine[Any, Any, T] | asyncio.Future[T]) -> T:
    """Await work to its end; a cancellation that comes meanwhile is heard at the next await."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task})
    if (current := asyncio.current_task()) is not None:
        current.uncancel()  # the same cancellation, counted once
        current.cancel()
    return task.result()
