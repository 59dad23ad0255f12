"""Sending direct answers after the commit, and again when they could not leave."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram import inbox
from bot.telegram.answers import Answer, send_answer
from bot.telegram.api import RelaisBot
from bot.telegram.forms import COMMON
from bot.telegram.gateway import repeated_mark
from core.chat import Text
from core.clock import SystemClock
from core.ledger.draft import Later, Sent, Unknown
from core.parts import Parts

logger = structlog.get_logger()

OVERDUE_AT_ONCE = 8
WAIT_MOST = 300.0

PATIENCE = 8
"""How many times more often than an update something is tried that surely did not leave."""


class Answerer:
    """Sends the answers that handled updates left; all in real time.

    `retry_first` is the first wait, in seconds, after a failure; it doubles at each.
    """

    def __init__(self, parts: Parts, bot: RelaisBot, retry_first: float) -> None:
        self._settings = parts.settings.telegram
        self._database = parts.database
        self._bot = bot
        self._retry_first = retry_first
        self._time = SystemClock()
        self._tries = self._settings.max_attempts * PATIENCE
        language = parts.settings.network.language
        self._mark = parts.renderer.plain(repeated_mark(), language)
        self._unmade = parts.renderer.chat(Text(COMMON, "file_unmade"), language)

    async def overdue(self) -> Sequence[int]:
        """Return the updates whose answers nobody is sending, as far as the database knows."""
        async with self._database.read() as session:
            return await inbox.overdue_replies(session, self._time.now(), OVERDUE_AT_ONCE)

    async def take_over(self, update_id: int) -> None:
        """Send what an update's own worker did not: it died, or the network failed it.

        Answers that fell each time, of whatever, are given up in the end.
        """
        async with self._database.write() as session:
            now = self._time.now()
            row = await inbox.claim_replies(session, update_id, now, self._settings.lease)
            given_up = row is not None and row.reply_attempts > self._tries
            if given_up:
                await inbox.replied(session, update_id, now)
        if given_up:
            logger.error("replies_given_up", update_id=update_id)
        if row is None or given_up:
            return
        answers = [Answer.decode(stored) for stored in row.replies]
        await self.send(update_id, answers, repeats=row.reply_repeats, attempts=row.reply_attempts)

    async def send(
        self, update_id: int, answers: Sequence[Answer], *, repeats: bool = False, attempts: int = 0
    ) -> None:
        """Send answers in order; keep for later those that could not leave.

        Only the first message of them can have left before (`repeats`): it is marked so.
        """
        sent: list[tuple[Answer, str]] = []
        for index, pending in enumerate(answers):
            answer = await self._made(pending)
            outcome = await send_answer(self._bot, answer, self._mark if repeats else "")
            if isinstance(outcome, Sent):
                sent.append((answer, outcome.external_id))
                await self._progress(update_id, sent, answers[index + 1 :], answer)
            else:
                logger.warning("reply_not_sent", update_id=update_id, why=outcome.reason)
            if isinstance(outcome, Later | Unknown) and attempts < self._most(outcome):
                left = [answer, *[await self._made(each) for each in answers[index + 1 :]]]
                doubt = repeats or isinstance(outcome, Unknown)
                await self._postpone(update_id, sent, left, outcome, attempts, repeats=doubt)
                return
            repeats = repeats and not answer.anew
        async with self._database.write() as session:
            await self._remember(session, sent)
            await inbox.replied(session, update_id, self._time.now())

    async def _progress(
        self,
        update_id: int,
        sent: list[tuple[Answer, str]],
        left: Sequence[Answer],
        last: Answer,
    ) -> None:
        """Write that a message has left before the next does: who takes over begins with that."""
        if not (left and last.anew):
            return
        at = self._time.now() + timedelta(seconds=self._settings.lease)
        stored = [answer.encode() for answer in left]
        async with self._database.write() as session:
            await self._remember(session, sent)
            await inbox.postpone_replies(session, update_id, stored, at, repeats=True)
        sent.clear()

    async def _made(self, answer: Answer) -> Answer:
        """Return an answer with its file; without what makes it, one that says to ask again."""
        if not answer.unmade:
            return answer
        if answer.make is not None:
            try:
                data = await asyncio.to_thread(answer.make)
                if data:
                    return answer.holding(data)
            except Exception as error:  # noqa: BLE001  # what was decided stands all the same
                logger.warning("file_unmade", error=type(error).__name__)
        return replace(answer, kind="message", text=self._unmade, make=None)

    def _most(self, outcome: Later | Unknown) -> int:
        """Return how often to try: what never leaves bothers nobody, what may have left does."""
        return self._tries if isinstance(outcome, Later) else self._settings.max_attempts

    async def _postpone(
        self,
        update_id: int,
        sent: Sequence[tuple[Answer, str]],
        left: Sequence[Answer],
        outcome: Later | Unknown,
        attempts: int,
        *,
        repeats: bool,
    ) -> None:
        asked = outcome.after if isinstance(outcome, Later) else None
        wait = asked or min(WAIT_MOST, self._retry_first * 2.0 ** min(attempts, 30))
        at = self._time.now() + timedelta(seconds=wait)
        stored = [answer.encode() for answer in left]
        async with self._database.write() as session:
            await self._remember(session, sent)
            await inbox.postpone_replies(session, update_id, stored, at, repeats=repeats)

    async def _remember(self, session: AsyncSession, sent: Sequence[tuple[Answer, str]]) -> None:
        """Record what each message is about, so that an answer to it finds its room."""
        for answer, external_id in sent:
            if answer.about:
                message_id = int(external_id.rpartition(":")[2])
                now = self._time.now()
                await inbox.remember(session, answer.chat_id, message_id, answer.about, now)
