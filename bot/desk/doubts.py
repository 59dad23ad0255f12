"""What may not have arrived, after many tries: an answer is owed again, the rest is tried again.

The ledger gives up in the end what nobody answers for. Here nobody would know of it.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import mails as by_mail
from bot.by_mail.words import text as by_mail_text
from bot.desk.words import text
from bot.hotline import posts, standing, store
from bot.hotline.decide import State
from bot.hotline.posts import Composer
from core.db import Database
from core.ledger.store import Held, leave, post, resend, uncertain
from core.one_by_one import one_by_one

log = structlog.get_logger()

TO_AGENT = (posts.ANSWER, posts.ANSWER_EDIT, by_mail.ANSWER)
TO_TEAM = (posts.TOPIC, posts.CARD, posts.RELAY, posts.RELAY_EDIT, posts.NOTICE)

AGAIN = timedelta(hours=1)
"""How long after it was given up something for the team is sent again, marked as such."""


class Doubts:
    """Lets nothing of a question rest in doubt."""

    def __init__(self, database: Database, composer: Composer) -> None:
        self._database = database
        self._composer = composer

    async def run(self, now: datetime) -> None:
        """Look at what is in doubt; each answer in its transaction."""
        async with self._database.read() as session:
            answers = await uncertain(session, TO_AGENT)
            others = await uncertain(session, TO_TEAM)

        async def owe(held: Held) -> None:
            async with self._database.write() as session:
                await self._owe(session, held, now)

        await one_by_one(answers, owe)
        if ids := [each.id for each in others if each.since and each.since + AGAIN <= now]:
            async with self._database.write() as session:
                await resend(session, ids, now)

    async def _owe(self, session: AsyncSession, held: Held, now: datetime) -> None:
        """Tell the topic that an answer may not have arrived, unless somebody was quicker."""
        question = await store.question(session, held.cause.number)
        if not await leave(session, [held.id], now) or question is None:
            return
        if held.kind in {posts.ANSWER, by_mail.ANSWER} and question.state == State.ANSWERED:
            standing.owed(question, now)
        log.warning("desk.answer_doubtful", question=question.id, delivery=held.id)
        mailed = held.kind == by_mail.ANSWER
        say, block = (by_mail_text, "doubtful") if mailed else (text, "answer_doubtful")
        words = say(block, number=question.id)
        notice = self._composer.notice(f"{held.slot}/doubtful", question.id, words, now)
        await post(session, [notice], now)
