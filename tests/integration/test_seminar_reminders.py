"""Reminders: planned with the seminar, posted once, following its date, silent once cancelled."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, MailAddress, Ready, Skip
from core.ledger.rules import State as DeliveryState
from core.ledger.store import counts
from core.mail.fill import fill
from core.people.models import Person
from core.people.store import TELEGRAM, account_of
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.decide import Kind
from digest.seminars.reminding import saying
from tests.seminars import INES_MAIL, SeminarHouse, readable, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
J7 = datetime(2027, 3, 5, 8, tzinfo=UTC)
J1 = datetime(2027, 3, 11, 8, tzinfo=UTC)
INES, MARC, PAUL = 2, 3, 4


def to(email: str) -> Ready:
    return Ready(MailAddress(email), {names.ATTENDEE: email})


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings([7, 1]))
    await house.settle_in()
    return house


async def test_each_registered_person_is_reminded_once_and_ticking_again_sends_nothing(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES, MARC)
    assert await house.next_due() == J7
    await house.tick_at(J7 - timedelta(seconds=1))
    assert await house.rows(names.REMINDER) == []
    await house.tick_at(J7)
    await house.tick()
    slot = f"seminar:{seminar}/J-7/v1"
    assert await house.slots(names.REMINDER) == [(slot, "person:2"), (slot, "person:3")]
    assert await house.next_due() == J1
    await house.tick_at(J1)
    await house.tick_at(J1 + timedelta(hours=1))
    assert len(await house.rows(names.REMINDER)) == 4
    assert await house.next_due() is None
    async with house.database.read() as session:
        found = await counts(session, names.REMINDER, slot)
    assert found == {DeliveryState.PENDING: 2}


async def test_a_mail_says_the_kind_the_long_date_the_hours_the_place_and_the_programme(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    assert await house.prepared(row) == to(INES_MAIL)
    assert row.cause == "seminars:seminar:1"
    body = await house.body(row)
    text = readable(fill(body, {**row.values, "To": INES_MAIL, "Date": "d", "Message-ID": "<m>"}))
    assert "Subject: Rappel : séminaire « Accueillir, et après ? », vendredi 12 mars 2027" in text
    for words in (
        "Séminaire – Accueillir, et après ?",
        "Vendredi 12 mars 2027, de 9 h 30 à 16 h 30",
        "Salle des fêtes, Ambert",
        "10 h Retours d’expérience",
        "https://relais.test/rencontres/1",
        "https://relais.test/rencontres/reponse/",
        "Auto-Submitted: auto-generated",
    ):
        assert words in text
    assert INES_MAIL not in body.decode("ascii")


async def test_who_has_no_mailbox_is_reminded_in_chat(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, MARC)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    assert row.channel == "chat"
    assert await house.prepared(row) == Ready(ChatAddress(300))
    post = await house.chat_post(row)
    assert "Rappel" in post.text
    assert "vendredi 12 mars 2027" in post.text
    labels = [button.label for buttons in post.keyboard for button in buttons]
    assert labels == ["Modifier ma réponse", "Voir la page"]


async def test_who_can_be_reached_nowhere_has_a_row_that_says_so(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, PAUL)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    assert await house.prepared(row) == Skip("no_address")


async def test_who_registers_after_a_reminder_was_due_gets_only_what_is_still_useful(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    house.clock.set(STARTS_AT - timedelta(days=3))
    await house.register(seminar, MARC)
    await house.tick()
    await house.tick_at(J1)
    assert await house.slots(names.REMINDER) == [
        ("seminar:1/J-7/v1", "person:2"),
        ("seminar:1/J-1/v1", "person:2"),
        ("seminar:1/J-1/v1", "person:3"),
    ]


async def test_a_seminar_published_late_plans_only_what_is_ahead(house: SeminarHouse) -> None:
    house.clock.set(STARTS_AT - timedelta(days=3))
    await house.seminar(STARTS_AT, INES)
    assert await house.next_due() == J1


async def test_a_server_off_at_the_due_time_still_reminds_while_it_is_useful(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7 + timedelta(days=4))
    assert await house.slots(names.REMINDER) == [("seminar:1/J-7/v1", "person:2")]


async def test_what_is_late_on_a_day_off_waits_for_the_next_working_day(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    sunday, monday = J7 + timedelta(days=2), J7 + timedelta(days=3)
    await house.tick_at(sunday)
    assert await house.rows(names.REMINDER) == []
    assert await house.next_due() == monday
    await house.tick_at(monday)
    assert await house.slots(names.REMINDER) == [("seminar:1/J-7/v1", "person:2")]


async def test_of_two_reminders_due_at_once_the_earlier_is_missed_and_says_why(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(J1 + timedelta(hours=2))
    assert await house.slots(names.REMINDER) == [("seminar:1/J-1/v1", "person:2")]
    assert await house.announcements() == [
        ("J-7", 1, "missed", "overtaken"),
        ("J-1", 1, "posted", None),
    ]


async def test_once_the_seminar_has_begun_every_reminder_is_missed_and_says_why(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    await house.tick_at(STARTS_AT)
    assert await house.rows(names.REMINDER) == []
    assert await house.announcements() == [
        ("J-7", 1, "missed", "begun"),
        ("J-1", 1, "missed", "begun"),
    ]
    assert await house.next_due() is None


async def test_a_moved_seminar_is_announced_and_its_reminders_follow(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    await house.move(seminar, STARTS_AT + timedelta(days=14))
    assert await house.next_due() == house.clock.now()
    (old,) = await house.rows(names.REMINDER)
    assert (old.state, old.reason) == ("cancelled", "moved")
    await house.tick()
    assert await house.slots(names.UPDATE) == [("seminar:1/moved/v2", "person:2")]
    assert await house.next_due() == J7 + timedelta(days=14)
    await house.tick_at(J1)
    assert len(await house.rows(names.REMINDER)) == 1
    await house.tick_at(J7 + timedelta(days=14))
    (_, new) = await house.rows(names.REMINDER)
    assert new.slot == "seminar:1/J-7/v2"
    text = readable(await house.body(new))
    assert "vendredi 26 mars 2027" in text
    assert "12 mars 2027" not in text
    assert await house.prepared(new) == to(INES_MAIL)


async def test_a_reminder_of_the_old_date_never_leaves_after_the_move(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    await house.move(seminar, STARTS_AT + timedelta(days=1))
    assert await house.prepared(row) == Skip("moved")


async def test_a_reminder_that_leaves_on_a_summer_time_week_keeps_its_hour(
    house: SeminarHouse,
) -> None:
    await house.seminar(datetime(2027, 4, 1, 7, tzinfo=UTC), INES)
    assert await house.next_due() == datetime(2027, 3, 25, 8, tzinfo=UTC)
    await house.tick_at(datetime(2027, 3, 25, 8, tzinfo=UTC))
    assert await house.next_due() == datetime(2027, 3, 31, 7, tzinfo=UTC)


async def test_a_cancelled_seminar_says_so_once_and_reminds_nobody_ever(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES, MARC)
    await house.tick_at(J7)
    rows = await house.rows(names.REMINDER)
    await house.cancel(seminar)
    await house.tick()
    await house.tick()
    assert await house.slots(names.CANCELLATION) == [
        ("seminar:1/cancelled/v2", "person:2"),
        ("seminar:1/cancelled/v2", "person:3"),
    ]
    (mail, chat) = await house.rows(names.CANCELLATION)
    assert await house.prepared(mail) == to(INES_MAIL)
    assert "est annulée" in readable(await house.body(mail))
    assert "est annulée" in (await house.chat_post(chat)).text
    assert [row.state for row in await house.rows(names.REMINDER)] == ["cancelled", "cancelled"]
    assert await house.prepared(rows[0]) == Skip("cancelled")
    await house.tick_at(J1)
    assert len(await house.rows(names.REMINDER)) == 2
    assert await house.next_due() is None


async def test_a_draft_that_is_cancelled_tells_nobody(house: SeminarHouse) -> None:
    await house.fill("workshop", "Atelier d’écriture", "12/03/2027 9h30-17h", "Ambert")
    await house.cancel(1)
    assert await house.next_due() is None


async def test_a_draft_that_moves_tells_nobody_and_plans_nothing(house: SeminarHouse) -> None:
    await house.fill("workshop", "Atelier d’écriture", "12/03/2027 9h30-17h", "Ambert")
    await house.move(1, STARTS_AT + timedelta(days=3))
    assert await house.next_due() is None
    await house.press("seminars.publish", 1, version=3)
    assert await house.next_due() == J7 + timedelta(days=3)


async def test_somebody_erased_has_a_row_that_says_so(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 9)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    assert row.recipient == "person:9"
    assert await house.prepared(row) == Skip("erased")


async def test_who_blocked_the_bot_and_has_no_mailbox_is_not_written_to(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, MARC)
    await house.tick_at(J7)
    (row,) = await house.rows(names.REMINDER)
    async with house.database.write() as session:
        account = await account_of(session, MARC, TELEGRAM)
        assert account is not None
        account.blocked_at = house.clock.now()
    assert await house.prepared(row) == Skip("no_address")


async def test_two_processes_that_tick_at_once_remind_each_person_once(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES, MARC)
    house.clock.set(J7)
    await asyncio.gather(*(house.tick() for _ in range(4)))
    assert len(await house.rows(names.REMINDER)) == 2


async def test_a_reminder_is_rechecked_right_before_it_leaves(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES, MARC)
    await house.tick_at(J7)
    mail, chat = await house.rows(names.REMINDER)
    async with house.database.write() as session:
        found = await registrations.of_party(session, seminar, Party("person", "2"))
        assert found is not None
        await registrations.unregister(session, found, house.clock.now())
        (await session.get_one(Person, MARC)).email = "marc@relais.test"
    assert await house.prepared(mail) == Skip("cancelled")
    assert await house.prepared(chat) == Ready(ChatAddress(300))
    house.clock.set(STARTS_AT)
    assert await house.prepared(chat) == Skip("begun")


async def test_a_long_list_goes_in_several_transactions_and_each_person_once(
    house: SeminarHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saying, "CHUNK", 2)
    await house.seminar(STARTS_AT, 1, INES, MARC, PAUL)
    await house.tick_at(J7)
    recipients = [recipient for _, recipient in await house.slots(names.REMINDER)]
    assert recipients == ["person:1", "person:2", "person:3", "person:4"]
    assert (await house.announcements())[0] == ("J-7", 1, "posted", None)


async def test_a_seminar_never_ends_before_it_starts(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    async with house.database.write() as session:
        with pytest.raises(ValueError, match="ends after"):
            await store.create(
                session,
                kind=Kind.WORKSHOP,
                title="À l’envers",
                starts_at=STARTS_AT,
                ends_at=STARTS_AT,
                now=house.clock.now(),
            )
    with pytest.raises(ValueError, match="ends after"):
        await house.move(seminar, STARTS_AT, STARTS_AT)
    await house.cancel(seminar)
    with pytest.raises(ValueError, match="does not move"):
        await house.move(seminar, STARTS_AT + timedelta(days=1))
