"""Concurrent changes of one row: `python -m bench.writes`.

Sixteen tasks each read a number, add one and write it back, fifty times or so: through
`db.write()`, through the library's defaults, and through the transactions that look safe (deferred
on SQLite, repeatable read on PostgreSQL). What is counted is what remains in the row.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress
from sqlalchemy import event, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from bench.common import figures, report
from bench.common.arguments import Options, Size, options
from bench.common.databases import Engines, NoPostgresError, engines
from core import logs
from core.db import Database
from core.people.models import Territory

SIZE = Size("transactions", 800, 160)
TASKS = 16

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Way = Callable[[str], AbstractAsyncContextManager[Transaction]]


@dataclass(frozen=True)
class Outcome:
    """What came of a round: `kept` increments in the row; `lost` were committed and are not."""

    seconds: float
    worst: float
    kept: int
    lost: int
    refused: int

    @property
    def per_increment(self) -> float:
        """Seconds for each increment that remains."""
        return self.seconds / self.kept


async def main(asked: Options) -> None:
    """Measure every way on both engines, and print. `--postgres` measures PostgreSQL alone."""
    found: dict[str, dict[str, list[Outcome]]] = {}
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as folder, report.progress() as bar:
        logs.configure("json", Path(folder) / "log")
        for postgres in (True,) if asked.postgres else (False, True):
            try:
                with engines(Path(folder), postgres=postgres) as made:
                    found[made.name] = await _measure(made, asked, bar)
            except NoPostgresError as error:
                print(f"PostgreSQL is left out: {error}")
    _show(asked, found)


async def _measure(made: Engines, asked: Options, bar: Progress) -> dict[str, list[Outcome]]:
    ways = WAYS[made.name]
    outcomes: dict[str, list[Outcome]] = {name: [] for name in ways}
    task = bar.add_task(f"bench.writes {made.name}", total=asked.rounds * len(ways))
    for _ in range(asked.rounds):
        for name, way in ways.items():
            outcomes[name].append(await _round(made, way, asked.count))
            bar.advance(task)
    return outcomes


async def _round(made: Engines, way: Way, count: int) -> Outcome:
    async with made.empty() as url:
        await _prepare(url)
        async with way(url) as transaction:
            tally = _Tally(transaction)
            before = time.perf_counter()
            await asyncio.gather(*(tally.work(count // TASKS) for _ in range(TASKS)))
            seconds = time.perf_counter() - before
        kept = await _value(url)
    return Outcome(seconds, tally.worst, kept, tally.committed - kept, tally.refused)


class _Tally:
    """Counts what the tasks are told: committed, or refused."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.committed = 0
        self.refused = 0
        self.worst = 0.0

    async def work(self, times: int) -> None:
        """Add one, so many times; what is refused is not tried again."""
        for _ in range(times):
            before = time.perf_counter()
            try:
                async with self._transaction() as session:
                    await _add_one(session)
                self.committed += 1
            except DBAPIError:
                self.refused += 1
            self.worst = max(self.worst, time.perf_counter() - before)


async def _add_one(session: AsyncSession) -> None:
    """Read, then write. Our stores lock the row that they read, where that means something."""
    query = select(Territory.name).where(Territory.id == 1)
    if session.info.get("locks"):
        query = query.with_for_update()
    number = int((await session.scalars(query)).one())
    await session.execute(update(Territory).where(Territory.id == 1).values(name=str(number + 1)))


async def _prepare(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Territory.metadata.tables["territories"].create)
    async with database.write() as session:
        session.add(Territory(id=1, code="A", name="0", department="63"))
    await database.close()


async def _value(url: str) -> int:
    database = Database(url)
    async with database.read() as session:
        value = (await session.scalars(select(Territory.name))).one()
    await database.close()
    return int(value)


@asynccontextmanager
async def _relais(url: str) -> AsyncIterator[Transaction]:
    """Give what the service uses: `db.write()`, locking the row that is read."""
    database = Database(url)

    @asynccontextmanager
    async def transaction() -> AsyncIterator[AsyncSession]:
        async with database.write() as session:
            session.info["locks"] = True
            yield session

    yield transaction
    await database.close()


def _library(prepare: Callable[[AsyncEngine], None] | None = None, **options: Any) -> Way:
    """Return a way of SQLAlchemy's own: an engine and its sessions, as its tutorial has them."""

    @asynccontextmanager
    async def way(url: str) -> AsyncIterator[Transaction]:
        engine = create_async_engine(url, **options)
        if prepare is not None:
            prepare(engine)
        yield async_sessionmaker(engine).begin
        await engine.dispose()

    return way


def _deferred(engine: AsyncEngine) -> None:
    """Begin transactions really (`BEGIN`), which the driver's defaults do too late."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


OURS, DEFAULTS = "db.write()", "library's defaults"
WAYS: Mapping[str, Mapping[str, Way]] = {
    "SQLite": {
        OURS: _relais,
        DEFAULTS: _library(),
        "deferred transactions": _library(_deferred),
    },
    "PostgreSQL": {
        OURS: _relais,
        DEFAULTS: _library(),
        "repeatable read": _library(isolation_level="REPEATABLE READ"),
    },
}


def _show(asked: Options, found: Mapping[str, Mapping[str, list[Outcome]]]) -> None:
    rows: list[report.Row] = []
    values: dict[str, report.Value] = {
        "transactions": asked.count // TASKS * TASKS,
        "rounds": asked.rounds,
    }
    for engine, ways in found.items():
        ours = [outcome.per_increment for outcome in ways[OURS]]
        for name, outcomes in ways.items():
            theirs = [outcome.per_increment for outcome in outcomes]
            ratio = figures.speed(ours, theirs)
            lost = round(figures.median([outcome.lost for outcome in outcomes]))
            refused = round(figures.median([outcome.refused for outcome in outcomes]))
            worst = max(outcome.worst for outcome in outcomes) * 1000
            rate = 1 / figures.median(theirs)
            words = f"{lost} lost, {refused} refused, {worst:.0f} ms at worst"
            rows.append((f"{engine}, {name}", f"{rate:.0f} kept/s", words))
            key = f"{engine} {name}".lower().translate(_KEY)
            values[f"{key}_per_s"] = figures.rounded(rate)
            values[f"{key}_lost"] = lost
            values[f"{key}_refused"] = refused
            values[f"{key}_worst_ms"] = figures.rounded(worst)
            if name != OURS:
                rows.append((f"  db.write() / {name}", f"{ratio:.2f}", "in increments kept"))
                values[f"{key}_speed_of_ours"] = figures.rounded(ratio)
    title = (
        f"{TASKS} tasks, {asked.count // TASKS} read-then-write transactions each, "
        f"median of {asked.rounds}"
    )
    report.show("writes", title, rows, values)


_KEY = str.maketrans({" ": "_", "'": None, ".": "_", "(": None, ")": None})

if __name__ == "__main__":
    asyncio.run(main(options("writes", "Concurrent read-then-write transactions.", SIZE)))
