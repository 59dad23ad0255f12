"""What was asked by mail from somebody's address: shown to them, or let go of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import threads
from bot.by_mail.models import MailAnswer, MailThread, TakenMail
from bot.hotline import personal as hotline
from bot.hotline import store
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.words import text
from core.chat import KEPT
from core.email_address import normalise
from core.errors import InputError
from core.files import Blob
from core.ledger.store import purge
from core.people.models import Person
from core.reference import Party
from core.room import Kept


async def threads_of(session: AsyncSession, party: Party) -> Sequence[MailThread]:
    """Return the threads of the address that the directory gives somebody."""
    person = await session.get(Person, party.number) if party.kind == "person" else None
    if person is None or not person.email:
        return []
    try:
        return await threads.of_address(session, normalise(person.email))
    except InputError:
        return []


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the questions that came from somebody's address, with what was answered."""
    found = []
    for thread in await threads_of(session, party):
        question = await session.get_one(Question, thread.question_id)
        said = await store.messages(session, question.id)
        found.append({**hotline.described(question, said), "subject": thread.subject})
    return {"questions": found} if found else {}


async def erase(session: AsyncSession, party: Party, now: datetime) -> None:
    """Empty what came from somebody's address, and what was answered to it."""
    for thread in await threads_of(session, party):
        await forget(session, thread, now)


async def forget(session: AsyncSession, thread: MailThread, now: datetime) -> None:
    """Let go of who wrote the mails of a question, of their words, of their files."""
    number = thread.question_id
    hashes = {
        str(file["file_id"]).removeprefix(KEPT)
        for message in await store.messages(session, number)
        for file in message.files
        if str(file["file_id"]).startswith(KEPT)
    }
    thread.email, thread.name, thread.subject, thread.references = None, "", "", []
    for table in (TakenMail, MailAnswer):
        await session.execute(delete(table).where(table.question_id == number))
    await hotline.empty(session, number, now)
    await session.flush()
    await purge(session, threads.party(number))
    if hashes := hashes - await _used(session):
        await session.execute(delete(Blob).where(Blob.hash.in_(hashes)))


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say what stays: what public funding asks for."""
    count = len(await threads_of(session, party))
    if not count:
        return ()
    return (Kept(text("kept_questions", count=count), text("kept_questions_ground")),)


async def _used(session: AsyncSession) -> set[str]:
    """Return the files that somebody else sent too: the same bytes are kept once."""
    rows = await session.scalars(
        select(QuestionMessage.files)
        .join(MailThread, MailThread.question_id == QuestionMessage.question_id)
        .where(MailThread.email.is_not(None))
    )
    return {str(file["file_id"]).removeprefix(KEPT) for files in rows for file in files}
