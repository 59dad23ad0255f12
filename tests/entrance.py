"""The entrance on the real routing: updates as Telegram gives them, answers as they would leave."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

import bot.entrance.room
from bot.entrance.models import AccessRequest
from bot.telegram.answers import Answer
from bot.telegram.catalogue import mount
from bot.telegram.dialogue import Dialogue
from bot.telegram.models import InboxUpdate
from bot.telegram.reach import Reach
from core.acts import Act
from core.agenda import Meeting
from core.chat import Command, Post, PostButton, Reply, Response, Text, Turn
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel, Parcel, Ready, Skip
from core.ledger.models import Delivery, Message
from core.mail.fill import envelope_values, fill
from core.parts import Parts
from core.people.models import Account, Membership, Person, Structure, Territory
from core.people.roles import Role
from core.people.store import person_by_account
from core.reference import Party, Reference
from core.room import Room
from core.settings import Settings
from tests.parts import make_parts

GROUP = -1001234567890
ELSEWHERE = -1009999999999
SINCE = datetime(2024, 1, 1, tzinfo=UTC)

CLAIRE, JEANNE, PAUL, LEA, MARC, SOLENE = 1001, 1002, 1003, 1004, 1005, 1006
"""Telegram ids: an agent, an animator, an agent, somebody who left, an agent, an animator."""

STRANGER, OTHER = 9999, 9998

TERRITORIES = (
    ("orsanne", "Pays d’Orsanne", "63"),
    ("brune", "Vallées de la Brune-Claire", "63"),
    ("lestoire", "Hauts de Lestoire", "19"),
)

PEOPLE = (
    (1, "Claire", "Vidal", "claire.vidal@orsanne.example", CLAIRE, Role.AGENT, 1),
    (2, "Jeanne", "Roche", "jeanne.roche@reseau.example", JEANNE, Role.ANIMATOR, None),
    (3, "Paul", "Meyrat", None, PAUL, Role.AGENT, 2),
    (4, "Léa", "Fontanges", "lea@brune.example", LEA, None, None),
    (5, "Marc", "Besse", "marc.besse@lestoire.example", MARC, Role.AGENT, 3),
    (6, "Solène", "Aubrac", None, SOLENE, Role.ANIMATOR, None),
    (7, "Odile", "Vernhet", "odile.vernhet@orsanne.example", None, Role.AGENT, 1),
)
"""Number, names, address, Telegram id, role, territory."""


@dataclass(frozen=True)
class Sent:
    """A delivery of the ledger, with what its kind says of it now."""

    kind: str
    slot: str
    recipient: str
    body: bytes
    values: Mapping[str, str]
    prepared: Ready | Skip

    @property
    def post(self) -> Post:
        return Post.decode(self.body)


@dataclass
class Doorway:
    """A network, its entrance, and two commands of other rooms."""

    database: Database
    clock: FixedClock
    parts: Parts
    room: Room
    dialogue: Dialogue
    updates: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def say(
        self, account: int, text: str, chat: int | None = None, name: str = "Inconnu"
    ) -> list[Answer]:
        """Type something, in private unless a group is given."""
        message = {**self._message(account, chat, name), "text": text}
        return await self._handle({"message": message})

    async def press(
        self, account: int, button: PostButton | str, chat: int | None = None
    ) -> list[Answer]:
        """Press a button, or forge the data of one."""
        data = button if isinstance(button, str) else button.data
        query = {
            "id": "77",
            "from": _user(account, "Inconnu"),
            "chat_instance": "1",
            "data": data,
            "message": {**self._message(account, chat, "Inconnu"), "text": "…"},
        }
        return await self._handle({"callback_query": query})

    async def sent(self, kind: str = "") -> list[Sent]:
        """Return what the ledger holds, of a kind, in order."""
        kinds = {each.name: each for each in self.room.deliveries}
        async with self.database.read() as session:
            rows = await session.execute(
                select(Delivery, Message.body)
                .join(Message, Message.hash == Delivery.message_hash)
                .order_by(Delivery.id)
            )
            return [
                Sent(
                    row.kind,
                    row.slot,
                    row.recipient,
                    body,
                    row.values,
                    await kinds[row.kind].prepare(session, _parcel(row, body), self.clock.now()),
                )
                for row, body in rows
                if not kind or row.kind == kind
            ]

    async def code(self) -> str:
        """Return the code of the last mail, as whoever reads that mailbox does."""
        last = (await self.sent("entrance.code"))[-1]
        assert isinstance(last.prepared, Ready)
        return last.prepared.values["code"]

    def mail(self, sent: Sent) -> bytes:
        """Return a mail as it leaves."""
        assert isinstance(sent.prepared, Ready)
        parcel = Parcel(
            1, sent.kind, sent.slot, Party.parse(sent.recipient), _cause(), Channel.MAIL,
            sent.body, {}, None, 1, resent=False,
        )  # fmt: skip
        own = envelope_values(
            parcel,
            sent.prepared.address,  # type: ignore[arg-type]  # a mail's
            self.parts.settings.mail.sender,
            "a secret for tests",
            self.clock.now(),
        )
        return fill(sent.body, {**sent.prepared.values, **own})

    async def ask(self, account: int, email: str, name: str = "Inconnu") -> list[Answer]:
        """Ask for an access with an address, up to the sending of the code."""
        await self.say(account, "/acces", name=name)
        return await self.say(account, email, name=name)

    async def confirm(self, account: int, email: str, name: str = "Inconnu") -> PostButton:
        """Ask with an address that one reads; return the animators' button « Accepter »."""
        await self.ask(account, email, name)
        await self.say(account, await self.code(), name=name)
        return self.button((await self.sent("entrance.request"))[-1].post.keyboard, "Accepter")

    @staticmethod
    def button(keyboard: Sequence[Sequence[PostButton]], label: str) -> PostButton:
        found = [each for row in keyboard for each in row if each.label == label]
        assert found, [each.label for row in keyboard for each in row]
        return found[0]

    async def linked(self, account: int) -> str | None:
        async with self.database.read() as session:
            person = await person_by_account(session, "telegram", str(account))
            return person.name if person else None

    async def requests(self) -> list[AccessRequest]:
        async with self.database.read() as session:
            return list(await session.scalars(select(AccessRequest).order_by(AccessRequest.id)))

    async def acts(self) -> list[str]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Act).order_by(Act.id))
            return [f"{act.actor} {act.verb} {act.subject}" for act in rows]

    async def person(self, number: int) -> Person:
        async with self.database.read() as session:
            return await session.get_one(Person, number)

    def _message(self, account: int, chat: int | None, name: str) -> dict[str, Any]:
        place: dict[str, Any] = {"id": account, "type": "private", "first_name": name}
        if chat is not None:
            place = {"id": chat, "type": "supergroup", "title": "Animation"}
        return {
            "message_id": 100,
            "date": int(self.clock.now().timestamp()),
            "chat": place,
            "from": _user(account, name),
        }

    async def _handle(self, update: Mapping[str, Any]) -> list[Answer]:
        number = next(self.updates)
        row = InboxUpdate(
            update_id=number,
            chat_id=1,
            raw={"update_id": number, **update},
            received_at=self.clock.now(),
        )
        async with self.database.write() as session:
            return list(await self.dialogue.handle(session, row, "relais_bot"))


def words(answers: Sequence[Answer]) -> str:
    """Return all that was said, in order."""
    return "\n\n".join(answer.text for answer in answers if answer.text)


def labels(answers: Sequence[Answer]) -> list[str]:
    """Return the labels of the buttons that were shown."""
    return [key.label for answer in answers for row in answer.keyboard for key in row]


def key(answers: Sequence[Answer], label: str) -> PostButton:
    """Return a button that was shown."""
    return Doorway.button([row for answer in answers for row in answer.keyboard], label)


def _user(account: int, name: str) -> dict[str, Any]:
    return {"id": account, "is_bot": False, "first_name": name}


def _cause() -> Reference:
    return Reference("entrance", "request", "1")


def _parcel(row: Delivery, body: bytes) -> Parcel:
    return Parcel(
        id=row.id,
        kind=row.kind,
        slot=row.slot,
        recipient=Party.parse(row.recipient),
        cause=Reference.parse(row.cause),
        channel=Channel(row.channel),
        body=body,
        values=row.values,
        stream=row.stream,
        attempt=1,
        resent=False,
    )


async def _heard(_turn: Turn) -> Sequence[Response]:
    return [Reply(Text("chat/entrance.html", "how_to_ask"))]


def _commands() -> tuple[Command, ...]:
    def named(name: str, role: Role | None, template: str, block: str) -> Command:
        return Command(name, _heard, role, menu=Text(f"chat/{template}.html", block))

    return (
        named("lettre", Role.ANIMATOR, "letter", "menu"),
        named("agenda", None, "seminars", "agenda_menu"),
        named("question", None, "hotline", "menu_question"),
    )


async def open_doorway(
    database: Database, clock: FixedClock, meeting: Meeting | None = None, **settings: Any
) -> Doorway:
    """Bring the network in, and open the entrance; `settings` are those of the hotline."""
    given = Settings.model_validate(
        {"telegram": {"group_id": GROUP, "board_thread_id": 12}, "hotline": settings}
    )
    parts = replace(make_parts(database, clock), settings=given)
    await _people(database)

    async def next_meeting(_session: object, _now: datetime) -> Meeting | None:
        return meeting

    rooms: list[Room] = [Room("others", commands=_commands(), fallback=_heard)]
    rooms.append(
        bot.entrance.room.build(
            parts,
            lambda: [command for room in rooms for command in room.commands],
            next_meeting=next_meeting,
            bot_name=lambda: "relais_bot",
        )
    )
    return Doorway(database, clock, parts, rooms[1], Dialogue(parts, mount(rooms), Reach(rooms)))


async def _people(database: Database) -> None:
    async with database.write() as session:
        for code, name, department in TERRITORIES:
            session.add(Territory(code=code, name=name, department=department))
            await session.flush()
        session.add(Structure(code="appui", name="Maison des services"))
        for _, given_name, family_name, email, *_ in PEOPLE:
            session.add(Person(given_name=given_name, family_name=family_name, email=email))
            await session.flush()  # one by one: the database numbers them in this order
        for number, *_, account, role, territory in PEOPLE:
            if account is not None:
                session.add(
                    Account(
                        person_id=number,
                        channel="telegram",
                        address=str(account),
                        linked_at=SINCE,
                    )
                )
            until = SINCE.replace(year=2025) if role is None else None
            session.add(
                Membership(
                    person_id=number,
                    role=(role or Role.AGENT).value,
                    territory_id=territory,
                    since=SINCE,
                    until=until,
                )
            )
