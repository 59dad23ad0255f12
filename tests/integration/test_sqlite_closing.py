"""A connection to SQLite is closed whole, even by a task that is cancelled meanwhile."""

import asyncio
import threading
from pathlib import Path

import pytest

from core import sqlite


async def test_a_cancellation_while_it_closes_is_heard_once_it_is_closed(tmp_path: Path) -> None:
    connection = sqlite.connect(str(tmp_path / "relais.sqlite3"))
    await connection
    held = threading.Event()
    reached: list[str] = []

    async def close() -> None:
        await connection.close()
        reached.append("closed")
        await asyncio.sleep(0)
        reached.append("went on")

    holding = asyncio.create_task(connection.perform(lambda _: held.wait(10)))
    await asyncio.sleep(0)
    closing = asyncio.create_task(close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.sleep(0)
    held.set()
    await holding
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert reached == ["closed"]
    with pytest.raises(ValueError, match="closed"):
        await connection.perform(lambda each: each.total_changes)
