"""The database's schema: brought up to date at start, after a backup."""

import contextlib
import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError as DriverError

import bot
import core
import digest
import watch
from core.db import Database, create_private
from core.errors import DatabaseError

log = structlog.get_logger()

LOCK = 7_305_806_121
"""The advisory lock that lets one process migrate while the others wait (PostgreSQL)."""

TABLES = ("models", "acts", "contributions")
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
        writer = database.engine.execution_options(relais_write=True)
        async with writer.begin() as connection:
            if not database.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
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
