"""The whole house on the real routing, and a memory of what its chats show; no network.

Updates are as Telegram gives them and stay in the inbox; what the ledger holds is prepared, shown
and settled as a dispatcher would do it.
"""

import base64
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance import requests
from bot.entrance.models import AccessRequest
from bot.telegram import forms, inbox
from bot.telegram.answers import Answer
from bot.telegram.catalogue import mount
from bot.telegram.dialogue import Dialogue
from bot.telegram.models import InboxUpdate
from bot.telegram.reach import Reach
from core.chat import Post, PostButton
from core.clock import FixedClock
from core.db import Base, Database
from core.files import NO_FILES, FileSource
from core.ledger.draft import MailAddress, Parcel, Ready, Sent
from core.ledger.models import Delivery, Message, View
from core.ledger.outcomes import Channel
from core.mail.fill import envelope_values, fill, message_id
from core.parts import Parts
from core.people.models import Account, Membership, Person, Territory, Theme
from core.people.roles import Role
from core.reference import Party, Reference
from core.room import Room
from core.settings import Settings
from relais import housekeeping
from relais.wiring import make_rooms
from tests.parts import make_parts

GROUP = -1001234567890
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
PACE = timedelta(seconds=5)
"""How long each move takes: nobody is told to slow down."""

CLAIRE, JEANNE, PAUL, HELENE, STRANGER = 770001001, 770001002, 770001003, 770001006, 770009999
"""Telegram ids that nothing else looks like: agent, animator, agent, animator, nobody."""

PEOPLE = (
    (41, "Claire", "Vidalenche", "claire@orsanne.example", CLAIRE, Role.AGENT, 1),
    (42, "Jeanne", "Rochefol", "jeanne@reseau.example", JEANNE, Role.ANIMATOR, None),
    (43, "Paul", "Meyratou", "paul@brune.example", PAUL, Role.AGENT, 2),
    (46, "Hélène", "Astierane", "helene@reseau.example", HELENE, Role.ANIMATOR, None),
)


@dataclass
class Whole:
    """Every room, the dialogue, and `shown`: what each message of each chat says now.

    `mails` are those that left, as they left.
    """

    parts: Parts
    clock: FixedClock
    rooms: Sequence[Room]
    dialogue: Dialogue
    shown: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, Sequence[Sequence[PostButton]]] = field(default_factory=dict)
    threads: dict[str, int | None] = field(default_factory=dict)
    html: dict[str, bool] = field(default_factory=dict)
    paused: bool = False
    mails: list[bytes] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1000))

    @property
    def database(self) -> Database:
        return self.parts.database

    async def say(
        self,
        account: int,
        text: str,
        *,
        chat: int | None = None,
        thread: int | None = None,
        to: str = "",
        name: str = "Inconnu",
        more: Mapping[str, Any] | None = None,
    ) -> list[Answer]:
        """Type something; `to` is the message that it answers, as `shown` names it."""
        message = {**self._message(account, chat, thread, name), "text": text, **(more or {})}
        if to:
            number = int(to.rpartition(":")[2])
            message["reply_to_message"] = {
                **self._message(1, chat, thread, "Relais"),
                "message_id": number,
                "text": self.shown.get(to, ""),
            }
        return await self.handle({"message": message})

    async def note(self, account: int, text: str, beside: str) -> list[Answer]:
        """Type something in the topic where a message is, without answering it."""
        return await self.say(account, text, chat=GROUP, thread=self.threads[beside])

    async def press(
        self, account: int, label: str, on: str = "", *, chat: int | None = None, name: str = ""
    ) -> list[Answer]:
        """Press the button that says so under a message; the latest that has one by default."""
        found = [
            (place, button)
            for place, rows in reversed(self.buttons.items())
            for row in rows
            for button in row
            if _spaced(button.label) == label and (not on or place == on)
            if place in self.shown and place.startswith(f"{chat or account}:")
        ]
        assert found, (label, self.labels(chat or account))
        place, button = found[0]
        return await self.forge(account, button.data, place, chat=chat, name=name)

    async def forge(
        self, account: int, data: str, place: str = "", *, chat: int | None = None, name: str = ""
    ) -> list[Answer]:
        """Press with any data, on any message."""
        message = self._message(account, chat, self.threads.get(place), name or "Inconnu")
        if place:
            message |= {"message_id": int(place.rpartition(":")[2])}
        message["text"] = self.shown.get(place, "…")
        query = {
            "id": "77",
            "from": _user(account, name or "Inconnu"),
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        return await self.handle({"callback_query": query})

    async def handle(self, given: Mapping[str, Any]) -> list[Answer]:
        """Take an update through the inbox, show its answers, and send what it caused."""
        self.clock.set(self.clock.now() + PACE)
        number, now = next(self.numbers), self.clock.now()
        async with self.database.write() as session:
            await inbox.insert(session, [{"update_id": number, **given}], now)
        async with self.database.write() as session:
            row = await session.get_one(InboxUpdate, number)
            answers = list(await self.dialogue.handle(session, row, "relais_bot"))
            inbox.settle(row, [], now, 0)
            for answer in answers:
                await self._show(session, answer)
        await self.send()
        return answers

    async def blocks(self, account: int, *, blocked: bool = True) -> None:
        """Note, out of any update, that somebody has blocked the bot, or is back."""
        async with self.database.write() as session:
            row = await session.scalar(select(Account).where(Account.address == str(account)))
            assert row is not None
            row.blocked_at = self.clock.now() if blocked else None

    async def send(self) -> None:
        """Do as dispatchers do, unless paused, until nothing is due; then bring views in step."""
        if self.paused:
            return
        while await self._one():
            pass
        async with self.database.write() as session:
            for view in (await session.scalars(select(View))).all():
                if view.wanted_hash != view.shown_hash:
                    place = view.external_id or f"{GROUP}:{next(self.numbers)}"
                    self._put(place, Post.decode(view.wanted))
                    view.external_id, view.shown_hash = place, view.wanted_hash

    async def tick(self, name: str, after: timedelta = timedelta()) -> None:
        """Let the clock bring the work of that name, then send what it caused."""
        self.clock.set(self.clock.now() + after)
        of_rooms = (tick for room in self.rooms for tick in room.ticks)
        every = (*of_rooms, *housekeeping.ticks(self.parts))
        [tick] = [tick for tick in every if tick.name == name]
        await tick.run(self.clock.now())
        await self.send()

    async def erase(self, person: int) -> None:
        """Erase somebody as the house does: they ask, two animators decide, they are told."""
        account = next(each[4] for each in PEOPLE if each[0] == person)
        await self.say(account, "/mesdonnees")
        await self.press(account, "Demander l’effacement")
        await self.press(account, "Oui, je demande l’effacement")
        decides = HELENE if account == JEANNE else JEANNE
        await self.press(decides, "Accepter", chat=GROUP)
        await self.press(decides, "Effacer définitivement", chat=GROUP)
        await self.tick("personal.erase")
        await self.send()

    async def exported(self, account: int) -> str:
        """Return what somebody gets who asks for their data, as JSON."""
        await self.say(account, "/mesdonnees")
        answers = await self.press(account, "Recevoir mes données")
        [raw] = [each.data for each in answers if each.name.endswith(".json")]
        return base64.b64decode(raw).decode()

    async def code(self) -> str:
        """Return the last code that was sent by mail."""
        async with self.database.read() as session:
            row = await session.scalar(
                select(AccessRequest).order_by(AccessRequest.id.desc()).limit(1)
            )
        assert row is not None
        return requests.code_for(self.parts, row)

    async def forget_updates(self) -> None:
        """Let the inbox and idle forms expire."""
        before = self.clock.now() + timedelta(seconds=1)
        async with self.database.write() as session:
            await inbox.purge(session, before)
            await forms.expire(session, before)

    async def everything(self) -> str:
        """Return all that the database holds, as text."""
        said: list[str] = []
        async with self.database.read() as session:
            for table in Base.metadata.sorted_tables:
                rows = await session.execute(select(table))
                said += [f"{table.name}: {_text(row._mapping)}" for row in rows]
        return "\n".join(said)

    def chat(self, chat: int) -> str:
        """Return all that a chat shows."""
        return "\n\n".join(
            text for place, text in self.shown.items() if place.split(":")[-2] == str(chat)
        )

    def place(self, words: str, chat: int) -> str:
        """Return the latest message of a chat that holds some words."""
        found = [
            place
            for place, text in reversed(self.shown.items())
            if words in text and place.startswith(f"{chat}:")
        ]
        assert found, (words, self.chat(chat))
        return found[0]

    def labels(self, chat: int) -> list[str]:
        """Return the labels of the buttons of a chat."""
        return [
            button.label
            for place, rows in self.buttons.items()
            for row in rows
            for button in row
            if place.startswith(f"{chat}:")
        ]

    async def _one(self) -> bool:
        """Send the first delivery that is due; False when there is none."""
        now = self.clock.now()
        async with self.database.write() as session:
            row = await session.scalar(
                select(Delivery)
                .where(Delivery.state == "pending", Delivery.due_at <= now)
                .order_by(Delivery.id)
                .limit(1)
            )
            if row is None:
                return False
            body = (await session.get_one(Message, row.message_hash)).body
            parcel = _parcel(row, body)
            [kind] = [
                kind for room in self.rooms for kind in room.deliveries if kind.name == row.kind
            ]
            ready = await kind.prepare(session, parcel, now)
            outcome: Any = ready
            if isinstance(ready, Ready):
                outcome = Sent(self._sent(parcel, ready))
            row.state = "sent" if isinstance(outcome, Sent) else "skipped"
            row.external_id = outcome.external_id if isinstance(outcome, Sent) else None
            row.reason = None if isinstance(outcome, Sent) else outcome.reason
            row.settled_at = now
            await session.flush()
            await kind.settled(session, parcel, outcome, now)
        return True

    def _sent(self, parcel: Parcel, ready: Ready) -> str:
        if isinstance(ready.address, MailAddress):
            return self._mailed(parcel, ready.address, {**parcel.values, **ready.values})
        post = Post.decode(parcel.body)
        chat, values = ready.address.chat_id, {**parcel.values, **ready.values}
        target = values.get("target", "")
        if post.kind == "delete_topic":
            thread = int(target.rpartition(":")[2])
            self.shown = {
                place: text for place, text in self.shown.items() if self.threads[place] != thread
            }
            return target
        if post.kind == "delete":
            self.shown.pop(target, None)
            return target
        if post.kind == "edit":
            self._put(target, post)
            return target
        number = next(self.numbers)
        if post.kind == "topic":
            return f"topic:{chat}:{number}"
        place = f"{chat}:{number}"
        self._put(place, post, ready.address.thread_id)
        return place

    def _mailed(self, parcel: Parcel, address: MailAddress, values: Mapping[str, str]) -> str:
        """Keep a mail as it leaves; return its Message-ID, as the gateway does."""
        sender = self.parts.settings.mail.sender
        secret = self.parts.settings.service.secret.get_secret_value()
        own = envelope_values(parcel, address, sender, secret, self.clock.now())
        self.mails.append(fill(parcel.body, {**values, **own}))
        return message_id(parcel, sender, secret)

    def _put(self, place: str, post: Post, thread: int | None = None) -> None:
        self.shown[place] = _spaced(post.text)
        self.buttons[place] = post.keyboard
        self.threads.setdefault(place, thread)
        self.html[place] = post.entities is None

    async def _show(self, session: AsyncSession, answer: Answer) -> None:
        if answer.kind not in {"message", "redraw", "document"}:
            return
        redrawn = answer.message_id if answer.kind == "redraw" else None
        place = f"{answer.chat_id}:{redrawn or next(self.numbers)}"
        self.shown[place], self.buttons[place] = _spaced(answer.text), answer.keyboard
        self.threads.setdefault(place, answer.thread_id)
        self.html[place] = True
        if answer.about:
            number = int(place.rpartition(":")[2])
            await inbox.remember(session, answer.chat_id, number, answer.about, self.clock.now())

    def _message(
        self, account: int, chat: int | None, thread: int | None, name: str
    ) -> dict[str, Any]:
        place: dict[str, Any] = {"id": account, "type": "private", "first_name": name}
        if chat is not None:
            place = {"id": chat, "type": "supergroup", "title": "Animation", "is_forum": True}
        topic = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        return {
            "message_id": next(self.numbers),
            "date": int(self.clock.now().timestamp()),
            "chat": place,
            "from": _user(account, name),
            **topic,
        }


def _spaced(text: str) -> str:
    """Return a text with plain spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _user(account: int, name: str) -> dict[str, Any]:
    return {"id": account, "is_bot": False, "first_name": name}


def _text(row: Mapping[Any, Any]) -> str:
    def plain(value: Any) -> Any:
        return value.decode(errors="replace") if isinstance(value, bytes) else value

    return json.dumps({k: plain(v) for k, v in row.items()}, ensure_ascii=False, default=str)


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


async def open_whole(
    database: Database,
    clock: FixedClock,
    files: FileSource = NO_FILES,
    digest: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Whole:
    """Bring the network in and mount every room; `settings` are those of the hotline.

    `digest` are those of the letter. `files` gives the bytes of what is sent in chat.
    """
    given = Settings.model_validate(
        {
            "telegram": {"group_id": GROUP},
            "hotline": {"hold_seconds": 0, "validators": 1, **settings},
            "digest": dict(digest or {}),
            "service": {"secret": "a secret for tests"},
        }
    )
    parts = replace(make_parts(database, clock), settings=given)
    async with database.write() as session:
        session.add_all(
            [
                Territory(id=1, code="orsanne", name="Pays d’Orsanne", department="63"),
                Territory(id=2, code="brune", name="Vallées de la Brune-Claire", department="63"),
                Theme(id=1, code="habitat", name="Habitat", words=["logement", "hôtel"]),
            ]
        )
        await session.flush()
        for number, given_name, family_name, email, account, role, territory in PEOPLE:
            session.add(
                Person(id=number, given_name=given_name, family_name=family_name, email=email)
            )
            await session.flush()
            session.add(
                Membership(person_id=number, role=role.value, territory_id=territory, since=SINCE)
            )
            session.add(
                Account(person_id=number, channel="telegram", address=str(account), linked_at=SINCE)
            )
    nothing = cast("Any", None)  # the watch polls nothing here
    rooms = make_rooms(parts, nothing, nothing, lambda: "relais_bot", files)
    dialogue = Dialogue(parts, mount(rooms), Reach(rooms))
    return Whole(parts, clock, rooms, dialogue)
