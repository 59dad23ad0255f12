"""The evidence of a meeting: every piece, nothing that it must not hold, the same bytes twice."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.chat import Redraw, Reply, Toast
from core.clock import FixedClock
from core.db import Database
from core.files import Blob, keep
from core.ledger.draft import Channel, Draft, Parcel, Ready, Sent, Skip
from core.ledger.models import Delivery
from core.ledger.store import post
from core.people.models import Membership, Territory
from core.reference import Party, Reference
from digest.seminars import documents, store
from digest.seminars import names as meetings
from digest.seminars.attendance.models import Attendance, Feedback
from digest.seminars.evidence import making, names, pack
from digest.seminars.evidence.models import EvidenceRequest
from digest.seminars.inviting.mails import invitation
from digest.seminars.models import HalfDay, Seminar
from tests.minutes import PDF, answered, came, came_unannounced, on_minutes, press, written
from tests.minutes import Sent as Files
from tests.seminars import INES_MAIL, MARC, SeminarHouse, plain, seminar_settings

WHEN = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    made = SeminarHouse(database, clock, seminar_settings(), Files())
    await made.settle_in()
    return made


async def invite(house: SeminarHouse, seminar: int) -> None:
    now = house.clock.now()
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        content = invitation(house.parts, row, Channel.MAIL, "fr")
        drafts = [
            Draft(
                meetings.INVITATION, meetings.invitation_slot(seminar), Party("person", str(one)),
                content, meetings.seminar_reference(seminar), now,
                {meetings.ANSWER_URL: "https://relais.test/rencontres/reponse/SECRET"},
            )
            for one in (2, 3, 4)
        ]  # fmt: skip
        await post(session, drafts, now)
        rows = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
        for each in rows:
            each.state, each.settled_at = "sent", now
        rows[1].state, rows[1].reason = "failed", f"550 5.1.1 <{INES_MAIL}> unknown"
        rows[2].state, rows[2].reason = "skipped", "no_address"


async def whole(house: SeminarHouse) -> int:
    """Play a meeting with something of everything."""
    seminar = await house.seminar(WHEN, 2, 3, 4)
    await invite(house, seminar)
    house.clock.set(WHEN + timedelta(days=1))
    now = house.clock.now()
    await answered(house, seminar, 3, state="excused", meal="végétarien", carpool="63")
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.programme_hash = await keep(session, PDF, "application/pdf", now)
        row.programme_name = "Programme de Mme Vernhet.pdf"
        session.add(Territory(id=1, code="ors", name="Pays d’Orsanne", department="63"))
        await session.flush()
        since = datetime(2020, 1, 1, tzinfo=UTC)
        session.add(Membership(person_id=2, role="agent", territory_id=1, since=since))
        halves = await store.half_days(session, seminar)
        by = Party("person", "1")
        await documents.add(
            session, row, "scan", "scan de Inès.pdf", PDF + b"1", "application/pdf", now, by,
            half_day=halves[0],
        )  # fmt: skip
        await documents.add(session, row, "slides", "ines.odp", b"PK", "", now, by)
        session.add_all(
            Feedback(seminar_id=seminar, rating=4, useful=said, given_on=now)
            for said in ("=Les échanges", "", "")
        )
    await came(house, seminar, 2)
    await written(house, seminar, "Le texte du compte rendu.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    return seminar


async def zipped(house: SeminarHouse, seminar: int) -> bytes:
    found = await pack.gathered(house.parts, seminar)
    assert found is not None
    target = io.BytesIO()
    await pack.write(house.parts, found, target)
    return target.getvalue()


def table(archive: zipfile.ZipFile, path: str) -> list[list[str]]:
    text = archive.read(path).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


async def test_the_evidence_holds_every_piece_and_says_what_is_missing(
    house: SeminarHouse,
) -> None:
    seminar = await whole(house)
    archive = zipfile.ZipFile(io.BytesIO(await zipped(house, seminar)))
    assert archive.namelist() == [
        "1-invitation/invitation.txt",
        "1-invitation/invitation.html",
        "2-programme/programme.txt",
        "2-programme/programme-diffuse.pdf",
        "3-emargement/feuille-2027-03-12-matin.pdf",
        "3-emargement/feuille-2027-03-12-apres-midi.pdf",
        "4-feuilles-signees/2027-03-12-matin-1.pdf",
        "5-presence/inscrits-et-presents.csv",
        "6-compte-rendu/projet-1.pdf",
        "7-envois/registre-des-envois.csv",
        "8-avis/synthese-des-avis.html",
        "9-documents/diaporama-1.odp",
        "10-financement/mention.txt",
        "empreintes.sha256",
        "LISEZ-MOI.html",
    ]
    index = plain(archive.read("LISEZ-MOI.html").decode())
    assert "Aucune feuille signée jointe pour l’après-midi du 12 mars 2027" in index
    assert "pour le matin" not in index.partition("Sommaire")[0]
    assert "Le compte rendu n’est pas encore définitif" in index
    for line in archive.read("empreintes.sha256").decode().splitlines():
        digest, _, path = line.partition("  ")
        assert hashlib.sha256(archive.read(path)).hexdigest() == digest
        assert digest in index
    text = plain(archive.read("1-invitation/invitation.txt").decode())
    assert "Accueillir, et après ?" in text
    people = table(archive, "5-presence/inscrits-et-presents.csv")
    assert people[0] == [
        "Demi-journée", "Nom", "Structure", "Fonction", "Territoire", "Qualité", "Présence",
    ]  # fmt: skip
    ines = [row for row in people if row[1] == "ROCHE Inès"]
    assert ines[0][0] == "matin du 12 mars 2027"
    assert ines[0][4:] == ["Pays d’Orsanne", "inscrit(e)", "présent(e)"]
    assert [row[6] for row in people if row[1] == "VIDAL Marc"] == ["excusé(e)", "excusé(e)"]
    register = table(archive, "7-envois/registre-des-envois.csv")
    assert [(row[0], row[1], row[5], row[6]) for row in register[1:4]] == [
        ("invitation", "Inès Roche", "envoyé", ""),
        (
            "invitation",
            "Marc Vidal",
            "échec",
            "refusé par la messagerie du destinataire (code 550)",
        ),
        ("invitation", "Paul Sans-Adresse", "non envoyé", "aucune adresse"),
    ]
    assert [row[0] for row in register[4:]] == ["compte rendu ou relevé de décisions, projet"] * 3


async def test_no_address_meal_nor_link_of_anybody_is_in_the_evidence(
    house: SeminarHouse,
) -> None:
    archive = zipfile.ZipFile(io.BytesIO(await zipped(house, await whole(house))))
    contact = house.parts.settings.network.contact_email.encode()
    allowed = {contact, b"contact@relais.test", b"destinataire@example.invalid"}
    for path in archive.namelist():
        data = archive.read(path)
        assert not re.search("odile|ines|vernhet|roche|marc|vidal", path, re.IGNORECASE)
        assert b"SECRET" not in data
        assert b"v\xc3\xa9g\xc3\xa9tarien" not in data
        if not path.endswith(".pdf"):
            found = set(re.findall(rb"[\w.+-]+@[\w-]+\.[\w.]+", data))
            assert found <= allowed, path


async def test_who_was_added_by_mistake_is_not_shown_as_absent(house: SeminarHouse) -> None:
    seminar = await house.seminar(WHEN, 2)
    await came_unannounced(house, seminar, "Zoé Lambert")
    await came_unannounced(house, seminar, "Faute De Frappe")
    async with house.database.write() as session:
        mistake = Attendance.name == "Faute De Frappe"
        await session.execute(update(Attendance).where(mistake).values(present=False))
    house.clock.set(WHEN + timedelta(days=1))
    archive = zipfile.ZipFile(io.BytesIO(await zipped(house, seminar)))
    rows = table(archive, "5-presence/inscrits-et-presents.csv")[1:]
    assert {(row[1], row[5], row[6]) for row in rows} == {
        ("LAMBERT Zoé", "sans inscription", "présent(e)"),
        ("ROCHE Inès", "inscrit(e)", "non saisie"),
    }


async def test_the_same_content_gives_the_same_bytes_later(house: SeminarHouse) -> None:
    seminar = await whole(house)
    first = await zipped(house, seminar)
    house.clock.set(house.clock.now() + timedelta(days=40))
    assert await zipped(house, seminar) == first


async def test_what_the_register_forgot_is_rebuilt_and_said_so(house: SeminarHouse) -> None:
    seminar = await whole(house)
    async with house.database.write() as session:
        from core.ledger.store import forget  # noqa: PLC0415

        await session.execute(update(Delivery).values(state="sent", settled_at=WHEN))
        await forget(session, house.clock.now() + timedelta(days=91))
    archive = zipfile.ZipFile(io.BytesIO(await zipped(house, seminar)))
    assert "Invitation, reconstituée d’après les données de la rencontre" in plain(
        archive.read("LISEZ-MOI.html").decode()
    )
    assert "Accueillir" in archive.read("1-invitation/invitation.txt").decode()


async def test_a_bare_meeting_says_all_that_is_missing(house: SeminarHouse) -> None:
    seminar = await house.seminar(WHEN, programme="")
    house.clock.set(WHEN + timedelta(hours=1))
    (reply,) = await press(house, "evidence.show", Reference("seminars", "seminar", str(seminar)))
    assert isinstance(reply, Reply)
    said = house.said(reply)
    for line in (
        "• aucune invitation n’a été envoyée par ce service",
        "• aucun programme",
        "• aucune feuille signée jointe pour l’après-midi du 12 mars 2027",
        "• aucune présence saisie pour le matin du 12 mars 2027",
        "• aucun compte rendu",
    ):
        assert line in said


async def test_the_file_asked_for_in_chat_leaves_by_the_ledger_and_is_not_kept(
    house: SeminarHouse,
) -> None:
    seminar = await whole(house)
    reference = Reference("seminars", "seminar", str(seminar))
    (redraw,) = await press(house, "evidence.make", reference)
    assert isinstance(redraw, Redraw)
    (twice,) = await press(house, "evidence.make", reference)
    assert isinstance(twice, Toast)
    await house.tick("evidence.make")
    await house.tick("evidence.make")
    (row,) = await house.rows(names.PACK)
    sent = await house.chat_post(row)
    assert sent.file is not None
    assert sent.file.name == f"justificatifs-seminaire-{seminar}-2027-03-12.zip"
    assert "ouvrez d’abord LISEZ-MOI.html" in plain(sent.text)
    assert await house.prepared(row) == Skip("not_wanted")
    async with house.database.write() as session:
        since = datetime(2020, 1, 1, tzinfo=UTC)
        session.add(Membership(person_id=1, role="animator", since=since))
    assert isinstance(await house.prepared(row), Ready)
    key = sent.file.unique_id
    parcel = Parcel(
        row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
        Channel.CHAT, b"", {}, None, 1, resent=False,
    )  # fmt: skip
    async with house.database.write() as session:
        assert await session.get(Blob, key) is not None
        await house.kinds[names.PACK].settled(session, parcel, Sent("1:2"), house.clock.now())
    async with house.database.read() as session:
        assert await session.get(Blob, key) is None


async def test_a_heavy_file_says_which_command_gives_it(
    house: SeminarHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "TOO_BIG", 1000)
    seminar = await whole(house)
    await press(house, "evidence.make", Reference("seminars", "seminar", str(seminar)))
    await house.tick("evidence.make")
    (row,) = await house.rows(names.TOLD)
    told = plain((await house.chat_post(row)).text)
    assert f"relais seminar evidence {seminar} FICHIER.zip" in told
    async with house.database.read() as session:
        assert await session.scalar(select(EvidenceRequest.state)) == "heavy"
        assert (await session.scalars(select(HalfDay.id))).all()
    assert MARC.person_id == 3
