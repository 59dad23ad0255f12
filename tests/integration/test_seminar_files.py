"""Meetings planned from files, on the command line."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select

from core.clock import SystemClock
from core.db import Database
from core.errors import InputError
from core.people.models import Person
from core.settings import Settings
from digest.seminars import store
from digest.seminars.models import Seminar, Speaker
from relais import seminar_files

GOOD = (
    "kind;title;when;place;speakers\n"
    "séminaire;Accueillir 🎉;12/03/2999 de 9h30 à 17h;Ambert;Anne Duval, maire\n"
)


@pytest.fixture
def database(empty_database: Database) -> Database:
    """Give a database that the command brings up to date itself."""
    return empty_database


@pytest.fixture
def settings(database: Database) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings.model_validate({"database": {"url": url}, "service": {"secret": "for tests"}})


async def told(settings: Settings, file: Path, *, dry: bool = False) -> tuple[int, str]:
    """Return the exit code, and what was printed."""
    out = io.StringIO()
    code = await seminar_files.add(settings, file, Console(file=out, width=200), dry=dry)
    return code, out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


async def planned(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Seminar.title).order_by(Seminar.id)))


def soon(text: str) -> str:
    """Put a date within the years that can be planned."""
    return text.replace("2999", str(SystemClock().now().year + 2))


async def test_a_file_is_planned_once(
    settings: Settings, database: Database, file: Callable[[str, str], Path]
) -> None:
    path = file("a.csv", soon(GOOD))
    code, said = await told(settings, path, dry=True)
    assert (code, await planned(database)) == (0, [])
    assert "a.csv: 1 would be planned, 0 there already" in said
    async with database.write() as session:
        session.add(Person(given_name="Anne", family_name="Duval"))
    code, said = await told(settings, path)
    assert (code, await planned(database)) == (0, ["Accueillir 🎉"])
    assert "draft number 1: Accueillir 🎉" in said
    code, said = await told(settings, path)
    assert (code, await planned(database)) == (0, ["Accueillir 🎉"])
    assert "a.csv: 0 planned, 1 there already" in said
    async with database.read() as session:
        seminar = await session.get_one(Seminar, 1)
        assert (seminar.state, seminar.place) == ("draft", "Ambert")
        assert len(await store.half_days(session, 1)) == 2
        (speaker,) = await session.scalars(select(Speaker))
        assert (speaker.name, speaker.function) == ("Anne Duval", "maire")
        assert speaker.party == "person:1", "who is of the directory gets the minutes too"


async def test_nothing_is_written_when_a_line_is_wrong(
    settings: Settings, database: Database, file: Callable[[str, str], Path]
) -> None:
    await told(settings, file("none.csv", "kind;title;when\n"))
    path = file("a.csv", soon(GOOD + "atelier;Raté;29/02/2027 9h;;\n"))
    code, said = await told(settings, path)
    assert (code, await planned(database)) == (1, [])
    assert "line 3: when: there is no 29 February that year" in said
    path = file("a.toml", 'kind = "fête"\n')
    code, said = await told(settings, path)
    assert code == 1
    assert "block 1: kind: 'fête' is unknown" in said
    with pytest.raises(InputError, match="cannot be read"):
        await told(settings, path.with_name("other.csv"))
