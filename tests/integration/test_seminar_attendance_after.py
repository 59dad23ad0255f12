"""After a meeting: certificates, thanks, opinions, what stays of somebody."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select, update

from core.chat import DocumentToMake, Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Ready, Skip
from core.people.models import Membership, Person, Structure
from core.reference import Party
from digest.seminars import store
from digest.seminars.attendance import certified, personal
from digest.seminars.attendance import store as attendance
from digest.seminars.attendance.certificate import certificate_data, certificate_html
from digest.seminars.attendance.models import Attendance, Certificate, Feedback, FeedbackGiven
from digest.seminars.attendance.rules import Row, family_of, walk_in
from digest.seminars.models import Registration, Seminar
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import suppress
from tests.seminars import INES, INES_MAIL, MARC, SeminarHouse, plain, readable, seminar_settings

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)  # a Friday, 9:30 in Paris
OVER = STARTS + timedelta(hours=8)
MONDAY = datetime(2027, 3, 15, 8, tzinfo=UTC)  # 9:00 in Paris
ODILE_PARTY = Party("person", "1")


@pytest.fixture
async def house(database: Database) -> SeminarHouse:
    made = SeminarHouse(database, FixedClock(NOW), seminar_settings())
    await made.settle_in()
    return made


async def noted(
    house: SeminarHouse, seminar: int, *people: int, half: int = 0, **more: Any
) -> None:
    """Note people as there at a half-day, or absent with `present=False`."""
    async with house.database.write() as session:
        half_days = await store.half_days(session, seminar)
        rows = [
            Row(
                f"person:{one}", f"person:{one}", f"Nom {one}", "Nom",
                present=more.get("present", True), source=more.get("source", "sheet"),
            )
            for one in people
        ]  # fmt: skip
        await attendance.note(session, half_days[half], rows, house.clock.now(), ODILE_PARTY)


async def certificates(house: SeminarHouse, seminar: int, action: str = "certificates") -> Response:
    return (await house.press(f"attendance.{action}", seminar))[-1]


async def kept_certificates(house: SeminarHouse) -> Sequence[Certificate]:
    async with house.database.read() as session:
        return (await session.scalars(select(Certificate).order_by(Certificate.id))).all()


def attachment(mail: bytes) -> tuple[str, bytes]:
    message = message_from_bytes(mail, policy=default)
    (found,) = message.iter_attachments()
    return found.get_filename() or "", found.get_payload(decode=True)  # type: ignore[return-value]


async def test_certificates_are_counted_then_sent_once(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2, 3)
    async with house.database.write() as session:
        session.add(Structure(id=1, code="orsanne", name="Pays d’Orsanne"))
        await session.flush()
        session.add(Membership(person_id=2, role="agent", structure_id=1, since=NOW))
    (early,) = await house.press("attendance.certificates", seminar)
    assert isinstance(early, Toast)
    house.clock.set(OVER)
    await noted(house, seminar, 2)
    await noted(house, seminar, 2, half=1, source="remote")
    await noted(house, seminar, 3, present=False)
    shown = await certificates(house, seminar)
    assert "1 attestation à envoyer." in house.said(shown)
    assert house.labels(shown)[0] == "Envoyer l’attestation"
    toast, after = await house.press("attendance.certify", seminar)
    assert house.said(toast) == "1 attestation part par courriel."
    assert "1 attestation est en préparation." in house.said(after)
    toast, _ = await house.press("attendance.certify", seminar)
    assert "déjà demandées" in house.said(toast)
    assert await house.next_due("attendance.certificates") == OVER
    for _ in range(2):
        await house.tick("attendance.certificates")
    (row,) = await house.rows("attendance.certificate")
    assert (row.slot, row.recipient) == (f"seminar:{seminar}/certificate", "person:2")
    mail = await house.body(row)
    text = readable(mail)
    assert "Subject: Attestation de présence : « Accueillir, et après ? »" in text
    assert "- vendredi 12 mars 2027, matin, de 9 h 30 à 12 h 30" in text
    assert "après-midi, de 14 h 00 à 16 h 30 (à distance)" in text
    name, pdf = attachment(mail)
    assert name == "attestation-de-presence-2027-03-12.pdf"
    assert pdf.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert isinstance(await house.prepared(row), Ready)
    assert await house.next_due("attendance.certificates") is None


async def test_a_certificate_is_put_right_when_presences_change(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    house.clock.set(OVER)
    await noted(house, seminar, 2)
    await house.press("attendance.certify", seminar)
    await house.tick("attendance.certificates")
    await noted(house, seminar, 2, half=1)
    shown = await certificates(house, seminar)
    assert "1 attestation à rectifier" in house.said(shown)
    await house.press("attendance.certify", seminar)
    await house.tick("attendance.certificates")
    first, second = await house.rows("attendance.certificate")
    assert second.slot == f"seminar:{seminar}/certificate/r2"
    text = readable(await house.body(second))
    assert "Subject: Attestation de présence rectifiée" in text
    assert "annule et remplace la précédente" in text
    assert await house.prepared(first) == Skip("superseded")
    assert isinstance(await house.prepared(second), Ready)
    await noted(house, seminar, 2, present=False)
    await noted(house, seminar, 2, half=1, present=False)
    assert await house.prepared(second) == Skip("superseded")  # it would certify what is not true
    assert "a été notée absente. Écrivez-lui." in house.said(await certificates(house, seminar))


async def test_who_cannot_be_written_to_has_a_certificate_to_print(house: SeminarHouse) -> None:
    """Marc has no mailbox, Inès's is in error, Zoé came unannounced, Paul is erased."""
    seminar = await house.seminar(STARTS, 2, 3, 4)
    house.clock.set(OVER)
    await noted(house, seminar, 2, 3, 4)
    await noted(house, seminar, 3, half=1, source="remote")
    await walked_in(house, seminar, "Zoé Lambert", "Mairie d’Ambert")
    async with house.database.write() as session:
        paul = update(Person).where(Person.id == 4).values(given_name="", family_name="")
        await session.execute(paul)
        await suppress(session, INES_MAIL, Reason.BOUNCED, "5.1.1", OVER)
    shown = await certificates(house, seminar)
    assert "Aucune attestation n’est à envoyer." in house.said(shown)
    assert "3 personnes présentes ne peuvent la recevoir par courriel" in house.said(shown)
    (given,) = await house.push(shown, "Attestations à imprimer")
    assert isinstance(given, DocumentToMake)
    assert given.name == "attestations-a-remettre-2027-03-12.pdf"
    made = given.make()
    assert made is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
        people = await certified.to_hand(session, house.parts, row)
    data = certificate_data(house.parts, row, people, OVER)
    said = [(each["name"], each["organisation"], each["halves"]) for each in data["certificates"]]
    morning = "vendredi 12 mars 2027, matin, de 9 h 30 à 12 h 30"
    afternoon = "vendredi 12 mars 2027, après-midi, de 14 h 00 à 16 h 30 (à distance)"
    assert [(name, where, [*map(plain, halves)]) for name, where, halves in said] == [
        ("Zoé Lambert", "Mairie d’Ambert", [morning]),
        ("Inès Roche", "", [morning]),
        ("Marc Vidal", "", [morning, afternoon]),
    ]
    html = certificate_html(house.parts, row, people, OVER)
    assert html.count("<section>") == html.count("<h1>") == 3


async def test_a_certificate_to_print_is_refused_when_all_have_a_mailbox(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS, 2)
    (early,) = await house.press("attendance.print", seminar)
    assert house.said(early) == "Il faut attendre la fin de la rencontre."
    house.clock.set(OVER)
    await noted(house, seminar, 2)
    assert house.labels(await certificates(house, seminar)) == ["Envoyer l’attestation", "Retour"]
    (nobody,) = await house.press("attendance.print", seminar)
    assert "peuvent recevoir leur attestation par courriel" in house.said(nobody)


async def test_a_mailbox_that_goes_meanwhile_is_not_written_to(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    house.clock.set(OVER)
    await noted(house, seminar, 2)
    await house.press("attendance.certify", seminar)
    await house.tick("attendance.certificates")
    (row,) = await house.rows("attendance.certificate")
    async with house.database.write() as session:
        await session.execute(update(Person).where(Person.id == 2).values(email=None))
    assert await house.prepared(row) == Skip("no_address")
    async with house.database.write() as session:
        await session.execute(update(Person).where(Person.id == 2).values(email=INES_MAIL))
        await suppress(session, INES_MAIL, Reason.BOUNCED, "5.1.1", OVER)
    assert await house.prepared(row) == Skip("bounced")


async def walked_in(house: SeminarHouse, seminar: int, name: str, organisation: str) -> None:
    async with house.database.write() as session:
        half_days = await store.half_days(session, seminar)
        row = Row(
            walk_in(name), None, name, family_of(name), organisation, present=True,
            source="walk_in",
        )  # fmt: skip
        await attendance.note(session, half_days[0], [row], OVER, ODILE_PARTY)


async def test_many_certificates_go_in_several_chunks(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    async with house.database.write() as session:
        session.add_all(
            Person(
                id=number,
                given_name="Ada",
                family_name=f"Nom {number}",
                email=f"p{number}@x.example",
            )
            for number in range(10, 35)
        )
    for number in range(10, 35):
        await house.register(seminar, number)
    house.clock.set(OVER)
    await noted(house, seminar, *range(10, 35))
    await house.press("attendance.certify", seminar)
    await house.tick("attendance.certificates")
    rows = await house.rows("attendance.certificate")
    assert len(rows) == len({row.recipient for row in rows}) == 25
    assert all(each.posted_at == OVER for each in await kept_certificates(house))
    assert len({row.message_hash for row in rows}) == 25


async def test_thanks_leave_the_next_working_day_to_who_came(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2, 3, 4)
    assert await house.next_due("attendance.thanks") == OVER - timedelta(hours=1)
    await house.tick_at(OVER, "attendance.thanks")
    await house.tick("attendance.thanks")
    await noted(house, seminar, 4, present=False)
    await house.tick_at(MONDAY - timedelta(minutes=1))
    assert await house.rows("seminars.thanks") == []
    await house.tick_at(MONDAY)
    rows = await house.rows("seminars.thanks")
    assert [row.recipient for row in rows] == ["person:2", "person:3"]
    text = readable(await house.body(rows[0]))
    assert (
        "Subject: Merci de votre participation : « Accueillir, et après ? », "
        "votre avis en trois questions" in text
    )
    assert "https://relais.test/rencontres/avis/" in rows[0].values["feedback_url"]
    assert isinstance(await house.prepared(rows[0]), Ready)
    post = await house.chat_post(rows[1])
    assert post.keyboard[0][0].label == "Donner mon avis"
    for _ in range(2):
        await house.tick("attendance.thanks")
        await house.tick()
    assert len(await house.rows("seminars.thanks")) == 2
    assert await house.next_due("attendance.thanks") is None


async def test_nobody_is_thanked_for_a_meeting_of_long_ago_or_cancelled(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS, 2)
    cancelled = await house.seminar(STARTS, 2)
    await house.cancel(cancelled)
    await house.tick_at(OVER + timedelta(days=30), "attendance.thanks")
    await house.tick()
    assert await house.rows("seminars.thanks") == []
    assert await house.next_due("attendance.thanks") is None


async def feedback_path(house: SeminarHouse, seminar: int) -> str:
    """Return the path of Inès's link, as her chat gives it."""
    (given,) = await house.press("attendance.opinion", seminar, sender=INES)
    assert isinstance(given, Reply)
    url = given.keyboard[0][0].url
    return url.removeprefix("https://relais.test")


async def test_an_opinion_is_given_once_and_is_nobody_s(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    house.clock.set(OVER)
    path = await feedback_path(house, seminar)
    async with house.visitor() as visitor:
        shown = await visitor.get(path)
        assert shown.status_code == 200
        assert "Cette rencontre vous a-t-elle été utile" in plain(shown.text)
        assert shown.headers["cache-control"] == "no-store"
        wrong = await visitor.post(path, data={"rating": "7", "useful": "x" * 2_001})
        assert wrong.status_code == 400
        assert "Choisissez l’une des quatre réponses." in wrong.text
        assert "Ce texte est trop long : 2000 caractères au plus." in plain(wrong.text)
        given = await visitor.post(
            path, data={"rating": "4", "useful": "Les ateliers", "wanted": ""}
        )
        assert "Il est enregistré sans votre nom" in given.text
        again = await visitor.post(path, data={"rating": "1", "useful": "Rien"})
        assert "Vous avez déjà donné votre avis" in again.text
        assert "Vous avez déjà donné votre avis" in (await visitor.get(path)).text
    async with house.database.read() as session:
        (opinion,) = (await session.scalars(select(Feedback))).all()
        (answered,) = (await session.scalars(select(FeedbackGiven))).all()
    assert (opinion.rating, opinion.useful, opinion.wanted) == (4, "Les ateliers", "")
    assert opinion.given_on == datetime(2027, 3, 11, 23, tzinfo=UTC)
    assert answered.party == "person:2"
    assert not {"party", "registration_id"} & set(Feedback.__table__.columns.keys())


async def test_links_to_the_form_that_do_not_work(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    house.clock.set(OVER)
    path = await feedback_path(house, seminar)
    (refused,) = await house.press("attendance.opinion", seminar, sender=MARC)
    assert "vous n’y étiez pas inscrit(e)" in house.said(refused)
    (refused,) = await house.press("attendance.opinion", seminar, sender=INES, private=False)
    assert "message privé" in house.said(refused)
    async with house.visitor() as visitor:
        assert (await visitor.get(path[:-3])).status_code == 400
        house.clock.set(OVER + timedelta(days=61))
        assert (await visitor.get(path)).status_code == 410
        house.clock.set(STARTS)
        assert (await visitor.post(path, data={"rating": "4"})).status_code == 410


async def opinions(house: SeminarHouse, seminar: int) -> str:
    (shown,) = await house.press("attendance.opinions", seminar)
    assert isinstance(shown, Redraw)
    return house.said(shown)


async def test_opinions_are_shown_from_three_on(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2, 3, 4)
    house.clock.set(OVER)
    assert "0 avis reçu." in await opinions(house, seminar)
    async with house.database.read() as session:
        rows = (await session.scalars(select(Registration.id))).all()
    given = {
        rows[0]: {"rating": "4", "useful": "Les <b>ateliers</b>", "wanted": ""},
        rows[1]: {"rating": "3", "useful": "Aller voir sur place", "wanted": "Plus de temps"},
        rows[2]: {"rating": "3", "useful": "", "wanted": ""},
    }
    async with house.visitor() as visitor:
        for number, (registration, answers) in enumerate(given.items()):
            token = house.parts.tokens.sign("seminars.feedback", registration)
            await visitor.post(f"/rencontres/avis/{token}", data=answers)
            if number < 2:
                assert "à partir de 3" in await opinions(house, seminar)
    shown = await opinions(house, seminar)
    assert "3 avis, note moyenne : 3,3 sur 4" in shown
    assert "Très utile : 1 ; plutôt utile : 2 ; peu utile : 0 ; pas utile : 0" in shown
    assert "– Aller voir sur place\n– Les &lt;b&gt;ateliers&lt;/b&gt;" in shown
    assert "– Plus de temps" in shown
    assert not re.search("Inès|Marc|Roche", shown)


async def test_what_stays_of_somebody(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 2)
    house.clock.set(OVER)
    await noted(house, seminar, 2)
    await house.press("attendance.certify", seminar)
    path = await feedback_path(house, seminar)
    async with house.visitor() as visitor:
        await visitor.post(path, data={"rating": "2", "useful": "Rien"})
    ines = Party("person", "2")
    async with house.database.write() as session:
        held = await personal.export(session, ines)
        assert [row["present"] for row in held["attendances"]] == [True]
        assert held["feedback_given"] == [{"seminar_id": seminar, "party": "person:2"}]
        assert "Rien" not in str(held)
        (kept,) = await personal.keeps(session, ines)
        await personal.erase(session, ines)
        person = await session.get_one(Person, 2)
        person.given_name = person.family_name = ""
    said = plain(house.parts.renderer.plain(kept.what))
    assert said == (
        "votre présence à 1 demi-journée de rencontre, au nom porté alors sur la feuille"
        " d’émargement"
    )
    async with house.database.read() as session:
        assert (await session.scalars(select(FeedbackGiven))).all() == []
        assert len((await session.scalars(select(Attendance))).all()) == 1
        row = await session.get_one(Seminar, seminar)
        half_days = await store.half_days(session, seminar)
        (listed,) = await attendance.roll(session, house.parts, row, half_days[0])
    assert listed.name == "Nom 2"
