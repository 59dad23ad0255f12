"""Telegram, mounted: what the service runs, serves and checks."""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Route
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.telegram import inbox
from bot.telegram.api import RelaisBot
from bot.telegram.catalogue import mount
from bot.telegram.dialogue import Dialogue
from bot.telegram.examine import examine
from bot.telegram.gateway import TelegramGateway, repeated_mark
from bot.telegram.outcomes import outcome_of
from bot.telegram.reach import Reach
from bot.telegram.receive import Receiver
from bot.telegram.waiting import pause
from bot.telegram.work import Worker
from core.chat import Command
from core.files import kept
from core.ledger.draft import DeliveryKind
from core.parts import Parts
from core.people.roles import Role
from core.room import Finding, Room

logger = structlog.get_logger()

INTRODUCE_AGAIN_MOST = 60.0


class TelegramAdapter:
    """Mounts rooms on a Telegram bot.

    `retry_first` is the first wait, in seconds, before a failed update is tried again.
    Raises ValueError when two rooms claim the same command, action, form or reply.
    """

    def __init__(
        self, parts: Parts, rooms: Sequence[Room], bot: RelaisBot, retry_first: float = 1.0
    ) -> None:
        self._parts = parts
        self._settings = parts.settings.telegram
        self._bot = bot
        self._introducing = asyncio.Lock()
        self._commands = [command for room in rooms for command in room.commands]
        wake = asyncio.Event()
        self._receiver = Receiver(parts, bot, wake)
        self._reach = Reach(rooms)
        dialogue = Dialogue(parts, mount(rooms), self._reach)
        self._worker = Worker(parts, bot, dialogue, wake, retry_first)

    async def receive(self, stop: asyncio.Event) -> None:
        """Fill the inbox until `stop`, by polling or by webhook as configured."""
        if not await self._introduce(stop):
            return
        await self._show_menu()
        if self._settings.mode == "webhook":
            await self._receiver.push(stop)
        else:
            await self._receiver.poll(stop)

    async def work(self, stop: asyncio.Event) -> None:
        """Handle what the inbox holds until `stop`, then let what is under way finish."""
        if await self._introduce(stop):
            await self._worker.run(stop)

    def webhook_routes(self) -> Sequence[Route]:
        """Return the page that Telegram pushes to, in webhook mode."""
        return self._receiver.routes()

    def gateway(self) -> TelegramGateway:
        """Return the ledger's way out by the same bot, under the same limits."""
        mark = self._parts.renderer.plain(repeated_mark(), self._parts.settings.network.language)
        return TelegramGateway(self._bot, mark, self._settings.connections, self._kept)

    async def _kept(self, key: str) -> bytes | None:
        """Return the bytes of a file that came by another way than chat."""
        async with self._parts.database.read() as session:
            found = await kept(session, key)
        return found.data if found else None

    def noticing(self, kind: DeliveryKind) -> DeliveryKind:
        """Return a kind of delivery that also notes who turns out to have blocked the bot."""
        return self._reach.noticing(kind)

    async def set_menu(self) -> None:
        """Tell Telegram the menu of commands: the animators' in their group, others in private.

        Raises TelegramError when it cannot be told.
        """
        private = [c for c in self._commands if c.role is not Role.ANIMATOR]
        group = [c for c in self._commands if c.role is Role.ANIMATOR]
        await self._bot.set_my_commands(self._menu(private), BotCommandScopeAllPrivateChats())
        if self._settings.group_id:
            scope = BotCommandScopeChat(self._settings.group_id)
            await self._bot.set_my_commands(self._menu(group), scope)

    async def check(self) -> Sequence[Finding]:
        """Examine the token, the group, the bot's rights in it, and privacy mode."""
        return await examine(self._bot, self._settings)

    async def busy(self, session: AsyncSession) -> bool:
        """Say whether an update is still to be handled or answered."""
        return await inbox.busy(session)

    async def _show_menu(self) -> None:
        """Set the menu; receiving matters more, and the next start tries again."""
        try:
            await self.set_menu()
        except TelegramError as error:
            logger.warning("menu_not_set", why=outcome_of(error).reason)

    def _menu(self, commands: Sequence[Command]) -> list[BotCommand]:
        language = self._parts.settings.network.language
        return [
            BotCommand(command.name, self._parts.renderer.plain(command.menu, language))
            for command in commands
            if command.menu
        ]

    async def _introduce(self, stop: asyncio.Event) -> bool:
        """Learn the bot's own name, trying until Telegram answers; False when stopped before.

        One loop tries for both: the other must not wait out a pause of its own afterwards.
        """
        wait = 1.0
        async with self._introducing:
            while not stop.is_set():
                try:
                    await self._bot.initialize()
                except TelegramError as error:
                    logger.warning("telegram_unreachable", why=outcome_of(error).reason)
                    await pause(stop, wait)
                    wait = min(INTRODUCE_AGAIN_MOST, wait * 2)
                else:
                    return True
        return False
