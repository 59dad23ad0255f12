"""What the letter's integration tests share: a room, its pages, its chat, rows of the ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from core.chat import Incoming, Place, Post, Redraw, Reply, Response, Sender, Text, Toast, Turn
from core.clock import FixedClock
from core.contributions import Contribution
from core.db import Database
from core.http import Fetcher
from core.ledger.draft import Channel, DeliveryKind, Parcel
from core.ledger.models import Delivery, Message
from core.people.roles import Role
from core.reference import Party, Reference
from core.room import ContributionSource, Room
from core.sections import Section
from core.settings import Settings
from digest.letter import editions
from digest.letter.examining.results import Examination, Problem
from digest.letter.room import build
from digest.subscribers import room as subscribers
from digest.subscribers.models import Subscriber
from tests.parts import make_parts

ODILE = Sender("100", "Odile Vernhet", person_id=1, roles=frozenset({Role.ANIMATOR}))


def story(number: int, **changes: Any) -> Contribution:
    given = {
        "reference": Reference("watch", "story", str(number)),
        "section": Section.LEGAL,
        "title": f"Décret n° {number} : ce qui change",
        "summary": "Le texte entre en vigueur au 1er janvier.",
        "url": f"https://example.org/textes/{number}?a=1&b=2",
        "source": "Journal officiel",
        "note": "À lire avant le prochain conseil communautaire.",
    }
    return Contribution(**{**given, **changes})


def meeting(now: datetime) -> Contribution:
    return Contribution(
        reference=Reference("seminar", "seminar", "4"),
        section=Section.AGENDA,
        title="Séminaire d’automne",
        starts_at=now + timedelta(days=7),
        place="Ambert",
    )


class LetterHouse:
    """The letter's room with what other rooms would offer, in `offered`."""

    def __init__(self, database: Database, clock: FixedClock, settings: Settings) -> None:
        self.parts = make_parts(database, clock, settings)
        self.clock = clock
        self.database = database
        self.offered: list[Contribution] = []
        self.examines = True
        self.links: dict[str, int | Exception] = {}
        self.asked: list[tuple[str, str]] = []
        fetcher = Fetcher(
            settings.watch.model_copy(update={"host_spacing": 0.0}),
            transport=httpx.MockTransport(self._answer),
        )
        self.room: Room = build(self.parts, lambda: [self.source()], fetcher=fetcher)
        self.subscribers: Room = subscribers.build(self.parts)
        self.kinds: dict[str, DeliveryKind] = {
            kind.name: kind for room in (self.room, self.subscribers) for kind in room.deliveries
        }

    def _answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the web does: by `links`, 200 for all else; `asked` remembers."""
        self.asked.append((request.method, str(request.url)))
        answer = self.links.get(str(request.url), 200)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    def source(self) -> ContributionSource:
        async def offer(
            session: AsyncSession,  # noqa: ARG001  # the protocol's names
            since: datetime,  # noqa: ARG001
            until: datetime,  # noqa: ARG001
        ) -> Sequence[Contribution]:
            return self.offered

        return offer

    def visitor(self) -> httpx.AsyncClient:
        application = Starlette(routes=[*self.room.pages, *self.subscribers.pages])
        transport = httpx.ASGITransport(application, client=("203.0.113.77", 4321))
        return httpx.AsyncClient(transport=transport, base_url="https://relais.test")

    async def tick(self, name: str) -> None:
        (tick,) = [tick for tick in self.room.ticks if tick.name == name]
        await tick.run(self.clock.now())

    async def next_due(self, name: str) -> datetime | None:
        (tick,) = [tick for tick in self.room.ticks if tick.name == name]
        async with self.database.read() as session:
            return await tick.next_due(session)

    async def command(self) -> Reply:
        """Send `/lettre` as an animator."""
        async with self.database.write() as session:
            (response,) = await self.room.commands[0].handler(self._turn(session))
        assert isinstance(response, Reply)
        return response

    async def press(self, action: str, reference: str, version: int = 0) -> Response:
        """Press a button as an animator, and return what it answers first.

        What is to be approved is examined before, without a fault.
        """
        (found,) = [a for a in self.room.actions if a.name == action]
        assert found.role is Role.ANIMATOR
        if action == "letter.approve" and self.examines:
            await self.examined()
        async with self.database.write() as session:
            response, *_ = await found.handler(
                self._turn(session), Reference.parse(reference), version
            )
        return response

    async def examined(
        self, blocking: tuple[Problem, ...] = (), warnings: tuple[Problem, ...] = ()
    ) -> None:
        """Play the part of the examination for the edition at work."""
        async with self.database.write() as session:
            edition = await editions.current(session)
            if edition is not None:
                found = Examination(edition.version, blocking, warnings)
                edition.examined = found.to_json()

    async def fill(self, **values: Any) -> Response:
        """Finish the form of opening words."""
        async with self.database.write() as session:
            (response,) = await self.room.forms[0].finish(self._turn(session), values)
        return response

    def _turn(self, session: AsyncSession) -> Turn:
        place = Place(-100, private=False)
        return Turn(
            session, Incoming(1, "press", place, 1, self.clock.now()), ODILE, self.clock.now()
        )

    def said(self, response: Response) -> str:
        """Return what a response says, as people read it."""
        assert isinstance(response, Reply | Redraw | Toast)
        return self.words(response.text)

    def words(self, text: Text) -> str:
        return self.parts.renderer.chat(text)

    async def rows(self, kind: str) -> Sequence[Delivery]:
        async with self.database.read() as session:
            rows = await session.scalars(
                select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id)
            )
            return rows.all()

    async def posts(self, kind: str) -> list[Post]:
        """Return the chat posts of a kind, oldest first."""
        return [Post.decode(await self.body(row)) for row in await self.rows(kind)]

    async def body(self, row: Delivery) -> bytes:
        async with self.database.read() as session:
            message = await session.get(Message, row.message_hash)
        assert message is not None
        return message.body

    async def prepared(self, row: Delivery) -> Any:
        """Ask what the dispatcher asks right before sending a row."""
        parcel = Parcel(
            row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
            Channel(row.channel), b"", row.values, row.stream, 1, resent=False,
        )  # fmt: skip
        async with self.database.read() as session:
            return await self.kinds[row.kind].prepare(session, parcel, self.clock.now())

    async def settle(self, kind: str, state: str = "sent", reason: str | None = None) -> None:
        """Play the dispatcher's part for every row of a kind that is not settled."""
        async with self.database.write() as session:
            rows = await session.scalars(
                select(Delivery).where(Delivery.kind == kind, Delivery.state == "pending")
            )
            for row in rows:
                row.state, row.reason = state, reason

    async def subscribe(self, *emails: str) -> list[int]:
        """Add confirmed subscribers, and return their ids."""
        now = self.clock.now()
        async with self.database.write() as session:
            rows = [
                Subscriber(email=email, state="confirmed", created_at=now, confirmed_at=now)
                for email in emails
            ]
            session.add_all(rows)
            await session.flush()
            return [row.id for row in rows]

    async def subscriber(self, email: str) -> Subscriber:
        async with self.database.read() as session:
            return (
                await session.scalars(select(Subscriber).where(Subscriber.email == email))
            ).one()


def pressed(reply: Reply | Redraw, action: str) -> tuple[str, str, int]:
    """Return what a shown button carries, to press it."""
    (button,) = [b for row in reply.keyboard for b in row if b.action == action]
    return action, str(button.reference), button.version


def settings_for_letters(**mail: Any) -> Settings:
    base = Settings.model_validate(
        {
            "telegram": {"group_id": -100, "desk_thread_id": 7},
            "service": {"public_url": "https://relais.test/"},
            "digest": {"title": "La lettre de test"},
        }
    )
    return base.model_copy(update={"mail": base.mail.model_copy(update=mail)})


def moved(clock: FixedClock, **delta: float) -> datetime:
    """Move the clock forward, and return the new instant."""
    clock.set(clock.now() + timedelta(**delta))
    return clock.now()
