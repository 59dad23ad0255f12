"""Lists of who was connected, sent in chat; sheets from the command line."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select, update

from core.chat import Ask, Button, File, Redraw, Response, Text, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import FileError, InputError
from core.files import kept
from core.settings import Settings
from digest.seminars import documents, store
from digest.seminars.attendance import names
from digest.seminars.attendance.models import Attendance, Connection
from digest.seminars.attendance.remote import minutes_of
from digest.seminars.evidence.tables import Tables
from digest.seminars.models import Registration, Seminar
from relais import schema, seminar_sheets
from tests.seminars import ODILE, SeminarHouse, plain, seminar_settings

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)  # 9:30 in Paris
LIST = """Name;Email;Join;Left
I. Roche;INES@orsanne.example;09:20;12:30
vidal marc;;09:30;09:45
Paul (salle 3);;09:30;12:00
Inconnue;inconnue@ailleurs.example;14:00;16:30
"""


class SentFiles:
    """The chat's files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def fetch(self, file_id: str) -> bytes:
        if file_id not in self.files:
            raise FileError("gone", permanent=True)
        return self.files[file_id]


@pytest.fixture
def sent() -> SentFiles:
    return SentFiles()


@pytest.fixture
async def house(database: Database, sent: SentFiles) -> SeminarHouse:
    made = SeminarHouse(database, FixedClock(NOW), seminar_settings(), sent)
    await made.settle_in()
    return made


async def send(house: SeminarHouse, ask: Response, *files: File) -> Sequence[Response]:
    assert isinstance(ask, Ask)
    form = house.form(ask.form)
    answer = {"text": "", "files": [asdict(file) for file in files]}
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # the house's own tests
        return await form.finish(turn, {**ask.values, "list": answer})


async def push(house: SeminarHouse, shown: Response, label: str) -> Redraw:
    """Press the button of a message that says `label`; return the message as it is then."""
    assert isinstance(shown, Redraw)
    buttons = [button for row in shown.keyboard for button in row]
    (found,) = [each for each in buttons if plain(house.parts.renderer.plain(each.label)) == label]
    (redrawn,) = await pressed(house, found)
    assert isinstance(redrawn, Redraw)
    return redrawn


async def pressed(house: SeminarHouse, button: Button) -> Sequence[Response]:
    (action,) = [e for room in house.rooms for e in room.actions if e.name == button.action]
    assert button.reference is not None
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # as above
        return await action.handler(turn, button.reference, button.version)


async def imported(house: SeminarHouse, sent: SentFiles, seminar: int, data: bytes) -> str:
    """Send a list; return what is said of it."""
    (ask,) = await house.press("attendance.remote", seminar)
    (said,) = await send(house, ask, File("document", "list", "u1", "liste.csv", "text/csv", 10))
    assert "Bien reçu" in house.said(said)
    sent.files = {"list": data}
    await house.tick("attendance.files")
    rows = await house.rows("attendance.noted")
    return plain((await house.chat_post(rows[-1])).text)


async def there(house: SeminarHouse) -> set[tuple[str, str]]:
    async with house.database.read() as session:
        rows = await session.scalars(select(Attendance).where(Attendance.present))
        return {(row.identity, row.source) for row in rows}


async def test_who_was_connected_is_noted_and_no_address_is_kept(
    house: SeminarHouse, sent: SentFiles
) -> None:
    seminar = await house.seminar(STARTS, 2, 3, 4, video_url="https://visio.example/x")
    (early,) = await house.press("attendance.remote", seminar)
    assert isinstance(early, Toast)
    house.clock.set(STARTS + timedelta(hours=8))
    said = await imported(house, sent, seminar, LIST.encode("utf-16"))
    assert "Liste lue : 4 personnes connectées. 2 reconnues." in said
    assert "2 connexions sont à identifier" in said
    assert await there(house) == {("person:2", "remote")}  # Marc stayed a quarter of an hour
    async with house.database.read() as session:
        (document,) = await documents.of(session, seminar, "remote")
        blob = await kept(session, document.hash)
        assert blob is not None
        assert "@" not in blob.data.decode()
        assert "I. Roche;Inès Roche;180;0" in blob.data.decode()
        assert "@" not in str([vars(row) for row in await session.scalars(select(Connection))])
        assert (await minutes_of(session, seminar))["person:3"] != {}


async def test_absences_noted_before_the_list_do_not_outlast_it(
    house: SeminarHouse, sent: SentFiles
) -> None:
    """« Les autres absents », pressed in the room, says nothing of those who are remote."""
    seminar = await house.seminar(STARTS, 2, 3, video_url="https://visio.example/x")
    async with house.database.write() as session:
        await session.execute(update(Registration).values(mode="remote"))
    house.clock.set(STARTS + timedelta(hours=8))
    (half_day, _) = await half_days_of(house, seminar)
    others = Button(Text("", ""), "attendance.others", names.place_reference(half_day, 0))
    await pressed(house, others)
    assert await noted(house, half_day) == {}
    await imported(house, sent, seminar, LIST.encode())
    await pressed(house, others)
    assert await noted(house, half_day) == {"person:2": True, "person:3": False}


async def test_two_devices_of_somebody_count_as_one_in_the_evidence(
    house: SeminarHouse, sent: SentFiles
) -> None:
    seminar = await house.seminar(STARTS, 2, video_url="https://visio.example/x")
    house.clock.set(STARTS + timedelta(hours=8))
    data = LIST + "Téléphone d’Inès;ines@orsanne.example;12:20;12:30\n"
    await imported(house, sent, seminar, data.encode())
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
    table = await Tables(house.parts, row).remote()
    assert table is not None
    assert "ROCHE Inès;;180\r\n" in table.decode()


async def half_days_of(house: SeminarHouse, seminar: int) -> Sequence[int]:
    async with house.database.read() as session:
        return [each.id for each in await store.half_days(session, seminar)]


async def noted(house: SeminarHouse, half_day: int) -> dict[str, bool]:
    async with house.database.read() as session:
        rows = await session.scalars(select(Attendance).where(Attendance.half_day_id == half_day))
        return {row.identity: row.present for row in rows}


async def test_unmatched_connections_are_decided_one_by_one(
    house: SeminarHouse, sent: SentFiles
) -> None:
    seminar = await house.seminar(STARTS, 2, 3, 4, video_url="https://visio.example/x")
    house.clock.set(STARTS + timedelta(hours=8))
    await imported(house, sent, seminar, LIST.encode())
    (shown,) = await house.press("attendance.unmatched", seminar)
    assert "De qui s’agit-il ? <b>Inconnue</b>" in house.said(shown)
    shown = await push(house, shown, "Quelqu’un d’autre")
    assert "<b>Paul</b>" in house.said(shown)
    asked = shown
    shown = await push(house, shown, "C’est SANS-ADRESSE Paul")
    assert "Toutes les connexions sont identifiées." in house.said(shown)
    assert await there(house) == {
        ("person:2", "remote"),
        ("person:4", "remote"),
        ("walk_in:inconnue", "remote"),
    }
    assert isinstance(asked, Redraw)
    (late,) = await pressed(house, asked.keyboard[-2][1])
    assert "a déjà été traitée" in house.said(late)
    await imported(house, sent, seminar, LIST.encode() + b"Salle 3;;09:30;12:30\n")
    (shown,) = await house.press("attendance.unmatched", seminar)
    await push(house, shown, "Ne pas compter")
    assert len(await there(house)) == 3
    said = await imported(house, sent, seminar, LIST.encode() + b"Salle 3;;09:30;12:30\n")
    assert "rapprocher" not in said


async def test_what_is_no_list_is_said(house: SeminarHouse, sent: SentFiles) -> None:
    seminar = await house.seminar(STARTS, 2, video_url="https://visio.example/x")
    house.clock.set(STARTS + timedelta(hours=8))
    (ask,) = await house.press("attendance.remote", seminar)
    said, _ = await send(house, ask, File("photo", "p", "u2"))
    assert "Il faut un seul fichier CSV" in house.said(said)
    (said,) = await send(house, ask, File("document", "b", "u3", "l.csv", "text/csv", 30_000_000))
    assert "dépasse 20 Mo" in house.said(said)
    assert "Aucune liste de participants" in await imported(house, sent, seminar, b"a;b\n1;2\n")


async def test_sheets_are_written_from_the_command_line(tmp_path: Path) -> None:
    settings = Settings.model_validate({"service": {"data_folder": str(tmp_path)}})
    async with schema.opened(settings) as database:
        house = SeminarHouse(database, FixedClock(NOW), seminar_settings())
        await house.settle_in()
        seminar = await house.seminar(STARTS, 2, 3)
    console = Console(record=True, width=200)
    file = tmp_path / "feuille.pdf"
    assert await seminar_sheets.write(settings, seminar, 2, file, console) == 0
    assert file.read_bytes().startswith(b"%PDF-")
    assert await seminar_sheets.write(settings, seminar, None, file, console) == 0
    assert (tmp_path / "feuille-1.pdf").exists()
    assert (tmp_path / "feuille-2.pdf").exists()
    assert "2027-03-12 afternoon, 2 people" in console.export_text()
    with pytest.raises(InputError, match="no half-day 3"):
        await seminar_sheets.write(settings, seminar, 3, file, console)
    with pytest.raises(InputError, match="no seminar 99"):
        await seminar_sheets.write(settings, 99, None, file, console)
