"""Receiving: a batch is in the inbox before Telegram is told that we have it."""

import asyncio
import contextlib
import hmac
import json
import os
import socket
import uuid
from collections.abc import Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import Conflict, TelegramError

from bot.telegram import inbox
from bot.telegram.api import UPDATE_KINDS, RelaisBot
from bot.telegram.outcomes import outcome_of
from bot.telegram.waiting import pause, unless_stopped
from core import failpoints
from core.clock import SystemClock
from core.parts import Parts

logger = structlog.get_logger()

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name
LARGEST_UPDATE = 1_000_000
BACKOFF_MOST = 60.0
LEASE = "telegram:receive"


class Receiver:
    """Fills the inbox, by long polling or by webhook. `wake` is set when something is in."""

    def __init__(self, parts: Parts, bot: RelaisBot, wake: asyncio.Event) -> None:
        self._parts = parts
        self._settings = parts.settings.telegram
        self._public_url = parts.settings.service.public_url
        self._bot = bot
        self._wake = wake
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._time = SystemClock()
        self._failures = 0

    async def poll(self, stop: asyncio.Event) -> None:
        """Ask for updates until `stop`, alone of all the processes that share the database."""
        offset: int | None = None
        try:
            while not stop.is_set():
                if not await self._hold():
                    await pause(stop, self._settings.lease / 4)
                    continue
                offset = await self._round(stop, offset)
        finally:
            await self._release()

    async def push(self, stop: asyncio.Event) -> None:
        """Ask Telegram to push updates to the webhook, then let it, until `stop`."""
        while not stop.is_set():
            try:
                await self._bot.set_webhook(
                    f"{self._public_url}{WEBHOOK_PATH}",
                    allowed_updates=list(UPDATE_KINDS),
                    secret_token=self._settings.webhook_secret.get_secret_value(),
                )
            except TelegramError as error:
                await self._back_off(stop, error)
            else:
                await stop.wait()

    def routes(self) -> Sequence[Route]:
        """Return the page that Telegram pushes to; none when polling."""
        if self._settings.mode != "webhook":
            return ()
        return (Route(WEBHOOK_PATH, self._pushed, methods=["POST"]),)

    async def keep(self, batch: Sequence[object]) -> int | None:
        """Insert a batch; return the offset that confirms it (None: nothing to confirm)."""
        updates = [raw for raw in batch if isinstance(raw, dict) and inbox.identified(raw)]
        if len(updates) < len(batch):
            logger.warning("updates_without_number", count=len(batch) - len(updates))
        if not updates:
            return None
        failpoints.reach("inbox.after_receive")
        async with self._parts.database.write() as session:
            new = await inbox.insert(session, updates, self._time.now())
        logger.info("updates_received", count=len(updates), new=new)
        self._wake.set()
        return max(int(raw["update_id"]) for raw in updates) + 1

    async def _round(self, stop: asyncio.Event, offset: int | None) -> int | None:
        """Poll once. The offset is sent once, to confirm; afterwards Telegram knows.

        Sending it for ever would lose updates: after a quiet week Telegram starts numbering
        anew, anywhere (Bot API, Update.update_id).
        """
        wait = min(self._settings.poll_timeout, self._settings.lease / 2)
        try:
            batch = await unless_stopped(stop, lambda: self._bot.raw_updates(offset, wait))
        except Conflict as error:
            await self._leave_webhook(error)
            await self._back_off(stop, error)
            return offset
        except TelegramError as error:
            await self._back_off(stop, error)
            return offset
        self._failures = 0
        return await self.keep(batch) if batch else None

    async def _back_off(self, stop: asyncio.Event, error: TelegramError) -> None:
        outcome = outcome_of(error)
        self._failures += 1
        asked = getattr(outcome, "after", None) or 0.0
        seconds = max(asked, min(BACKOFF_MOST, 0.5 * 2 ** min(self._failures, 10)))
        logger.warning("receiving_failed", why=outcome.reason, failures=self._failures)
        await pause(stop, seconds * self._parts.random.uniform(0.8, 1.2))

    async def _leave_webhook(self, error: Conflict) -> None:
        """Take away a webhook left by another set-up: Telegram refuses to be polled with one."""
        if "webhook" in error.message.casefold():
            logger.warning("webhook_taken_away")
            with contextlib.suppress(TelegramError):  # tried again at the next refusal
                await self._bot.delete_webhook()

    async def _hold(self) -> bool:
        async with self._parts.database.write() as session:
            return await inbox.hold(
                session, LEASE, self._holder, self._time.now(), self._settings.lease
            )

    async def _release(self) -> None:
        async with self._parts.database.write() as session:
            await inbox.release(session, LEASE, self._holder)

    async def _pushed(self, request: Request) -> Response:
        """Check the secret, insert, and say so; anything unreadable is dropped with a log line."""
        secret = self._settings.webhook_secret.get_secret_value().encode()
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not secret or not hmac.compare_digest(secret, given):
            return Response(status_code=403)
        if int(request.headers.get("content-length", LARGEST_UPDATE + 1)) > LARGEST_UPDATE:
            return Response(status_code=413)
        try:
            raw = json.loads(await request.body())
        except ValueError:
            logger.warning("webhook_body_unreadable")
            return Response(status_code=400)
        await self.keep([raw])
        return Response(status_code=200)
