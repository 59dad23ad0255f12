"""Who asks by mail: reading the threads, and telling an erased asker from one without a person.

A question asked by mail has no person as its asker: a From header proves nothing. No function here
commits.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.models import MailThread, TakenMail
from bot.hotline.models import Question
from core.ledger.store import about
from core.people.store import person_by_email
from core.reference import Party

CHANNEL = "mail"
"""How such a question was asked: `Question.channel`."""

PARTY = "mail_thread"

MOST_LOOKED_UP = 30
"""How many Message-IDs of a mail, the latest first, are looked up to find its thread."""


@dataclass(frozen=True)
class Writer:
    """Who a question's mail says that it is from; `known` is whom the directory gives that address.

    Nothing of it is verified.
    """

    name: str
    email: str
    subject: str
    known: str = ""

    @property
    def shown(self) -> str:
        """Return the name that they gave, or their address."""
        return self.name or self.email


def party(number: int) -> Party:
    """Return who wrote the mails of a question, as deliveries and threads name them."""
    return Party(PARTY, str(number))


def asker(question: Question) -> Party:
    """Return who asks a question: a person, or whoever writes its mails."""
    if question.asker_id is None:
        return party(question.id)
    return Party("person", str(question.asker_id))


def still_asked() -> ColumnElement[bool]:
    """Say in SQL that somebody asks a question still: they were not erased."""
    by_mail = exists().where(MailThread.question_id == Question.id, MailThread.email.is_not(None))
    return or_(Question.asker_id.is_not(None), by_mail)


async def erased(session: AsyncSession, question: Question) -> bool:
    """Say whether nobody asks a question any more."""
    if question.asker_id is not None:
        return False
    return await open_thread(session, question) is None


async def open_thread(session: AsyncSession, question: Question) -> MailThread | None:
    """Return the thread of a question that is answered by mail; None for any other, or erased."""
    if question.asker_id is not None or question.channel != CHANNEL:
        return None
    thread = await session.get(MailThread, question.id)
    return thread if thread is not None and thread.email is not None else None


async def writer(session: AsyncSession, question: Question) -> Writer | None:
    """Return who is said to write the mails of a question; None for one that was asked in chat."""
    thread = await open_thread(session, question)
    if thread is None or thread.email is None:
        return None
    person = await person_by_email(session, thread.email)
    return Writer(thread.name, thread.email, thread.subject, person.name if person else "")


async def answered_by(
    session: AsyncSession, email: str, references: Iterable[str]
) -> MailThread | None:
    """Return the thread that a mail goes on with: one of its Message-IDs, and the same address.

    The latest Message-IDs count first. Another's thread is nobody else's, whatever they refer to.
    """
    for each in list(references)[: -MOST_LOOKED_UP - 1 : -1]:
        number = await _question_of(session, each)
        thread = await session.get(MailThread, number) if number else None
        if thread is not None and thread.email == email:
            return thread
    return None


async def _question_of(session: AsyncSession, message_id: str) -> int | None:
    """Return the question that a mail of theirs became part of, or that one of ours was about."""
    taken = await session.get(TakenMail, message_id)
    if taken is not None:
        return taken.question_id
    cause = await about(session, message_id)
    if cause is None or (cause.room, cause.kind) != ("hotline", "question"):
        return None
    return cause.number


async def of_address(session: AsyncSession, email: str) -> list[MailThread]:
    """Return the threads of an address, in the order in which they were opened."""
    rows = await session.scalars(
        select(MailThread)
        .where(MailThread.email == email)
        .order_by(MailThread.opened_at, MailThread.question_id)
    )
    return list(rows)
