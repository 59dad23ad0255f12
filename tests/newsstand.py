"""Feeds served on this machine, and a watch that reads them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.chat import Incoming, Place, Post, Sender, Turn
from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.ledger.models import Delivery, Message
from core.parts import Parts
from core.people.models import Membership, Person
from core.people.roles import Role
from core.room import Room
from core.serving import serving
from core.settings import Settings
from tests.parts import make_parts
from watch.models import Source, Story
from watch.reading.parsing import Parser
from watch.room import build, sync_sources

GROUP, TOPIC = -1001234567890, 7
JEANNE = 1


@dataclass
class Page:
    """What an address answers from now on; while `held`, it answers nothing."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    held: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Newsstand:
    """A site of feeds: its pages by name, and the requests it received."""

    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: Request) -> Response:
        """Give the page, or 304 when it bears the ETag that the request names."""
        self.requests.append(request)
        page = self.pages[request.path_params["name"]]
        page.asked.set()
        if page.held:
            await page.held.wait()
        etag = page.headers.get("etag")
        if etag and request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=dict(page.headers))
        return Response(page.body, page.status, headers=dict(page.headers))

    def asked(self, name: str) -> Sequence[Request]:
        """Return the requests for a page."""
        return [each for each in self.requests if each.path_params["name"] == name]


@asynccontextmanager
async def newsstand() -> AsyncIterator[Newsstand]:
    """Serve a newsstand."""
    stand = Newsstand()
    async with serving(Starlette(routes=[Route("/{name}", stand.answer)])) as port:
        stand.url = f"http://127.0.0.1:{port}"
        yield stand


def item(number: int, title: str = "", site: str = "https://a.example.org") -> str:
    """Return an RSS item; the greater its number, the later."""
    return (
        f"<item><guid isPermaLink='false'>{number}</guid>"
        f"<title>{title or f'Actualité numéro {number} du territoire'}</title>"
        f"<link>{site}/{number}</link><description>Résumé {number}</description>"
        f"<pubDate>2026-11-{number % 20 + 1:02} 09:00</pubDate></item>"
    )


def rss(*items: str) -> str:
    """Return an RSS feed."""
    return f"<rss version='2.0'><channel><title>Flux</title>{''.join(items)}</channel></rss>"


@dataclass
class Watch:
    """A watch on some feeds of a newsstand."""

    stand: Newsstand
    parts: Parts
    clock: FixedClock
    room: Room

    async def poll(self) -> None:
        """Read what is due, and show what is new."""
        for name in ("watch.poll", "watch.show"):
            await self.tick(name)

    async def tick(self, name: str) -> None:
        """Let the clock bring the work of that name."""
        [tick] = [tick for tick in self.room.ticks if tick.name == name]
        await tick.run(self.clock.now())

    async def poll_again(self) -> None:
        """Let an hour and a half pass, after which every healthy source is due, and read."""
        self.clock.set(self.clock.now() + timedelta(minutes=90))
        await self.poll()

    async def source(self, name: str) -> Source:
        async with self.parts.database.read() as session:
            return (await session.scalars(select(Source).where(Source.name == name))).one()

    async def stories(self) -> Sequence[Story]:
        async with self.parts.database.read() as session:
            return (await session.scalars(select(Story).order_by(Story.id))).all()

    async def posts(self) -> Sequence[Post]:
        """Return what the ledger holds for chat, in order."""
        async with self.parts.database.read() as session:
            rows = await session.scalars(
                select(Message.body)
                .join(Delivery, Delivery.message_hash == Message.hash)
                .order_by(Delivery.id)
            )
            return [Post.decode(body) for body in rows]


@asynccontextmanager
async def watching(
    database: Database, clock: FixedClock, parser: Parser, *names: str
) -> AsyncIterator[Watch]:
    """Watch sources of these names, each a page of a newsstand; Jeanne is an animator."""
    async with newsstand() as stand:
        settings = watch_settings(stand, *names)
        async with database.write() as session:
            await sync_sources(session, settings, clock.now())
            session.add(Person(id=JEANNE, given_name="Jeanne", family_name="Roux"))
            await session.flush()
            since = datetime(2024, 1, 1, tzinfo=UTC)
            session.add(Membership(person_id=JEANNE, role=Role.ANIMATOR.value, since=since))
        parts = make_parts(database, clock, settings)
        async with Fetcher(settings.watch) as fetcher:
            yield Watch(stand, parts, clock, build(parts, fetcher, parser))


def watch_settings(stand: Newsstand, *names: str) -> Settings:
    """Return a configuration that lists these sources."""
    sources = [
        {"name": name, "url": f"{stand.url}/{name}", "section": "vie-institutionnelle"}
        for name in names
    ]
    return Settings.model_validate(
        {
            "telegram": {"group_id": GROUP, "watch_thread_id": TOPIC},
            "watch": {
                "allow_private_addresses": True,
                "host_spacing": 0,
                "told_per_poll": 3,
                "sources": sources,
            },
        }
    )


def turn(watch: Watch, session: object) -> Turn:
    """Return something that Jeanne does in the watch topic."""
    now = watch.clock.now()
    return Turn(
        session=session,  # type: ignore[arg-type]
        incoming=Incoming(1, "press", Place(GROUP, private=False, thread_id=TOPIC), 5, now),
        sender=Sender("1", "Jeanne Roux", person_id=JEANNE, roles=frozenset({Role.ANIMATOR})),
        now=now,
    )
