"""Territories helping territories on the real routing, beside the hotline and its desk.

Updates are as Telegram gives them, answers as they would leave; nothing is sent.
"""

import html
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy import update as change
from sqlalchemy.orm import DeclarativeBase

import bot.network.room
from bot.hotline.models import Question
from bot.telegram.answers import Answer
from bot.telegram.catalogue import mount
from bot.telegram.dialogue import Dialogue
from bot.telegram.models import BotMessage, InboxUpdate
from bot.telegram.reach import Reach
from core.acts import Act
from core.chat import PostButton
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Ready, Skip
from core.ledger.models import Delivery
from core.parts import Parts
from core.people.models import Account, Membership, Person, Structure, Territory, Theme
from core.people.roles import Role
from core.reference import Reference
from core.room import Room
from core.settings import Settings
from tests.hotline import CLAIRE, GROUP, JEANNE, PAUL, SINCE, Hotline, Row, open_hotline
from tests.parts import make_parts
from watch.desk.documents import Documents

ODILE, KARIM, SOLENE, THIBAULT = 1011, 1012, 1013, 1014
"""Agents of Chambrelle (63), of the Hauts de Lestoire (15), a researcher, an agent of Orsanne."""

STRANGER = 9999
TOPIC = 77
DESK = 12

PEOPLE = (
    (11, "Odile", "Vernhet", "odile@chambrelle.example", ODILE, Role.AGENT, 3),
    (12, "Karim", "Astier", "karim@lestoire.example", KARIM, Role.AGENT, 4),
    (13, "Solène", "Aubrac", "solene@recherche.example", SOLENE, Role.RESEARCHER, None),
    (14, "Thibault", "Delmasse", "thibault@orsanne.example", THIBAULT, Role.AGENT, 1),
)
NUMBERS = {
    CLAIRE: 1,
    JEANNE: 2,
    PAUL: 3,
    **{account: number for number, *_, account, _, _ in PEOPLE},
}


@dataclass
class Network:
    """The network's room and the hotline's, on a real database."""

    database: Database
    clock: FixedClock
    hotline: Hotline
    room: Room
    dialogue: Dialogue
    parts: Parts
    updates: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1000))

    async def say(
        self,
        account: int,
        text: str,
        chat: int | None = None,
        *,
        thread: int | None = None,
        reply_to: int | None = None,
        file: str | Mapping[str, Any] = "",
        edited: bool = False,
    ) -> list[Answer]:
        """Type something, or send a file (or one made up) with a caption.

        In private unless a group is given.
        """
        message = self._message(account, chat, thread)
        if reply_to is not None:
            message["reply_to_message"] = {**self._message(1, chat, thread), "message_id": reply_to}
        if file:
            document = _document(file) if isinstance(file, str) else dict(file)
            message |= {"caption": text, "document": document}
        else:
            message["text"] = text
            message["entities"] = _entities(text)
        return await self.handle({"edited_message" if edited else "message": message})

    async def press(
        self,
        account: int,
        button: PostButton | str,
        chat: int | None = None,
        thread: int | None = None,
    ) -> list[Answer]:
        """Press a button, or forge the data of one."""
        data = button if isinstance(button, str) else button.data
        query = {
            "id": "77",
            "from": _user(account),
            "chat_instance": "1",
            "data": data,
            "message": {**self._message(account, chat, thread), "text": "…"},
        }
        return await self.handle({"callback_query": query})

    async def in_topic(self, account: int, button: PostButton | str) -> list[Answer]:
        """Press a button in the topic of a question."""
        return await self.press(account, button, GROUP, TOPIC)

    async def answer(self, account: int, answers: Sequence[Answer], text: str) -> list[Answer]:
        """Reply in the topic to the message that was just answered there."""
        reply_to = await self.arrived(answers)
        return await self.say(account, text, GROUP, thread=TOPIC, reply_to=reply_to)

    async def arrived(self, answers: Sequence[Answer]) -> int:
        """Do as if a direct answer had been sent: what is about something is remembered."""
        [one] = [each for each in answers if each.about]
        number = next(self.updates)
        async with self.database.write() as session:
            session.add(
                BotMessage(chat_id=one.chat_id, message_id=number, about=one.about, sent_at=SINCE)
            )
        return number

    async def delivered(self, row: Row, chat: int) -> int:
        """Do as if a delivery had been sent to a chat; return the number of its message."""
        number = next(self.updates)
        async with self.database.write() as session:
            await session.execute(
                change(Delivery)
                .where(Delivery.id == row.parcel.id)
                .values(external_id=f"{chat}:{number}", state="sent", settled_at=self.clock.now())
            )
        return number

    async def rows(self, *kinds: str) -> list[Row]:
        """Return the deliveries of some kinds, in order."""
        return [row for row in await self.hotline.rows() if not kinds or row.kind in kinds]

    async def prepare(self, row: Row) -> Ready | Skip:
        return await self.hotline.prepare(row)

    async def count(self, model: type[DeclarativeBase], *conditions: Any) -> int:
        async with self.database.read() as session:
            return (
                await session.scalar(select(func.count()).select_from(model).where(*conditions))
                or 0
            )

    async def all(self, model: type[Any]) -> Sequence[Any]:
        async with self.database.read() as session:
            return (await session.scalars(select(model).order_by(model.id))).all()

    async def acts(self, verb: str) -> list[str]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Act).where(Act.verb == verb).order_by(Act.id))
            return [f"{act.actor} {act.subject}" for act in rows]

    async def agrees(self, account: int, *names: str) -> None:
        """Say yes on the screen of `/entraide`: `asked`, `contact`, `with-1` (a theme)…"""
        for name in names:
            await self.press(account, f"network.choose:network:choice:{name}:0")

    async def question(self, number: int = 5, **more: Any) -> str:
        """Open a question of Claire's, with its topic; return the button that asks the network."""
        known: dict[str, Any] = {
            "asker_id": 1,
            "territory_id": 1,
            "theme_id": 1,
            "text": "Claire Vidal, du Pays d’Orsanne : que faire d’un hôtel vide ?",
            "state": "open",
            "thread_id": TOPIC,
            "topic": "open",
            **more,
        }
        async with self.database.write() as session:
            now = self.clock.now()
            session.add(Question(id=number, opened_at=now, last_message_at=now, **known))
        return f"network.ask:hotline:question:{number}:1"

    async def solicited(self, words: str = "Que faire d’un hôtel vide dans un bourg ?") -> None:
        """Put Claire's question to the network, in the animator's words."""
        asked = await self.in_topic(JEANNE, await self.question())
        shown = await self.answer(JEANNE, asked, words)
        await self.in_topic(JEANNE, key(shown, "Envoyer"))

    async def handle(self, update: Mapping[str, Any]) -> list[Answer]:
        number = next(self.updates)
        row = InboxUpdate(
            update_id=number,
            chat_id=1,
            raw={"update_id": number, **update},
            received_at=self.clock.now(),
        )
        async with self.database.write() as session:
            return list(await self.dialogue.handle(session, row, "relais_bot"))

    def _message(self, account: int, chat: int | None, thread: int | None) -> dict[str, Any]:
        place: dict[str, Any] = {"id": account, "type": "private", "first_name": "Inconnu"}
        if chat is not None:
            place = {"id": chat, "type": "supergroup", "title": "Animation", "is_forum": True}
        topic = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        return {
            "message_id": next(self.updates),
            "date": int(self.clock.now().timestamp()),
            "chat": place,
            "from": _user(account),
            **topic,
        }


def words(answers: Sequence[Answer]) -> str:
    """Return all that was said, in order, as it is read: plain spaces, no markup."""
    return "\n\n".join(plain(answer.text) for answer in answers if answer.text)


def plain(text: str) -> str:
    bare = html.unescape(re.sub(r"<[^>]+>", "", text))
    return bare.replace("\u00a0", " ").replace("\u202f", " ")


def labels(answers: Sequence[Answer]) -> list[str]:
    return [plain(each.label) for answer in answers for row in answer.keyboard for each in row]


def key(answers: Sequence[Answer], label: str) -> PostButton:
    """Return a button that was shown."""
    found = [
        each
        for answer in answers
        for row in answer.keyboard
        for each in row
        if plain(each.label) == label
    ]
    assert found, labels(answers)
    return found[0]


def sent_key(row: Row, label: str) -> PostButton:
    """Return a button of a delivery."""
    [found] = [each for line in row.post.keyboard for each in line if plain(each.label) == label]
    return found


def _user(account: int) -> dict[str, Any]:
    return {"id": account, "is_bot": False, "first_name": "Inconnu"}


def _document(name: str) -> dict[str, Any]:
    return {"file_id": f"id-{name}", "file_unique_id": f"unique-{name}", "file_name": name}


def _entities(text: str) -> list[dict[str, Any]]:
    command = re.match(r"/\w+", text)
    return [{"type": "bot_command", "offset": 0, "length": command.end()}] if command else []


async def open_network(
    database: Database,
    clock: FixedClock,
    telegram: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Network:
    """Bring the network in, and open its rooms; `settings` are those of the hotline."""
    given = Settings.model_validate(
        {
            "telegram": {"group_id": GROUP, "desk_thread_id": DESK, **(telegram or {})},
            "hotline": settings,
        }
    )
    hotline = await open_hotline(database, clock, given)
    await _people(database)
    parts = replace(make_parts(database, clock), settings=given)
    [ask_team] = [each.handler for each in hotline.room.commands if each.name == "question"]
    room = bot.network.room.build(parts, ask_team, Documents(parts))
    rooms = [hotline.room, room]
    dialogue = Dialogue(parts, mount(rooms), Reach(rooms))
    both = (*hotline.room.deliveries, *room.deliveries)
    hotline.room = replace(hotline.room, deliveries=both)
    return Network(database, clock, hotline, room, dialogue, parts)


async def _people(database: Database) -> None:
    async with database.write() as session:
        session.add_all(
            [
                Territory(id=3, code="chambrelle", name="Volcans de Chambrelle", department="63"),
                Territory(id=4, code="lestoire", name="Hauts de Lestoire", department="15"),
                Structure(id=1, code="labo", name="Laboratoire des campagnes"),
            ]
        )
        theme = await session.get_one(Theme, 1)
        theme.words = ["hôtel", "logement", "centre-bourg"]
        await session.flush()
        for number, given, family, email, account, role, territory in PEOPLE:
            session.add(Person(id=number, given_name=given, family_name=family, email=email))
            await session.flush()
            session.add(
                Membership(
                    person_id=number,
                    role=role.value,
                    territory_id=territory,
                    structure_id=None if territory else 1,
                    since=SINCE,
                )
            )
            session.add(
                Account(person_id=number, channel="telegram", address=str(account), linked_at=SINCE)
            )
        claire = await session.get_one(Person, 1)
        claire.email = "claire@orsanne.example"


async def leaves(network: Network, account: int) -> None:
    """End what somebody holds, as of now."""
    async with network.database.write() as session:
        await session.execute(
            change(Membership)
            .where(Membership.person_id == NUMBERS[account])
            .values(until=network.clock.now())
        )


def reference(text: str) -> Reference:
    return Reference.parse(text)
