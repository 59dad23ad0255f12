"""Taking what humans write by mail: it opens a question, or adds to the one that it answers."""

from dataclasses import asdict
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import rules, threads
from bot.by_mail.delivering import Delivering
from bot.by_mail.mails import Mails
from bot.by_mail.models import MailThread, TakenMail
from bot.hotline import store
from bot.hotline.decide import Addition, Direction
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.presenting import Presenting
from bot.hotline.words import reference
from core.acts import record
from core.chat import KEPT, File
from core.email_address import normalise
from core.errors import InputError
from core.mail.thread import message_ids
from core.parts import Parts
from core.people.store import person_by_email
from core.questions import MailQuestion

log = structlog.get_logger()

LONGEST_IDENTITY = 500
"""How many characters of a Message-ID are kept: the database indexes no more than so many."""


class TakingMail:
    """The hotline's side of the mailbox.

    What a mail claims is no identity: its writer is shown nothing but the answers to their own
    mails, sent to the address that asked.
    """

    def __init__(self, parts: Parts, presenting: Presenting) -> None:
        self._presenting = presenting
        self._mails = Mails(parts)
        self._delivering = Delivering(presenting.composer)
        self._dice = parts.random
        mail = parts.settings.mail
        ours = (mail.sender, mail.reply_to, mail.envelope_sender, mail.unsubscribe_email)
        self._ours = frozenset(each.lower() for each in ours if each)

    async def take(  # noqa: PLR0911  # each return says what was done
        self, session: AsyncSession, mail: MailQuestion, now: datetime
    ) -> str:
        """Open a question, or add to the one that the mail answers; once for each `message_id`.

        Returns what was done, for logs. Nothing here commits.
        """
        if await session.get(TakenMail, _identity(mail)) is not None:
            return "taken already"
        email = _address(mail.email)
        if email is None or email in self._ours:
            return "nobody to answer"
        refused = await _refusal(session, email, now)
        if refused:
            return refused
        references = message_ids(mail.references)
        thread = await threads.answered_by(session, email, references)
        if thread is not None and await self._added(session, thread, mail, references, now):
            return f"added to question {thread.question_id}"
        subject = rules.one_line(mail.subject, rules.LONGEST_SUBJECT)
        answers, files = bool(references), bool(mail.files)
        if rules.asks_nothing(rules.bare(subject), mail.text, answers=answers, files=files):
            return "a courtesy"
        if await _opened_lately(session, now) >= rules.MOST_OPENED:
            log.warning("by_mail.flood", hint="too many questions for a day: see the mailbox")
            return "too many"
        number = await self._opened(session, email, mail, references, now)
        return f"opened question {number}"

    async def undelivered(self, session: AsyncSession, message_id: str, now: datetime) -> bool:
        """Tell the topic of a question that a mail about it came back."""
        return await self._delivering.came_back(session, message_id, now)

    async def _added(
        self,
        session: AsyncSession,
        thread: MailThread,
        mail: MailQuestion,
        references: tuple[str, ...],
        now: datetime,
    ) -> bool:
        """Add to the question of a thread; False when it was closed too long ago."""
        question = await store.question(session, thread.question_id)
        if question is None:
            return False
        message = _message(question.id, mail, _words(mail))
        if self._presenting.outcome(question, [message], now) is Addition.TOO_LATE:
            return False
        session.add(message)
        await _keep(session, thread, mail, references, now)
        await self._presenting.add(session, question, [message], now)
        return True

    async def _opened(
        self,
        session: AsyncSession,
        email: str,
        mail: MailQuestion,
        references: tuple[str, ...],
        now: datetime,
    ) -> int:
        """Open a question, and give it to the team at once: nobody is there to be asked more."""
        number = await store.draw_number(session, self._dice)
        subject = rules.one_line(mail.subject, rules.LONGEST_SUBJECT)
        question = Question(
            id=number,
            channel=threads.CHANNEL,
            text=_words(mail) or subject,
            opened_at=now,
            last_message_at=now,
        )
        session.add(question)
        await session.flush()
        thread = MailThread(
            question_id=number,
            email=email,
            name=rules.one_line(mail.name, rules.LONGEST_NAME),
            subject=subject,
            references=[],
            opened_at=now,
        )
        session.add_all([thread, _message(number, mail, question.text)])
        await _keep(session, thread, mail, references, now)
        record(session, threads.party(number), "question.open", reference(number), now)
        await self._presenting.present(session, question, now)
        await self._acknowledge(session, thread, question, now)
        return number

    async def _acknowledge(
        self, session: AsyncSession, thread: MailThread, question: Question, now: datetime
    ) -> None:
        last = await session.scalar(
            select(func.max(MailThread.acknowledged_at)).where(MailThread.email == thread.email)
        )
        if rules.may_acknowledge(last, now):
            thread.acknowledged_at = now
            await self._mails.received(session, thread, question, now)


def _address(said: str) -> str | None:
    try:
        return normalise(said)
    except InputError:
        return None


async def _refusal(session: AsyncSession, email: str, now: datetime) -> str:
    """Say why an address may not ask: barred from the hotline, or too many in a day; or nothing."""
    person = await person_by_email(session, email)
    if person is not None and person.blocked_at is not None:
        return "barred"
    if await _taken_lately(session, email, now) >= rules.MOST_A_DAY:
        log.warning("by_mail.flood", hint="one address writes too much: see the mailbox")
        return "too many"
    return ""


async def _taken_lately(session: AsyncSession, email: str, now: datetime) -> int:
    """Return how many mails of an address became messages within a day."""
    count = await session.scalar(
        select(func.count())
        .select_from(TakenMail)
        .join(MailThread, MailThread.question_id == TakenMail.question_id)
        .where(MailThread.email == email, TakenMail.at > now - rules.ONCE_A_DAY)
    )
    return count or 0


async def _opened_lately(session: AsyncSession, now: datetime) -> int:
    """Return how many questions were opened by mail within a day."""
    since = now - rules.ONCE_A_DAY
    count = await session.scalar(select(func.count()).where(MailThread.opened_at > since))
    return count or 0


async def _keep(
    session: AsyncSession,
    thread: MailThread,
    mail: MailQuestion,
    references: tuple[str, ...],
    now: datetime,
) -> None:
    """Note that a mail was taken, and that it is what the next answer answers."""
    thread.references = rules.thread(thread.references, references, mail.message_id)
    session.add(TakenMail(message_id=_identity(mail), question_id=thread.question_id, at=now))
    await session.flush()


def _identity(mail: MailQuestion) -> str:
    return mail.message_id[:LONGEST_IDENTITY]


def _words(mail: MailQuestion) -> str:
    return mail.text.strip()[: rules.LONGEST_TEXT]


def _message(number: int, mail: MailQuestion, words: str) -> QuestionMessage:
    files = [
        File(
            "document",
            f"{KEPT}{each.hash}",
            each.hash,
            rules.one_line(each.name, rules.LONGEST_NAME),
            each.media_type,
            each.size,
        )
        for each in mail.files
    ]
    return QuestionMessage(
        question_id=number,
        author=str(threads.party(number)),
        direction=Direction.FROM_AGENT.value,
        text=words,
        entities=[],
        files=[asdict(file) for file in files],
        album="",
        edited=False,
        at=mail.at,
    )
