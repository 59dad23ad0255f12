"""Minutes from chat to those who were there and were not: projet, observations, définitif."""

from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Redraw, Reply, Toast
from core.clock import FixedClock
from core.db import Database
from core.files import kept
from core.ledger.draft import Ready, Skip
from core.reference import Party, Reference
from digest.seminars.decide import Kind
from digest.seminars.minutes import names, sending
from digest.seminars.models import Speaker
from tests.minutes import (
    PDF,
    Sent,
    answer,
    answered,
    came_unannounced,
    document,
    minutes_of,
    on_minutes,
    over,
    press,
    sent_versions,
    written,
)
from tests.seminars import MARC, STRANGER, SeminarHouse, plain, readable, seminar_settings

WHEN = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    files = Sent(releve=PDF, photo=b"\xff\xd8\xff")
    made = SeminarHouse(database, clock, seminar_settings(), files)
    await made.settle_in()
    return made


async def link_of(house: SeminarHouse, kind: str, person: int) -> str:
    (row,) = [r for r in await house.rows(kind) if r.recipient == f"person:{person}"]
    return str(row.values["minutes_url"])


async def test_minutes_are_written_in_several_messages_and_sent_to_present_and_absent(
    house: SeminarHouse,
) -> None:
    seminar = await over(house, WHEN, 2)
    await came_unannounced(house, seminar, "Paul Rigaud")
    await answered(house, seminar, 3, state="excused")
    await answered(house, seminar, 4, state="cancelled")
    await written(house, seminar, "# Ouverture\nLa présidente accueille.", "- un point\n- un autre")
    (screen,) = await on_minutes(house, "minutes.preview", seminar)
    said = house.said(screen)
    assert "Compte rendu du séminaire – Accueillir, et après ?" in said
    assert "Le projet partira à 2 personnes, présentes ou absentes." in said
    assert "jusqu’au mardi 23 mars 2027 inclus" in said
    (screen,) = await on_minutes(house, "minutes.send", seminar)
    assert "Projet envoyé le 13 mars 2027. Observations jusqu’au mardi 23 mars 2027" in house.said(
        screen
    )
    await house.tick("minutes.send")
    await house.tick("minutes.send")
    slot = f"seminar:{seminar}/minutes/v3"
    assert await house.slots(names.DRAFT) == [(slot, "person:2"), (slot, "person:3")]
    mailed, in_chat = await house.rows(names.DRAFT)
    text = readable(await house.body(mailed))
    assert "Projet : Compte rendu du séminaire « Accueillir, et après ? »" in text
    assert "2 personnes présentes, 1 excusée" in text
    assert isinstance(await house.prepared(mailed), Ready)
    assert "Voici le projet" in plain((await house.chat_post(in_chat)).text)
    (reply,) = await on_minutes(house, "minutes.open", seminar, sender=MARC)
    assert isinstance(reply, Reply)
    assert "/rencontres/compte-rendu/" in reply.keyboard[0][0].url
    (refused,) = await on_minutes(house, "minutes.open", seminar, sender=STRANGER)
    assert house.said(refused) == "Ce document ne vous a pas été adressé."


async def test_a_reader_writes_observations_once_each_and_the_animators_answer(
    house: SeminarHouse,
) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    url = await link_of(house, names.DRAFT, 2)
    async with house.visitor() as web:
        page = await web.get(url)
        assert page.status_code == 200
        assert "Votre observation" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert await house.rows(names.OBSERVED) == []
        for text in ("Page 2 : c’est 12 et non 21.", "Page 2 : c’est 12 et non 21.", "Et merci."):
            page = await web.post(url, data={"text": text})
            assert page.status_code == 200
        assert page.text.count("c’est 12 et non 21") == 1
        empty = await web.post(url, data={"text": "  "})
        assert empty.status_code == 400
        assert "Écrivez votre observation en quelques mots." in empty.text
        long = await web.post(url, data={"text": "x" * 4001})
        assert long.status_code == 400
    first, second = await house.rows(names.OBSERVED)
    post = await house.chat_post(first)
    assert "Observation – Inès Roche" in post.text
    assert [b.label for b in post.keyboard[0]] == ["Prise en compte", "Non retenue"]
    assert second.recipient == "group:animators"
    reference = Reference("minutes", "observation", "1")
    (redraw,) = await press(house, "minutes.taken", reference)
    assert isinstance(redraw, Redraw)
    assert "✅ Prise en compte (Odile Vernhet)" in house.said(redraw)
    assert redraw.keyboard == ()
    (again,) = await press(house, "minutes.left", reference)
    assert "✅ Prise en compte (Odile Vernhet)" in house.said(again)
    replies = await on_minutes(house, "minutes.observations", seminar)
    assert [house.said(each).splitlines()[-1] for each in replies] == [
        "<blockquote>Et merci.</blockquote>", "✅ Prise en compte (Odile Vernhet)",
    ]  # fmt: skip
    async with house.visitor() as web:
        assert "prise en compte" in (await web.get(url)).text


async def test_observations_close_on_their_day(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    url = await link_of(house, names.DRAFT, 2)
    until = (await minutes_of(house, seminar)).observations_until
    assert until is not None
    house.clock.set(until)
    async with house.visitor() as web:
        assert (await web.post(url, data={"text": "À temps."})).status_code == 200
        house.clock.set(until + timedelta(seconds=1))
        late = await web.post(url, data={"text": "Trop tard."})
        assert late.status_code == 400
        assert "Les observations sont closes" in late.text
        assert "Votre observation" not in late.text
        assert "<blockquote>\n<p>Trop tard.</p>" in late.text
        await on_minutes(house, "minutes.finish", seminar)
        await house.tick("minutes.send")
        after = await web.post(url, data={"text": "Bien trop tard."})
        assert "Version définitive" in after.text
        assert "Les observations sont closes" in after.text
        assert "<p>Bien trop tard.</p>" in after.text
    assert len(await house.rows(names.OBSERVED)) == 1


async def test_final_asks_for_a_confirmation_then_replaces_the_draft(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2, 3)
    await written(house, seminar, "Le texte.")
    (screen,) = await on_minutes(house, "minutes.close", seminar)
    assert "Aucun projet n’a été envoyé" in house.said(screen)
    await on_minutes(house, "minutes.send", seminar)
    (toast, _) = await on_minutes(house, "minutes.send", seminar)
    assert "Ce projet est déjà parti" in house.said(toast)
    await house.tick("minutes.send")
    (asked,) = await on_minutes(house, "minutes.write", seminar)
    await answer(house, asked, content="Corrigé.")
    (screen,) = await on_minutes(house, "minutes.close", seminar)
    assert "Les observations sont ouvertes jusqu’au mardi 23 mars 2027 inclus." in house.said(
        screen
    )
    await on_minutes(house, "minutes.finish", seminar)
    drafts = await house.rows(names.DRAFT)
    assert {(row.state, row.reason) for row in drafts} == {("cancelled", "superseded")}
    await house.tick("minutes.send")
    finals = await house.rows(names.FINAL)
    assert [row.slot for row in finals] == [f"seminar:{seminar}/minutes/v3"] * 3
    assert await house.prepared(drafts[0]) == Skip("superseded")
    async with house.visitor() as web:
        page = await web.get(await link_of(house, names.DRAFT, 2))
        assert "Version définitive" in page.text
        assert "Corrigé." in page.text
        assert "Votre observation" not in page.text
        assert (await web.get(f"/rencontres/{seminar}/compte-rendu")).status_code == 404
        await on_minutes(house, "minutes.publish", seminar)
        public = await web.get(f"/rencontres/{seminar}/compte-rendu")
        assert public.status_code == 200
        assert "Corrigé." in public.text
        pdf = await web.get(f"/rencontres/{seminar}/compte-rendu.pdf")
        assert pdf.content.startswith(b"%PDF-")
        await on_minutes(house, "minutes.withdraw", seminar)
        assert (await web.get(f"/rencontres/{seminar}/compte-rendu.pdf")).status_code == 404
    (toast, _) = await on_minutes(house, "minutes.write", seminar)
    assert house.said(toast) == "Ce document est définitif : il ne change plus."
    first, last = await sent_versions(house, seminar)
    assert (first.what, first.text) == ("projet", "Le texte.")
    assert (last.what, last.text) == ("final", "Le texte.\nCorrigé.")
    assert first.pdf != last.pdf


async def test_a_committee_decides_and_all_its_members_are_told(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2, kind=Kind.STEERING)
    await answered(house, seminar, 4, state="invited")
    async with house.database.write() as session:
        session.add(Speaker(seminar_id=seminar, name="Odile", part="speaker", party="person:1"))
    (shown,) = await house.press("minutes.show", seminar)
    assert "Relevé de décisions du comité de pilotage" in house.said(shown)
    (asked,) = await on_minutes(house, "minutes.decide", seminar)
    await answer(house, asked, what="Ouvrir une ligne", who="Le Pays d’Orsanne", by="31 mars 2027")
    (asked,) = await on_minutes(house, "minutes.decide", seminar)
    await answer(house, asked, what="Écrire au préfet", who="La présidente", by="-")
    listed, asked = await on_minutes(house, "minutes.undecide", seminar)
    assert "1. Ouvrir une ligne" in house.said(listed)
    (kept_as_is, _) = await answer(house, asked, number="3")
    assert "Ce numéro n’est pas dans la liste" in house.said(kept_as_is)
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    rows = await house.rows(names.DRAFT)
    assert [row.recipient for row in rows] == ["person:2", "person:3", "person:4", "person:1"]
    async with house.visitor() as web:
        page = await web.get(await link_of(house, names.DRAFT, 2))
    assert "Relevé de décisions du comité de pilotage" in page.text
    assert "Ouvrir une ligne" in page.text
    assert "31 mars 2027" in page.text


async def test_a_paragraph_is_corrected_unless_others_wrote_meanwhile(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Un.\nDeux.\nTrois.")
    listed, asked = await on_minutes(house, "minutes.paragraph", seminar)
    assert "2. Deux." in house.said(listed)
    await answer(house, asked, number="2", words="Deux, corrigé.")
    assert (await minutes_of(house, seminar)).text == "Un.\nDeux, corrigé.\nTrois."
    stale, _ = await answer(house, asked, number="1", words="-")
    assert "Le texte a changé depuis ce message" in house.said(stale)
    _, asked = await on_minutes(house, "minutes.paragraph", seminar)
    await answer(house, asked, number="1", words="-")
    assert (await minutes_of(house, seminar)).text == "Deux, corrigé.\nTrois."
    (toast, _) = await on_minutes(house, "minutes.send", seminar, version=1)
    assert isinstance(toast, Toast)
    assert await house.rows(names.DRAFT) == []


async def test_a_file_is_fetched_checked_kept_and_given_back(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await house.press("minutes.show", seminar)
    (asked,) = await on_minutes(house, "minutes.write", seminar)
    (coming,) = await answer(house, asked, content=("", [document("photo", "scan.pdf")]))
    assert "Je le vérifie" in house.said(coming)
    (toast, _) = await on_minutes(house, "minutes.send", seminar)
    assert "Un fichier est en train d’arriver" in house.said(toast)
    assert await house.next_due("minutes.file") == house.clock.now()
    await house.tick("minutes.file")
    (told,) = await house.rows(names.TOLD)
    assert "Ce n’est pas un fichier PDF" in plain((await house.chat_post(told)).text)
    assert await house.prepared(told) == Skip("not_wanted"), "Odile holds no role in these tables"
    (asked,) = await on_minutes(house, "minutes.write", seminar)
    heavy, asked = await answer(house, asked, content=("", [document("releve", size=20_000_001)]))
    assert "20 Mo au plus" in plain(house.said(heavy))
    house.clock.set(house.clock.now() + timedelta(seconds=1))
    await answer(house, asked, content=("", [document("releve", "Compte rendu")]))
    await house.tick("minutes.file")
    minutes = await minutes_of(house, seminar)
    assert minutes.name == "Compte rendu.pdf"
    async with house.database.read() as session:
        blob = await kept(session, minutes.hash or "")
    assert blob is not None
    assert blob.data == PDF
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    async with house.visitor() as web:
        url = await link_of(house, names.DRAFT, 2)
        given = await web.get(f"{url}/fichier")
        assert given.content == PDF
        assert given.headers["Content-Type"] == "application/pdf"
        assert (await web.get(f"{url}/pdf")).status_code == 404


async def test_links_of_another_purpose_or_of_nobody_lead_nowhere(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    async with house.visitor() as web:
        for path in ("/rencontres/compte-rendu/x", "/rencontres/compte-rendu/apercu/x"):
            assert (await web.get(path)).status_code == 400
        preview = names.preview_url(house.parts, 1)
        assert "Aperçu pour l’équipe" in (await web.get(preview)).text
        assert (await web.get(f"{preview}/pdf")).content.startswith(b"%PDF-")
        token = preview.rpartition("/")[2]
        assert (await web.get(f"/rencontres/compte-rendu/{token}")).status_code == 400
        gone = names.read_url(house.parts, 1, "person:99")
        assert (await web.get(gone)).status_code == 410
        assert (await web.post(gone, data={"text": "Bonjour"})).status_code == 410
    assert await house.rows(names.OBSERVED) == []


async def test_there_are_no_minutes_of_what_did_not_take_place(house: SeminarHouse) -> None:
    seminar = await house.seminar(WHEN, 2)
    (toast,) = await house.press("minutes.show", seminar)
    assert house.said(toast) == "Cette rencontre n’a pas encore eu lieu."


async def test_rows_are_written_in_chunks_and_a_restart_adds_what_is_missing(
    house: SeminarHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CHUNK", 1)
    seminar = await over(house, WHEN, 2, 1)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.send", seminar)
    (version,) = await sent_versions(house, seminar)
    assert await house.next_due("minutes.send") == version.sent_at
    assert await sending._write_some(house.parts, version.id, house.clock.now())
    assert len(await house.rows(names.DRAFT)) == 1
    await house.tick("minutes.send")
    rows = await house.rows(names.DRAFT)
    assert sorted(row.recipient for row in rows) == [
        "person:1", "person:2", "person:3", "person:4",
    ]  # fmt: skip
    assert await house.next_due("minutes.send") is None


async def test_observations_are_exported_then_forgotten(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    url = await link_of(house, names.DRAFT, 2)
    async with house.visitor() as web:
        await web.post(url, data={"text": "Mon avis."})
    (room,) = [room for room in house.rooms if room.name == "minutes"]
    assert room.personal_data is not None
    async with house.database.write() as session:
        found = await room.personal_data.export(session, Party("person", "2"))
        assert [each["text"] for each in found["observations"]] == ["Mon avis."]
        (kept_back,) = await room.personal_data.keeps(session, Party("person", "2"))
        assert "1 compte rendu" in house.parts.renderer.plain(kept_back.what)
        await room.personal_data.erase(session, Party("person", "2"))
        assert await room.personal_data.export(session, Party("person", "2")) == {}
    (toast,) = await press(house, "minutes.taken", Reference("minutes", "observation", "1"))
    assert house.said(toast) == "Cette observation n’existe plus."


async def test_old_observations_are_forgotten_a_year_after(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Le texte.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    async with house.visitor() as web:
        await web.post(await link_of(house, names.DRAFT, 2), data={"text": "Mon avis."})
    await on_minutes(house, "minutes.finish", seminar)
    due = await house.next_due("minutes.forget")
    assert due == house.clock.now() + timedelta(days=365)
    await house.tick_at(due, "minutes.forget")
    assert len(await on_minutes(house, "minutes.observations", seminar)) == 1
    await house.tick_at(due + timedelta(seconds=1), "minutes.forget")
    assert await on_minutes(house, "minutes.observations", seminar) == []
