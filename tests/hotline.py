"""A small network around the hotline, and what people do there, as Turns."""

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select

import bot.answers.room
import bot.desk.room
import bot.entrance.room
import bot.guarantee.room
import bot.hotline.room
from bot.answers.search import AnswerSearch
from bot.guarantee.hours import Hours
from bot.hotline.asking import Asking
from core.acts import Act
from core.chat import (
    Button,
    Command,
    File,
    Handler,
    Incoming,
    Place,
    Post,
    Redraw,
    Reply,
    Response,
    Sender,
    Text,
    Toast,
    Turn,
)
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import (
    Channel,
    DeliveryKind,
    Parcel,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.models import Delivery, Message
from core.people.models import Account, Membership, Person, Territory, Theme
from core.people.roles import Role
from core.people.store import person_by_account, roles_of
from core.posts import parse_callback
from core.reference import NotARowError, Party, Reference
from core.room import Room
from core.settings import Settings, TelegramSettings
from tests.parts import make_parts
from watch.archive.kept import Kept

GROUP = -1001234567890
SINCE = datetime(2024, 1, 1, tzinfo=UTC)

CLAIRE, JEANNE, PAUL, LEA, MARC = 1001, 1002, 1003, 1004, 1005
"""Telegram ids: an agent, an animator, an agent of two territories, an elected person, an agent."""

UNKNOWN = 9999


@dataclass(frozen=True)
class Row:
    """A delivery of the ledger, with its content read."""

    kind: str
    slot: str
    recipient: str
    cause: str
    stream: str | None
    post: Post
    parcel: Parcel


@dataclass
class Hotline:
    """The room on a real database; `updates` numbers what people do."""

    database: Database
    clock: FixedClock
    room: Room
    updates: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def turn(self, account: int, incoming: Incoming, handler: Handler) -> list[Response]:
        now = self.clock.now()
        async with self.database.write() as session:
            person = await person_by_account(session, "telegram", str(account))
            roles = await roles_of(session, person.id, now) if person else frozenset()
            sender = Sender(
                str(account),
                person.name if person else "Inconnu",
                person_id=person.id if person else None,
                roles=roles,
            )
            return list(await handler(Turn(session, incoming, sender, now)))

    def incoming(
        self,
        account: int,
        text: str = "",
        *,
        kind: Literal["text", "command", "press", "file"] = "text",
        place: Place | None = None,
        **more: Any,
    ) -> Incoming:
        number = next(self.updates)
        given: dict[str, Any] = {
            "update_id": number,
            "message_id": 100 + number,
            "place": place or Place(account, private=True),
            "text": text,
            **more,
        }
        return Incoming(kind=kind, at=self.clock.now(), **given)

    async def say(
        self,
        account: int,
        text: str = "",
        *,
        entities: Sequence[Mapping[str, Any]] = (),
        files: Sequence[File] = (),
        **more: Any,
    ) -> list[Response]:
        assert self.room.fallback is not None
        incoming = self.incoming(
            account, text, entities=tuple(entities), files=tuple(files), **more
        )
        return await self.turn(account, incoming, self.room.fallback)

    async def reply(self, account: int, number: int, text: str, **more: Any) -> list[Response]:
        """Reply to a message about question `number`."""
        about = Reference("hotline", "question", str(number))
        incoming = self.incoming(account, text, about=about, reply_to=5, **more)
        return await self.turn(account, incoming, self.room.replies[0].handler)

    async def note(self, account: int, number: int, text: str, **more: Any) -> list[Response]:
        """Say something in the topic of question `number` without replying to the agent."""
        place = Place(GROUP, private=False, thread_id=77)
        about = Reference("hotline", "topic", str(number))
        incoming = self.incoming(account, text, about=about, place=place, **more)
        return await self.turn(account, incoming, self.room.replies[1].handler)

    async def in_topic(
        self, account: int, number: int, text: str, thread: int = 77, **more: Any
    ) -> list[Response]:
        place = Place(GROUP, private=False, thread_id=thread)
        return await self.reply(account, number, text, place=place, **more)

    async def command(
        self, account: int, name: str, argument: str = "", place: Place | None = None
    ) -> list[Response]:
        [handler] = [c.handler for c in self.room.commands if c.name == name]
        said = f"/{name} {argument}".strip()
        incoming = self.incoming(
            account, said, kind="command", command=name, argument=argument, place=place
        )
        return await self.turn(account, incoming, handler)

    async def press(self, account: int, button: Button) -> list[Response]:
        [action] = [each for each in self.room.actions if each.name == button.action]
        assert button.reference is not None
        reference = button.reference

        async def handler(turn: Turn) -> Sequence[Response]:
            try:
                return await action.handler(turn, reference, button.version)
            except NotARowError:  # as the dialogue answers it
                return [Toast(Text("chat/common.html", "stale"), alert=True)]

        return await self.turn(account, self.incoming(account, kind="press"), handler)

    def labels(self, response: Response) -> list[str]:
        """Return the words of the buttons of a response."""
        return [self.renderer.plain(each.label) for each in buttons(response)]

    async def press_on(self, account: int, response: Response, label: str) -> list[Response]:
        """Press the button of a response that says `label`."""
        [found] = [b for b in buttons(response) if self.renderer.plain(b.label) == label]
        return await self.press(account, found)

    async def press_sent(self, account: int, row: "Row", label: str) -> list[Response]:
        """Press the button that says `label` under what the ledger has sent."""
        [found] = [b for line in row.post.keyboard for b in line if b.label == label]
        pressed = parse_callback(found.data)
        assert pressed is not None
        button = Button(Text("", ""), pressed.action, pressed.reference, pressed.version)
        return await self.press(account, button)

    async def tick(self, name: str) -> None:
        """Let the clock bring the work of that name, as of now."""
        [tick] = [each for each in self.room.ticks if each.name == name]
        await tick.run(self.clock.now())

    async def rows(self, after: int = 0) -> list[Row]:
        """Return what the ledger was given, in order, after so many."""
        async with self.database.read() as session:
            found = await session.execute(
                select(Delivery, Message.body)
                .join(Message, Message.hash == Delivery.message_hash)
                .order_by(Delivery.id)
            )
            return [_row(delivery, body) for delivery, body in found][after:]

    async def prepare(self, row: Row) -> Ready | Skip:
        async with self.database.read() as session:
            return await self._kind(row).prepare(session, row.parcel, self.clock.now())

    async def settle(self, row: Row, outcome: Sent | Refused | Skip) -> None:
        async with self.database.write() as session:
            await self._kind(row).settled(session, row.parcel, outcome, self.clock.now())

    async def acts(self) -> list[str]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Act).order_by(Act.id))
            return [f"{act.actor} {act.verb} {act.subject}" for act in rows]

    def words(self, response: Response) -> str:
        """Return a response as it is read."""
        assert isinstance(response, Reply | Redraw | Toast)
        return self.renderer.chat(response.text)

    def __post_init__(self) -> None:
        self.renderer = make_parts(self.database, self.clock).renderer

    def _kind(self, row: Row) -> DeliveryKind:
        [kind] = [each for each in self.room.deliveries if each.name == row.kind]
        return kind


def buttons(response: Response) -> list[Button]:
    """Return the buttons of a response, in order."""
    assert isinstance(response, Reply | Redraw)
    return [button for row in response.keyboard for button in row]


def _row(delivery: Delivery, body: bytes) -> Row:
    parcel = Parcel(
        id=delivery.id,
        kind=delivery.kind,
        slot=delivery.slot,
        recipient=Party.parse(delivery.recipient),
        cause=Reference.parse(delivery.cause),
        channel=Channel.CHAT,
        body=body,
        values={},
        stream=delivery.stream,
        attempt=1,
        resent=False,
    )
    return Row(
        kind=delivery.kind,
        slot=delivery.slot,
        recipient=delivery.recipient,
        cause=delivery.cause,
        stream=delivery.stream,
        post=Post.decode(body) if body else Post("text"),  # purged
        parcel=parcel,
    )


async def _nothing(_turn: Turn) -> Sequence[Response]:
    return []


ELSEWHERE = Command(
    "lettre", _nothing, Role.ANIMATOR, menu=Text("chat/answers.html", "menu_answers")
)
"""A command of another room, which the help must name too."""


class Counting(random.Random):
    """Dice that count up from 1, so that tests know the number of each question."""

    def __init__(self) -> None:
        super().__init__()
        self._next = itertools.count(1)

    def randrange(self, _start: int, _stop: int | None = None, _step: int = 1) -> int:
        return next(self._next)


async def open_hotline(
    database: Database, clock: FixedClock, settings: Settings | None = None
) -> Hotline:
    """Bring the network in, and open the hotline."""
    given = settings or Settings(telegram=TelegramSettings(group_id=GROUP))
    async with database.write() as session:
        session.add_all(
            [
                Territory(id=1, code="orsanne", name="Pays d’Orsanne", department="63"),
                Territory(id=2, code="brune", name="Vallées de la Brune-Claire", department="19"),
                Theme(id=1, code="habitat", name="Habitat et centres-bourgs", words=[]),
                Theme(id=2, code="activites", name="Activités, reprise et transmission", words=[]),
            ]
        )
        for person_id, given_name, family_name in (
            (1, "Claire", "Vidal"),
            (2, "Jeanne", "Roche"),
            (3, "Paul", "Meyrat"),
            (4, "Léa", "Fontanges"),
            (5, "Marc", "Besse"),
        ):
            session.add(Person(id=person_id, given_name=given_name, family_name=family_name))
        await session.flush()
        for person_id, role, territory_id in (
            (1, Role.AGENT, 1),
            (2, Role.ANIMATOR, None),
            (3, Role.AGENT, 1),
            (3, Role.AGENT, 2),
            (4, Role.ELECTED, 1),
            (5, Role.AGENT, None),
        ):
            session.add(
                Membership(
                    person_id=person_id, role=role.value, territory_id=territory_id, since=SINCE
                )
            )
        for person_id, address in enumerate((CLAIRE, JEANNE, PAUL, LEA, MARC), start=1):
            session.add(
                Account(
                    person_id=person_id, channel="telegram", address=str(address), linked_at=SINCE
                )
            )
    rooms: list[Room] = []
    parts = replace(make_parts(database, clock), settings=given, random=Counting())
    search = AnswerSearch(given.hotline)
    asking = Asking(parts, search, Hours(given.hotline))
    rooms += [
        bot.hotline.room.build(parts, asking),
        bot.desk.room.build(parts, asking, search),
        bot.guarantee.room.build(parts),
        bot.answers.room.build(parts, search, Kept()),
        bot.entrance.room.build(
            parts, lambda: [*(c for room in rooms for c in room.commands), ELSEWHERE]
        ),
    ]
    return Hotline(database, clock, _joined(rooms))


def _joined(rooms: Sequence[Room]) -> Room:
    """Return the rooms of the hotline as if they were one."""
    [fallback] = [room.fallback for room in rooms if room.fallback]
    return Room(
        name="hotline",
        commands=tuple(each for room in rooms for each in room.commands),
        actions=tuple(each for room in rooms for each in room.actions),
        replies=tuple(each for room in rooms for each in room.replies),
        forms=tuple(each for room in rooms for each in room.forms),
        fallback=fallback,
        ticks=tuple(each for room in rooms for each in room.ticks),
        deliveries=tuple(each for room in rooms for each in room.deliveries),
        views={key: view for room in rooms for key, view in room.views.items()},
        personal_data=next(room.personal_data for room in rooms if room.personal_data),
        contributions=next(room.contributions for room in rooms if room.contributions),
        reachability=next(room.reachability for room in rooms if room.reachability),
    )
