"""What people answer with their calendar program reaches their registration, and they are told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.reference import Party
from digest.mailbox import store as mailbox
from digest.mailbox.models import ReceivedMail
from digest.mailbox.parsing import head_of
from digest.mailbox.room import build
from digest.seminars import registrations
from digest.seminars.calendars.replies import RepliesToMeetings
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering.names import GONE, KINDS, Said
from tests.mailbox import Questions, corpus
from tests.seminars import SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ACCEPTED = corpus("calendar/google_accepted")
DECLINED = corpus("calendar/outlook_declined")
TENTATIVE = corpus("calendar/thunderbird_tentative")
INES = Party("person", "2")


class Answers:
    """The meetings' house with a mailbox; Inès is invited to meeting 1."""

    def __init__(self, house: SeminarHouse) -> None:
        self.house = house
        self.questions = Questions()
        replies = RepliesToMeetings(house.parts)
        self.room = build(house.parts, self.questions, replies=replies)

    async def invite(self, state: str = "invited", **changes: object) -> None:
        seminar = await self.house.seminar(STARTS_AT, **changes)
        async with self.house.database.write() as session:
            row = Registration(
                seminar_id=seminar, party=str(INES), state=state, invited_at=self.house.clock.now()
            )
            session.add(row)
        self.house.clock.set(datetime(2026, 11, 24, 8, 16, tzinfo=UTC))

    async def receive(self, *mails: bytes) -> None:
        (handle,) = [tick for tick in self.room.ticks if tick.name == "mailbox.handle"]
        now = self.house.clock.now()
        async with self.house.database.write() as session:
            for number, mail in enumerate(mails):
                unique = mail.replace(b"Message-ID: <", f"Message-ID: <{now:%s}{number}".encode())
                await mailbox.keep(session, unique, head_of(unique), now)
        await handle.run(now)

    async def kinds(self) -> Sequence[str | None]:
        async with self.house.database.read() as session:
            wanted = select(ReceivedMail.kind).order_by(ReceivedMail.id)
            return (await session.scalars(wanted)).all()


@pytest.fixture
async def answers(database: Database, clock: FixedClock) -> Answers:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return Answers(house)


async def test_accepting_registers_and_is_confirmed_by_the_usual_mail(answers: Answers) -> None:
    await answers.invite()
    await answers.receive(ACCEPTED)
    house = answers.house
    assert await house.registrations() == {"person:2": "registered"}
    (told,) = await house.rows(KINDS[Said.REGISTERED])
    assert told.recipient == "person:2"
    assert await answers.kinds() == ["calendar"]
    assert answers.questions.taken == []


async def test_declining_excuses_and_is_told_too(answers: Answers) -> None:
    await answers.invite()
    await answers.receive(DECLINED)
    assert await answers.house.registrations() == {"person:2": "excused"}
    assert len(await answers.house.rows(GONE)) == 1


async def test_the_same_answer_again_tells_nothing_again(answers: Answers) -> None:
    await answers.invite()
    await answers.receive(ACCEPTED, ACCEPTED, TENTATIVE)
    assert await answers.house.registrations() == {"person:2": "registered"}
    assert len(await answers.house.rows(KINDS[Said.REGISTERED])) == 1


async def test_perhaps_is_no_answer(answers: Answers) -> None:
    await answers.invite()
    await answers.receive(TENTATIVE)
    assert await answers.house.registrations() == {"person:2": "invited"}


async def test_nobody_answers_for_somebody_else(answers: Answers) -> None:
    await answers.invite()
    forged = ACCEPTED.replace(b"<ines@orsanne.example>", b"<marc@orsanne.example>")
    await answers.receive(forged)
    assert await answers.house.registrations() == {"person:2": "invited"}


async def test_who_was_not_invited_does_not_come_in_by_a_calendar(answers: Answers) -> None:
    await answers.house.seminar(STARTS_AT)
    await answers.receive(ACCEPTED)
    assert await answers.house.registrations() == {}


async def test_whose_mailbox_has_not_confirmed_is_not_registered(answers: Answers) -> None:
    await answers.invite("asked")
    await answers.receive(ACCEPTED)
    assert await answers.house.registrations() == {"person:2": "asked"}


async def test_an_answer_about_the_former_date_counts_no_more(answers: Answers) -> None:
    await answers.invite()
    await answers.house.move(1, STARTS_AT + timedelta(days=1))
    await answers.receive(ACCEPTED)
    assert await answers.house.registrations() == {"person:2": "invited"}


async def test_a_full_meeting_puts_who_accepts_on_its_waiting_list(answers: Answers) -> None:
    await answers.invite()
    async with answers.house.database.write() as session:
        seminar = await session.get_one(Seminar, 1)
        seminar.capacity = 1
        marc = Party("person", "3")
        await registrations.register(session, seminar, marc, answers.house.clock.now())
    await answers.receive(ACCEPTED)
    assert await answers.house.registrations() == {"person:2": "waiting", "person:3": "registered"}


async def test_a_cancelled_meeting_takes_no_answer(answers: Answers) -> None:
    await answers.invite()
    await answers.house.cancel(1)
    await answers.receive(ACCEPTED)
    assert await answers.house.registrations() == {"person:2": "invited"}


@pytest.mark.parametrize(
    "uid",
    ["seminar-1@elsewhere.test", "seminar-99@relais.test", "seminar-²@relais.test", "x", ""],
)
async def test_somebody_elses_meeting_is_none_of_ours(answers: Answers, uid: str) -> None:
    await answers.invite()
    mail = TENTATIVE.replace(b"PARTSTAT=TENTATIVE", b"PARTSTAT=ACCEPTED")
    await answers.receive(mail.replace(b"seminar-1@relais.test", uid.encode()))
    assert await answers.house.registrations() == {"person:2": "invited"}
