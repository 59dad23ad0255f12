"""The database's schema: brought up to date at start, after a backup."""

import contextlib
import importlib
import pkgutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError as DriverError
from sqlalchemy.ext.asyncio import AsyncConnection

import bot
import core
import digest
import watch
from core.db import Database, create_private
from core.errors import DatabaseError
from core.settings import Settings

log = structlog.get_logger()

LOCK = 7_305_806_121
"""The advisory lock that lets one process migrate while the others wait (PostgreSQL)."""

TABLES = ("models", "acts", "contributions", "files")
"""The modules that hold tables, in every package of every room."""


def import_models() -> None:
    """Import every module that holds tables, so that the metadata is whole."""
    for name in _modules():
        if name.rpartition(".")[2] in TABLES:
            importlib.import_module(name)


def _modules() -> Iterator[str]:
    for room in (core, bot, watch, digest):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            yield module.name


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Give the configured database, brought up to date; raises as `migrate` does."""
    if settings.database_url.startswith("sqlite"):
        settings.service.data_folder.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def migrate(database: Database) -> str | None:
    """Bring the database to the newest revision.

    An SQLite file that will change is copied first, beside itself. Returns the revision
    reached when something changed, None when it was up to date. Raises DatabaseError when
    the file is not a database or is of a later version, or the server cannot be reached.
    """
    current, newest = await revisions(database)
    if current == newest:
        return None
    if database.is_sqlite and current is not None:
        log.info("database.backed_up", file=str(_backup(database, current)))
    with _clear_errors():
        async with _alone(database) as connection:
            await connection.run_sync(_upgrade, _config())
    log.info("database.migrated", revision=newest, before=current)
    return newest


async def revisions(database: Database) -> tuple[str | None, str | None]:
    """Return the database's revision (None: it is empty), and the newest one known.

    Raises DatabaseError as `migrate` does.
    """
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    with _clear_errors():
        async with database.engine.connect() as connection:
            return await connection.run_sync(_current), newest


@contextlib.asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[AsyncConnection]:
    """Give a connection in a transaction that no other process migrates in.

    SQLite changes a table by making it anew: what refers to it is looked at once, at the end
    (https://www.sqlite.org/lang_altertable.html, otheralter). Raises DatabaseError when it is
    broken: nothing has changed then.
    """
    writer = database.engine.execution_options(relais_write=True)
    if not database.is_sqlite:
        async with writer.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            yield connection
        return
    async with writer.connect() as connection:
        await _foreign_keys(connection, "OFF")
        try:
            async with connection.begin():
                yield connection
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
                if broken is not None:
                    raise DatabaseError(
                        f"the database cannot be migrated: {broken[0]} would refer to nothing",
                        hint="report it, with the revision of the copy that was made",
                    )
        finally:
            await _foreign_keys(connection, "ON")


async def _foreign_keys(connection: AsyncConnection, switch: Literal["ON", "OFF"]) -> None:
    """Have SQLite look at foreign keys, or not; within a transaction it would take no notice."""
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    await (await driver.execute(f"PRAGMA foreign_keys={switch}")).close()


@contextlib.contextmanager
def _clear_errors() -> Iterator[None]:
    """Say in an operator's words what a driver or Alembic raises."""
    try:
        yield
    except DriverError as error:
        raise DatabaseError(
            f"the database cannot be used: {error.orig}",
            hint="check database.url; for SQLite, that the file is one of Relais",
        ) from error
    except CommandError as error:
        raise DatabaseError(
            f"the database is at a revision that this version does not know: {error}",
            hint="install the version of Relais that wrote it, or restore a backup",
        ) from error
    except OSError as error:
        raise DatabaseError(
            f"the database cannot be reached: {error}",
            hint="check database.url, and that the server runs",
            permanent=False,
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _backup(database: Database, revision: str) -> Path:
    """Copy the file as it is at `revision`, by SQLite's own backup."""
    file = Path(database.engine.url.database or "")
    copy = file.with_name(f"{file.name}.before-{revision}")
    create_private(str(copy))
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    return copy
