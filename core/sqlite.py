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
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")


def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """Return a connection to be awaited, as `aiosqlite.connect` does."""
    return _WholeConnection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)


class _WholeConnection(aiosqlite.Connection):
    """A connection whose operations end before a cancellation is heard."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._thread.daemon = True  # it must not keep a stopping process alive

    async def _connect(self) -> aiosqlite.Connection:
        return await whole(super()._connect())

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Queue an operation as the driver does. There are five of them in each statement."""
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        operation = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((operation, functools.partial(fn, *args, **options)))
        return await whole(operation)


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
