"""Meetings in people's calendars: files, feeds, a secret address, what a mail carries."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

import pytest
from icalendar import Calendar

from core.acts import SYSTEM
from core.chat import Redraw, Reply, Toast
from core.clock import FixedClock
from core.db import Database
from core.files import keep
from core.ledger.draft import MailAddress, Sent
from core.mail.compose import compose
from core.mail.gateway import MailGateway
from core.people.models import Person
from core.reference import Party
from core.render import MailText
from digest.seminars import documents, names, registrations, store
from digest.seminars.calendars import keys
from digest.seminars.calendars.parts import calendar_part
from digest.seminars.decide import Kind
from digest.seminars.models import Registration, Seminar, Speaker
from tests.mails import make_parcel
from tests.seminars import INES, INES_MAIL, STRANGER, SeminarHouse, plain, seminar_settings
from tests.smtp import ScriptedServer

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
VIDEO = "https://visio.example/abc"
INES_PARTY = Party("person", "2")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def fetched(house: SeminarHouse, path: str, **headers: str) -> Any:
    async with house.visitor() as visitor:
        return await visitor.get(path, headers=headers)


def events(text: str) -> Sequence[Any]:
    whole = Calendar.from_ical(text)
    assert whole.errors == []
    return whole.walk("VEVENT")


async def key_of_ines(house: SeminarHouse) -> str:
    async with house.database.write() as session:
        return await keys.renew(session, house.parts, INES_PARTY, house.clock.now())


async def test_a_meeting_can_be_put_in_a_calendar_without_its_video_link(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, video_url=VIDEO)
    answer = await fetched(house, "/rencontres/1.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="rencontre-1.ics"'
    (event,) = events(answer.text)
    assert Calendar.from_ical(answer.text)["METHOD"] == "PUBLISH"
    assert event["UID"] == "seminar-1@relais.test"
    assert event["SUMMARY"] == "Séminaire – Accueillir, et après ?"
    assert event["LOCATION"] == "Salle des fêtes, Ambert"
    assert event["URL"] == "https://relais.test/rencontres/1"
    assert event["CATEGORIES"].cats == ["Séminaire"]
    assert event["SEQUENCE"] == 0
    assert event["ORGANIZER"] == "mailto:contact@example.org"
    assert event.decoded("DTSTART").isoformat() == "2027-03-12T09:30:00+01:00"
    assert "10 h Retours d’expérience" in event["DESCRIPTION"]
    assert "visio.example" not in answer.text.replace("\r\n ", "")
    assert "ATTENDEE" not in event


async def test_a_draft_is_in_no_calendar(house: SeminarHouse) -> None:
    async with house.database.write() as session:
        seminar = await store.create(
            session,
            kind=Kind.WORKSHOP,
            title="Encore secrète",
            starts_at=STARTS_AT,
            ends_at=STARTS_AT + timedelta(hours=2),
            now=house.clock.now(),
        )
        number = seminar.id
    assert (await fetched(house, f"/rencontres/{number}.ics")).status_code == 404
    assert (await fetched(house, "/rencontres/99.ics")).status_code == 404
    await house.cancel(number)
    assert (await fetched(house, f"/rencontres/{number}.ics")).status_code == 404
    assert events((await fetched(house, "/rencontres.ics")).text) == []


async def test_a_calendar_that_is_followed_keeps_what_was_cancelled(house: SeminarHouse) -> None:
    held = await house.seminar(STARTS_AT, video_url=VIDEO)
    gone = await house.seminar(STARTS_AT + timedelta(days=7), title="Celle-ci n’aura pas lieu")
    house.clock.set(house.clock.now() + timedelta(hours=1))
    await house.move(held, STARTS_AT + timedelta(days=1))
    await house.cancel(gone)
    answer = await fetched(house, "/rencontres.ics")
    moved, cancelled = events(answer.text)
    assert (moved["SEQUENCE"], moved["STATUS"]) == (1, "CONFIRMED")
    assert moved.decoded("DTSTART").isoformat() == "2027-03-13T09:30:00+01:00"
    assert cancelled["STATUS"] == "CANCELLED"
    assert plain(cancelled["SUMMARY"]) == "Annulé : Séminaire – Celle-ci n’aura pas lieu"
    assert "METHOD" not in Calendar.from_ical(answer.text)
    assert "visio.example" not in answer.text.replace("\r\n ", "")


async def test_who_has_a_calendar_already_is_given_nothing_again(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    first = await fetched(house, "/rencontres.ics")
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=900"
    for given in ({"If-None-Match": tag}, {"If-None-Match": f'"x", W/{tag}'}):
        again = await fetched(house, "/rencontres.ics", **given)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    one = f"/rencontres/{seminar}.ics"
    date = (await fetched(house, one)).headers["last-modified"]
    assert (await fetched(house, one, **{"If-Modified-Since": date})).status_code == 304
    for nonsense in ("yesterday", "Mon, 23 Nov 2026 09:00:00", ""):
        asked = await fetched(house, one, **{"If-Modified-Since": nonsense})
        assert asked.status_code == 200
    house.clock.set(house.clock.now() + timedelta(hours=1))
    await house.move(seminar, STARTS_AT + timedelta(days=1))
    assert (await fetched(house, "/rencontres.ics", **{"If-None-Match": tag})).status_code == 200
    assert (await fetched(house, one, **{"If-Modified-Since": date})).status_code == 200
    once, twice = [(await fetched(house, "/rencontres.ics")).text for _ in range(2)]
    assert once == twice


async def test_a_meeting_that_leaves_a_feed_is_noticed_by_its_date_too(house: SeminarHouse) -> None:
    """Some programs ask by date only: the last change of what is left would tell them nothing."""
    number = await house.seminar(STARTS_AT, title="Bientôt réservé")
    await house.seminar(STARTS_AT, title="Reste")
    now = format_datetime(house.clock.now(), usegmt=True)
    async with house.database.write() as session:
        (await session.get_one(Seminar, number)).open_to_all = False
    answer = await fetched(house, "/rencontres.ics", **{"If-Modified-Since": now})
    assert answer.status_code == 200
    assert "Bientôt réservé" not in answer.text


async def test_ones_own_calendar_has_what_one_comes_to_with_the_video_link(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, 2, video_url=VIDEO)
    await house.seminar(STARTS_AT + timedelta(days=1), 3, title="Sans Inès")
    left = await house.seminar(STARTS_AT + timedelta(days=2), 2, title="Excusée")
    full = await house.seminar(STARTS_AT + timedelta(days=3), 2, title="Complet", video_url=VIDEO)
    async with house.database.write() as session:
        for number, state in ((left, "excused"), (full, "waiting")):
            registration = await store_registration(session, number)
            registration.state = state
    key = await key_of_ines(house)
    answer = await fetched(house, f"/calendrier/{key}.ics")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    mine, waiting = events(answer.text)
    assert VIDEO in mine["DESCRIPTION"]
    assert (mine["STATUS"], mine["TRANSP"]) == ("CONFIRMED", "OPAQUE")
    assert plain(waiting["SUMMARY"]) == "Liste d’attente : Séminaire – Complet"
    assert (waiting["STATUS"], waiting["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")
    assert VIDEO not in waiting["DESCRIPTION"]
    again = await fetched(
        house, f"/calendrier/{key}.ics", **{"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def store_registration(session: Any, seminar: int) -> Registration:
    found = await registrations.of_party(session, seminar, INES_PARTY)
    assert found is not None
    return found


async def test_a_new_address_makes_the_former_one_worthless(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    (said,) = await house.press("calendars.mine", 1, sender=INES)
    assert isinstance(said, Reply)
    first = said.text.values["address"]
    (same,) = await house.press("calendars.mine", 1, sender=INES)
    assert isinstance(same, Reply)
    assert same.text.values["address"] == first
    assert first in house.said(said)
    toast, redrawn = await house.press("calendars.renew", 1, sender=INES)
    assert isinstance(toast, Toast)
    assert isinstance(redrawn, Redraw)
    second = redrawn.text.values["address"]
    assert second != first
    assert (await fetched(house, first)).status_code == 404
    assert (await fetched(house, second)).status_code == 200
    assert (await fetched(house, "/calendrier/.ics")).status_code == 404
    assert (await fetched(house, f"/calendrier/{'0' * 40}.ics")).status_code == 404


async def test_an_address_is_told_to_its_owner_alone(house: SeminarHouse) -> None:
    (refused,) = await house.press("calendars.mine", 1, sender=STRANGER)
    assert isinstance(refused, Toast)
    assert "réservée aux membres" in house.said(refused)
    (elsewhere,) = await house.press("calendars.renew", 1, sender=INES, private=False)
    assert isinstance(elsewhere, Toast)
    assert "en privé" in house.said(elsewhere)
    async with house.database.read() as session:
        assert await keys.key_of(session, INES_PARTY) is None


async def test_whoever_has_a_link_to_answer_finds_their_calendar_there(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, 2, video_url=VIDEO)
    answer = names.answer_url(house.parts, 1)
    path = answer.removeprefix("https://relais.test") + "/calendrier"
    async with house.visitor() as visitor:
        assert f'href="{answer}/calendrier"' in (await visitor.get(answer)).text
        shown = await visitor.get(path)
        assert "Créer mon adresse" in shown.text
        async with house.database.read() as session:
            assert await keys.key_of(session, INES_PARTY) is None
        made = await visitor.post(path)
        assert made.headers["cache-control"] == "no-store"
        async with house.database.read() as session:
            key = await keys.key_of(session, INES_PARTY)
        assert f"webcal://relais.test/calendrier/{key}.ics" in made.text
        assert f"https://relais.test/calendrier/{key}.ics" in (await visitor.get(path)).text
        assert (await visitor.get(f"/calendrier/{key}.ics")).status_code == 200
        forged = await visitor.post("/rencontres/reponse/forged/calendrier")
        assert forged.status_code == 400
        async with house.database.write() as session:
            (await session.get_one(Person, 2)).email = None
            await keys.erase(session, INES_PARTY)
            assert await keys.export(session, INES_PARTY) == {}
        assert (await visitor.get(f"/calendrier/{key}.ics")).status_code == 404


async def test_what_is_held_of_a_calendar_is_shown_and_let_go(house: SeminarHouse) -> None:
    key = await key_of_ines(house)
    (room,) = [room for room in house.rooms if room.name == "calendars"]
    assert room.personal_data is not None
    async with house.database.write() as session:
        held = await room.personal_data.export(session, INES_PARTY)
        assert held == {"calendar": {"created_at": "2026-11-23T08:00:00+00:00"}}
        await room.personal_data.erase(session, INES_PARTY)
    assert (await fetched(house, f"/calendrier/{key}.ics")).status_code == 404


async def sent(house: SeminarHouse, method: Any, *emails: str, **how: Any) -> Sequence[bytes]:
    """Send the calendar of meeting 1 by SMTP; return each mail's calendar part, decoded."""
    async with house.database.read() as session:
        seminar = await session.get_one(Seminar, 1)
        part = calendar_part(house.parts, seminar, method, **how)
    async with ScriptedServer() as server:
        settings = server.settings()
        body = compose(settings, MailText("Rencontre", "<p>x</p>", "x"), calendar=part).body
        gateway = MailGateway(settings, house.clock, "secret")
        for number, email in enumerate(emails):
            parcel = make_parcel(number, body=body)
            assert isinstance(await gateway.send(parcel, MailAddress(email)), Sent)
        await gateway.close()
    return [_calendar(envelope.content) for envelope in server.accepted]


def _calendar(raw: bytes | str | None) -> bytes:
    assert isinstance(raw, bytes)
    mail = message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "multipart/alternative"
    *_, part = mail.iter_parts()
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params["charset"] == "utf-8"
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert Calendar.from_ical(text)["METHOD"] == part["Content-Type"].params["method"]
    return text


LONG = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 55}.example"


@pytest.mark.parametrize("registered", [False, True])
async def test_each_reader_is_the_only_one_invited(
    house: SeminarHouse, *, registered: bool
) -> None:
    await house.seminar(STARTS_AT, title="Accueillir 🎉, ou ; pas\\Non", video_url=VIDEO)
    odd = "o'brien+x%y?z=1&{#}@orsanne.example"
    emails = [INES_MAIL, LONG, odd]
    mails = await sent(house, "REQUEST", *emails, registered=registered)
    for email, text in zip(emails, mails, strict=True):
        assert all(len(line) <= 75 for line in text.split(b"\r\n"))
        assert b"\n" not in text.replace(b"\r\n", b"")
        (event,) = events(text.decode())
        attendee = event["ATTENDEE"]
        assert not isinstance(attendee, list)
        assert unquote(attendee) == f"mailto:{email}"
        assert attendee.params["PARTSTAT"] == ("ACCEPTED" if registered else "NEEDS-ACTION")
        assert event["DTSTAMP"].dt == house.clock.now()
        assert event["STATUS"] == "CONFIRMED"
        assert (VIDEO in event["DESCRIPTION"]) is registered
        assert not any(
            other.encode() in text for other in (*emails, "@orsanne.example") if other not in email
        )


async def test_sequence_and_stamp_only_rise_until_the_cancellation(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    told = [events(mail.decode())[0] for mail in await sent(house, "REQUEST", INES_MAIL)]
    house.clock.set(house.clock.now() + timedelta(hours=1))
    told += [events(mail.decode())[0] for mail in await sent(house, "CANCEL", INES_MAIL)]
    house.clock.set(house.clock.now() + timedelta(hours=1))
    await house.move(1, STARTS_AT + timedelta(days=1))
    told += [events(mail.decode())[0] for mail in await sent(house, "REQUEST", INES_MAIL)]
    house.clock.set(house.clock.now() + timedelta(hours=1))
    await house.cancel(1)
    told += [events(mail.decode())[0] for mail in await sent(house, "CANCEL", INES_MAIL)]
    order = [(event["SEQUENCE"], event["DTSTAMP"].dt) for event in told]
    assert order == sorted(set(order))
    assert order[2][0] > order[1][0]
    assert {event["UID"] for event in told} == {"seminar-1@relais.test"}
    assert ["STATUS" in event for event in told] == [True, False, True, True]
    assert told[3]["STATUS"] == "CANCELLED"
    assert all("ORGANIZER" in event and "ATTENDEE" in event for event in told)


async def test_the_page_shows_who_speaks_how_to_come_and_what_was_said(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, video_url=VIDEO)
    now = house.clock.now()
    async with house.database.write() as session:
        seminar = await session.get_one(Seminar, 1)
        seminar.access = "À dix minutes de la gare.\n<b>Parc</b> gratuit."
        seminar.programme_hash = await keep(session, b"%PDF-1.7 programme", "application/pdf", now)
        seminar.programme_name = "Programme définitif.pdf"
        session.add(
            Speaker(seminar_id=1, name="Agnès Morel", organisation="Université", part="speaker")
        )
        files: Sequence[tuple[str, documents.Kind, bytes, str, bool]] = (
            ("Diaporama", "slides", b"Diaporama", "application/pdf", True),
            ("Note.html", "other", b"<script>alert(1)</script>", "text/html", True),
            ("Feuille signée", "scan", b"%PDF", "application/pdf", False),
        )
        for name, kind, data, media_type, public in files:
            await documents.add(
                session, seminar, kind, name, data, media_type, now, SYSTEM, public=public
            )
    async with house.visitor() as visitor:
        page = (await visitor.get("/rencontres/1")).text
        programme = await visitor.get("/rencontres/1/programme")
        slides = await visitor.get("/rencontres/1/documents/1")
        note = await visitor.get("/rencontres/1/documents/2")
        refused = [await visitor.get(f"/rencontres/1/documents/{one}") for one in (3, 99)]
    assert "https://www.openstreetmap.org/search?query=Salle%20des%20f%C3%AAtes%2C%20Ambert" in page
    assert "Agnès Morel, Université" in page
    assert "&lt;b&gt;Parc&lt;/b&gt; gratuit." in page
    assert 'href="/rencontres/1.ics"' in page
    assert "Vendredi 12 mars 2027, de 14 h 00 à 16 h 30" in plain(page)
    assert "Feuille signée" not in page
    assert "compte-rendu" not in page
    assert "visio.example" not in page
    assert programme.headers["content-disposition"] == (
        "inline; filename*=UTF-8''Programme%20d%C3%A9finitif.pdf"
    )
    assert slides.content == b"Diaporama"
    assert note.headers["content-disposition"].startswith("attachment")
    assert [answer.status_code for answer in refused] == [404, 404]
