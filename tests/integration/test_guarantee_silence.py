"""The silence guarantee: nothing stays without an answer, and nobody is told twice."""

import asyncio
import email
import email.policy
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

import bot.guarantee.room
from bot.guarantee.models import Absence
from bot.hotline import standing
from bot.hotline.models import Question
from core.chat import Post
from core.clock import PARIS, FixedClock
from core.db import Database
from core.ledger.draft import (
    Channel,
    ChatAddress,
    DeliveryKind,
    MailAddress,
    Parcel,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.models import Delivery, Message
from core.people.models import Account, Membership, Person
from core.people.roles import Role
from core.reference import Party, Reference
from core.room import Room
from core.settings import HotlineSettings, Settings, TelegramSettings
from tests.hotline import GROUP, SINCE, open_hotline
from tests.parts import make_parts

JEANNE, PAUL, LEA, ODILE = 2, 3, 4, 6
SETTINGS = Settings(telegram=TelegramSettings(group_id=GROUP))
TOPIC, PERSON, MAIL = "guarantee.topic", "guarantee.person", "guarantee.mail"


def paris(words: str) -> datetime:
    return datetime.strptime(words, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS).astimezone(UTC)


MONDAY = paris("02/11/2026 10:00")


@dataclass(frozen=True)
class Told:
    """A reminder in the ledger."""

    kind: str
    slot: str
    recipient: str
    parcel: Parcel

    @property
    def words(self) -> str:
        return Post.decode(self.parcel.body).text


@dataclass
class Network:
    """The guarantee's room among two animators and a head of the network."""

    database: Database
    clock: FixedClock
    room: Room

    def at(self, words: str) -> None:
        self.clock.set(paris(words))

    async def tick(self) -> None:
        await self.room.ticks[0].run(self.clock.now())

    async def next_due(self) -> datetime | None:
        async with self.database.read() as session:
            return await self.room.ticks[0].next_due(session)

    async def told(self) -> list[Told]:
        async with self.database.read() as session:
            rows = await session.execute(
                select(Delivery, Message.body)
                .join(Message, Message.hash == Delivery.message_hash)
                .where(Delivery.kind.like("guarantee.%"))
                .order_by(Delivery.id)
            )
            return [_told(delivery, body) for delivery, body in rows]

    async def briefly(self) -> list[str]:
        return [f"{each.slot.rpartition('/')[2]} {each.recipient}" for each in await self.told()]

    async def prepare(self, told: Told) -> Ready | Skip:
        async with self.database.read() as session:
            return await self._kind(told).prepare(session, told.parcel, self.clock.now())

    async def settle(self, told: Told, outcome: Sent | Refused | Skip) -> None:
        async with self.database.write() as session:
            await self._kind(told).settled(session, told.parcel, outcome, self.clock.now())

    def _kind(self, told: Told) -> DeliveryKind:
        [kind] = [each for each in self.room.deliveries if each.name == told.kind]
        return kind

    async def ask(self, number: int = 128, **columns: object) -> None:
        """Add a question that awaits an answer since now."""
        now = self.clock.now()
        given = {
            "id": number,
            "asker_id": 1,
            "territory_id": 1,
            "theme_id": 1,
            "text": "Qui a déjà fait une session d’accueil ?",
            "opened_at": now,
            "last_message_at": now,
            "thread_id": 77,
            "topic": "open",
            **columns,
        }
        async with self.database.write() as session:
            question = Question(**given)
            standing.owed(question, now)
            session.add(question)

    async def change(self, number: int = 128, **columns: object) -> None:
        async with self.database.write() as session:
            await session.execute(update(Question).where(Question.id == number).values(**columns))

    async def answer(self, number: int = 128) -> None:
        async with self.database.write() as session:
            standing.answered(await session.get_one(Question, number), self.clock.now())

    async def away(self, person: int, first: str, last: str, substitute: int | None = None) -> None:
        async with self.database.write() as session:
            session.add(
                Absence(
                    person_id=person,
                    first_day=datetime.strptime(first, "%d/%m/%Y").date(),  # noqa: DTZ007
                    last_day=datetime.strptime(last, "%d/%m/%Y").date(),  # noqa: DTZ007
                    substitute_id=substitute,
                    created_at=self.clock.now(),
                )
            )


def _told(delivery: Delivery, body: bytes) -> Told:
    parcel = Parcel(
        id=delivery.id,
        kind=delivery.kind,
        slot=delivery.slot,
        recipient=Party.parse(delivery.recipient),
        cause=Reference.parse(delivery.cause),
        channel=Channel(delivery.channel),
        body=body,
        values=delivery.values,
        stream=delivery.stream,
        attempt=1,
        resent=False,
    )
    return Told(delivery.kind, delivery.slot, delivery.recipient, parcel)


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    clock.set(MONDAY)
    await open_hotline(database, clock, SETTINGS)
    async with database.write() as session:
        session.add(
            Person(id=ODILE, given_name="Odile", family_name="Sagne", email="odile@sagne.example")
        )
        await session.flush()
        for person_id, role in ((PAUL, Role.ANIMATOR), (LEA, Role.HEAD)):
            session.add(Membership(person_id=person_id, role=role.value, since=SINCE))
    return Network(database, clock, room_with(database, clock))


def room_with(database: Database, clock: FixedClock, **hotline: object) -> Room:
    settings = SETTINGS.model_copy(update={"hotline": HotlineSettings.model_validate(hotline)})
    return bot.guarantee.room.build(replace(make_parts(database, clock), settings=settings))


async def test_the_topic_then_the_animator_then_the_head_each_once(network: Network) -> None:
    await network.ask()
    assert await network.next_due() == paris("03/11/2026 10:00")
    network.at("03/11/2026 09:59")
    await network.tick()
    assert await network.told() == []
    network.at("03/11/2026 10:00")
    await network.tick()
    await network.tick()
    [topic] = await network.told()
    assert (topic.kind, topic.recipient) == (TOPIC, "question:128")
    assert topic.slot == f"question:128/silence:{int(MONDAY.timestamp())}/1"
    assert str(topic.parcel.cause) == "hotline:topic:128"
    assert topic.parcel.stream == "question:128"
    assert await network.prepare(topic) == Ready(ChatAddress(GROUP, 77))
    assert topic.words == (
        "<b>Question n°\u00a0128 sans réponse (rappel)</b>\n\n"
        "Territoire\u00a0: Pays d’Orsanne\nThème\u00a0: Habitat et centres-bourgs\n"
        "En attente d’une réponse depuis le lundi 2 novembre 2026 à 10\u00a0h\u00a000"
        " (7 heures ouvrées)\n"
        "Personne ne l’a encore prise en charge"
    )
    await network.change(taken_by=JEANNE)
    assert await network.next_due() == paris("04/11/2026 10:00")
    network.at("04/11/2026 10:00")
    await network.tick()
    named = (await network.told())[1]
    assert (named.kind, named.recipient, named.parcel.stream) == (PERSON, "person:2", "person:2")
    assert "Vous avez pris cette question en charge." in named.words
    assert Post.decode(named.parcel.body).keyboard[0][0].url == "https://t.me/c/1234567890/77"
    assert await network.prepare(named) == Ready(ChatAddress(1002))
    assert await network.next_due() == paris("05/11/2026 10:00")
    network.at("05/11/2026 10:00")
    await network.tick()
    head = (await network.told())[2]
    assert (head.kind, head.recipient) == (PERSON, "person:4")
    assert "Prise en charge par Jeanne Roche" in head.words
    assert "Claire" not in head.words
    assert await network.prepare(head) == Ready(ChatAddress(1004))
    assert await network.next_due() is None
    network.at("30/11/2026 10:00")
    await network.tick()
    assert len(await network.told()) == 3


async def test_when_nobody_took_charge_everybody_is_called_in_the_topic(network: Network) -> None:
    await network.ask()
    await network.away(PAUL, "04/11/2026", "04/11/2026")
    network.at("03/11/2026 10:00")
    await network.tick()
    network.at("04/11/2026 10:00")
    await network.tick()
    _first, second = await network.told()
    assert second.kind == TOPIC
    assert second.words.startswith(
        "<b>Question n°\u00a0128 toujours sans réponse (rappel à toute l’équipe)</b>"
    )
    assert second.words.endswith(
        'Qui la prend en charge\u00a0?\n<a href="tg://user?id=1002">Jeanne Roche</a>'
    )


async def test_who_stands_in_is_reminded_in_the_place_of_who_is_away(network: Network) -> None:
    await network.ask(taken_by=JEANNE, silence_level=0)
    await network.change(silence_level=1)
    await network.away(JEANNE, "02/11/2026", "06/11/2026", PAUL)
    network.at("04/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    assert told.recipient == "person:3"
    assert "Jeanne Roche est absent(e)\u00a0: vous suivez cette question." in told.words


async def test_without_anybody_standing_in_the_topic_is_told_who_is_away(network: Network) -> None:
    await network.ask(taken_by=JEANNE)
    await network.change(silence_level=1)
    await network.away(JEANNE, "02/11/2026", "06/11/2026")
    network.at("04/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    assert told.kind == TOPIC
    assert (
        "Jeanne Roche est absent(e) jusqu’au vendredi 6 novembre 2026 inclus\u00a0:"
        " qui peut y répondre\u00a0?" in told.words
    )
    assert "Paul Meyrat</a>" in told.words


async def test_what_was_answered_meanwhile_is_not_reminded_of(network: Network) -> None:
    await network.ask()
    network.at("03/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    await network.answer()
    assert await network.prepare(told) == Skip("answered")
    assert await network.next_due() is None
    network.at("10/11/2026 10:00")
    await network.tick()
    assert len(await network.told()) == 1


async def test_a_new_wait_is_reminded_of_anew_and_an_old_reminder_stays_moot(
    network: Network,
) -> None:
    await network.ask()
    network.at("03/11/2026 10:00")
    await network.tick()
    await network.answer()
    network.at("03/11/2026 11:00")
    async with network.database.write() as session:
        standing.owed(await session.get_one(Question, 128), network.clock.now())
    [old] = await network.told()
    assert await network.prepare(old) == Skip("answered")
    network.at("04/11/2026 11:00")
    await network.tick()
    _old, new = await network.told()
    assert new.slot.endswith("/1")
    assert await network.prepare(new) == Ready(ChatAddress(GROUP, 77))


async def test_a_reminder_to_who_has_handed_over_does_not_leave(network: Network) -> None:
    await network.ask(taken_by=JEANNE)
    await network.change(silence_level=1)
    network.at("04/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    await network.change(taken_by=PAUL)
    assert await network.prepare(told) == Skip("handed_over")
    await network.settle(told, Skip("handed_over"))
    assert len(await network.told()) == 1


async def test_after_a_long_stop_each_is_told_once_and_in_working_hours(network: Network) -> None:
    await network.ask(taken_by=JEANNE)
    await network.ask(129)
    network.at("21/11/2026 03:00")  # a Saturday night
    await network.tick()
    assert await network.told() == []
    assert await network.next_due() == paris("23/11/2026 09:00")
    network.at("23/11/2026 09:00")
    await network.tick()
    await network.tick()
    assert await network.briefly() == [
        "1 question:128",
        "2 person:2",
        "3 person:4",
        "2 question:129",
        "3 person:4",
    ]
    assert await network.next_due() is None


async def test_two_processes_at_once_remind_once(network: Network) -> None:
    for number in range(1, 11):
        await network.ask(number)
    network.at("05/11/2026 10:00")
    url = network.database.engine.url.render_as_string(hide_password=False)
    others = [Database(url), Database(url)]
    rooms = [room_with(each, network.clock) for each in others]
    ticks = [each.ticks[0].run(network.clock.now()) for each in (*rooms, network.room)]
    await asyncio.gather(*ticks)
    for each in others:
        await each.close()
    told = await network.briefly()
    assert sorted(told) == sorted([f"2 question:{n}" for n in range(1, 11)] + ["3 person:4"] * 10)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("06/11/2026 17:00", "09/11/2026 17:00"),  # a week-end
        ("07/11/2026 15:00", "10/11/2026 09:00"),
        ("10/11/2026 17:00", "12/11/2026 17:00"),  # 11 November
        ("27/03/2026 17:00", "30/03/2026 17:00"),  # the night of 29 March
        ("29/03/2026 01:30", "31/03/2026 09:00"),
        ("23/10/2026 17:00", "26/10/2026 17:00"),  # the night of 25 October
        ("25/10/2026 02:30", "27/10/2026 09:00"),
        ("23/12/2026 17:00", "04/01/2027 17:00"),  # the closure
        ("14/05/2027 17:00", "17/05/2027 17:00"),  # a Whit Monday that is worked
    ],
)
async def test_over_holidays_week_ends_and_summer_time(
    network: Network, asked: str, due: str
) -> None:
    network.room = room_with(
        network.database,
        network.clock,
        closures=["2026-12-24/2027-01-03"],
        worked_holidays=["2027-05-17"],
    )
    network.at(asked)
    await network.ask()
    assert await network.next_due() == paris(due)
    network.clock.set(paris(due) - (paris("02/11/2026 10:01") - MONDAY))
    await network.tick()
    assert await network.told() == []
    network.at(due)
    await network.tick()
    assert await network.briefly() == ["1 question:128"]


async def test_a_changed_configuration_counts_at_once(network: Network) -> None:
    await network.ask()
    network.room = room_with(network.database, network.clock, silence_hours=[2])
    assert await network.next_due() == paris("02/11/2026 12:00")
    network.at("02/11/2026 12:00")
    await network.tick()
    assert await network.next_due() is None
    network.room = room_with(network.database, network.clock, silence_hours=[2, 10])
    assert await network.next_due() == paris("03/11/2026 14:30")
    network.room = room_with(network.database, network.clock, silence_hours=[])
    assert await network.next_due() is None


async def test_a_question_that_is_not_the_team_s_is_not_reminded_of(network: Network) -> None:
    await network.ask()
    await network.change(state="suggested", awaiting_since=None)
    await network.ask(129)
    await network.change(129, asker_id=None, text="")  # erased
    assert await network.next_due() is None
    network.at("30/11/2026 10:00")
    await network.tick()
    assert await network.told() == []


async def test_a_deleted_topic_is_replaced_by_the_group(network: Network) -> None:
    await network.ask()
    network.at("03/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    await network.settle(told, Refused("thread not found"))
    await network.settle(told, Refused("thread not found"))
    _told, again = await network.told()
    assert again.parcel.body == told.parcel.body
    assert await network.prepare(again) == Ready(ChatAddress(GROUP, None))
    await network.settle(again, Refused("thread not found"))
    assert len(await network.told()) == 2


async def test_an_animator_whom_chat_does_not_reach_is_called_in_the_topic(
    network: Network,
) -> None:
    await network.ask(taken_by=JEANNE)
    await network.ask(129, taken_by=PAUL)
    for number in (128, 129):
        await network.change(number, silence_level=1)
    async with network.database.write() as session:
        await session.execute(delete(Account).where(Account.person_id == JEANNE))
    network.at("04/11/2026 10:00")
    await network.tick()
    topic, named = await network.told()
    assert topic.kind == TOPIC
    assert "Qui peut y répondre\u00a0?\nJeanne Roche, <a" in topic.words
    assert named.recipient == "person:3"
    await network.settle(named, Refused("blocked"))
    await network.settle(named, Refused("blocked"))
    assert await network.briefly() == ["2 question:128", "2 person:3", "2 question:129"]
    assert await network.prepare((await network.told())[2]) == Ready(ChatAddress(GROUP, 77))


async def head_mail(network: Network) -> Told:
    """Let the last reminder go to Odile, who is not in chat."""
    async with network.database.write() as session:
        await session.execute(delete(Membership).where(Membership.role == Role.HEAD.value))
        session.add(Membership(person_id=ODILE, role=Role.HEAD.value, since=SINCE))
    await network.change(silence_level=2)
    network.at("05/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    return told


async def test_the_head_of_the_network_is_written_to_when_not_in_chat(network: Network) -> None:
    await network.ask(promised_at=paris("04/11/2026 17:30"), taken_by=JEANNE)
    told = await head_mail(network)
    assert (told.kind, told.recipient, told.parcel.stream) == (MAIL, "person:6", None)
    assert await network.prepare(told) == Ready(MailAddress("odile@sagne.example", "Odile Sagne"))
    mail = email.message_from_bytes(told.parcel.body, policy=email.policy.default)
    assert mail["Subject"] == "Question n°\u00a0128 sans réponse depuis le 2 novembre 2026"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = (part.get_content() for part in mail.iter_parts())
    for line in (
        "La question n°\u00a0128, posée à la permanence du réseau, attend une réponse depuis le",
        "- Territoire\u00a0: Pays d’Orsanne",
        "- Thème\u00a0: Habitat et centres-bourgs",
        "- Temps écoulé\u00a0: 21 heures ouvrées",
        "- Réponse annoncée pour le mercredi 4 novembre 2026 à 17\u00a0h\u00a030",
        "- Prise en charge par Jeanne Roche",
    ):
        assert line in plain
    assert "Pays d’Orsanne" in html
    assert "Claire" not in plain + html


async def test_a_discreet_question_tells_no_territory(network: Network) -> None:
    await network.ask(discreet=True)
    told = await head_mail(network)
    mail = email.message_from_bytes(told.parcel.body, policy=email.policy.default)
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert "Orsanne" not in plain + html
    assert "Claire" not in plain + html
    assert "Personne ne l’a encore prise en charge" in plain


async def test_a_head_who_has_blocked_the_bot_is_written_to(network: Network) -> None:
    await network.ask()
    await network.change(silence_level=2)
    async with network.database.write() as session:
        await session.execute(
            update(Person).where(Person.id == LEA).values(email="lea@fontanges.example")
        )
    network.at("05/11/2026 10:00")
    await network.tick()
    [told] = await network.told()
    await network.settle(told, Refused("blocked"))
    _told, mail = await network.told()
    assert (mail.kind, mail.slot) == (MAIL, told.slot)
    assert await network.prepare(mail) == Ready(
        MailAddress("lea@fontanges.example", "Léa Fontanges")
    )
    await network.settle(mail, Refused("no such mailbox"))
    assert len(await network.told()) == 2


async def test_without_a_head_nothing_breaks(network: Network) -> None:
    async with network.database.write() as session:
        await session.execute(delete(Membership).where(Membership.role == Role.HEAD.value))
    await network.ask()
    network.at("10/11/2026 10:00")
    await network.tick()
    assert await network.briefly() == ["2 question:128"]
    assert await network.next_due() is None


async def test_the_examination_says_what_would_fail(network: Network) -> None:
    async def findings(**hotline: object) -> list[str]:
        room = room_with(network.database, network.clock, **hotline)
        return [f"{each.what}" for each in await room.checks[0].run() if not each.ok]

    assert await findings() == []
    assert await findings(
        animator_hours={"jeanne": ["mon 09:00-12:00"]},
        worked_holidays=["2027-05-18"],
        silence_hours=[7, 5],
    ) == [
        "2027-05-18 is no public holiday",
        "hotline.silence_hours is [7.0, 5.0]",
        "nobody has the code 'jeanne'",
    ]
    async with network.database.write() as session:
        await session.execute(delete(Membership).where(Membership.role == Role.HEAD.value))
    assert await findings() == [
        "nobody is the head of the network: the last reminder would reach nobody"
    ]


async def test_before_there_are_tables_the_examination_goes_on(
    empty_database: Database, clock: FixedClock
) -> None:
    assert await room_with(empty_database, clock).checks[0].run() == []
