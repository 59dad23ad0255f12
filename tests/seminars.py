"""What the seminars' tests share: the room with its pages and its chat, and a few people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from core.chat import (
    Ask,
    File,
    Form,
    Incoming,
    Place,
    Post,
    Redraw,
    Reply,
    Response,
    Sender,
    Toast,
    Turn,
)
from core.clock import FixedClock
from core.db import Database
from core.files import NO_FILES, FileSource
from core.ledger.draft import Channel, DeliveryKind, Parcel, Refused, Skip
from core.ledger.models import Delivery, Message
from core.people.models import Account, Person
from core.people.roles import Role
from core.people.store import TELEGRAM
from core.posts import callback_data
from core.reference import Party, Reference
from core.room import Room, Tick
from core.settings import Settings
from digest.seminars import registrations, store
from digest.seminars.decide import Kind
from digest.seminars.house import rooms
from digest.seminars.models import Announcement, Registration, Seminar
from tests.parts import make_parts

ODILE = Sender("100", "Odile Vernhet", person_id=1, roles=frozenset({Role.ANIMATOR}))
INES = Sender("200", "Inès Roche", person_id=2, roles=frozenset({Role.AGENT}))
MARC = Sender("300", "Marc Vidal", person_id=3, roles=frozenset({Role.AGENT}))
STRANGER = Sender("900", "Quelqu’un")

ODILE_MAIL = "odile@relais.test"
INES_MAIL = "ines@orsanne.example"

REMIND = "seminars.remind"


def seminar_settings(
    days: Sequence[int] = (7,), hour: int = 9, chase: Sequence[int] = ()
) -> Settings:
    return Settings.model_validate(
        {
            "service": {"public_url": "https://relais.test/"},
            "seminars": {
                "reminder_days": list(days),
                "chase_days": list(chase),
                "reminder_hour": hour,
            },
        }
    )


class SeminarHouse:
    """The seminars' rooms. Odile animates; Inès has a mailbox, Marc only a Telegram account."""

    def __init__(
        self,
        database: Database,
        clock: FixedClock,
        settings: Settings,
        files: FileSource = NO_FILES,
    ) -> None:
        self.parts = make_parts(database, clock, settings)
        self.clock = clock
        self.database = database
        self.rooms: tuple[Room, ...] = rooms(self.parts, files)
        self.kinds: dict[str, DeliveryKind] = {
            kind.name: kind for room in self.rooms for kind in room.deliveries
        }

    @property
    def room(self) -> Room:
        (found,) = [room for room in self.rooms if room.name == "seminars"]
        return found

    async def settle_in(self) -> None:
        now = self.clock.now()
        async with self.database.write() as session:
            session.add_all(
                [
                    Person(id=1, given_name="Odile", family_name="Vernhet", email=ODILE_MAIL),
                    Person(id=2, given_name="Inès", family_name="Roche", email=INES_MAIL),
                    Person(id=3, given_name="Marc", family_name="Vidal"),
                    Person(id=4, given_name="Paul", family_name="Sans-Adresse"),
                ]
            )
            await session.flush()
            session.add_all(
                Account(person_id=one, channel=TELEGRAM, address=str(one * 100), linked_at=now)
                for one in (1, 2, 3)
            )

    async def seminar(self, starts_at: datetime, *people: int, **changes: Any) -> int:
        """Publish a seminar now, and register people; return its id."""
        now = self.clock.now()
        given = {
            "kind": Kind.SEMINAR,
            "title": "Accueillir, et après ?",
            "place": "Salle des fêtes, Ambert",
            "programme": "9 h 30 Ouverture\n\n10 h Retours d’expérience",
            **changes,
        }
        async with self.database.write() as session:
            seminar = await store.create(
                session,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=7),
                now=now,
                **given,
            )
            assert await store.publish(session, self.parts, seminar, now)
            for person in people:
                await registrations.register(session, seminar, Party("person", str(person)), now)
            return seminar.id

    async def register(self, seminar: int, person: int) -> None:
        async with self.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            party = Party("person", str(person))
            await registrations.register(session, row, party, self.clock.now())

    async def move(
        self, seminar: int, starts_at: datetime, ends_at: datetime | None = None
    ) -> None:
        async with self.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            ends_at = ends_at or starts_at + timedelta(hours=7)
            await store.move(session, self.parts, row, starts_at, ends_at, self.clock.now())

    async def cancel(self, seminar: int) -> None:
        async with self.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            assert await store.cancel(session, row, self.clock.now())

    async def tick(self, name: str = REMIND) -> None:
        await self._tick(name).run(self.clock.now())

    async def tick_at(self, instant: datetime, name: str = REMIND) -> None:
        self.clock.set(instant)
        await self.tick(name)

    async def next_due(self, name: str = REMIND) -> datetime | None:
        async with self.database.read() as session:
            return await self._tick(name).next_due(session)

    def _tick(self, name: str) -> Tick:
        (found,) = [tick for room in self.rooms for tick in room.ticks if tick.name == name]
        return found

    async def rows(self, kind: str) -> Sequence[Delivery]:
        async with self.database.read() as session:
            wanted = select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id)
            return (await session.scalars(wanted)).all()

    async def slots(self, kind: str) -> list[tuple[str, str]]:
        return [(row.slot, row.recipient) for row in await self.rows(kind)]

    async def announcements(self) -> list[tuple[str, int, str, str | None]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Announcement).order_by(Announcement.id))
            return [(row.name, row.version, row.state, row.reason) for row in rows]

    async def registrations(self) -> Mapping[str, str]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Registration))
            return {row.party: row.state for row in rows}

    async def body(self, row: Delivery) -> bytes:
        async with self.database.read() as session:
            return (await session.get_one(Message, row.message_hash)).body

    async def chat_post(self, row: Delivery) -> Post:
        return Post.decode(await self.body(row))

    async def prepared(self, row: Delivery) -> Any:
        """Ask what the dispatcher asks right before sending a row."""
        parcel = Parcel(
            row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
            Channel(row.channel), b"", row.values, row.stream, 1, resent=False,
        )  # fmt: skip
        async with self.database.read() as session:
            return await self.kinds[row.kind].prepare(session, parcel, self.clock.now())

    async def rechecked(self, row: Delivery) -> Any:
        """Do what the dispatcher does with a row that is about to leave, up to sending it."""
        parcel = Parcel(
            row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
            Channel(row.channel), b"", row.values, row.stream, 1, resent=False,
        )  # fmt: skip
        kind, now = self.kinds[row.kind], self.clock.now()
        async with self.database.write() as session:
            answer = await kind.prepare(session, parcel, now)
            if isinstance(answer, Skip):
                (await session.get_one(Delivery, row.id)).state = "skipped"
                await kind.settled(session, parcel, answer, now)
        return answer

    async def refused(self, row: Delivery, reason: str) -> None:
        """Do what the dispatcher does with a row that its channel refused."""
        parcel = Parcel(
            row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
            Channel(row.channel), b"", row.values, row.stream, 1, resent=False,
        )  # fmt: skip
        async with self.database.write() as session:
            await self.kinds[row.kind].settled(session, parcel, Refused(reason), self.clock.now())

    def visitor(self) -> httpx.AsyncClient:
        application = Starlette(routes=[page for room in self.rooms for page in room.pages])
        transport = httpx.ASGITransport(application, client=("203.0.113.77", 4321))
        return httpx.AsyncClient(transport=transport, base_url="https://relais.test")

    async def command(
        self, name: str, sender: Sender = ODILE, *, private: bool = True
    ) -> Sequence[Response]:
        commands = [command for room in self.rooms for command in room.commands]
        (found,) = [each for each in commands if name in (each.name, *each.aliases)]
        async with self.database.write() as session:
            return await found.handler(self._turn(session, sender, private=private))

    async def press(
        self, action: str, seminar: int, version: int = 1, sender: Sender = ODILE,
        *, private: bool = True,
    ) -> Sequence[Response]:  # fmt: skip
        reference = Reference("seminars", "seminar", str(seminar))
        return await self.press_on(action, reference, version, sender, private=private)

    async def press_on(
        self, action: str, reference: Reference, version: int = 1, sender: Sender = ODILE,
        *, private: bool = True,
    ) -> Sequence[Response]:  # fmt: skip
        """Press a button that is about something of a meeting."""
        (found,) = [each for room in self.rooms for each in room.actions if each.name == action]
        async with self.database.write() as session:
            turn = self._turn(session, sender, private=private)
            return await found.handler(turn, reference, version)

    async def fill(self, kind: str, title: str, when: str, place: str) -> Sequence[Response]:
        """Plan a meeting as `/rencontre` asks about it; what can be passed is passed."""
        (echo,) = await self.answer(Ask("seminars.new"), kind, title, when)
        _noted, rest = await self.push(echo, "C’est bien cela")
        return await self.answer(rest, place, "-", "-")

    async def answer(
        self, ask: Response, *answers: str | File, sender: Sender = ODILE
    ) -> Sequence[Response]:
        """Answer the questions of a form that was opened, through its parsers."""
        assert isinstance(ask, Ask)
        form, now = self.form(ask.form), self.clock.now()
        values: dict[str, Any] = dict(ask.values)
        fields = [field for field in form.fields if field.name not in values]
        for field, answer in zip(fields, answers, strict=True):
            files = [asdict(answer)] if isinstance(answer, File) else []
            value = field.parse("" if isinstance(answer, File) else answer, now)
            values[field.name] = {"text": value, "files": files} if field.takes_files else value
        async with self.database.write() as session:
            return await form.finish(self._turn(session, sender, private=True), values)

    async def push(
        self, shown: Response, label: str, sender: Sender = ODILE, *, private: bool = True
    ) -> Sequence[Response]:
        """Press the button that says so under what is shown, as it is written there."""
        assert isinstance(shown, Reply | Redraw)
        (button,) = [
            button
            for row in shown.keyboard
            for button in row
            if plain(self.parts.renderer.plain(button.label)) == label
        ]
        assert button.reference is not None
        callback_data(button)
        actions = [action for room in self.rooms for action in room.actions]
        (found,) = [action for action in actions if action.name == button.action]
        assert found.role is None or found.role in sender.roles
        async with self.database.write() as session:
            turn = self._turn(session, sender, private=private)
            return await found.handler(turn, button.reference, button.version)

    def form(self, name: str) -> Form:
        (found,) = [form for room in self.rooms for form in room.forms if form.name == name]
        return found

    def _turn(self, session: AsyncSession, sender: Sender, *, private: bool) -> Turn:
        place = Place(int(sender.account) if private else -100, private=private)
        incoming = Incoming(1, "press", place, 1, self.clock.now())
        return Turn(session, incoming, sender, self.clock.now())

    def said(self, response: Response) -> str:
        assert isinstance(response, Reply | Redraw | Toast)
        return plain(self.parts.renderer.chat(response.text))

    def labels(self, response: Response) -> list[str]:
        assert isinstance(response, Reply | Redraw)
        return [self.parts.renderer.plain(b.label) for row in response.keyboard for b in row]


def readable(mail: bytes) -> str:
    """Return a mail's headers and text, decoded, with plain spaces."""
    message = message_from_bytes(mail, policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    return plain(f"{headers}\n{body.get_content()}")


def plain(text: str) -> str:
    """Return a text with plain spaces, as tests are typed."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
