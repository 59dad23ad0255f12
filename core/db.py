"""The database: one metadata, aware datetimes, and writes that never trample each other."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, Select, Table, event, func, select
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.types import JSON, TypeDecorator

from core import sqlite
from core.clock import aware

BUSY_TIMEOUT_MS = 30_000
SCRUB_TIMEOUT = 1.0
"""For how many seconds emptying the journal waits for others."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""How SQLite works for us: no write is lost, and what is deleted is not left in the file."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on both sides, stored in UTC (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant; drop the zone where the engine keeps none."""
        if value is None:
            return None
        instant = aware(value)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the instant back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def stored_by_sqlite(instant: datetime) -> str:
    """Return an instant as `UtcDateTime` has SQLite store it, for who speaks to the driver.

    Raises TypeError for a naive one.
    """
    return aware(instant).replace(tzinfo=None).isoformat(" ", "microseconds")


class Base(DeclarativeBase):
    """The parent of every room's tables, on one metadata."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Database:
    """Sessions on SQLite or PostgreSQL, by the URL given.

    `read()` is for looking; `write()` is for changing: it commits when its block ends, rolls
    back when it raises, and on SQLite is alone in this process and holds the file's write
    lock from its first statement. What is locked (`with_for_update`) is read anew, even if it was
    read before: somebody may have changed it in between. No network inside a write. Errors never
    show the values of a statement: they end in logs, and the values are people's.
    """

    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(url, hide_parameters=True, **_pool_options(url))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            _prepare_sqlite(self.engine.sync_engine)
        else:
            _hide_rows(self.engine.sync_engine)
        self._writer: contextlib.AbstractAsyncContextManager[None] = (
            asyncio.Lock() if self.is_sqlite else contextlib.nullcontext()
        )
        self._readers = _sessions(self.engine)
        self._writers = _sessions(self.engine.execution_options(relais_write=True))
        outside = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._glances = _sessions(self.engine.execution_options(relais_glance=True, **outside))

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Give a session to look with; what it changes is thrown away."""
        async with self._readers() as session:
            yield session

    def glance(self) -> AsyncSession:
        """Return a session to look with again and again, outside any transaction, until closed.

        Each statement sees what stands at that moment. Objects must be expunged between two
        looks, for the session gives those that it knows as they were.
        """
        return self._glances()

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Give a session whose changes are committed together when the block ends.

        A task cancelled before that commits nothing.
        """
        async with self.exclusive(), self._writers() as session, session.begin():
            yield session
            await asyncio.sleep(0)  # where a cancellation that waited is heard

    def exclusive(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Hold back this process's other writes to an SQLite file; PostgreSQL needs nothing."""
        return self._writer

    async def scrub(self) -> None:
        """Empty the journal beside an SQLite file: it holds pages as they were before an erasure.

        What somebody reads or writes at this very moment is left for the next time.
        """
        file = self.engine.url.database
        if self.is_sqlite and file and file != ":memory:":
            async with sqlite.connect(file, timeout=SCRUB_TIMEOUT) as connection:
                await connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


async def alone(session: AsyncSession, name: str) -> None:
    """Hold a name until the transaction ends: others that ask for it wait until then.

    For what reads, decides and writes about rows that do not exist yet, which nothing else can
    lock. On SQLite a write is alone already.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(name, 0)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


async def new_ids(session: AsyncSession, table: Table, count: int) -> Sequence[int]:
    """Return the numbers of rows about to be written: many rows are then written in one go.

    To be called in the transaction that writes them; `table.id` is its primary key.
    """
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        numbers = func.generate_series(1, count).table_valued("number")
        return (await session.scalars(select(sequence).select_from(numbers))).all()
    last = await session.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + count)


class _Reading(Session):
    """A session in which a lock gives what stands in the table now."""


@event.listens_for(_Reading, "do_orm_execute")
def _read_anew_what_is_locked(state: ORMExecuteState) -> None:
    """Not what was read before the lock: SQLAlchemy keeps the objects that it knows as they are.

    What this transaction has changed itself is written first, hence not lost.
    """
    statement = state.statement
    locks = isinstance(statement, Select) and statement._for_update_arg is not None  # noqa: SLF001  # nothing public says it
    if locks:
        state.update_execution_options(populate_existing=True)


def _sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=_Reading)


def _pool_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        options = {"timeout": BUSY_TIMEOUT_MS / 1000, "async_creator_fn": sqlite.connect}
        return {"connect_args": options}
    return {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def _hide_rows(engine: Engine) -> None:
    """Keep the first line of what PostgreSQL refuses: the next ones quote the row."""

    @event.listens_for(engine, "handle_error")
    def _first_line(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) is None:
            return  # no connection: the server never saw a row
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None and error.args:
                error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def create_private(file: str) -> None:
    """Make a file readable by its owner only, before SQLite does it by the process's umask.

    SQLite gives the same rights to its journals. A file that is there keeps its own; where none
    can be made, SQLite says why.

    A file that is there must not even be opened: closing it would drop the locks that SQLite
    holds on it in this process, and another process that closes the database would then take
    itself for the last, and delete the journal that we go on writing to
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    if file and file != ":memory:":
        with contextlib.suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))


def _prepare_sqlite(engine: Engine) -> None:
    """Take transactions into our own hands: the driver's default loses concurrent updates."""

    @event.listens_for(engine, "do_connect")
    def _keep_private(*_given: object) -> None:
        create_private(engine.url.database or "")

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("relais_glance", False):
            write = options.get("relais_write", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
