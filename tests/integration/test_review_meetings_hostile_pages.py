"""Meetings' pages under hostile hands: strangers, forged fields, links of those who are gone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.calendar_replies import CalendarReply
from core.clock import FixedClock
from core.db import Database
from core.people.models import Person
from core.reference import Party
from digest.seminars import documents, names
from digest.seminars.attendance.names import FEEDBACK
from digest.seminars.calendars.meetings import uid
from digest.seminars.calendars.replies import RepliesToMeetings
from digest.seminars.decide import Kind
from digest.seminars.inviting.names import PAPER
from digest.seminars.models import CalendarKey, Guest, Registration, Seminar
from digest.seminars.registering.names import REGISTERED
from tests.seminars import INES, INES_MAIL, SeminarHouse, plain, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
BASE = "https://relais.test"
ZOE = {"name": "Zoé Marchand", "email": "zoe@orsanne.example"}


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def changed(house: SeminarHouse, **values: object) -> None:
    async with house.database.write() as session:
        await session.execute(update(Seminar).values(**values))


async def invited(house: SeminarHouse, party: str, state: str = "invited", name: str = "") -> int:
    async with house.database.write() as session:
        row = Registration(
            seminar_id=1, party=party, state=state, invited_at=house.clock.now(), name=name
        )
        session.add(row)
        await session.flush()
        return row.id


async def guest(house: SeminarHouse, email: str, name: str = "") -> int:
    async with house.database.write() as session:
        row = Guest(email=email, name=name, language="fr", created_at=house.clock.now())
        session.add(row)
        await session.flush()
        return row.id


def answer(house: SeminarHouse, registration: int) -> str:
    return names.answer_url(house.parts, registration).removeprefix(BASE)


async def confirming(house: SeminarHouse) -> str:
    row = (await house.rows(names.CONFIRMATION))[-1]
    return str(row.values["confirm_url"]).removeprefix(BASE)


async def erase(house: SeminarHouse, person: int) -> None:
    """Erase somebody as the house does: each room, then the directory empties the row."""
    async with house.database.write() as session:
        for room in house.rooms:
            if room.personal_data:
                await room.personal_data.erase(session, Party("person", str(person)))
        row = await session.get_one(Person, person)
        row.given_name = row.family_name = ""
        row.email = None


async def test_a_meeting_on_invitation_is_not_joined_by_its_page(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, kind=Kind.STEERING)
    path = f"/rencontres/1-{house.parts.tokens.mark(names.PAGE, 1)}"
    async with house.visitor() as visitor:
        shown = await visitor.get(path)
        assert "<form" not in shown.text
        assert "sur invitation" in plain(shown.text)
        asked = await visitor.post(path, data=ZOE)
        assert asked.status_code == 409
    assert await house.registrations() == {}


async def test_a_link_that_confirms_is_worth_nothing_once_a_meeting_is_on_invitation(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data=ZOE)
        await changed(house, open_to_all=False)
        await visitor.post(await confirming(house))
    assert await house.registrations() == {"guest:1": "asked"}
    assert await house.rows(REGISTERED) == []


@pytest.mark.parametrize("state", ["invited", "excused"])
async def test_a_stranger_who_types_an_address_changes_nothing_of_its_answer(
    house: SeminarHouse, state: str
) -> None:
    await house.seminar(STARTS_AT)
    await invited(house, "person:2", state)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data={"name": "Qui", "email": INES_MAIL})
        assert await house.registrations() == {"person:2": state}
        # she follows the link herself: it is an answer like any other
        await visitor.post(await confirming(house))
    assert await house.registrations() == {"person:2": "registered"}


async def test_a_stranger_does_not_rename_a_guest(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await guest(house, "zoe@orsanne.example", "Zoé Marchand")
    identity = await invited(house, "guest:1", name="Zoé Marchand")
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data={**ZOE, "name": "ESCROC"})
    async with house.database.read() as session:
        assert (await session.get_one(Registration, identity)).name == "Zoé Marchand"


async def test_forged_fields_of_an_answer_are_said_or_left_aside(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    await changed(house, questions=["Un régime ?"], carpool=True, meals=["Plat", "Salade"])
    path = answer(house, 1)
    forged = {"action": "come", "version": "1", "mode": "site\0", "half_day": "1"}
    async with house.visitor() as visitor:
        for fields in (
            {"half_day": "9" * 5000},
            {"half_day": "²"},
            {"department": "63\0"},
            {"meal": "Plat\0"},
            {"answer-0": "sans\0 sel\u202e"},
            {"action": "colleague", "colleague": "9" * 5000},
            {"action": "represent", "name": "Luc\0\r\nBcc: x@y.example"},
        ):
            answered = await visitor.post(path, data={**forged, **fields})
            assert answered.status_code in {200, 400}, fields
    async with house.database.read() as session:
        row = await session.get_one(Registration, 1)
        assert row.answers == {"Un régime ?": "sans sel"}
        assert row.represented_by == "Luc Bcc: x@y.example"


async def test_an_opinion_holds_no_character_that_nothing_can_keep(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    house.clock.set(STARTS_AT + timedelta(days=1))
    path = f"/rencontres/avis/{house.parts.tokens.sign(FEEDBACK, 1)}"
    given = {"rating": "4", "useful": "tout\0 bien\u202e", "wanted": ""}
    async with house.visitor() as visitor:
        assert (await visitor.post(path, data=given)).status_code == 200


async def test_links_of_somebody_erased_open_and_change_nothing(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    mine, leave = answer(house, 1), names.leaving_url(house.parts, 1).removeprefix(BASE)
    paper = f"/rencontres/invitation/{house.parts.tokens.sign(PAPER, 1)}"
    async with house.visitor() as visitor:
        assert (await visitor.post(f"{mine}/calendrier")).status_code == 200
        await erase(house, 2)
        for path in (mine, leave, f"{mine}/calendrier"):
            assert (await visitor.get(path)).status_code == 410, path
            assert (await visitor.post(path)).status_code == 410, path
        assert (await visitor.get(paper)).status_code in {400, 410}
    async with house.database.read() as session:
        assert (await session.scalars(select(CalendarKey))).all() == []


async def test_somebody_erased_has_no_second_opinion(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    house.clock.set(STARTS_AT + timedelta(days=1))
    path = f"/rencontres/avis/{house.parts.tokens.sign(FEEDBACK, 1)}"
    async with house.visitor() as visitor:
        assert (await visitor.post(path, data={"rating": "1"})).status_code == 200
        await erase(house, 2)
        assert (await visitor.get(path)).status_code == 410
        assert (await visitor.post(path, data={"rating": "1"})).status_code == 410


async def test_tokens_of_one_purpose_open_no_other_page(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    sign = house.parts.tokens.sign
    pages = {
        names.ANSWER: "/rencontres/reponse/{}",
        names.LEAVE: "/rencontres/desinscription/{}",
        names.CONFIRM: "/rencontres/confirmer/{}",
        FEEDBACK: "/rencontres/avis/{}",
        "minutes.read": "/rencontres/compte-rendu/{}",
        "minutes.preview": "/rencontres/compte-rendu/apercu/{}",
        PAPER: "/rencontres/invitation/{}",
    }
    async with house.visitor() as visitor:
        for purpose in pages:
            token = sign(purpose, 1)
            for other, path in pages.items():
                if other != purpose:
                    found = await visitor.get(path.format(token))
                    assert found.status_code == 400, (purpose, path)
                    assert found.headers["cache-control"] == "no-store"


async def test_a_calendar_program_takes_no_place_that_its_owner_may_not(
    house: SeminarHouse,
) -> None:
    """Who gave up before a meeting was for those invited only comes back by no other way."""
    await house.seminar(STARTS_AT, 2)
    await house.press("seminars.leave", 1, sender=INES)
    await changed(house, open_to_all=False)
    reply = CalendarReply(uid(house.parts, 1), INES_MAIL, INES_MAIL, "accepted", None, None)
    async with house.database.write() as session:
        taken = await RepliesToMeetings(house.parts).take(session, reply, house.clock.now())
    assert taken == "not_invited"
    assert await house.registrations() == {"person:2": "cancelled"}


async def test_a_file_that_could_act_is_only_given_to_be_saved(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    now = house.clock.now()
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        for number, media_type in enumerate(("text/html", "image/svg+xml", "application/pdf")):
            await documents.add(
                session, row, "slides", 'a";\r\nX: y\u202e.html', b"<script>%d" % number,
                media_type, now, Party("person", "1"), public=number < 2,
            )  # fmt: skip
    async with house.visitor() as visitor:
        for number in (1, 2):
            found = await visitor.get(f"/rencontres/1/documents/{number}")
            assert found.headers["content-disposition"].startswith("attachment; filename*=")
            assert "x" not in found.headers
        assert (await visitor.get("/rencontres/1/documents/3")).status_code == 404
        assert (await visitor.get("/rencontres/2/documents/1")).status_code == 404
