"""Names, addresses and titles that somebody hostile typed, wherever meetings show them."""

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from core.chat import Document
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.mail.fill import fill
from core.people.models import Membership, Person, Structure
from digest.seminars import names
from digest.seminars.attendance.connections import Connected, Window, cleaned
from digest.seminars.attendance.sheet import sheet_html, sheet_pdf
from digest.seminars.attendance.store import sheet_rows
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.models import Guest, HalfDay, InvitedGroup, Registration, Seminar
from digest.seminars.registering.names import REGISTERED
from digest.seminars.rules import parse_capacity, parse_link, parse_title
from tests.seminars import INES_MAIL, SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
BASE = "https://relais.test"
HOSTILE = (
    "=cmd|'/c calc'!A1\r\nBcc: x@evil.example\r\n\r\nEND:VEVENT"
    "\0\u202e😀<script>#set page(1cm)#{{7*7}}"
)


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def joined(house: SeminarHouse, name: str, email: str = "zoe@orsanne.example") -> None:
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data={"name": name, "email": email})
        row = (await house.rows(names.CONFIRMATION))[-1]
        path = str(row.values["confirm_url"]).removeprefix(BASE)
        assert (await visitor.post(path)).status_code == 200


async def sheets(house: SeminarHouse, seminar: int = 1) -> tuple[str, bytes | None]:
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
        half = (await session.scalars(select(HalfDay).where(HalfDay.seminar_id == seminar))).first()
        assert half is not None
        rows = await sheet_rows(session, house.parts, row, half)
    given = (house.parts, row, half, rows, house.clock.now())
    return sheet_html(*given), sheet_pdf(*given)


async def test_a_hostile_name_and_title_are_words_everywhere(house: SeminarHouse) -> None:
    title = parse_title(HOSTILE)
    await house.seminar(STARTS_AT, 2, title=title)
    await joined(house, HOSTILE[:100])
    html, pdf = await sheets(house)
    assert "<script>" not in html
    assert pdf is None or pdf.startswith(b"%PDF")
    async with house.visitor() as visitor:
        page = (await visitor.get("/rencontres/1")).text
        feed = (await visitor.get("/rencontres.ics")).content
        one = (await visitor.get("/rencontres/1.ics")).content
    assert "<script>" not in page
    for data in (feed, one):
        (event,) = Calendar.from_ical(data).walk("VEVENT")
        assert "END:VEVENT" in str(event["SUMMARY"])
    for row in [*await house.rows(names.CONFIRMATION), *await house.rows(REGISTERED)]:
        values = dict.fromkeys(("answer_url", "confirm_url"), "https://relais.test/x")
        given = {
            "To": "a@b.example", "Date": "d", "Message-ID": "<m>", "attendee": INES_MAIL,
            "stamp": "19700101T000000Z", "rank": "1", "who": HOSTILE, **values,
        }  # fmt: skip
        mail = message_from_bytes(fill(await house.body(row), given), policy=default)
        assert mail["Bcc"] is None
        assert "\n" not in str(mail["Subject"])
    (document,) = await house.press("registrations.table", 1)
    assert isinstance(document, Document)
    rows = list(csv.reader(io.StringIO(document.data.decode("utf-8-sig")), delimiter=";"))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


async def invite(house: SeminarHouse, seminar: int, **groups: str) -> None:
    """Have the invitations of a meeting leave now."""
    now = house.clock.now()
    async with house.database.write() as session:
        for what, value in groups.items():
            session.add(InvitedGroup(seminar_id=seminar, what=what, value=value, added_at=now))
        session.add(
            InvitationRound(
                seminar_id=seminar, due_at=now, state="planned", planned_at=now, planned_by="s:1"
            )
        )
    await house.tick("invitations.leave")


async def test_no_address_is_ever_a_name(house: SeminarHouse) -> None:
    """Who asked on the page of a meeting is invited to the next one by the name they gave."""
    await house.seminar(STARTS_AT)
    await joined(house, "Zoé Marchand")
    await house.seminar(STARTS_AT + timedelta(days=30))
    async with house.database.write() as session:
        session.add(Guest(email="sans@nom.example", language="fr", created_at=house.clock.now()))
    await invite(house, 2, agenda="1", guest="guest:2")
    async with house.database.write() as session:
        of_it = update(Registration).where(Registration.seminar_id == 2)
        await session.execute(of_it.values(state="registered"))
    html, _ = await sheets(house, 2)
    assert "@" not in html.rpartition("</style>")[2]
    assert "MARCHAND" in html


async def test_who_typed_an_address_before_its_invitation_left_keeps_nobody_from_it(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT)
    async with house.database.write() as session:
        session.add(Structure(id=1, code="S1", name="Pays d’Orsanne"))
        await session.flush()
        session.add(Membership(person_id=2, role="agent", structure_id=1, since=house.clock.now()))
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data={"name": "Escroc", "email": INES_MAIL})
    await invite(house, 1, person="person:2")
    assert await house.registrations() == {"person:2": "invited"}
    await house.tick("seminars.remind")
    assert await house.slots(names.INVITATION) == [("seminar:1/invitation", "person:2")]


async def test_a_guest_who_joined_the_directory_is_not_invited_twice(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await joined(house, "Inès R.", "avant@orsanne.example")
    async with house.database.write() as session:
        session.add(Structure(id=1, code="S1", name="Pays d’Orsanne"))
        await session.flush()
        session.add(Membership(person_id=2, role="agent", structure_id=1, since=house.clock.now()))
        (await session.get_one(Person, 2)).email = "Avant@orsanne.example"
    await invite(house, 1, person="person:2")
    async with house.visitor() as visitor:
        given = {"name": "Inès", "email": "avant@orsanne.example"}
        await visitor.post("/rencontres/1", data=given)
    assert await house.registrations() == {"guest:1": "registered"}


@pytest.mark.parametrize(
    "typed", ["-1", "1" + "0" * 30, "²", "0", "1e3", "9999", "\uff15\uff10", "\u0665"]
)
def test_numbers_of_places_are_bounded(typed: str) -> None:
    with suppress(InputError):
        assert 1 <= (parse_capacity(typed) or 0) <= 5000


@pytest.mark.parametrize(
    "typed", ["https://a.example/\0", "https://a.example/\u202egpj", "javascript:alert(1)//a.b"]
)
def test_a_video_link_has_no_hidden_character(typed: str) -> None:
    with pytest.raises(InputError):
        parse_link(typed)


def test_a_cleaned_list_holds_no_formula() -> None:
    window = Window(1, STARTS_AT, STARTS_AT + timedelta(hours=3))
    people = [(Connected(name, "", {1: 60}), "=1+1") for name in ("=1+1", "@SUM(A1)", "-2", "\t=1")]
    for line in cleaned(people, [window]).decode("utf-8-sig").splitlines()[1:]:
        assert not any(cell.startswith(("=", "@", "-", "\t")) for cell in line.split(";"))


async def test_a_key_of_a_calendar_that_nothing_can_hold_is_none(house: SeminarHouse) -> None:
    async with house.visitor() as visitor:
        for key in ("%00", "a%00b", "%ED%A0%80", "x" * 9000, "..%2f..%2fetc"):
            found = await visitor.get(f"/calendrier/{key}.ics")
            assert found.status_code == 404, key
        for path in ("reponse", "confirmer", "desinscription", "avis", "compte-rendu"):
            found = await visitor.get(f"/rencontres/{path}/%00a.%00b.c")
            assert found.status_code == 400, path
