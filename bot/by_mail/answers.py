"""Carrying what animators answer by mail to the ledger: due, with the files that came from chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import rules, threads
from bot.by_mail.mails import Mails
from bot.by_mail.models import MailAnswer
from bot.by_mail.outgoing import corrects
from bot.by_mail.words import text
from bot.hotline import standing, store
from bot.hotline.decide import Direction
from bot.hotline.models import QuestionMessage
from bot.hotline.posts import Composer
from core.chat import KEPT, TOO_BIG, File
from core.db import Database
from core.errors import FileError
from core.files import FileSource, kept
from core.ledger.store import post
from core.mail.compose import Attachment
from core.one_by_one import one_by_one
from core.people.models import Person
from core.reference import Party

log = structlog.get_logger()

NAMES = {"photo": "photo.jpg", "voice": "message.ogg", "audio": "audio.mp3", "video": "video.mp4"}
"""What a file is called that came without a name."""


@dataclass(frozen=True)
class Fetched:
    """The files of an answer: those that go with it, and the names of those that do not.

    `handles` are those of all that were asked for.
    """

    handles: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    left: tuple[str, ...]


class Answers:
    """Posts the answers that are due; `files` gives the bytes of what was sent in chat."""

    def __init__(
        self, database: Database, mails: Mails, composer: Composer, files: FileSource
    ) -> None:
        self._database = database
        self._mails = mails
        self._composer = composer
        self._files = files

    async def run(self, now: datetime) -> None:
        """Post what is due, each answer in its transaction; one whose files are late waits."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(MailAnswer)
                .where(MailAnswer.posted_at.is_(None), MailAnswer.due_at <= now)
                .order_by(MailAnswer.due_at, MailAnswer.message_id, MailAnswer.slot)
            )
            due = rows.all()

        async def carry(row: MailAnswer) -> None:
            await self._carry(row, now)

        await one_by_one(due, carry)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when the next answer is to leave."""
        return await session.scalar(
            select(func.min(MailAnswer.due_at)).where(MailAnswer.posted_at.is_(None))
        )

    async def _carry(self, row: MailAnswer, now: datetime) -> None:
        async with self._database.read() as session:
            messages = await _carried(session, row)
        files = [File(**file) for message in messages for file in message.files]
        fetched = await self._fetch(files, patient=now < row.due_at + rules.PATIENCE)
        if fetched is None:
            return
        async with self._database.write() as session:
            held = await session.get(MailAnswer, row.slot, with_for_update=True)
            if held is None or held.posted_at is not None:
                return
            await self._post(session, held, fetched, now)

    async def _post(
        self, session: AsyncSession, row: MailAnswer, fetched: Fetched, now: datetime
    ) -> None:
        """Hand an answer to the ledger, unless it was held back, or there is nobody to send it to.

        Whose files changed meanwhile waits until they are here.
        """
        messages = await _carried(session, row)
        if _handles(messages) != fetched.handles:
            return
        row.posted_at = now
        question = await store.question(session, row.question_id)
        thread = await threads.open_thread(session, question) if question else None
        if question is None or thread is None or not messages:
            return
        words = "\n\n".join(
            said for each in messages if (said := rules.spelled_out(each.text, each.entities))
        )
        nothing = not words.strip() and not fetched.attachments
        if fetched.left:
            await self._tell(session, row, fetched.left, now, nothing=nothing)
        if nothing:
            standing.owed(question, now)
            return
        draft = self._mails.answer(
            thread,
            row.slot,
            words,
            now,
            by=await _name(session, messages[0]),
            corrected=corrects(row),
            attachments=fetched.attachments,
        )
        await post(session, [draft], now)
        log.info("by_mail.answer_posted", question=row.question_id, files=len(fetched.attachments))

    async def _tell(
        self,
        session: AsyncSession,
        row: MailAnswer,
        names: Sequence[str],
        now: datetime,
        *,
        nothing: bool,
    ) -> None:
        words = text("files_left", names=names, nothing=nothing)
        slot = f"{row.slot}/files_left"
        await post(session, [self._composer.notice(slot, row.question_id, words, now)], now)

    async def _fetch(self, files: Sequence[File], *, patient: bool) -> Fetched | None:
        """Return the bytes of files; None as long as one may still come."""
        attachments: list[Attachment] = []
        left: list[str] = []
        for file in files:
            data = await self._bytes(file, patient=patient)
            if data is None:
                return None
            if data:
                attachments.append(_attached(file, data))
            else:
                left.append(file.name)
        fits = rules.fitting([len(each.data) for each in attachments])
        going = tuple(each for each, fit in zip(attachments, fits, strict=True) if fit)
        left += [each.name for each, fit in zip(attachments, fits, strict=True) if not fit]
        return Fetched(tuple(file.file_id for file in files), going, tuple(left))

    async def _bytes(self, file: File, *, patient: bool) -> bytes | None:
        """Return a file's bytes: none at all if it cannot be had, None if it may come later."""
        if file.size > TOO_BIG:
            return b""
        if file.file_id.startswith(KEPT):
            async with self._database.read() as session:
                found = await kept(session, file.file_id.removeprefix(KEPT))
            return found.data if found else b""
        try:
            return await self._files.fetch(file.file_id)
        except FileError as error:
            log.warning("by_mail.file_missing", permanent=error.permanent)
            return None if patient and not error.permanent else b""


async def _carried(session: AsyncSession, row: MailAnswer) -> Sequence[QuestionMessage]:
    """Return the messages that an answer carries: its own, and those of its album without theirs.

    None that is a note by now.
    """
    message = await session.get(QuestionMessage, row.message_id)
    if message is None or message.direction != Direction.TO_AGENT:
        return []
    if not message.album or corrects(row):
        return [message]
    found = await session.scalars(
        select(QuestionMessage)
        .where(
            QuestionMessage.question_id == message.question_id,
            QuestionMessage.author == message.author,
            QuestionMessage.album == message.album,
            QuestionMessage.direction == Direction.TO_AGENT.value,
        )
        .order_by(QuestionMessage.id)
    )
    together = found.all()
    apart = await session.scalars(
        select(MailAnswer.message_id).where(
            MailAnswer.message_id.in_(each.id for each in together), MailAnswer.slot != row.slot
        )
    )
    others = set(apart.all())
    return [each for each in together if each.id == message.id or each.id not in others]


def _handles(messages: Sequence[QuestionMessage]) -> tuple[str, ...]:
    return tuple(file["file_id"] for each in messages for file in each.files)


async def _name(session: AsyncSession, message: QuestionMessage) -> str:
    author = Party.parse(message.author) if message.author else None
    person = await session.get(Person, author.number) if author else None
    return person.name if person else ""


def _attached(file: File, data: bytes) -> Attachment:
    name = rules.one_line(file.name, rules.LONGEST_NAME) or NAMES.get(file.kind, "document")
    return Attachment(name, data, rules.media_type(file.mime_type))
