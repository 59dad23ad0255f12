"""Operators look at the directory and invite from it."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select

from core.acts import Act
from core.db import Database
from core.people.models import Membership, Person, Territory
from core.settings import DatabaseSettings, ServiceSettings, Settings
from relais import operations

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database=DatabaseSettings(url=database_url), service=ServiceSettings(data_folder=tmp_path)
    )


@pytest.fixture
async def network(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    async def up_to_date(_database: Database) -> None:
        """Leave the tables as the fixture made them."""

    monkeypatch.setattr("relais.schema.migrate", up_to_date)
    async with database.write() as session:
        territory = Territory(code="orsanne", name="Pays d’Orsanne", department="63")
        claire = Person(given_name="Claire", family_name="Vidal", email="claire@orsanne.example")
        marc = Person(given_name="Marc", family_name="Besse", blocked_at=SINCE)
        erased = Person(given_name="", family_name="")
        session.add_all([territory, claire, marc, erased])
        await session.flush()
        session.add_all(
            [
                Membership(
                    person_id=claire.id, role="agent", territory_id=territory.id, since=SINCE
                ),
                Membership(person_id=marc.id, role="agent", since=SINCE),
            ]
        )
    return database


async def printed(settings: Settings, words: str) -> str:
    console = Console(file=io.StringIO(), width=200)
    assert await operations.list_people(settings, words, console) == 0
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.usefixtures("network")
async def test_everybody_is_listed_but_who_was_erased(settings: Settings) -> None:
    assert await printed(settings, "") == (
        "Marc Besse  -  blocked\nClaire Vidal  claire@orsanne.example  agent (Pays d’Orsanne)\n"
    )


@pytest.mark.usefixtures("network")
async def test_some_are_listed_by_a_name_or_a_place(settings: Settings) -> None:
    assert (await printed(settings, "ORSANNE")).startswith("Claire Vidal")
    assert await printed(settings, "nobody") == ""


async def test_an_invitation_by_an_operator_leaves_a_trace(
    settings: Settings, network: Database
) -> None:
    console = Console(file=io.StringIO())
    await operations.invite(settings, "claire@orsanne.example", timedelta(days=7), console)
    async with network.read() as session:
        act = (await session.scalars(select(Act))).one()
    assert (act.actor, act.verb) == ("system:relais", "person.invite")
