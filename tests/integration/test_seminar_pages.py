"""Seminars on the web: reading, asking for a place, confirming it, giving it up."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import MailAddress, Ready, Skip
from core.people.models import Person
from core.reference import Party
from digest.seminars import names
from digest.seminars.decide import Kind
from digest.seminars.models import Guest, Registration
from digest.seminars.registering.names import REGISTERED
from tests.seminars import INES_MAIL, SeminarHouse, plain, readable, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ZOE = {"name": "Zoé Marchand", "email": " Zoe@Orsanne.example "}
ZOE_MAIL = "zoe@orsanne.example"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def path_of(house: SeminarHouse, kind: str, value: str) -> str:
    row = (await house.rows(kind))[-1]
    return str(row.values[value]).removeprefix("https://relais.test")


async def confirming(house: SeminarHouse) -> str:
    return await path_of(house, names.CONFIRMATION, "confirm_url")


async def leaving(house: SeminarHouse) -> str:
    """Return the link of mails sent before there was one page to answer: it still works."""
    token = (await path_of(house, REGISTERED, "answer_url")).rpartition("/")[2]
    identity = house.parts.tokens.read(names.ANSWER, token, names.LEAVE_LIFE)
    return names.leaving_url(house.parts, identity).removeprefix("https://relais.test")


async def test_the_list_shows_what_comes_then_what_was(house: SeminarHouse) -> None:
    now = house.clock.now()
    async with house.visitor() as visitor:
        assert "Aucune rencontre n’est prévue" in (await visitor.get("/rencontres")).text
        await house.seminar(now + timedelta(days=1), title="Bientôt passée", kind=Kind.WORKSHOP)
        await house.seminar(STARTS_AT, title="À venir <b>")
        await house.fill("workshop", "Encore secrète", "12/03 9h", "Ambert")
        house.clock.set(now + timedelta(days=2))
        text = plain((await visitor.get("/rencontres")).text)
    assert text.index("Séminaire – À venir &lt;b&gt;") < text.index("Passées")
    assert text.index("Passées") < text.index("Atelier – Bientôt passée")
    assert "Vendredi 12 mars 2027, de 9 h 30 à 16 h 30" in text
    assert "Encore secrète" not in text


async def test_a_page_says_what_when_where_and_takes_names(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        page = await visitor.get("/rencontres/1")
    text = plain(page.text)
    assert page.status_code == 200
    assert "<title>Séminaire – Accueillir, et après ? – Réseau de test</title>" in text
    assert "10 h Retours d’expérience" in text
    assert "feuille d’émargement" in text
    assert 'action="/rencontres/1"' in text


async def test_the_video_link_is_for_those_who_are_registered(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, place="", video_url="https://visio.example/abc")
    async with house.visitor() as visitor:
        asked = await visitor.post("/rencontres/1", data=ZOE)
        shown = await visitor.get(await confirming(house))
        await visitor.post(await confirming(house))
        page = await visitor.get("/rencontres/1")
    (before,), (after,) = [await house.rows(k) for k in (names.CONFIRMATION, REGISTERED)]
    opting_in = readable(await house.body(before))
    assert "visio.example" not in asked.text + shown.text + page.text + opting_in
    assert "En visioconférence" in page.text
    assert "En visioconférence" in opting_in
    assert "https://visio.example/abc" in readable(await house.body(after))


async def test_only_what_was_published_has_a_page(house: SeminarHouse) -> None:
    await house.fill("workshop", "Encore secrète", "12/03 9h", "Ambert")
    async with house.visitor() as visitor:
        for number in (1, 99, 2**80):
            assert (await visitor.get(f"/rencontres/{number}")).status_code == 404
            assert (await visitor.post(f"/rencontres/{number}", data=ZOE)).status_code == 404


async def test_the_page_of_a_cancelled_meeting_says_so(house: SeminarHouse) -> None:
    cancelled = await house.seminar(STARTS_AT)
    await house.cancel(cancelled)
    async with house.visitor() as visitor:
        page = await visitor.get(f"/rencontres/{cancelled}")
        asked = await visitor.post(f"/rencontres/{cancelled}", data=ZOE)
        listed = await visitor.get("/rencontres")
    assert page.status_code == 200
    assert "Cette rencontre est annulée." in page.text
    assert "<form" not in page.text
    assert asked.status_code == 409
    assert await house.registrations() == {}
    assert "Cette rencontre est annulée." in listed.text


async def test_a_guest_asks_confirms_is_reminded_and_gives_up_the_place(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        asked = await visitor.post("/rencontres/1", data=ZOE)
        assert "Consultez votre messagerie" in asked.text
        assert await house.registrations() == {"guest:1": "asked"}
        (mail,) = await house.rows(names.CONFIRMATION)
        assert await house.prepared(mail) == Ready(MailAddress(ZOE_MAIL), {"attendee": ZOE_MAIL})
        text = readable(await house.body(mail))
        assert "Subject: Confirmez votre inscription : séminaire" in text
        assert "sans confirmation, personne n’est inscrit" in text
        assert "Zoé" not in text
        shown = await visitor.get(await confirming(house))
        assert "z•••@orsanne.example" in shown.text
        assert ZOE_MAIL not in shown.text
        assert shown.headers["cache-control"] == "no-store"
        assert await house.registrations() == {"guest:1": "asked"}
        confirmed = await visitor.post(await confirming(house))
        assert "Votre inscription est confirmée" in confirmed.text
        assert await house.registrations() == {"guest:1": "registered"}
        (told,) = await house.rows(REGISTERED)
        assert await house.prepared(told) == Ready(MailAddress(ZOE_MAIL))
        assert await house.prepared(mail) == Skip("registered")
        await house.tick_at(datetime(2027, 3, 5, 8, tzinfo=UTC))
        assert await house.slots(names.REMINDER) == [(f"seminar:{seminar}/J-7/v1", "guest:1")]
        button = await visitor.get(await leaving(house))
        assert "Annuler mon inscription" in button.text
        assert await house.registrations() == {"guest:1": "registered"}
        gone = await visitor.post(await leaving(house))
        assert "Votre inscription est annulée" in gone.text
        assert await house.registrations() == {"guest:1": "cancelled"}
    (reminder,) = await house.rows(names.REMINDER)
    assert await house.prepared(reminder) == Skip("cancelled")


async def test_everything_done_twice_is_harmless(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        for _ in range(2):
            await visitor.post("/rencontres/1", data=ZOE)
        assert len(await house.rows(names.CONFIRMATION)) == 1
        path = await confirming(house)
        for _ in range(2):
            assert "est confirmée" in (await visitor.post(path)).text
        assert "est confirmée" in (await visitor.get(path)).text
        assert len(await house.rows(REGISTERED)) == 1
        leave = await leaving(house)
        for _ in range(2):
            assert "est annulée" in (await visitor.post(leave)).text
        assert "est annulée" in (await visitor.get(leave)).text
        again = await visitor.post(path)
        assert "Vous avez annulé votre inscription depuis" in again.text
        assert await house.registrations() == {"guest:1": "cancelled"}
        await visitor.post("/rencontres/1", data=ZOE)
        await visitor.post(await confirming(house))
    assert await house.registrations() == {"guest:1": "registered"}


async def test_the_page_answers_the_same_whether_somebody_is_registered_or_not(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, 2)
    async with house.visitor() as visitor:
        known = await visitor.post("/rencontres/1", data={"name": "X", "email": INES_MAIL.upper()})
        unknown = await visitor.post("/rencontres/1", data=ZOE)
    assert known.text == unknown.text
    (told,) = await house.rows(REGISTERED)
    assert told.recipient == "person:2"
    assert len(await house.rows(names.CONFIRMATION)) == 1


async def test_an_address_of_the_directory_is_that_person_and_keeps_their_name(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data={"name": "Rigolo", "email": INES_MAIL})
        await visitor.post(await confirming(house))
    assert await house.registrations() == {"person:2": "registered"}
    async with house.database.read() as session:
        assert (await session.scalars(select(Registration.name))).all() == [""]
        assert (await session.scalars(select(Guest))).all() == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "", "email": "zoe@x.fr"}, "Indiquez vos prénom et nom."),
        ({"name": "Z" * 101, "email": "zoe@x.fr"}, "Ce nom est trop long"),
        ({"name": "Zoé", "email": ""}, "Indiquez votre adresse électronique."),
        ({"name": "Zoé", "email": "zoe"}, "Cette adresse ne semble pas correcte."),
        ({"name": "Zoé", "email": "z@x.fr\nBcc: p@x.fr"}, "Indiquez une seule adresse"),
        ({}, "Indiquez vos prénom et nom."),
    ],
)
async def test_bad_input_is_explained_and_what_was_typed_is_kept(
    house: SeminarHouse, data: dict[str, str], said: str
) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        answer = await visitor.post("/rencontres/1", data=data)
    assert answer.status_code == 400
    assert said in plain(answer.text)
    assert 'role="alert"' in answer.text
    if data.get("name") == "Zoé":
        assert 'value="Zoé"' in answer.text
    if data.get("email") == "zoe":
        assert 'value="zoe"' in answer.text
    assert await house.registrations() == {}


async def test_what_is_typed_cannot_become_part_of_the_page(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        data = {"name": '"><script>alert(1)</script>', "email": "zoe"}
        answer = await visitor.post("/rencontres/1", data=data)
        file = await visitor.post("/rencontres/1", files={"email": ("a.txt", b"zoe@x.fr")})
    assert "<script>" not in answer.text
    assert file.status_code == 400


async def test_once_begun_nobody_registers_confirms_or_leaves(house: SeminarHouse) -> None:
    await house.seminar(house.clock.now() + timedelta(hours=1))
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data=ZOE)
        path = await confirming(house)
        house.clock.set(house.clock.now() + timedelta(hours=2))
        page = await visitor.get("/rencontres/1")
        assert "les inscriptions sont closes" in plain(page.text)
        assert "<form" not in page.text
        refused = await visitor.post("/rencontres/1", data=ZOE)
        assert refused.status_code == 409
        assert (await visitor.get(path)).status_code == 410
        assert (await visitor.post(path)).status_code == 410
        house.clock.set(house.clock.now() + timedelta(days=1))
        assert "Cette rencontre a eu lieu." in (await visitor.get("/rencontres/1")).text
    (mail,) = await house.rows(names.CONFIRMATION)
    assert await house.prepared(mail) == Skip("begun")


async def test_bad_old_and_foreign_links_are_explained(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data=ZOE)
        path = await confirming(house)
        token = path.rpartition("/")[2]
        for method in ("GET", "POST"):
            cut = await visitor.request(method, path[:-3])
            assert cut.status_code == 400
            assert "n’est pas complet" in cut.text
            foreign = await visitor.request(method, f"/rencontres/desinscription/{token}")
            assert foreign.status_code == 400
            unknown = names.leaving_url(house.parts, 99).removeprefix("https://relais.test")
            assert (await visitor.request(method, unknown)).status_code == 410
        house.clock.set(house.clock.now() + timedelta(days=8))
        old = await visitor.get(path)
    assert old.status_code == 410
    assert "n’est plus valable" in old.text


async def test_what_is_held_about_a_guest_is_shown_and_forgotten(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data=ZOE)
        await visitor.post(await confirming(house))
        leave = await leaving(house)
        assert house.room.personal_data is not None
        export, erase = house.room.personal_data.export, house.room.personal_data.erase
        async with house.database.read() as session:
            held = await export(session, Party("guest", "1"))
            assert held["email"] == ZOE_MAIL
            (registration,) = held["registrations"]
            assert registration["name"] == "Zoé Marchand"
            assert registration["registered_at"] == house.clock.now().isoformat()
            assert await export(session, Party("person", "2")) == {}
            assert await export(session, Party("subscriber", "2")) == {}
        async with house.database.write() as session:
            await erase(session, Party("guest", "1"))
        async with house.database.read() as session:
            held = await export(session, Party("guest", "1"))
        assert held["email"] is None
        assert held["registrations"][0]["name"] == ""
        assert (await visitor.get(leave)).status_code == 410
    (row,) = await house.rows(REGISTERED)
    assert await house.prepared(row) == Skip("erased")


async def test_a_guest_who_joined_the_directory_later_is_found_by_their_address(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data=ZOE)
    async with house.database.write() as session:
        session.add(Person(id=9, given_name="Zoé", family_name="Marchand", email=ZOE_MAIL))
    assert house.room.personal_data is not None
    async with house.database.read() as session:
        held = await house.room.personal_data.export(session, Party("person", "9"))
    assert held["email"] == ZOE_MAIL
    assert [row["party"] for row in held["registrations"]] == ["guest:1"]


async def test_pages_need_no_script_and_label_every_field(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        text = (await visitor.get("/rencontres/1")).text
    assert "<script" not in text
    fields = re.findall(r'<input [^>]*id="(\w+)"', text)
    assert fields == ["name", "email"]
    assert all(f'<label for="{field}">' in text for field in fields)
