"""The day of a meeting: the sheet, who came, walk-ins, the signed sheet."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from core.chat import Ask, Button, DocumentToMake, File, Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import FileError
from core.files import kept
from core.reference import Reference
from digest.seminars import documents, store
from digest.seminars.attendance import store as attendance
from digest.seminars.attendance.card import buttons
from digest.seminars.attendance.models import Attendance, AwaitedFile
from digest.seminars.attendance.sheet import sheet_html
from digest.seminars.models import HalfDay, Registration, Seminar, Speaker
from tests.seminars import ODILE, SeminarHouse, plain, seminar_settings

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)  # 9:30 in Paris
PDF = b"%PDF-1.7 signed"
JPEG = b"\xff\xd8\xff\xe0 signed"


class SentFiles:
    """The chat's files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def fetch(self, file_id: str) -> bytes:
        if file_id not in self.files:
            raise FileError("not there yet")
        return self.files[file_id]


@pytest.fixture
def sent() -> SentFiles:
    return SentFiles()


@pytest.fixture
async def house(database: Database, sent: SentFiles) -> SeminarHouse:
    made = SeminarHouse(database, FixedClock(NOW), seminar_settings(), sent)
    await made.settle_in()
    return made


async def half_days(house: SeminarHouse, seminar: int) -> Sequence[HalfDay]:
    async with house.database.read() as session:
        return await store.half_days(session, seminar)


async def press(house: SeminarHouse, action: str, kind: str, identity: str) -> Sequence[Response]:
    (found,) = [each for room in house.rooms for each in room.actions if each.name == action]
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # the house's own tests
        return await found.handler(turn, Reference("attendance", kind, identity), 0)


async def push(house: SeminarHouse, shown: Response, label: str) -> Sequence[Response]:
    """Press the button of a message that says `label`."""
    assert isinstance(shown, Reply | Redraw)
    found = [
        button
        for row in shown.keyboard
        for button in row
        if plain(house.parts.renderer.plain(button.label)).startswith(label)
    ]
    assert len(found) == 1, house.labels(shown)
    return await press_button(house, found[0])


async def press_button(house: SeminarHouse, button: Button) -> Sequence[Response]:
    (action,) = [e for room in house.rooms for e in room.actions if e.name == button.action]
    assert button.reference is not None
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # as above
        return await action.handler(turn, button.reference, button.version)


async def finish(house: SeminarHouse, ask: Response, **values: object) -> Sequence[Response]:
    assert isinstance(ask, Ask)
    form = house.form(ask.form)
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # as above
        return await form.finish(turn, {**ask.values, **values})


async def roll_of(house: SeminarHouse, seminar: int) -> Response:
    """Open « Noter les présences » of the first half-day."""
    (first, *_) = await half_days(house, seminar)
    (shown,) = await press(house, "attendance.roll", "place", f"{first.id}-0")
    return shown


async def presences(house: SeminarHouse, seminar: int) -> dict[str, bool]:
    async with house.database.read() as session:
        return dict(await attendance.presence(session, seminar))


async def test_the_card_offers_the_day_once_a_meeting_is_published(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
    ((button,),) = buttons(row, NOW)
    assert house.parts.renderer.plain(button.label) == "Le jour J"
    ((button,),) = buttons(row, STARTS)
    assert house.parts.renderer.plain(button.label) == "Présences et retours"
    (panel,) = await press_button(house, button)
    assert "<b>Vendredi 12 mars, matin</b>\n0 présence, 0 absence, 1 à noter" in house.said(panel)
    row.state = "draft"
    assert buttons(row, NOW) == ()


async def test_the_sheet_has_who_comes_and_neither_address_nor_phone(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2, 3)
    async with house.database.write() as session:
        marc = await session.scalar(select(Registration).where(Registration.party == "person:3"))
        assert marc is not None
        marc.state, marc.represented_by = "represented", "Jeanne Petit"
        session.add(
            Speaker(seminar_id=seminar, name="Amélie Font", part="speaker", organisation="UCA")
        )
    (morning, afternoon) = await half_days(house, seminar)
    (given,) = await press(house, "attendance.sheet", "half_day", str(morning.id))
    assert isinstance(given, DocumentToMake)
    assert given.name == "emargement-2027-03-12-matin.pdf"
    data = given.make() or b""
    assert data.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
        rows = await attendance.sheet_rows(session, house.parts, row, afternoon)
    page = plain(sheet_html(house.parts, row, afternoon, rows, NOW))
    assert "ROCHE Inès" in page
    assert "VIDAL Marc<small>représenté(e) par Jeanne Petit" in page
    assert "FONT Amélie<small>intervention" in page
    assert "Vendredi 12 mars 2027, après-midi, de 14 h 00 à 16 h 30" in page
    assert page.index("ROCHE") < page.index("VIDAL")
    assert page.count("<tr><td></td>") == house.parts.settings.seminars.blank_rows
    assert "@" not in page.replace("@page", "").replace("@bottom-right", "")


async def test_presses_note_who_was_there_once(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2, 3)
    shown = await roll_of(house, seminar)
    (early,) = await push(house, shown, "? ROCHE Inès")
    assert isinstance(early, Toast)
    house.clock.set(STARTS)
    (after,) = await push(house, shown, "? ROCHE Inès")
    (again,) = await push(house, shown, "? ROCHE Inès")  # a second animator's screen
    assert house.said(after) == house.said(again)
    assert "1 présence, 0 absence, 1 à noter" in house.said(again)
    assert await presences(house, seminar) == {"person:2": True}
    (others,) = [
        each for each in await push(house, again, "Les autres absents") if isinstance(each, Redraw)
    ]
    assert await presences(house, seminar) == {"person:2": True, "person:3": False}
    (changed,) = await push(house, others, "✗ VIDAL Marc")
    assert "2 présences, 0 absence, 0 à noter" in house.said(changed)
    async with house.database.read() as session:
        rows = (await session.scalars(select(Attendance))).all()
    assert len(rows) == 2
    assert {row.noted_by for row in rows} == {"person:1"}


async def test_everybody_present_leaves_what_was_noted(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2, 3, 4)
    house.clock.set(STARTS)
    shown = await roll_of(house, seminar)
    (shown,) = await push(house, shown, "? SANS-ADRESSE Paul")
    (shown,) = await push(house, shown, "✓ SANS-ADRESSE Paul")
    toast, shown = await push(house, shown, "Tous présents")
    assert house.said(toast) == "C’est noté : 2 personnes de plus sont présentes."
    assert await presences(house, seminar) == {
        "person:2": True,
        "person:3": True,
        "person:4": False,
    }


async def test_a_walk_in_is_added_and_one_that_is_known_is_recognised(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS, 2)
    house.clock.set(STARTS)
    shown = await roll_of(house, seminar)
    (ask,) = await push(house, shown, "Ajouter une personne")
    said, listed = await finish(
        house, ask, name="Zoé Lambert", organisation="Pays d’Orsanne", function=""
    )
    assert house.said(said) == "C’est noté : Zoé Lambert était présent(e)."
    assert "✓ LAMBERT Zoé – Pays d’Orsanne" in [plain(each) for each in house.labels(listed)]
    said, _ = await finish(house, ask, name="ines ROCHE", organisation="", function="")
    assert "figurait déjà" in house.said(said)
    assert await presences(house, seminar) == {"person:2": True}
    said, listed = await finish(house, ask, name="zoe lambert", organisation="", function="Élue")
    assert house.said(said) == "C’est noté : zoe lambert était présent(e)."
    assert "✓ LAMBERT zoe – Pays d’Orsanne" in [plain(each) for each in house.labels(listed)]
    async with house.database.read() as session:
        assert len((await session.scalars(select(Attendance))).all()) == 2


async def test_pages_of_names(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS)
    async with house.database.write() as session:
        for number in range(20):
            session.add(Speaker(seminar_id=seminar, name=f"Ada Nom{number:02}", part="speaker"))
    shown = await roll_of(house, seminar)
    assert "Page 1 sur 3" in house.said(shown)
    (shown,) = await push(house, shown, "Page suivante")
    assert "? NOM08 Ada" in house.labels(shown)
    (shown,) = await push(house, shown, "Page précédente")
    (shown,) = await push(house, shown, "Page précédente")
    assert "Page 3 sur 3" in house.said(shown)


async def send(
    house: SeminarHouse, ask: Response, first: Sequence[File], more: Sequence[File] = ()
) -> Sequence[Response]:
    given = [{"text": "", "files": [asdict(file) for file in files]} for files in (first, more)]
    return await finish(house, ask, pages=given[0], more=given[1])


async def test_the_signed_sheet_is_fetched_page_after_page(
    house: SeminarHouse, sent: SentFiles
) -> None:
    seminar = await house.seminar(STARTS, 2)
    (morning, _) = await half_days(house, seminar)
    (ask,) = await press(house, "attendance.scan", "half_day", str(morning.id))
    photo = File("photo", "one", "u1")
    paper = File("document", "two", "u2", "feuille.pdf", "application/pdf", 12)
    (said,) = await send(house, ask, [photo, photo], [paper])
    assert "Bien reçu (vendredi 12 mars, matin) : 3 fichiers." in house.said(said)
    sent.files = {"one": JPEG, "two": PDF}
    await house.tick("attendance.files")
    await house.tick("attendance.files")
    async with house.database.read() as session:
        found = await documents.of(session, seminar, "scan")
        assert [each.media_type for each in found] == ["image/jpeg", "application/pdf"]
        assert {each.half_day_id for each in found} == {morning.id}
        blob = await kept(session, found[1].hash)
        assert blob is not None
        assert blob.data == PDF
    (row,) = await house.rows("attendance.noted")
    assert row.recipient == "person:1"
    assert "est enregistrée : 2 fichiers" in plain((await house.chat_post(row)).text)


async def test_what_cannot_be_a_signed_sheet_is_said(house: SeminarHouse, sent: SentFiles) -> None:
    seminar = await house.seminar(STARTS, 2)
    (morning, _) = await half_days(house, seminar)
    (ask,) = await press(house, "attendance.scan", "half_day", str(morning.id))
    (none, _) = await send(house, ask, [])
    assert "Il faut un fichier" in house.said(none)
    big = File("document", "big", "u3", "feuille.pdf", "application/pdf", 30_000_000)
    sheet = File("document", "xls", "u4", "feuille.xls", "application/vnd.ms-excel", 12)
    (said,) = await send(house, ask, [big, sheet])
    assert "1 fichier dépasse 20 Mo" in house.said(said)
    assert "1 fichier n’est ni une photo" in house.said(said)
    forged = File("document", "exe", "u5", "feuille.pdf", "application/pdf", 12)
    await send(house, ask, [forged])
    sent.files = {"exe": b"MZ"}
    await house.tick("attendance.files")
    (row,) = await house.rows("attendance.noted")
    assert "n’a pas pu être enregistré" in plain((await house.chat_post(row)).text)
    async with house.database.read() as session:
        assert await documents.of(session, seminar) == []


async def test_a_file_that_the_chat_does_not_give_is_asked_for_half_an_hour(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS, 2)
    (morning, _) = await half_days(house, seminar)
    (ask,) = await press(house, "attendance.scan", "half_day", str(morning.id))
    await send(house, ask, [File("photo", "one", "u1")])
    await house.tick("attendance.files")
    assert await house.rows("attendance.noted") == []
    assert await house.next_due("attendance.files") == NOW
    await house.tick_at(datetime(2027, 3, 1, 9, 31, tzinfo=UTC), "attendance.files")
    (row,) = await house.rows("attendance.noted")
    assert "n’a pas pu être récupéré dans Telegram" in plain((await house.chat_post(row)).text)
    async with house.database.read() as session:
        assert (await session.scalars(select(AwaitedFile))).all() == []


async def test_a_forged_or_forgotten_button_says_so(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    for action in ("half_day", "sheet", "scan", "walk_in"):
        (said,) = await press(house, f"attendance.{action}", "half_day", "999999")
        assert "a changé ou n’est plus annoncée" in house.said(said)
    await house.cancel(seminar)
    (morning, _) = await half_days(house, seminar)
    (said,) = await press(house, "attendance.roll", "place", f"{morning.id}-0")
    assert "n’est plus annoncée" in house.said(said)
    assert await presences(house, seminar) == {}
