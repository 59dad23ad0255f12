"""Importing and exporting the base: what comes out goes in again as it was."""

import io
import json
from pathlib import Path
from typing import Literal

import pytest
from rich.console import Console
from sqlalchemy import select

from bot.answers.exporting import COLUMNS, export_answers
from bot.answers.importing import import_answers, read_file
from bot.answers.models import Answer, AnswerRevision, AnswerVariant
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.people.models import Theme
from core.settings import DatabaseSettings, ServiceSettings, Settings
from relais import operations
from tests.answers import Desk, open_base
from tests.hotline import JEANNE

Format = Literal["csv", "json"]

WHOLE = {
    "answers": [
        {
            "code": "tvlh",
            "state": "validated",
            "question": '=HYPERLINK("x") ? Les « logements »,\n« vacants »;',
            "answer": "-Oui.\r\n\n'Non', peut-être.",
            "variants": ["+ taxe", "'=1", "Logements vides"],
            "theme": "habitat",
            "sources": "CGI, art. 1406 bis\nhttps://a.example/?a=1;b",
            "stated_on": "2026-11-02",
            "review_on": "2027-02-01",
            "validated_at": "2026-11-03T09:30:00.123456+00:00",
            "withdrawn_at": None,
            "origin": 4821,
            "revises": None,
        },
        {
            "code": "frr",
            "state": "withdrawn",
            "question": "Q ?",
            "answer": "R.",
            "variants": [],
            "theme": None,
            "sources": "",
            "stated_on": "2026-10-15",
            "review_on": None,
            "validated_at": "2026-10-16T09:30:00+00:00",
            "withdrawn_at": "2026-11-16T09:30:00+00:00",
            "origin": None,
            "revises": None,
        },
        {
            "code": "tvlh-revision",
            "state": "draft",
            "question": "",
            "answer": "",
            "variants": ["Autrement"],
            "theme": None,
            "sources": "",
            "stated_on": "2026-11-20",
            "review_on": "2027-11-20",
            "validated_at": None,
            "withdrawn_at": None,
            "origin": None,
            "revises": "tvlh",
        },
        {
            "code": "relue",
            "state": "in_review",
            "question": "Q2 ?",
            "answer": "R2.",
            "variants": [],
            "theme": None,
            "sources": "",
            "stated_on": "2026-11-20",
            "review_on": None,
            "validated_at": None,
            "withdrawn_at": None,
            "origin": None,
            "revises": None,
        },
    ]
}


async def exported(database: Database, form: Format) -> bytes:
    async with database.read() as session:
        data, _ = await export_answers(session, form)
        return data


async def imported(database: Database, clock: FixedClock, data: bytes) -> tuple[int, int, int]:
    async with database.write() as session:
        report = await import_answers(session, read_file(data), clock.now())
    assert report.errors == ()
    return report.created, report.updated, report.unchanged


async def with_theme(database: Database) -> None:
    async with database.write() as session:
        session.add(Theme(code="habitat", name="Habitat", words=[]))


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_what_is_exported_comes_back_as_it_was(
    database: Database, clock: FixedClock, form: Format
) -> None:
    await with_theme(database)
    assert await imported(database, clock, json.dumps(WHOLE).encode()) == (4, 0, 0)
    whole = await exported(database, "json")
    assert json.loads(whole) == WHOLE
    file = await exported(database, form)
    assert await imported(database, clock, file) == (0, 0, 4)
    async with database.write() as session:
        for table in (AnswerRevision, AnswerVariant):
            for row in await session.scalars(select(table)):
                await session.delete(row)
        await session.flush()
        for answer in await session.scalars(select(Answer).order_by(Answer.id.desc())):
            await session.delete(answer)
            await session.flush()
    assert await imported(database, clock, file) == (4, 0, 0)
    assert await exported(database, "json") == whole


async def test_no_spreadsheet_takes_a_cell_for_a_formula(
    database: Database, clock: FixedClock
) -> None:
    await with_theme(database)
    await imported(database, clock, json.dumps(WHOLE).encode())
    text = (await exported(database, "csv")).decode("utf-8-sig")
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert "\"'=HYPERLINK(" in text
    assert "\"'-Oui." in text


async def test_what_a_file_does_not_say_is_left_as_it_is(
    database: Database, clock: FixedClock
) -> None:
    await with_theme(database)
    await imported(database, clock, json.dumps(WHOLE).encode())
    text = "code,question,answer,stated_on\nfrr,Q ?,Autre.,2026-10-15\ntvlh,Q,R,2026-11-02\n"
    assert await imported(database, clock, text.encode()) == (0, 2, 0)
    read = {each["code"]: each for each in json.loads(await exported(database, "json"))["answers"]}
    assert (read["frr"]["state"], read["frr"]["answer"]) == ("withdrawn", "Autre.")
    assert read["tvlh"]["variants"] == ["+ taxe", "'=1", "Logements vides"]
    async with database.read() as session:
        lines = await session.execute(
            select(AnswerRevision.number, AnswerRevision.what, AnswerRevision.answer)
            .join(Answer)
            .where(Answer.code == "frr")
            .order_by(AnswerRevision.number)
        )
        assert [tuple(line) for line in lines] == [
            (1, "imported", "R."),
            (2, "imported", "Autre."),
        ]


async def test_a_draft_made_in_chat_goes_out_and_in(database: Database, clock: FixedClock) -> None:
    desk = Desk(await open_base(database, clock))
    await desk.validated()
    await desk.propose(JEANNE)
    before = await exported(database, "json")
    assert await imported(database, clock, await exported(database, "csv")) == (0, 0, 1)
    assert await exported(database, "json") == before


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xff\xfe", "this is not UTF-8"),
        (b"{", "this is not JSON (line 1)"),
        (b'{"answers": 3}', "there are no answers"),
        (b"[3]", "there are no answers"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, what: str) -> None:
    with pytest.raises(InputError) as caught:
        read_file(data)
    assert caught.value.what == what
    assert caught.value.hint


def test_semicolons_are_read_too() -> None:
    assert read_file("\ufeffcode;question\na;Oui, non ?\n".encode()) == [
        {"code": "a", "question": "Oui, non ?"}
    ]
    assert read_file(b"") == []


async def test_a_revision_of_nothing_is_left_out(database: Database, clock: FixedClock) -> None:
    row = {"code": "b", "state": "draft", "stated_on": "2026-11-20", "revises": "rien"}
    async with database.write() as session:
        report = await import_answers(session, [row], clock.now())
    [error] = report.errors
    assert (error.line, error.what) == (2, "unknown answer 'rien'")


@pytest.fixture
def _no_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture's database has its tables already, without Alembic's mark."""

    async def nothing(_database: Database) -> None:
        return None

    monkeypatch.setattr("relais.schema.migrate", nothing)


@pytest.mark.usefixtures("_no_migration")
async def test_operators_export_to_a_file_and_import_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await with_theme(database)
    settings = Settings(
        database=DatabaseSettings(url=database_url), service=ServiceSettings(data_folder=tmp_path)
    )
    console = Console(file=io.StringIO(), width=200)
    source = tmp_path / "base.json"
    source.write_text(json.dumps(WHOLE), encoding="utf-8")
    assert await operations.import_answers(settings, source, console) == 0
    for name in ("out.csv", "out.json"):
        assert await operations.export_answers(settings, tmp_path / name, console) == 0
        assert await operations.import_answers(settings, tmp_path / name, console) == 0
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "base.json: 4 created, 0 updated, 0 unchanged, 0 left out" in said
    assert "out.csv: 4 answers" in said
    assert said.count("0 created, 0 updated, 4 unchanged, 0 left out") == 2
    for bad in ("out.xls", "none/out.csv"):
        with pytest.raises(InputError):
            await operations.export_answers(settings, tmp_path / bad, console)
    with pytest.raises(InputError, match="cannot be read"):
        await operations.import_answers(settings, tmp_path / "absent.csv", console)
