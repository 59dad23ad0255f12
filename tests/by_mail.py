"""The whole house with people who write to it by mail."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sqlalchemy import func, select

from bot.answers.search import AnswerSearch
from bot.by_mail.models import MailThread
from bot.by_mail.taking import TakingMail
from bot.guarantee.hours import Hours
from bot.hotline.asking import Asking
from bot.hotline.models import Question, QuestionMessage
from core.clock import FixedClock
from core.db import Database
from core.errors import FileError
from core.questions import MailFile, MailQuestion
from tests.whole import GROUP, Whole, open_whole

LUCIE = "lucie.ferrand@ailleurs.example"
"""Whom nobody knows."""

ASKED = "Bonjour,\nqui a déjà fait une session d’accueil ?\nMerci,\nLucie"


@dataclass
class ChatFiles:
    """The bytes of files sent in chat, by their handle; `late` are those that do not come yet."""

    data: dict[str, bytes] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)

    async def fetch(self, file_id: str) -> bytes:
        """Give them, or raise as the chat's own source does."""
        if file_id in self.late or file_id not in self.data:
            raise FileError("not there", permanent=file_id not in self.late)
        return self.data[file_id]


@dataclass
class ByMail:
    """The house, and what the mailbox hands it."""

    whole: Whole
    taking: TakingMail
    files: ChatFiles
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def writes(
        self,
        text: str = ASKED,
        *,
        email: str = LUCIE,
        name: str = "Lucie Ferrand",
        subject: str = "Session d’accueil",
        answers: EmailMessage | None = None,
        references: Sequence[str] = (),
        files: Sequence[MailFile] = (),
        message_id: str = "",
    ) -> str:
        """Write a mail, by default as an answer to nothing; return what was done of it."""
        number = next(self.numbers)
        thread = tuple(references)
        if answers is not None:
            thread = (*str(answers["References"] or "").split(), answers["Message-ID"])
        mail = MailQuestion(
            message_id=message_id or f"<mail{number}@ailleurs.example>",
            email=email,
            name=name,
            subject=subject,
            text=text,
            references=thread,
            files=tuple(files),
            at=self.whole.clock.now(),
        )
        async with self.whole.database.write() as session:
            done = await self.taking.take(session, mail, self.whole.clock.now())
        await self.whole.send()
        return done

    async def answers(self, account: int, words: str, to: str, **more: object) -> None:
        """Answer in the topic a message that holds some words, and let the mail leave."""
        place = self.whole.place(to, GROUP)
        given: Mapping[str, object] = more
        await self.whole.say(
            account,
            words,
            chat=GROUP,
            thread=self.whole.threads[place],
            to=place,
            more=dict(given) or None,
        )
        await self.whole.tick("by_mail.answers")

    async def edits(self, account: int, words: str, to: str) -> None:
        """Correct what was last said in the topic, as an answer to what holds some words."""
        place, now = self.whole.place(to, GROUP), int(self.whole.clock.now().timestamp())
        chat = {"id": GROUP, "type": "supergroup", "title": "Animation", "is_forum": True}
        async with self.whole.database.read() as session:
            number = await session.scalar(select(func.max(QuestionMessage.message_id)))
        answered = {"message_id": int(place.rpartition(":")[2]), "date": now, "chat": chat}
        edited = {
            "message_id": number,
            "date": now,
            "edit_date": now,
            "chat": chat,
            "from": {"id": account, "is_bot": False, "first_name": "Jeanne"},
            "message_thread_id": self.whole.threads[place],
            "is_topic_message": True,
            "reply_to_message": {**answered, "text": self.whole.shown[place]},
            "text": words,
        }
        await self.whole.handle({"edited_message": edited})

    async def came_back(self, mail: EmailMessage) -> bool:
        """Let a mail of ours come back."""
        async with self.whole.database.write() as session:
            done = await self.taking.undelivered(
                session, mail["Message-ID"], self.whole.clock.now()
            )
        await self.whole.send()
        return done

    async def question(self) -> Question:
        """Return the question that was asked last."""
        async with self.whole.database.read() as session:
            found = await session.scalar(
                select(Question)
                .join(MailThread, MailThread.question_id == Question.id)
                .order_by(MailThread.opened_at.desc(), MailThread.question_id.desc())
                .limit(1)
            )
        assert found is not None
        return found

    def mails(self, to: str = LUCIE) -> list[EmailMessage]:
        """Return the mails that left for an address, in order."""
        parsed = [message_from_bytes(each, policy=default) for each in self.whole.mails]
        return [each for each in parsed if to in str(each["To"])]


def said(mail: EmailMessage, kind: str = "plain") -> str:
    """Return what a mail says, with plain spaces."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").replace("\u00a0", " ")


async def open_by_mail(database: Database, clock: FixedClock, **settings: Any) -> ByMail:
    """Open the house; `settings` are those of the hotline."""
    files = ChatFiles()
    whole = await open_whole(database, clock, files=files, **settings)
    hotline = whole.parts.settings.hotline
    asking = Asking(whole.parts, AnswerSearch(hotline), Hours(hotline))
    return ByMail(whole, TakingMail(whole.parts, asking.presenting), files)
