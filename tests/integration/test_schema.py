"""Migrations: they run at start, after a backup, and lead to the tables that the code knows."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from core.db import Base, Database
from core.errors import DatabaseError
from relais.schema import import_models, migrate
from tests.files import rights_in


async def test_the_migrations_lead_to_the_tables_that_the_code_knows(
    empty_database: Database,
) -> None:
    assert await migrate(empty_database) is not None
    import_models()

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with empty_database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(empty_database: Database) -> None:
    await migrate(empty_database)
    assert await migrate(empty_database) is None


async def test_an_older_file_is_backed_up_before_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "relais.sqlite3"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    async with database.write() as session:
        await session.execute(
            text("INSERT INTO departments (code, name) VALUES ('63', 'Puy-de-Dôme')")
        )
        await session.execute(text("DROP TABLE alembic_version"))
        await session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        await session.execute(text("INSERT INTO alembic_version VALUES ('unknown')"))
    with pytest.raises(DatabaseError) as caught:
        await migrate(database)
    await database.close()
    assert "revision" in caught.value.what
    copy = sqlite3.connect(tmp_path / "relais.sqlite3.before-unknown")
    assert copy.execute("SELECT name FROM departments").fetchall() == [("Puy-de-Dôme",)]
    copy.close()
    assert set(rights_in(tmp_path).values()) == {0o600}, "people's data is its owner's only"


async def test_a_file_that_is_no_database_is_a_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "relais.sqlite3"
    file.write_bytes(b"this is a photograph" * 200)
    database = Database(f"sqlite+aiosqlite:///{file}")
    with pytest.raises(DatabaseError) as caught:
        await migrate(database)
    await database.close()
    assert "not a database" in caught.value.what
    assert file.read_bytes() == b"this is a photograph" * 200


async def test_a_server_that_is_away_is_a_clear_line() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/relais")
    with pytest.raises(DatabaseError) as caught:
        await migrate(database)
    await database.close()
    assert caught.value.hint
