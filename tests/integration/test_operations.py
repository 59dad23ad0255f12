"""What operators do from the command line: import, invite."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import select

from bot.answers.models import Answer
from core.db import Database
from core.errors import InputError
from core.people.models import Person, Territory
from core.settings import DatabaseSettings, ServiceSettings, Settings, TelegramSettings
from relais import operations
from tests.bot_api import TOKEN, running_bot_api


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database=DatabaseSettings(url=database_url), service=ServiceSettings(data_folder=tmp_path)
    )


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture(autouse=True)
def _no_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture's database has its tables already, without Alembic's mark."""

    async def nothing(_database: Database) -> None:
        return None

    monkeypatch.setattr("relais.schema.migrate", nothing)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


async def test_files_are_imported_in_the_order_that_they_need(
    settings: Settings, console: Console, database: Database, tmp_path: Path
) -> None:
    people = written(tmp_path, "people.csv", "code,given_name,family_name\nP1,Odile,Vernhet\n")
    memberships = written(
        tmp_path, "memberships.csv", "person,role,territory,since\nP1,agent,orsanne,2024-01-01\n"
    )
    territories = written(
        tmp_path, "territories.csv", "code,name,department\norsanne,Pays d’Orsanne,63\n"
    )
    departments = written(tmp_path, "departments.csv", "code,name\n63,Puy-de-Dôme\n")
    files = [memberships, people, territories, departments]
    assert await operations.import_directory(settings, files, console) == 0
    assert "memberships.csv: 1 created, 0 updated, 0 unchanged, 0 left out" in said(console)
    async with database.read() as session:
        assert await session.scalar(select(Territory.name)) == "Pays d’Orsanne"


async def test_a_bad_line_is_named_and_the_rest_goes_in(
    settings: Settings, console: Console, database: Database, tmp_path: Path
) -> None:
    text = "code,given_name,family_name,email\nP1,Odile,V,not-an-address\nP2,Karim,A,\n"
    people = written(tmp_path, "people.csv", text)
    assert await operations.import_directory(settings, [people], console) == 1
    assert "1 created, 0 updated, 0 unchanged, 1 left out" in said(console)
    assert "line 2: " in said(console)
    async with database.read() as session:
        assert await session.scalar(select(Person.code)) == "P2"


async def test_a_file_of_another_name_is_refused_with_the_names_known(
    settings: Settings, console: Console, tmp_path: Path
) -> None:
    other = written(tmp_path, "contacts.csv", "code\n")
    with pytest.raises(InputError) as caught:
        await operations.import_directory(settings, [other], console)
    assert "territories.csv" in caught.value.hint


async def test_validated_answers_are_imported(
    settings: Settings, console: Console, database: Database, tmp_path: Path
) -> None:
    header = "code,question,answer,theme,sources,stated_on,review_on\n"
    good = "zrr,Les ZRR existent-elles encore ?,Non.,,CGI,2026-11-16,2027-11-16\n"
    bad = "vide,,,,,2026-11-16,\n"
    file = written(tmp_path, "answers.csv", header + good + bad)
    assert await operations.import_answers(settings, file, console) == 1
    assert "answers.csv: 1 created, 0 updated, 0 unchanged, 1 left out" in said(console)
    assert "line 3: " in said(console)
    async with database.read() as session:
        assert await session.scalar(select(Answer.code)) == "zrr"


async def with_odile(database: Database) -> None:
    async with database.write() as session:
        session.add(
            Person(code="P1", given_name="Odile", family_name="V", email="odile@orsanne.example")
        )


async def test_an_invitation_names_the_bot(
    settings: Settings, console: Console, database: Database
) -> None:
    await with_odile(database)
    async with running_bot_api() as api:
        telegram = TelegramSettings(token=SecretStr(TOKEN), api_url=api.root)
        given = settings.model_copy(update={"telegram": telegram})
        await operations.invite(given, " Odile@Orsanne.example", timedelta(days=14), console)
    assert "https://t.me/relais_bot?start=" in said(console)
    assert "Good once, for 14 days." in said(console)


async def test_an_invitation_leaves_the_bots_name_to_fill_in_when_it_cannot_be_asked(
    settings: Settings, console: Console, database: Database
) -> None:
    await with_odile(database)
    await operations.invite(settings, "odile@orsanne.example", timedelta(days=14), console)
    assert "https://t.me/<your bot>?start=" in said(console)


async def test_nobody_unknown_is_invited(settings: Settings, console: Console) -> None:
    with pytest.raises(InputError, match="nobody in the directory"):
        await operations.invite(settings, "who@orsanne.example", timedelta(days=14), console)
