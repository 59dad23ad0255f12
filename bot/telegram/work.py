"""Working through the inbox: chats in parallel, each chat in its order, poison set aside."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram import forms, inbox
from bot.telegram.answering import Answerer
from bot.telegram.answers import Answer
from bot.telegram.api import LANES, RelaisBot
from bot.telegram.dialogue import Dialogue
from bot.telegram.models import InboxUpdate
from bot.telegram.parse import UnreadableError
from bot.telegram.waiting import cancelled, first_of
from core import failpoints
from core.clock import SystemClock
from core.parts import Parts

logger = structlog.get_logger()

LOOK_EVERY = 1.0
WAIT_MOST = 300.0
PURGE_EVERY = timedelta(hours=6)

SUBJECTS_KEPT = timedelta(days=400)
"""For how long an answer to a message of ours finds its room."""

MARGIN = 4.0
"""Seconds kept, of those in which the service must stop, for what follows the last answers."""


class Worker:
    """Handles what the inbox holds; attempts, leases and purging are in real time.

    `retry_first` is the first wait, in seconds, after a failure; it doubles at each.
    """

    def __init__(
        self,
        parts: Parts,
        bot: RelaisBot,
        dialogue: Dialogue,
        wake: asyncio.Event,
        retry_first: float,
    ) -> None:
        self._settings = parts.settings.telegram
        self._drain = max(0.5, parts.settings.service.stop_timeout - MARGIN)
        self._database = parts.database
        self._bot = bot
        self._dialogue = dialogue
        self._answerer = Answerer(parts, bot, retry_first)
        self._wake = wake
        self._retry_first = retry_first
        self._time = SystemClock()
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._in_lanes: set[int] = set()
        self._purge_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Handle updates until `stop`, then let those under way finish, for some seconds."""
        try:
            while not stop.is_set():
                self._wake.clear()
                await self._start_lanes(stop)
                await self._take_over()
                await self._purge_sometimes()
                await first_of([stop.wait, self._wake.wait], LOOK_EVERY)
        finally:
            await _finish({*self._lanes.values(), *self._answering.values()}, self._drain)

    async def _start_lanes(self, stop: asyncio.Event) -> None:
        free = LANES - len(self._lanes)
        if free <= 0:
            return
        async with self._database.read() as session:
            chats = await inbox.ready_chats(session, self._time.now(), free, list(self._lanes))
        for chat_id in chats:
            self._start(self._lanes, chat_id, self._lane(chat_id, stop))

    async def _take_over(self) -> None:
        """Send overdue answers, unless a lane of ours is merely slow at it."""
        for update_id in await self._answerer.overdue():
            if update_id not in self._in_lanes and update_id not in self._answering:
                self._start(self._answering, update_id, self._answerer.take_over(update_id))

    def _start(
        self,
        running: dict[int, asyncio.Task[None]],
        key: int,
        work: Coroutine[Any, Any, None],
    ) -> None:
        """Run something on its own; its end makes us look again at once, unless it failed."""
        task = running[key] = asyncio.create_task(work)

        def ended(done: asyncio.Task[None]) -> None:
            del running[key]
            error = None if done.cancelled() else done.exception()
            if error is None:
                self._wake.set()
            else:
                logger.error("lane_failed", error=type(error).__name__, where=_where(error))

        task.add_done_callback(ended)

    async def _lane(self, chat_id: int, stop: asyncio.Event) -> None:
        while not stop.is_set() and await self.step(chat_id):
            pass

    async def step(self, chat_id: int) -> bool:
        """Handle the oldest update of a chat and answer; False when there is none for now."""
        update_id: int | None = None
        try:
            async with self._database.write() as session:
                row = await inbox.next_of(session, chat_id, self._time.now())
                if row is None:
                    return False
                update_id = row.update_id
                answers = await self._handle(session, row)
        except Exception as error:  # a room's mistake stops its update only
            if update_id is None:
                raise
            await self._failed(update_id, error)
            return True
        failpoints.reach("inbox.after_commit")
        await self._answer(update_id, answers)
        return True

    async def _handle(self, session: AsyncSession, row: InboxUpdate) -> Sequence[Answer]:
        """Handle an update, and mark it handled with its answers, in one transaction."""
        answers = await self._dialogue.handle(session, row, self._username())
        encoded = [answer.encode() for answer in answers]
        inbox.settle(row, encoded, self._time.now(), self._settings.lease)
        await session.flush()
        failpoints.reach("inbox.before_commit")
        return answers

    async def _answer(self, update_id: int, answers: Sequence[Answer]) -> None:
        if not answers:
            return
        self._in_lanes.add(update_id)
        try:
            await self._answerer.send(update_id, answers)
        finally:
            self._in_lanes.discard(update_id)

    def _username(self) -> str:
        try:
            return self._bot.username
        except RuntimeError:  # not introduced yet
            return ""

    async def _failed(self, update_id: int, error: Exception) -> None:
        """Try again later, or park the update and tell the person once."""
        async with self._database.write() as session:
            row = await session.get(InboxUpdate, update_id, with_for_update=True)
            if row is None or row.handled_at is not None:
                return
            row.attempts += 1
            hopeless = isinstance(error, UnreadableError)
            parked = hopeless or row.attempts >= self._settings.max_attempts
            now = self._time.now()
            if parked:
                self._park(row, type(error).__name__, now)
            else:
                wait = min(WAIT_MOST, self._retry_first * 2 ** (row.attempts - 1))
                row.next_attempt_at = now + timedelta(seconds=wait)
        logger.error(
            "update_parked" if parked else "update_failed",
            update_id=update_id,
            attempts=row.attempts,
            error=type(error).__name__,
            where=_where(error.__cause__ or error),
        )

    def _park(self, row: InboxUpdate, why: str, now: datetime) -> None:
        """Give an update up; what tells the person is sent as an overdue answer is."""
        row.parked = why
        replies = [answer.encode() for answer in self._dialogue.failure(row)]
        inbox.settle(row, replies, now, lease=0.0)
        row.reply_repeats = False

    async def _purge_sometimes(self) -> None:
        now = self._time.now()
        if self._purge_at is not None and now < self._purge_at:
            return
        self._purge_at = now + PURGE_EVERY
        async with self._database.write() as session:
            before = now - timedelta(days=self._settings.inbox_days)
            count = await inbox.purge(session, before)
            forms_closed = await forms.expire(session, before)
            await inbox.purge_subjects(session, now - SUBJECTS_KEPT)
        logger.info("inbox_purged", count=count, forms=forms_closed)


async def _finish(under_way: set[asyncio.Task[None]], seconds: float) -> None:
    """Let what is under way end, or cut what takes too long: the inbox knows what is left."""
    if not under_way:
        return
    _, late = await asyncio.wait(under_way, timeout=seconds)
    if late:
        logger.warning("lanes_cut", count=len(late))
    await cancelled(*late)


def _where(error: BaseException) -> str:
    """Return the place of an error without its words, which may hold what a person wrote."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
