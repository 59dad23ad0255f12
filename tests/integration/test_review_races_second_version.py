"""A database of the second version, with news in it, becomes one of this version."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select

import relais.migrations
from core.db import Database
from relais.schema import migrate
from watch.desk.store import some, untold
from watch.health.notices import next_silence
from watch.models import Source, Story

SEEN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

ROWS = Path(__file__).parents[1] / "second_version.sql"


async def second_version(database: Database) -> None:
    """Bring a database to the second revision, with a source that brought a story."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(relais.migrations.__path__[0])))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")

    writer = database.engine.execution_options(relais_write=True)
    async with writer.begin() as connection:
        await connection.run_sync(upgrade)
        if not database.is_sqlite:
            await connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        for statement in ROWS.read_text().split(";\n"):
            if statement.strip():
                await connection.exec_driver_sql(statement)


@pytest.fixture
async def older(empty_database: Database) -> Database:
    await second_version(empty_database)
    return empty_database


async def test_rows_of_the_second_version_are_what_the_watch_expects(older: Database) -> None:
    await migrate(older)
    async with older.read() as session:
        story = await session.get_one(Story, 1)
        assert (story.signature, story.evidence, story.dates, story.folded) == (b"", {}, [], False)
        source = (await session.scalars(select(Source))).one()
    assert (source.kind, source.selectors, source.origin) == ("feed", {}, "config")


async def test_what_the_second_version_counted_is_not_shown_again(older: Database) -> None:
    await migrate(older)
    async with older.read() as session:
        assert not await some(session, untold(folding=True))
        assert (await session.get_one(Story, 1)).counted_at is None
        assert (await session.get_one(Story, 2)).counted_at == SEEN


async def test_the_sources_of_the_second_version_may_be_found_quiet(older: Database) -> None:
    await migrate(older)
    async with older.read() as session:
        assert await next_silence(session) == SEEN
