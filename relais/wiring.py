"""The only place that builds real things, and ties the rooms together."""

import contextlib
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from starlette.routing import BaseRoute

import bot.answers.room
import bot.by_mail.room
import bot.desk.room
import bot.entrance.room
import bot.figures.room
import bot.guarantee.room
import bot.hotline.room
import bot.network.room
import bot.personal.house
import bot.personal.room
import bot.telegram.personal
import digest.letter.room
import digest.mailbox.room
import digest.seminars.house
import digest.subscribers.room
import watch.alerts.room
import watch.archive.room
import watch.health.room
import watch.room
import watch.sources.room
import web.legal
from bot.answers.search import AnswerSearch
from bot.by_mail.taking import TakingMail
from bot.entrance.fiches import BotName
from bot.guarantee.hours import Hours
from bot.hotline.asking import Asking
from bot.network.consents import contact
from bot.network.sponsorships import fiche_lines
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.api import RelaisBot, make_bot
from bot.telegram.files import TelegramFiles
from core.alerts import AlertReaders
from core.chat import Command
from core.clock import Clock, SystemClock
from core.db import Database
from core.files import NO_FILES, FileSource
from core.funding.notice import notices
from core.http import Fetcher, Resolver
from core.http.guard import resolve_by_system
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel
from core.ledger.gateway import Gateway
from core.mail.gateway import MailGateway
from core.parts import Parts
from core.questions import QuestionsByMail
from core.render import Renderer
from core.room import ContributionSource, PersonalData, Room, Tick
from core.settings import Settings, TelegramSettings
from core.tokens import Tokens
from digest.seminars.calendars.replies import RepliesToMeetings
from digest.seminars.next_meeting import next_meeting
from digest.subscribers.alerts import MailReaders
from digest.subscribers.in_chat import ReadersInChat
from relais import housekeeping
from watch.alerts.people import followers
from watch.alerts.readers import ChatReaders
from watch.archive.kept import Kept
from watch.desk.documents import Documents
from watch.reading.parsing import Parser

log = structlog.get_logger()

LAST_WORDS = 4.0
"""Seconds kept, of those given to stop, for what follows the last send: settling, closing."""


@dataclass(frozen=True)
class Outside:
    """What the rooms have of the outside: who fetches and parses, tries links, gives files."""

    fetcher: Fetcher
    parser: Parser
    links: Fetcher
    files: FileSource
    bot_name: BotName


@dataclass(frozen=True)
class House:
    """Everything built and tied together. `adapter` is None without a bot's token."""

    parts: Parts
    rooms: tuple[Room, ...]
    dispatcher: Dispatcher
    adapter: TelegramAdapter | None

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Every room's ticks, and the house's own."""
        of_rooms = tuple(tick for room in self.rooms for tick in room.ticks)
        return (*of_rooms, *housekeeping.ticks(self.parts))

    @property
    def webhooks(self) -> Sequence[BaseRoute]:
        """The routes that the chat needs on the public address (webhook mode)."""
        webhook = self.parts.settings.telegram.mode == "webhook"
        return self.adapter.webhook_routes() if self.adapter and webhook else ()

    async def prepare(self) -> None:
        """Bring the tables in line with the configuration, before any loop runs."""
        async with self.parts.database.write() as session:
            await watch.room.sync_sources(session, self.parts.settings, self.parts.clock.now())


def make_parts(settings: Settings, clock: Clock) -> Parts:
    """Return the shared parts: database, clock, texts, tokens, randomness."""
    if settings.database_url.startswith("sqlite"):
        settings.service.data_folder.mkdir(parents=True, exist_ok=True)
    return Parts(
        settings=settings,
        database=Database(settings.database_url),
        clock=clock,
        renderer=Renderer(
            common_values(settings),
            settings.service.templates_folder,
            notices(settings, clock),
        ),
        tokens=Tokens(settings.service.secret.get_secret_value(), clock),
        random=random.SystemRandom(),
    )


def common_values(settings: Settings) -> Mapping[str, str]:
    """Return the values that every template may use."""
    return {
        "network": settings.network.name,
        "contact_email": settings.network.contact_email,
        "funding_notice": settings.network.funding_notice,
        "public_url": settings.service.public_url.rstrip("/"),
        "letter": settings.digest.title,
    }


@contextlib.asynccontextmanager
async def building(
    settings: Settings, clock: Clock, links: Resolver = resolve_by_system
) -> AsyncIterator[House]:
    """Build the house, and give everything back when the block ends.

    `links` resolves the hosts of the letter's links, which are tried before its approval.
    """
    parts = make_parts(settings, clock)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(parts.database.close)
        fetcher = Fetcher(settings.watch)
        stack.push_async_callback(fetcher.close)
        trier = await stack.enter_async_context(Fetcher(settings.watch, resolve=links))
        parser = await stack.enter_async_context(
            Parser(workers=settings.watch.parse_workers, timeout=settings.watch.parse_timeout)
        )
        sender = _sender(settings.telegram)
        rooms = make_rooms(parts, fetcher, parser, _named(sender), _files(sender), links=trier)
        adapter, gateways = _gateways(parts, rooms, sender)
        for gateway in gateways.values():
            stack.push_async_callback(gateway.close)
        yield House(parts, rooms, _dispatcher(parts, rooms, gateways, adapter), adapter)


def make_rooms(
    parts: Parts,
    fetcher: Fetcher,
    parser: Parser,
    bot_name: BotName,
    files: FileSource = NO_FILES,
    *,
    links: Fetcher | None = None,
) -> tuple[Room, ...]:
    """Return every room; the letter asks all of them what they contribute.

    `files` gives the bytes of what is sent in chat; `links` tries the letter's links, `fetcher`
    does without it.
    """
    rooms: list[Room] = []

    def contributors() -> Sequence[ContributionSource]:
        return [room.contributions for room in rooms if room.contributions is not None]

    def commands() -> Sequence[Command]:
        return [command for room in rooms for command in room.commands]

    def holders() -> Sequence[tuple[str, PersonalData]]:
        of_rooms = [(room.name, room.personal_data) for room in rooms if room.personal_data]
        house = (
            ("telegram", bot.telegram.personal.PERSONAL_DATA),
            ("register", bot.personal.house.register(parts.clock)),
            ("acts", bot.personal.house.ACTS),
        )
        # The entrance holds the directory: others look people up there, so it lets go last.
        return sorted((*of_rooms, *house), key=lambda named: named[0] == "entrance")

    by_chat = ChatReaders(parts)
    by_mail = MailReaders(parts, by_chat.addresses)
    outside = Outside(fetcher, parser, links or fetcher, files, bot_name)
    hotline, questions = _hotline(parts, outside, commands, holders)
    rooms += hotline
    rooms += _watch(parts, outside, (by_chat, by_mail))
    rooms += [
        # Before the subscribers, who let their addresses go: mails are found by them.
        digest.mailbox.room.build(parts, questions, replies=RepliesToMeetings(parts)),
        digest.subscribers.room.build(parts, holders, by_mail),
        digest.letter.room.build(parts, contributors, files, fetcher=outside.links),
        *digest.seminars.house.rooms(parts, files, followers, holders),
        web.legal.build(parts),
    ]
    return tuple(rooms)


def _hotline(
    parts: Parts,
    outside: Outside,
    commands: Callable[[], Sequence[Command]],
    holders: Callable[[], Sequence[tuple[str, PersonalData]]],
) -> tuple[Sequence[Room], QuestionsByMail]:
    """Return the hotline's rooms, and who takes the questions that the mailbox reads."""
    search, hours = AnswerSearch(parts.settings.hotline), Hours(parts.settings.hotline)
    asking = Asking(parts, search, hours)
    entrance = bot.entrance.room.build(
        parts,
        commands,
        next_meeting=next_meeting(parts),
        contacts=contact,
        fiche_lines=(fiche_lines,),
        bot_name=outside.bot_name,
    )
    rooms = (
        entrance,
        bot.hotline.room.build(parts, asking),
        bot.by_mail.room.build(parts, outside.files),
        bot.desk.room.build(parts, asking, search),
        bot.guarantee.room.build(parts),
        bot.answers.room.build(parts, search, Kept()),
        bot.network.room.build(parts, asking.command, Documents(parts)),
        bot.figures.room.build(parts, hours),
        bot.personal.room.build(parts, holders),
    )
    return rooms, TakingMail(parts, asking.presenting)


def _watch(parts: Parts, outside: Outside, readers: Sequence[AlertReaders]) -> Sequence[Room]:
    return (
        watch.room.build(parts, outside.fetcher, outside.parser, readers),
        watch.health.room.build(parts),
        watch.sources.room.build(parts, outside.fetcher, outside.parser),
        watch.archive.room.build(parts),
        watch.alerts.room.build(parts, ReadersInChat()),
    )


def _sender(telegram: TelegramSettings) -> RelaisBot | None:
    """Return the bot that speaks for us, when it has a token."""
    return make_bot(telegram) if telegram.token.get_secret_value() else None


def _named(sender: RelaisBot | None) -> BotName:
    """Return what tells the bot's own name, once Telegram has told it."""

    def name() -> str:
        try:
            return sender.username if sender else ""
        except RuntimeError:  # not introduced yet
            return ""

    return name


def _files(sender: RelaisBot | None) -> FileSource:
    """Return where the bytes of files sent in chat are, when there is a bot to ask."""
    return TelegramFiles(sender) if sender else NO_FILES


def _gateways(
    parts: Parts, rooms: Sequence[Room], sender: RelaisBot | None
) -> tuple[TelegramAdapter | None, dict[Channel, Gateway]]:
    """Return the chat adapter, and a way out for each channel that is configured."""
    secret = parts.settings.service.secret.get_secret_value()
    mail = MailGateway(parts.settings.mail, parts.clock, secret)
    gateways: dict[Channel, Gateway] = {Channel.MAIL: mail}
    if sender is None:
        log.warning("telegram.not_configured", hint="set telegram.token to open the hotline")
        return None, gateways
    adapter = TelegramAdapter(parts, rooms, sender)
    gateways[Channel.CHAT] = adapter.gateway()
    return adapter, gateways


def _dispatcher(
    parts: Parts,
    rooms: Sequence[Room],
    gateways: Mapping[Channel, Gateway],
    adapter: TelegramAdapter | None,
) -> Dispatcher:
    kinds = {kind.name: kind for room in rooms for kind in room.deliveries}
    if adapter is not None:
        kinds = {name: adapter.noticing(kind) for name, kind in kinds.items()}
    return Dispatcher(
        parts.database,
        gateways,
        kinds,
        parts.clock,
        SystemClock(),
        parts.settings.ledger,
        random.SystemRandom(),
        f"{socket.gethostname()}-{os.getpid()}",
        prepare_view={key: view for room in rooms for key, view in room.views.items()},
        drain=max(0.5, parts.settings.service.stop_timeout - LAST_WORDS),
    )
