"""Who is told what of a meeting, where, and what is never said."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import event, select, update

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel, ChatAddress, MailAddress, Parcel, Ready, Refused, Skip
from core.ledger.models import Delivery
from core.ledger.rules import IN_FLIGHT
from core.mail.fill import fill
from core.people.models import Account, Person
from core.reference import Party, Reference
from core.settings import LedgerSettings
from digest.seminars import names, store
from digest.seminars.contacts import Contact, contacts_of
from digest.seminars.models import Announcement, Guest, Registration, Seminar
from digest.seminars.reminding import announcements, saying
from digest.seminars.reminding.decide import What
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import suppress
from tests.gateways import ScriptedGateway
from tests.seminars import INES_MAIL, ODILE_MAIL, SeminarHouse, readable, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
J30 = datetime(2027, 2, 10, 8, tzinfo=UTC)
J7 = datetime(2027, 3, 5, 8, tzinfo=UTC)
J1 = datetime(2027, 3, 11, 8, tzinfo=UTC)
ODILE, INES, MARC, PAUL = 1, 2, 3, 4
EVERY_KIND = (
    names.INVITATION, names.CHASE, names.REMINDER, names.UPDATE, names.CANCELLATION,
)  # fmt: skip


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings([7, 1], chase=[30]))
    await house.settle_in()
    return house


async def answer(house: SeminarHouse, seminar: int, **states: str) -> None:
    """Write the answers of people: `p1="invited"`."""
    now = house.clock.now()
    async with house.database.write() as session:
        session.add_all(
            Registration(
                seminar_id=seminar,
                party=f"person:{person[1:]}",
                state=state,
                invited_at=now,
                registered_at=now if state == "registered" else None,
            )
            for person, state in states.items()
        )


async def invite(house: SeminarHouse, seminar: int) -> None:
    """Send the invitations."""
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        await announcements.plan(session, row, What.INVITATION, "invitation", house.clock.now())
    await house.tick()


async def sent(house: SeminarHouse, kind: str) -> None:
    async with house.database.write() as session:
        await session.execute(update(Delivery).where(Delivery.kind == kind).values(state="sent"))


async def told(house: SeminarHouse, kind: str) -> list[str]:
    return [recipient for _, recipient in await house.slots(kind)]


async def mail_of(house: SeminarHouse, kind: str, person: int) -> str:
    (row,) = [row for row in await house.rows(kind) if row.recipient == f"person:{person}"]
    return readable(await filled(house, row))


async def filled(house: SeminarHouse, row: Delivery) -> bytes:
    ready = await house.prepared(row)
    assert isinstance(ready, Ready), ready
    headers = {"To": "x@relais.test", "Date": "d", "Message-ID": "<m>", "stamp": "20270101T000000Z"}
    return fill(await house.body(row), {**row.values, **ready.values, **headers})


def parcel(row: Delivery) -> Parcel:
    return Parcel(
        row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
        Channel(row.channel), b"", row.values, row.stream, 1, resent=False,
    )  # fmt: skip


async def settle(house: SeminarHouse, row: Delivery, outcome: Skip | Refused) -> None:
    async with house.database.write() as session:
        await house.kinds[row.kind].settled(session, parcel(row), outcome, house.clock.now())


# --- Whom a reminder, and whom a chase, is for -------------------------------------------------


async def test_who_has_not_answered_is_chased_and_only_who_is_registered_is_reminded(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited", p2="registered", p3="excused", p4="waiting")
    await house.tick_at(J30)
    assert await house.slots(names.CHASE) == [("seminar:1/J-30/relance/v1", "person:1")]
    text = await mail_of(house, names.CHASE, ODILE)
    assert "Subject: Viendrez-vous ? Relance : séminaire « Accueillir, et après ? »" in text
    assert "nous n’avons pas encore reçu votre réponse" in text
    assert "https://relais.test/rencontres/reponse/" in text
    await house.tick_at(J7)
    assert await told(house, names.REMINDER) == ["person:2"]


async def test_who_was_invited_after_the_chase_was_due_is_not_chased(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    house.clock.set(J30 + timedelta(minutes=1))
    await answer(house, seminar, p1="invited")
    await house.tick()
    assert await house.rows(names.CHASE) == []


async def test_each_date_asks_again_once_at_most_those_who_never_answered(
    house: SeminarHouse,
) -> None:
    """Asked again at J-30, then the meeting moves: at J-30 of the new date, and never more."""
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    await house.tick_at(J30)
    await house.move(seminar, STARTS_AT + timedelta(days=28))
    for day in range(1, 57):
        await house.tick_at(J30 + timedelta(days=day))
    assert await house.slots(names.CHASE) == [
        ("seminar:1/J-30/relance/v1", "person:1"),
        ("seminar:1/J-30/relance/v2", "person:1"),
    ]


async def test_a_date_too_near_for_its_chase_is_asked_about_by_the_change_alone(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    await invite(house, seminar)
    await sent(house, names.INVITATION)
    await house.tick_at(J30)
    await house.move(seminar, STARTS_AT + timedelta(days=4))
    for day in range(1, 30):
        await house.tick_at(J30 + timedelta(days=day))
    assert await house.slots(names.CHASE) == [("seminar:1/J-30/relance/v1", "person:1")]
    assert "merci de nous dire si vous viendrez" in await mail_of(house, names.UPDATE, ODILE)


async def test_nobody_is_chased_within_a_week_of_a_new_date_and_anybody_after_it(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    house.clock.set(J30 - timedelta(days=3))
    await house.move(seminar, STARTS_AT + timedelta(days=2))
    house.clock.set(J30 - timedelta(days=1))
    async with house.database.write() as session:  # nor because of another change meanwhile
        row = await session.get_one(Seminar, seminar)
        await store.rise(session, house.parts, row, "programme", house.clock.now())
    await house.tick_at(J30 + timedelta(days=5))
    assert await house.slots(names.CHASE) == []
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.chase_days = [22]
        await announcements.replan(session, house.parts, row, house.clock.now())
    await house.tick_at(J30 + timedelta(days=9))
    assert [name for name, _ in await house.slots(names.CHASE)] == ["seminar:1/J-22/relance/v3"]


@pytest.mark.parametrize("name", ["place", "programme"])
async def test_another_place_or_programme_asks_nobody_again_for_the_same_date(
    house: SeminarHouse, name: str
) -> None:
    """A chase or a reminder that the team brought forward was said of that date."""
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited", p2="registered")
    async with house.database.write() as session:
        advanced = update(Announcement).where(Announcement.name.in_(["J-30/relance", "J-7"]))
        await session.execute(advanced.values(due_at=house.clock.now()))
    await house.tick()
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        await store.rise(session, house.parts, row, name, house.clock.now())
    for at in (J30, J7, J1):
        await house.tick_at(at)
    assert await house.slots(names.CHASE) == [("seminar:1/J-30/relance/v1", "person:1")]
    assert await house.slots(names.REMINDER) == [
        ("seminar:1/J-7/v1", "person:2"),
        ("seminar:1/J-1/v2", "person:2"),
    ]


async def test_a_chase_that_the_team_removed_does_not_come_back_with_another_programme(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    async with house.database.write() as session:
        chase = update(Announcement).where(Announcement.what == What.CHASE.value)
        await session.execute(chase.values(state="dropped", reason="removed"))
        row = await session.get_one(Seminar, seminar)
        await store.rise(session, house.parts, row, "programme", house.clock.now())
    await house.tick_at(J30)
    assert await house.slots(names.CHASE) == []
    await house.move(seminar, STARTS_AT + timedelta(days=28))
    await house.tick_at(J30 + timedelta(days=28))
    assert len(await house.slots(names.CHASE)) == 1, "it was removed for the former date"


async def test_who_answers_between_the_chase_and_its_departure_is_not_chased(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    await house.tick_at(J30)
    (row,) = await house.rows(names.CHASE)
    async with house.database.write() as session:
        await session.execute(update(Registration).values(state="excused"))
    assert await house.prepared(row) == Skip("excused")


async def test_each_meeting_can_have_its_own_days(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.reminder_days, row.chase_days = [3], []
        await announcements.replan(session, house.parts, row, house.clock.now())
    assert await house.next_due() == datetime(2027, 3, 9, 8, tzinfo=UTC)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.reminder_days = None
        await announcements.replan(session, house.parts, row, house.clock.now())
    assert await house.next_due() == J7
    await house.tick_at(J7)
    await house.tick_at(J1)
    assert [slot for slot, _ in await house.slots(names.REMINDER)] == [
        "seminar:1/J-7/v1", "seminar:1/J-1/v1",
    ]  # fmt: skip


async def test_the_eve_of_a_monday_leaves_on_friday_and_names_the_day(
    house: SeminarHouse,
) -> None:
    await house.seminar(datetime(2027, 3, 15, 8, 30, tzinfo=UTC), INES)
    await house.tick_at(datetime(2027, 3, 8, 8, tzinfo=UTC))
    friday = datetime(2027, 3, 12, 8, tzinfo=UTC)
    assert await house.next_due() == friday
    await house.tick_at(friday)
    _, row = await house.rows(names.REMINDER)
    text = readable(await filled(house, row))
    assert "Lundi 15 mars 2027, de 9 h 30 à 16 h 30" in text
    assert "demain" not in text


async def test_two_days_that_fall_on_one_working_day_make_one_reminder(
    database: Database, clock: FixedClock
) -> None:
    house = SeminarHouse(database, clock, seminar_settings([3, 2, 1]))
    await house.settle_in()
    await house.seminar(datetime(2027, 3, 15, 8, 30, tzinfo=UTC), INES)
    await house.tick_at(datetime(2027, 3, 12, 8, tzinfo=UTC))
    assert [slot for slot, _ in await house.slots(names.REMINDER)] == ["seminar:1/J-1/v1"]


async def test_the_week_before_is_practical_and_the_eve_is_short(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES, video_url="https://visio.example/salle")
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.access = "Gare d’Ambert à 800 m\nParking derrière la halle"
    await house.tick_at(J7)
    await house.tick_at(J1)
    week, eve = [readable(await filled(house, row)) for row in await house.rows(names.REMINDER)]
    for words in ("Parking derrière la halle", "https://visio.example/salle", "openstreetmap.org"):
        assert words in week
        assert words in eve
    assert "10 h Retours d’expérience" in week
    assert "10 h Retours d’expérience" not in eve
    assert "Modifier ou annuler ma réponse : https://relais.test/rencontres/reponse/" in eve


# --- Where people are told ----------------------------------------------------------------------


async def test_each_person_is_told_once_where_they_prefer(house: SeminarHouse) -> None:
    async with house.database.write() as session:
        (await session.get_one(Person, ODILE)).preferred_channel = "chat"
        (await session.get_one(Person, INES)).preferred_channel = "mail"
        (await session.get_one(Person, MARC)).preferred_channel = "mail"  # without a mailbox
    await house.seminar(STARTS_AT, ODILE, INES, MARC)
    await house.tick_at(J7)
    rows = await house.rows(names.REMINDER)
    assert [(row.recipient, row.channel) for row in rows] == [
        ("person:1", "chat"), ("person:2", "mail"), ("person:3", "chat"),
    ]  # fmt: skip
    assert await house.prepared(rows[0]) == Ready(ChatAddress(100))


async def test_who_blocks_the_bot_is_told_by_mail_instead_and_once(house: SeminarHouse) -> None:
    async with house.database.write() as session:
        (await session.get_one(Person, INES)).preferred_channel = "chat"
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    async with house.database.write() as session:
        await session.execute(
            update(Account).where(Account.person_id == INES).values(blocked_at=J7)
        )
    assert await house.prepared(row) == Skip("no_address")
    for _ in range(2):
        await settle(house, row, Skip("no_address"))
    _, second = await house.rows(names.REMINDER)
    assert (second.slot, second.channel) == ("seminar:1/J-7/v1/mail", "mail")
    assert "Rappel" in readable(await filled(house, second))
    await settle(house, second, Refused("550 unknown"))
    assert len(await house.rows(names.REMINDER)) == 2


async def test_who_refuses_for_another_reason_is_not_written_elsewhere(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES, PAUL)
    await house.tick_at(J7)
    ines, paul = await house.rows(names.REMINDER)
    await settle(house, ines, Skip("moved"))
    await settle(house, paul, Skip("no_address"))
    assert len(await house.rows(names.REMINDER)) == 2


async def test_an_address_in_error_is_left_alone_and_its_owner_told_in_chat(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    async with house.database.write() as session:
        await suppress(session, INES_MAIL, Reason.BOUNCED, "5.1.1", J7)
    (row,) = await house.rows(names.REMINDER)
    assert await house.prepared(row) == Skip("bounced")
    await settle(house, row, Skip("bounced"))
    _, second = await house.rows(names.REMINDER)
    assert await house.prepared(second) == Ready(ChatAddress(200))


@pytest.mark.parametrize("reason", [Reason.OBJECTED, Reason.COMPLAINED, Reason.OPERATOR])
async def test_who_left_the_letter_still_gets_what_concerns_their_registration(
    house: SeminarHouse, reason: Reason
) -> None:
    async with house.database.write() as session:
        session.add(
            Subscriber(email=INES_MAIL, state="unsubscribed", created_at=J7, person_id=INES)
        )
        await suppress(session, INES_MAIL, reason, "", house.clock.now())
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    ready = await house.prepared(row)
    assert ready == Ready(MailAddress(INES_MAIL), {names.ATTENDEE: INES_MAIL})


async def test_contacts_are_looked_up_together(house: SeminarHouse) -> None:
    async with house.database.write() as session:
        session.add(Guest(id=7, email="g@x.example", language="fr", created_at=J7))
        session.add(Guest(id=8, email=None, language="fr", created_at=J7))
    given = ["person:1", "person:3", "person:99", "guest:7", "guest:8", "chat:5"]
    async with house.database.read() as session:
        found = await contacts_of(session, [Party.parse(each) for each in given])
    assert found == {
        "person:1": Contact("fr", ODILE_MAIL, 100),
        "person:3": Contact("fr", None, 300),
        "guest:7": Contact("fr", "g@x.example"),
    }


async def test_the_recheck_asks_as_few_questions_for_many_as_for_one(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, ODILE, INES, MARC, PAUL)
    await house.tick_at(J7)
    rows = await house.rows(names.REMINDER)
    many = house.kinds[names.REMINDER].prepare_many
    assert many is not None

    async def questions(some: Sequence[Delivery]) -> int:
        asked: list[str] = []
        engine = house.database.engine.sync_engine
        note = lambda *given: asked.append(given[2])  # noqa: E731  # it is removed by name
        event.listen(engine, "before_cursor_execute", note)
        async with house.database.read() as session:
            await many(session, [parcel(row) for row in some], house.clock.now())
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    assert await questions(rows) == await questions(rows[:1])


# --- Changes and cancellations ------------------------------------------------------------------


async def everybody(house: SeminarHouse) -> int:
    """Have a meeting with one of each: invited, registered, waiting, excused."""
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited", p2="registered", p3="waiting", p4="excused")
    await invite(house, seminar)
    await sent(house, names.INVITATION)
    return seminar


async def test_a_new_date_is_told_to_all_whom_it_concerns_with_their_calendars(
    house: SeminarHouse,
) -> None:
    seminar = await everybody(house)
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    await house.tick()
    assert await told(house, names.UPDATE) == ["person:1", "person:2", "person:3", "person:4"]
    invited = await mail_of(house, names.UPDATE, ODILE)
    assert "Subject: Nouvelle date : séminaire « Accueillir, et après ? »" in invited
    assert "vendredi 19 mars 2027" in invited
    assert "Vous y êtes invité(e) : merci de nous dire si vous viendrez." in invited
    registered = await mail_of(house, names.UPDATE, INES)
    assert "Votre inscription est conservée" in registered
    (row,) = [row for row in await house.rows(names.UPDATE) if row.recipient == "person:2"]
    calendar = part_of(await filled(house, row))
    assert "METHOD:REQUEST" in calendar
    assert "SEQUENCE:1" in calendar
    assert f"mailto:{INES_MAIL}" in calendar.replace("\r\n ", "")
    (chat,) = [row for row in await house.rows(names.UPDATE) if row.channel == "chat"]
    assert "Vous gardez votre rang sur la liste d’attente." in ((await house.chat_post(chat)).text)


def part_of(mail: bytes) -> str:
    message = message_from_bytes(mail, policy=default)
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_content())


async def test_who_was_excused_is_told_of_the_new_date_once_and_may_answer_again(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="excused", p2="excused", p3="excused", p4="represented")
    async with house.database.write() as session:
        await session.execute(update(Person).where(Person.id == PAUL).values(email="p@relais.test"))
        marc = await session.get_one(Person, MARC)
        marc.given_name = marc.family_name = ""  # erased
        (await session.get_one(Person, INES)).preferred_channel = "chat"
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    for _ in range(2):
        await house.tick()
    assert sorted(await told(house, names.UPDATE)) == ["person:1", "person:2", "person:4"]
    text = await mail_of(house, names.UPDATE, ODILE)
    assert "Subject: Nouvelle date : séminaire « Accueillir, et après ? »" in text
    assert "Vous étiez excusé(e) à l’ancienne date. Si la nouvelle vous convient" in text
    assert "parce que vous étiez excusé(e) à cette rencontre, dont la date a changé" in text
    assert "Dire si je viens ou non : https://relais.test/rencontres/reponse/" in text
    rows = {row.recipient: row for row in await house.rows(names.UPDATE)}
    assert b"text/calendar" not in await house.body(rows["person:1"])
    post = await house.chat_post(rows["person:2"])
    assert "Vous étiez excusé(e) à l’ancienne date." in post.text
    labels = [each.label for row in post.keyboard for each in row]
    assert labels == ["Je viens", "Répondre autrement", "Voir la page"]
    assert "prévenir la personne qui vous représente" in await mail_of(house, names.UPDATE, PAUL)
    async with house.database.write() as session:  # who answers meanwhile is answered then
        await session.execute(
            update(Registration).where(Registration.party == "person:1").values(state="registered")
        )
    assert await house.prepared(rows["person:1"]) == Skip("registered")
    await house.move(seminar, STARTS_AT + timedelta(days=14))
    await house.tick()
    assert (await told(house, names.UPDATE)).count("person:2") == 2, "once for each new date"


async def test_who_was_excused_is_told_nothing_of_another_programme_or_place(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="excused", p2="registered")
    for name in ("programme", "place"):
        async with house.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            await store.rise(session, house.parts, row, name, house.clock.now())
        await house.tick()
    assert set(await told(house, names.UPDATE)) == {"person:2"}


async def test_who_is_excused_after_a_change_was_posted_does_not_get_it(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="registered", p3="registered")
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    await house.tick()
    async with house.database.write() as session:
        await session.execute(update(Registration).values(state="excused"))
    first, second = await house.rows(names.UPDATE)
    assert await house.prepared(first) == Skip("excused")
    await settle(house, second, Refused("blocked"))
    assert len(await house.rows(names.UPDATE)) == 2, "nor on another channel"


async def test_who_wants_no_mail_from_us_is_told_of_a_new_date_only_where_they_are_registered(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="excused", p2="registered")
    async with house.database.write() as session:
        for email in (ODILE_MAIL, INES_MAIL):
            await suppress(session, email, Reason.COMPLAINED, "", house.clock.now())
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    await house.tick()
    rows = {row.recipient: row for row in await house.rows(names.UPDATE)}
    assert await house.prepared(rows["person:1"]) == Skip("complained")
    assert isinstance(await house.prepared(rows["person:2"]), Ready)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("programme", "Nouveau programme : séminaire"),
        ("place", "Nouveau lieu : séminaire"),
        ("moved+place", "Changement : séminaire"),
        ("link", "Changement : séminaire"),
    ],
)
async def test_a_material_change_is_told_and_what_spoke_of_before_does_not_leave(
    house: SeminarHouse, name: str, subject: str
) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        row.programme = "14 h Le nouvel atelier"
        await store.rise(session, house.parts, row, name, house.clock.now())
    await house.tick()
    (reminder,) = await house.rows(names.REMINDER)
    assert (reminder.state, reminder.reason) == ("cancelled", name)
    text = await mail_of(house, names.UPDATE, INES)
    assert f"Subject: {subject}" in text
    assert "14 h Le nouvel atelier" in text


async def test_an_invitation_that_never_left_is_told_with_the_new_date_only(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    await invite(house, seminar)
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    (row,) = await house.rows(names.INVITATION)
    assert (row.state, row.reason) == ("cancelled", "moved")
    await house.tick()
    assert await told(house, names.UPDATE) == ["person:1"]


async def test_an_invitation_still_to_leave_says_the_new_date_and_no_change_is_told(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        later = house.clock.now() + timedelta(minutes=10)
        await announcements.plan(session, row, What.INVITATION, "invitation", later)
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    house.clock.set(later)
    await house.tick()
    assert await told(house, names.INVITATION) == ["person:1"]
    assert await told(house, names.UPDATE) == []
    assert "19 mars 2027" in await mail_of(house, names.INVITATION, ODILE)


async def test_a_cancellation_is_told_to_all_who_knew_and_nothing_else_ever(
    house: SeminarHouse,
) -> None:
    seminar = await everybody(house)
    await house.tick_at(J7)
    await house.cancel(seminar)
    await house.tick()
    assert await told(house, names.CANCELLATION) == ["person:1", "person:2", "person:3"]
    (row,) = [row for row in await house.rows(names.CANCELLATION) if row.recipient == "person:2"]
    mail = await filled(house, row)
    assert "à laquelle vous étiez inscrit(e), est annulée" in readable(mail)
    assert "METHOD:CANCEL" in part_of(mail)
    before = await count(house)
    for instant in (J1, STARTS_AT, STARTS_AT + timedelta(days=30)):
        await house.tick_at(instant)
    assert await count(house) == before
    for kind in (names.REMINDER, names.INVITATION):
        for reminder in await house.rows(kind):
            assert await house.prepared(reminder) == Skip("cancelled")


async def count(house: SeminarHouse) -> int:
    return sum([len(await house.rows(kind)) for kind in EVERY_KIND])


async def test_who_was_never_reached_is_not_told_of_a_cancellation(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p1="invited")
    await invite(house, seminar)
    await house.cancel(seminar)
    await house.tick()
    assert await told(house, names.CANCELLATION) == []
    (row,) = await house.rows(names.INVITATION)
    assert (row.state, row.reason) == ("cancelled", "cancelled")


async def test_a_change_waits_for_what_is_on_its_way_but_not_for_ever(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    async with house.database.write() as session:
        await session.execute(update(Delivery).values(state="sending"))
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    await house.tick()
    assert await house.rows(names.UPDATE) == []
    await house.tick_at(J7 + saying.OVERTAKING)
    assert await told(house, names.UPDATE) == ["person:2"]


async def test_one_that_cannot_be_said_does_not_silence_the_others(house: SeminarHouse) -> None:
    first = await house.seminar(STARTS_AT, INES)
    await house.seminar(STARTS_AT, INES, title="L’autre")
    async with house.database.write() as session:
        session.add(
            Registration(
                seminar_id=first, party="nobody", state="registered", registered_at=STARTS_AT
            )
        )
        await session.execute(update(Registration).values(registered_at=house.clock.now()))
    house.clock.set(J7)
    with pytest.raises(ExceptionGroup):
        await house.tick()
    assert await house.slots(names.REMINDER) == [("seminar:2/J-7/v1", "person:2")]


async def test_a_clock_that_is_set_back_repeats_nothing(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    await house.tick_at(J7 - timedelta(days=2))
    await house.tick_at(J7)
    await house.tick_at(J1)
    await house.tick_at(J7)
    assert len(await house.rows(names.REMINDER)) == 2


# --- Moved while they leave: the real dispatcher ------------------------------------------------

MANY = 240


async def test_nobody_is_sent_the_old_date_once_the_move_is_confirmed(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    async with house.database.write() as session:
        now = house.clock.now()
        session.add_all(
            Guest(id=n, email=f"g{n}@x.example", language="fr", created_at=now)
            for n in range(1, MANY + 1)
        )
        session.add_all(
            Registration(
                seminar_id=seminar, party=f"guest:{n}", state="registered", registered_at=now
            )
            for n in range(1, MANY + 1)
        )
    await house.tick_at(J7)
    underway = asyncio.Event()
    gateway = ScriptedGateway(
        on_send=lambda _: underway.set() if len(gateway.started) == MANY // 4 else None
    )
    dispatcher = Dispatcher(
        house.database, {Channel.MAIL: gateway}, house.kinds, house.clock, SystemClock(),
        LedgerSettings(), random.Random(1), "test",  # noqa: S311
    )  # fmt: skip
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(60):
        await underway.wait()
        async with house.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            await store.move(
                session, house.parts, row, STARTS_AT + timedelta(days=7),
                STARTS_AT + timedelta(days=7, hours=6), house.clock.now(),
            )  # fmt: skip
            flying = set(
                await session.scalars(select(Delivery.id).where(Delivery.state == "sending"))
            )
        confirmed = len(gateway.started)
        while not await all_told(house):
            await house.tick()
            dispatcher.wake()
            await asyncio.sleep(0.01)
    stop.set()
    await running
    after = [each for each, _ in gateway.started[confirmed:] if each.slot.endswith("/J-7/v1")]
    assert {each.id for each in after} <= flying, "what was on the wire then, and nothing else"
    assert len(after) <= 2 * gateway.connections
    last = {str(each.recipient): each.slot for each in gateway.sent}
    assert last == {f"guest:{n}": "seminar:1/moved/v2" for n in range(1, MANY + 1)}
    old = [row for row in await house.rows(names.REMINDER) if row.state != "sent"]
    assert {row.reason for row in old} == {"moved"}
    assert len(old) + len([each for each in gateway.sent if "/J-7/" in each.slot]) == MANY


async def all_told(house: SeminarHouse) -> bool:
    async with house.database.read() as session:
        planned = await session.scalars(
            select(Announcement.id).where(
                Announcement.what == What.UPDATE.value, Announcement.state == "planned"
            )
        )
        waiting = await session.scalars(
            select(Delivery.id).where(
                Delivery.state.in_(["pending", *[state.value for state in IN_FLIGHT]])
            )
        )
        return not planned.first() and not waiting.first()


async def test_who_was_to_come_is_thanked_by_the_same_engine(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    await answer(house, seminar, p2="registered", p3="registered", p4="excused")
    after = datetime(2027, 3, 15, 8, tzinfo=UTC)
    house.clock.set(after)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        await announcements.plan(session, row, What.THANKS, "thanks", after)
    await house.tick()
    assert await told(house, names.THANKS) == ["person:2", "person:3"]
    mail, chat = await house.rows(names.THANKS)
    assert "https://relais.test/rencontres/avis/" in readable(await filled(house, mail))
    assert await house.prepared(chat) == Ready(ChatAddress(300))
