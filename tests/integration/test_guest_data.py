"""A guest of a meeting sees, copies and has erased what is held about them; so do animators."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from core.acts import Act
from core.chat import Redraw, Response, Toast
from core.clock import FixedClock
from core.db import Base, Database
from core.ledger.draft import MailAddress, Ready, Skip
from core.ledger.models import Delivery
from core.reference import Party
from digest.mailbox.models import ReceivedMail
from digest.seminars import names
from digest.seminars.attendance.models import Attendance
from digest.seminars.inviting.rules import TypedGuest
from digest.seminars.inviting.store import guest_group
from digest.seminars.models import CalendarKey, Guest, InvitedGroup, Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.decide import Choice
from digest.seminars.registering.personal_mail import GUEST_DATA, fresh_url
from digest.seminars.registering.telling import Doing
from tests.seminars import INES, SeminarHouse, plain, readable, seminar_settings
from tests.whole import open_whole

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ZOE, LEO = Party("guest", "1"), Party("guest", "2")
ZOE_MAIL, LEO_MAIL = "zoe@orsanne.example", "leo@orsanne.example"
BASE = "https://relais.test"
FORGET, PROMOTE = "seminars.forget_guests", "registrations.promote"
TRACES = ("Marchandise", ZOE_MAIL, "sans sel", "La Halle", "/rencontres/reponse/", "mes-donnees/")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    """Zoé comes to the meeting, whose last place she has; Léo waits for one."""
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    await house.seminar(STARTS_AT)
    async with database.write() as session:
        offered = {"capacity": 1, "questions": ["Un régime ?"], "meals": ["Plat"]}
        await session.execute(update(Seminar).values(offered))
        for name, email in (("Zoé Marchandise", ZOE_MAIL), ("Léo Autre", LEO_MAIL)):
            typed = TypedGuest(name, email, "La Halle", "Élue")
            await guest_group(session, house.parts, typed, clock.now())
    await take(house, ZOE, meal="Plat", answers={"Un régime ?": "sans sel"})
    await take(house, LEO)
    return house


async def take(house: SeminarHouse, party: Party, **choice: Any) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        await places.take(
            session, house.parts, row, party, Choice(**choice), Doing(house.clock.now())
        )


async def answer_path(house: SeminarHouse, party: Party = ZOE) -> str:
    async with house.database.read() as session:
        wanted = select(Registration.id).where(Registration.party == str(party))
        identity = (await session.scalars(wanted)).one()
    return names.answer_url(house.parts, identity).removeprefix(BASE)


async def fresh(house: SeminarHouse, party: Party = ZOE) -> str:
    """Ask for the link from the page of one's answer, and return where it leads."""
    async with house.visitor() as visitor:
        asked = await visitor.post(await answer_path(house, party) + "/mes-donnees")
    assert asked.status_code == 200
    return str((await house.rows(GUEST_DATA))[-1].values["data_url"]).removeprefix(BASE)


async def confirmed(house: SeminarHouse, path: str) -> httpx.Response:
    async with house.visitor() as visitor:
        return await visitor.post(path + "/effacement", data={"sure": "1"})


async def settled(house: SeminarHouse) -> None:
    async with house.database.write() as session:
        await session.execute(update(Delivery).values(state="sent"))


async def dumped(house: SeminarHouse) -> str:
    """Return every row of every table, as text, but for Léo's own."""
    found = []
    async with house.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in (await session.execute(select(table))).mappings():
                if row.get("recipient") != str(LEO) and row.get("email") != LEO_MAIL:
                    found += [f"{table.name}.{key}: {value!r}" for key, value in row.items()]
    return "\n".join(found)


async def states(house: SeminarHouse) -> dict[str, str]:
    return dict(await house.registrations())


async def test_the_link_is_sent_to_their_own_address_once(house: SeminarHouse) -> None:
    path = await answer_path(house)
    async with house.visitor() as visitor:
        assert f'{path}/mes-donnees">Voir ou effacer mes données' in (await visitor.get(path)).text
        page = plain((await visitor.get(path + "/mes-donnees")).text)
        assert "@orsanne.example un lien valable 60 minutes" in page
        assert ZOE_MAIL not in page
        assert not await house.rows(GUEST_DATA)
        await visitor.post(path + "/mes-donnees")
        sent = plain((await visitor.post(path + "/mes-donnees")).text)
    assert "Un courriel part à l’instant" in sent
    assert "valable 60 minutes" in sent
    assert ZOE_MAIL not in sent
    (row,) = await house.rows(GUEST_DATA)
    assert row.recipient == "guest:1"
    assert await house.prepared(row) == Ready(MailAddress(ZOE_MAIL))
    body = await house.body(row)
    assert b"marchandise" not in body.lower()
    assert "Vous avez demandé à voir ce que nous savons de vous" in readable(body)
    house.clock.set(house.clock.now() + timedelta(hours=1))
    await fresh(house)
    assert len(await house.rows(GUEST_DATA)) == 2


async def test_what_is_held_is_shown_and_copied_for_an_hour(house: SeminarHouse) -> None:
    link = await fresh(house)
    async with house.visitor() as visitor:
        shown = await visitor.get(link)
        page = plain(shown.text)
        for words in (ZOE_MAIL, "Zoé Marchandise", "La Halle", "Élue", "Accueillir, et après ?",
                      "inscrit(e)", "Repas : Plat", "Un régime ? sans sel"):  # fmt: skip
            assert words in page, words
        assert "Léo" not in page
        assert shown.headers["cache-control"] == "no-store"
        copy = await visitor.post(link + "/copie")
        held = json.loads(copy.text)
        assert held["seminars"]["email"] == ZOE_MAIL
        assert held["seminars"]["registrations"][0]["answers"] == {"Un régime ?": "sans sel"}
        assert copy.headers["content-disposition"].startswith('attachment; filename="mes-donnees-')
        house.clock.set(house.clock.now() + timedelta(minutes=61))
        late = [await visitor.get(link), await visitor.post(link + "/copie")]
    late.append(await confirmed(house, link))
    assert [one.status_code for one in late] == [410, 410, 410]
    assert "n’est valable que peu de temps" in late[0].text
    assert (await states(house))["guest:1"] == "registered"


async def test_erasing_takes_two_presses_and_leaves_no_name(house: SeminarHouse) -> None:
    link = await fresh(house)
    await settled(house)
    now = house.clock.now()
    async with house.database.write() as session:
        session.add(CalendarKey(party="guest:1", key="f" * 40, created_at=now))
        session.add(InvitedGroup(seminar_id=1, what="guest", value="guest:1", added_at=now))
    text = await dumped(house)
    assert [trace for trace in TRACES if trace not in text] == []
    async with house.visitor() as visitor:
        once = plain((await visitor.post(link + "/effacement")).text)
    assert "Ce qui reste, et pourquoi" in once
    assert "sans votre nom" in once
    assert (await states(house))["guest:1"] == "registered"
    done = await confirmed(house, link)
    assert (done.status_code, "Vos données sont effacées" in done.text) == (200, True)
    text = await dumped(house)
    assert [trace for trace in TRACES if trace in text] == []
    async with house.database.read() as session:
        acts = await session.execute(select(Act.actor, Act.verb).order_by(Act.id.desc()).limit(1))
    assert acts.all() == [("guest:1", "seminars.guest_erased")]
    async with house.visitor() as visitor:
        for path in (await answer_path(house), await answer_path(house) + "/mes-donnees", link):
            assert (await visitor.get(path)).status_code == 410


async def test_their_place_goes_to_who_waits_and_nothing_is_sent_to_them(
    house: SeminarHouse,
) -> None:
    link = await fresh(house)
    await settled(house)
    before = {row.id for kind in house.kinds for row in await house.rows(kind)}
    await confirmed(house, link)
    await house.tick(PROMOTE)
    assert await states(house) == {"guest:1": "cancelled", "guest:2": "registered"}
    await house.tick_at(STARTS_AT - timedelta(days=7))
    await house.tick_at(STARTS_AT + timedelta(days=1))
    after = [row for kind in house.kinds for row in await house.rows(kind) if row.id not in before]
    assert {row.recipient for row in after} == {"guest:2"}
    assert "seminars.reminder" in {row.kind for row in after}


async def test_who_was_there_stays_proved_by_the_name_on_the_sheet_and_it_is_said(
    house: SeminarHouse,
) -> None:
    async with house.database.write() as session:
        session.add(
            Attendance(
                seminar_id=1, half_day_id=1, identity="guest:1", party="guest:1",
                name="Zoé Marchandise", present=True, source="sheet",
                noted_at=house.clock.now(), noted_by="person:1",
            )
        )  # fmt: skip
    house.clock.set(STARTS_AT + timedelta(days=2))
    link = await fresh(house)
    async with house.visitor() as visitor:
        assert "1 demi-journée" in plain((await visitor.get(link)).text)
        page = plain((await visitor.post(link + "/effacement")).text)
    assert "Votre présence à 1 demi-journée de rencontre" in page
    assert "les présences déjà notées gardent votre nom" in page
    await confirmed(house, link)
    await settled(house)
    await house.tick(FORGET)
    text = await dumped(house)
    found = {line.partition(":")[0] for line in text.splitlines() if "Marchandise" in line}
    assert found == {"attendances.name"}
    assert await states(house) == {"guest:1": "registered", "guest:2": "waiting"}, "it is over"


async def test_who_was_erased_may_come_back(house: SeminarHouse) -> None:
    await confirmed(house, await fresh(house))
    async with house.visitor() as visitor:
        given = {"name": "Zoé Marchandise", "email": ZOE_MAIL}
        await visitor.post("/rencontres/1", data=given)
    (row,) = await house.rows(names.CONFIRMATION)
    assert row.recipient not in {"guest:1", "guest:2"}
    assert await house.prepared(row) == Ready(MailAddress(ZOE_MAIL), {names.ATTENDEE: ZOE_MAIL})


# --- The animators, for who phones ---


async def listed(house: SeminarHouse, label: str) -> Response:
    (screen,) = await house.press("registrations.desk", 1)
    (people,) = await house.push(screen, "Voir la liste")
    (one,) = await house.push(people, label)
    return one


async def test_animators_erase_who_phones_after_a_confirmation(house: SeminarHouse) -> None:
    await house.register(1, 2)
    (ask,) = await house.push(await listed(house, "✓ Zoé Marchandise"), "Effacer ses données…")
    said = house.said(ask)
    assert "Effacer définitivement les données de Zoé Marchandise ?" in said
    assert "avec le nom qui y figure" in said
    assert (await states(house))["guest:1"] == "registered"
    (back,) = await house.push(ask, "Revenir sans rien effacer")
    assert "Zoé Marchandise" in house.said(back)
    await settled(house)
    (done,) = await house.push(ask, "Effacer définitivement")
    assert isinstance(done, Redraw)
    assert "cette personne est effacée" in house.said(done)
    text = await dumped(house)
    assert [trace for trace in TRACES if trace in text] == []
    for label in ("Effacer définitivement", "Revenir sans rien effacer"):
        (again,) = await house.push(ask, label)
        assert "Marchandise" not in house.said(again)
    (twice,) = await house.push(ask, "Effacer définitivement")
    assert isinstance(twice, Toast)
    assert "déjà effacée" in house.said(twice)
    async with house.database.read() as session:
        wanted = select(Act.actor, Act.subject).where(Act.verb == "seminars.guest_erased")
        assert (await session.execute(wanted)).all() == [("person:1", "seminars:guest:1")]
    await house.tick(PROMOTE)
    assert (await states(house))["guest:2"] == "registered"


async def test_only_guests_are_erased_there_even_when_the_meeting_is_over(
    house: SeminarHouse,
) -> None:
    await take(house, Party("person", "2"))
    house.clock.set(STARTS_AT + timedelta(days=3))
    guest = await listed(house, "✓ Zoé Marchandise")
    assert "Effacer ses données…" in house.labels(guest)
    person = await listed(house, "⏳ Inès Roche")
    assert "Effacer ses données…" not in house.labels(person)
    (screen,) = await house.push(guest, "Effacer ses données…")
    assert isinstance(screen, Redraw)
    (asked,) = screen.keyboard[0]
    assert asked.reference is not None
    (refused,) = await house.press_on(asked.action, asked.reference, sender=INES, private=False)
    assert isinstance(refused, Toast)
    assert (await states(house))["guest:1"] == "registered"


# --- Hostile ---


async def test_another_guests_link_pressed_twice_while_a_reminder_is_going_out(
    house: SeminarHouse,
) -> None:
    zoe, leo = await fresh(house), await fresh(house, LEO)
    await house.tick_at(STARTS_AT - timedelta(days=7))
    zoe, leo = await fresh(house), await fresh(house, LEO)
    (reminder,) = [r for r in await house.rows("seminars.reminder") if r.recipient == "guest:1"]
    doubtful = (await house.rows("registrations.registered"))[0]
    assert doubtful.recipient == "guest:1"
    async with house.database.write() as session:
        # The first byte of the reminder is on its way; of an earlier mail, nobody knows.
        (await session.get_one(Delivery, reminder.id)).state = "sending"
        (await session.get_one(Delivery, doubtful.id)).state = "uncertain"
    answer = (await answer_path(house)).rpartition("/")[2]
    async with house.visitor() as visitor:
        for token in (answer, zoe.rpartition("/")[2][:-3], "1", "x" * 400):
            path = f"/rencontres/mes-donnees/{token}/effacement"
            refused = await visitor.post(path, data={"sure": "1"})
            assert refused.status_code == 400
            assert (await visitor.get(path.removesuffix("/effacement"))).status_code == 400
        # A link of one's data is no link of an answer, nor of somebody of the directory.
        fresh_token = zoe.rpartition("/")[2]
        assert (await visitor.get(f"/rencontres/reponse/{fresh_token}")).status_code == 400
        await house.register(1, 2)
        person = await answer_path(house, Party("person", "2"))
        assert "Voir ou effacer mes données" not in (await visitor.get(person)).text
        assert (await visitor.post(person + "/mes-donnees")).status_code == 410
    assert (await states(house))["guest:1"] == "registered"

    answers = await asyncio.gather(*(confirmed(house, zoe) for _ in range(4)))
    assert {one.status_code for one in answers} == {200}
    async with house.database.read() as session:
        wanted = select(Act).where(Act.verb == "seminars.guest_erased")
        assert len((await session.scalars(wanted)).all()) == 1
        left = (await session.scalars(select(Guest).where(Guest.email.is_not(None)))).one()
    assert left.email == LEO_MAIL
    assert LEO_MAIL in plain((await shown(house, leo)).text)
    assert await house.prepared(reminder) == Skip("cancelled")
    doubtful = (await house.rows("registrations.registered"))[0]
    assert (doubtful.state, doubtful.reason, doubtful.values) == ("failed", "left", {})

    await settled(house)  # it arrived meanwhile: what is kept of it names nobody
    await house.tick(FORGET)
    text = await dumped(house)
    assert [trace for trace in TRACES if trace in text] == []
    assert LEO_MAIL in plain((await shown(house, leo)).text)


async def shown(house: SeminarHouse, path: str) -> httpx.Response:
    async with house.visitor() as visitor:
        return await visitor.get(path)


async def test_what_was_typed_at_the_same_instant_goes_too(house: SeminarHouse) -> None:
    await confirmed(house, await fresh(house))
    await settled(house)
    async with house.database.write() as session:
        (await session.get_one(Guest, 1)).name = "Zoé Marchandise"
        (await session.get_one(Registration, 1)).name = "Zoé Marchandise"
    await house.tick(FORGET)
    assert "Marchandise" not in await dumped(house)


async def test_every_room_of_the_house_forgets_them(database: Database, clock: FixedClock) -> None:
    house = await open_whole(database, clock)
    now = clock.now()
    async with database.write() as session:
        session.add(Guest(id=7, email=ZOE_MAIL, language="fr", created_at=now, name="Zoé"))
        session.add(
            ReceivedMail(
                key="1", message_id="1@x", sender=ZOE_MAIL, subject="Zoé", data=b"From: zoe",
                kind="question", received_at=now, handled_at=now,
            )
        )  # fmt: skip
    application = Starlette(routes=[page for room in house.rooms for page in room.pages])
    transport = httpx.ASGITransport(application)
    link = fresh_url(house.parts, 7)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as visitor:
        held = json.loads((await visitor.post(link + "/copie")).text)
        assert held["mailbox"]["received"][0]["subject"] == "Zoé"
        kept = plain((await visitor.post(link + "/effacement")).text)
        assert "registre des envois" in kept
        done = await visitor.post(link + "/effacement", data={"sure": "1"})
    assert "Vos données sont effacées" in done.text
    everything = await house.everything()
    assert [trace for trace in ("Zoé", ZOE_MAIL, "From: zoe") if trace in everything] == []
