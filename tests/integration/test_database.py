"""Writes that never trample each other, on both databases."""

import asyncio
import sys
from pathlib import Path
from traceback import format_exception

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from core.db import Database, create_private
from core.people.models import Territory
from tests.files import rights_in


async def test_eight_hundred_concurrent_read_then_write_transactions_lose_nothing(
    database: Database,
) -> None:
    async with database.write() as session:
        session.add(Territory(id=1, code="A", name="0", department="63"))

    async def increment() -> None:
        for _ in range(50):
            async with database.write() as session:
                row = await session.scalar(
                    select(Territory).where(Territory.id == 1).with_for_update()
                )
                assert row is not None
                await session.execute(
                    update(Territory).where(Territory.id == 1).values(name=str(int(row.name) + 1))
                )

    await asyncio.gather(*(increment() for _ in range(16)))
    async with database.read() as session:
        assert await session.scalar(select(Territory.name)) == "800"


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            session.add(Territory(code="A", name="A", department="63"))
            await session.flush()
            raise RuntimeError("halfway")
    async with database.read() as session:
        assert await session.scalar(select(Territory.id)) is None


async def test_an_error_never_shows_a_row(database: Database) -> None:
    async def twice() -> None:
        async with database.write() as session:
            for _ in range(2):
                values = {"code": "SECRET", "name": "Marie", "department": "63"}
                await session.execute(insert(Territory).values(values))

    with pytest.raises(IntegrityError) as caught:
        await twice()
    shown = "".join(format_exception(caught.value))
    assert "SECRET" not in shown
    assert "UNIQUE" in shown.upper()


async def test_a_new_file_and_its_journals_are_their_owners_only(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/relais.sqlite3")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE secrets (word TEXT)"))
    rights = rights_in(tmp_path)
    await database.close()
    assert rights["relais.sqlite3"] == 0o600
    assert set(rights.values()) == {0o600}, rights


async def test_another_process_may_open_and_close_the_file_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "relais.sqlite3"
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT)"))
    async with database.read() as first, database.read() as second:  # two connections
        assert [await each.scalar(select(func.count())) for each in (first, second)] == [1, 1]
    await another_process(file, "INSERT INTO words VALUES ('theirs')")
    async with database.write() as session:
        await session.execute(text("INSERT INTO words VALUES ('ours')"))
    assert await another_process(file, "SELECT word FROM words") == "[('theirs',), ('ours',)]"
    assert await another_process(file, "PRAGMA integrity_check") == "[('ok',)]"
    await database.close()


async def another_process(file: Path, statement: str) -> str:
    """Open the file in a process of its own, and close it; return what the statement gives."""
    code = (
        "import sqlite3, sys; connection = sqlite3.connect(sys.argv[1]);"
        "print(connection.execute(sys.argv[2]).fetchall()); connection.commit(); connection.close()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(file), statement), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode().strip()


def test_where_no_file_can_be_made_the_database_itself_says_so(tmp_path: Path) -> None:
    create_private(f"{tmp_path}/nowhere/relais.sqlite3")
    create_private(":memory:")
    assert rights_in(tmp_path) == {}


async def test_writes_cancelled_anywhere_leave_neither_a_lock_nor_half_a_change(
    database: Database,
) -> None:
    async with database.write() as session:
        session.add(Territory(id=1, code="A", name="0", department="0"))
    finished = 0

    async def increment_both() -> None:
        nonlocal finished
        async with database.write() as session:
            row = await session.scalar(select(Territory).with_for_update())
            assert row is not None
            number = str(int(row.name) + 1)
            await session.execute(update(Territory).values(name=number))
            await session.execute(update(Territory).values(department=number))
        finished += 1

    async def cancelled_after(steps: int) -> None:
        task = asyncio.create_task(increment_both())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        if steps % 3 == 0:  # twice, as an impatient stop does
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for steps in range(80):
        await cancelled_after(steps)
        await asyncio.gather(*(cancelled_after(steps + more) for more in range(3)))
        await asyncio.wait_for(increment_both(), 20)
    async with database.read() as session:
        row = (await session.scalars(select(Territory))).one()
    assert int(row.name) >= finished >= 80
    assert row.department == row.name


async def test_a_write_cancelled_before_its_end_commits_nothing(database: Database) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with database.write() as session:
            session.add(Territory(code="A", name="A", department="63"))
            await session.flush()
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as session:
        assert await session.scalar(select(Territory.id)) is None
