"""Final minutes put right: what people get, once, and what stays of the first version."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from core.chat import Ask
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Ready, Skip
from digest.seminars.attendance.models import Attendance
from digest.seminars.evidence import pack
from digest.seminars.minutes import names
from digest.seminars.models import Registration
from tests.minutes import PDF, Sent, answer, document, minutes_of, on_minutes, over, written
from tests.seminars import SeminarHouse, plain, readable, seminar_settings

WHEN = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
REASON = "Le montant de l’aide, page 2, était faux."


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    files = Sent(page=PDF)
    made = SeminarHouse(database, clock, seminar_settings(), files)
    await made.settle_in()
    return made


async def finished(house: SeminarHouse) -> int:
    """Play a meeting until its minutes are final and published: « Douze mille euros. »."""
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Douze mille euros.")
    await on_minutes(house, "minutes.finish", seminar)
    await house.tick("minutes.send")
    await on_minutes(house, "minutes.publish", seminar)
    return seminar


async def put_right(house: SeminarHouse, seminar: int, text: str) -> None:
    """Replace the only paragraph, and send it with the reason."""
    await on_minutes(house, "minutes.rectify", seminar)
    _, asked = await on_minutes(house, "minutes.paragraph", seminar)
    await answer(house, asked, number="1", words=text)
    (asked,) = await on_minutes(house, "minutes.send_rectified", seminar)
    await answer(house, asked, reason=REASON)
    await house.tick("minutes.send")


async def test_what_is_final_is_put_right_and_told_once_to_those_who_had_it(
    house: SeminarHouse,
) -> None:
    seminar = await finished(house)
    first_day = (await minutes_of(house, seminar)).final_at
    house.clock.set(house.clock.now() + timedelta(days=20))
    async with house.database.write() as session:  # Inès was not there after all, nor registered
        await session.execute(update(Attendance).values(present=False))
        gone = update(Registration).where(Registration.party == "person:2")
        await session.execute(gone.values(state="cancelled"))
    await put_right(house, seminar, "Vingt mille euros.")
    rows = await house.rows(names.FINAL)
    slots = [f"seminar:{seminar}/minutes/v2"] * 3 + [f"seminar:{seminar}/minutes/v3"] * 3
    assert [row.slot for row in rows] == slots
    assert {row.recipient for row in rows[:3]} == {row.recipient for row in rows[3:]}
    ines = [row for row in rows if row.recipient == "person:2"]
    assert await house.prepared(ines[0]) == Skip("superseded")
    assert isinstance(await house.prepared(ines[1]), Ready)
    mail = readable(await house.body(ines[1]))
    assert "rectifié" in mail.partition("\n\n")[0]
    assert f"Motif de la rectification : {REASON}" in mail
    (post,) = [await house.chat_post(row) for row in rows[3:] if row.recipient == "person:3"]
    assert f"Voici la version définitive, rectifiée. Motif : {REASON}" in plain(post.text)
    minutes = await minutes_of(house, seminar)
    assert minutes.final_at == first_day  # what counts for the contract, and until when to keep
    async with house.visitor() as web:
        page = plain((await web.get(f"/rencontres/{seminar}/compte-rendu")).text)
        assert "Version définitive, rectifiée le" in page
        assert REASON in page
        assert "Vingt mille" in page
        assert "Douze mille" not in page
    for _ in range(2):
        await house.tick("minutes.send")
    assert len(await house.rows(names.FINAL)) == 6


async def test_both_versions_are_in_the_evidence(house: SeminarHouse) -> None:
    seminar = await finished(house)
    await put_right(house, seminar, "Vingt mille euros.")
    found = await pack.gathered(house.parts, seminar)
    assert found is not None
    target = io.BytesIO()
    await pack.write(house.parts, found, target)
    archive = zipfile.ZipFile(target)
    paths = [path for path in archive.namelist() if path.startswith("6-")]
    assert paths == ["6-compte-rendu/definitif.pdf", "6-compte-rendu/definitif-rectifie-1.pdf"]
    register = archive.read("7-envois/registre-des-envois.csv").decode()
    assert register.count("version définitive;") == register.count("définitive rectifiée;") == 3
    index = plain(archive.read("LISEZ-MOI.html").decode())
    assert "Compte rendu du séminaire, première version définitive, remplacée depuis" in index
    assert "Compte rendu du séminaire, version définitive, rectifiée le" in index


async def test_until_it_leaves_what_was_final_holds(house: SeminarHouse) -> None:
    seminar = await finished(house)
    (screen,) = await on_minutes(house, "minutes.rectify", seminar)
    assert house.labels(screen)[-2:] == ["Envoyer la version rectifiée", "Renoncer à rectifier"]
    (toast, _) = await on_minutes(house, "minutes.send_rectified", seminar)
    assert "Rien n’a changé depuis la version définitive" in house.said(toast)
    (asked,) = await on_minutes(house, "minutes.write", seminar)
    await answer(house, asked, content=("", [document("page")]))
    await house.tick("minutes.file")
    for action in ("minutes.send", "minutes.finish"):
        (toast, _) = await on_minutes(house, action, seminar)
        assert "Ce document est définitif" in house.said(toast)
    async with house.visitor() as web:
        page = (await web.get(f"/rencontres/{seminar}/compte-rendu")).text
        assert "Douze mille" in page
        assert "releve.pdf" not in page
    (asked,) = await on_minutes(house, "minutes.send_rectified", seminar)
    assert isinstance(asked, Ask)
    (screen,) = await on_minutes(house, "minutes.give_up", seminar)
    assert "Il ne change plus." in house.said(screen)
    assert (await minutes_of(house, seminar)).hash is None
    late, _ = await answer(house, asked, reason=REASON)  # the form was left open
    assert "Ce document est définitif" in house.said(late)
    assert len(await house.rows(names.FINAL)) == 3
