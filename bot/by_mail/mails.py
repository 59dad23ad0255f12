"""The mails that a question asked by mail gets: answers, and what is told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import rules, threads
from bot.by_mail.models import MailThread
from bot.hotline.decide import State
from bot.hotline.models import Question
from bot.hotline.words import reference
from core.ledger.draft import Draft
from core.ledger.store import post
from core.mail.compose import Attachment, compose
from core.mail.thread import Automatic, in_thread
from core.parts import Parts

ANSWER = "hotline.mail_answer"
RECEIVED = "hotline.mail_received"
CLOSED = "hotline.mail_closed"
REOPENED = "hotline.mail_reopened"
WAITING = "hotline.mail_waiting"

HOLDS_WHILE = {CLOSED: State.CLOSED, WAITING: State.WAITING}
"""The state in which a question must still be for what a mail says of it to be true."""


class Mails:
    """Writes drafts of mails in the words of the templates, each in its question's thread."""

    def __init__(self, parts: Parts) -> None:
        self._renderer = parts.renderer
        self._settings = parts.settings.mail
        self._language = parts.settings.network.language
        self._reopen = timedelta(days=parts.settings.hotline.reopen_days)

    def answer(
        self,
        thread: MailThread,
        slot: str,
        words: str,
        now: datetime,
        *,
        by: str,
        corrected: bool,
        attachments: Sequence[Attachment] = (),
    ) -> Draft:
        """Return a mail that carries what an animator wrote, and its files."""
        values = {
            "words": words,
            "paragraphs": rules.paragraphs(words),
            "name": by,
            "corrected": corrected,
        }
        return self._draft(ANSWER, slot, thread, "answer", values, now=now, attachments=attachments)

    async def received(
        self, session: AsyncSession, thread: MailThread, question: Question, now: datetime
    ) -> None:
        """Tell whoever wrote, once, that their question has come, and by when it is answered."""
        values = {"promised": question.promised_at}
        slot = f"question:{question.id}"
        draft = self._draft(
            RECEIVED, slot, thread, "received", values, now=now, automatic="auto-replied"
        )
        await post(session, [draft], now)

    async def told(
        self, session: AsyncSession, question: Question, kind: str, now: datetime
    ) -> None:
        """Tell whoever asked by mail what became of their question, once for each version."""
        thread = await threads.open_thread(session, question)
        if thread is None:
            return
        name = kind.rpartition("_")[2]
        slot = f"question:{question.id}/version:{question.version}"
        values = {"until": now + self._reopen}
        draft = self._draft(kind, slot, thread, name, values, now=now, automatic="auto-generated")
        await post(session, [draft], now)

    def _draft(
        self,
        kind: str,
        slot: str,
        thread: MailThread,
        name: str,
        values: Mapping[str, object],
        *,
        now: datetime,
        automatic: Automatic = "",
        attachments: Sequence[Attachment] = (),
    ) -> Draft:
        number = thread.question_id
        known = {"number": number, "reply_subject": rules.answering(thread.subject)}
        text = self._renderer.mail(f"by_mail_{name}", {**known, **values}, self._language)
        content = compose(self._settings, text, attachments=attachments, names=())
        return Draft(
            kind,
            slot,
            threads.party(number),
            in_thread(content, thread.references, automatic),
            reference(number),
            now,
            stream=str(threads.party(number)),
        )
