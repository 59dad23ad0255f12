"""Questions that reach the network by mail: the mailbox reads them, the hotline takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class MailFile:
    """A file that came with a mail: `hash` is that of a kept file (`core.files`)."""

    name: str
    media_type: str
    size: int
    hash: str


@dataclass(frozen=True)
class MailQuestion:
    """What a human wrote by mail: plain text without what it quotes nor its signature.

    `email` and `name` are what the mail claims: neither is proof of who wrote. `references` are the
    Message-IDs of its thread, the last one being what it answers.
    """

    message_id: str
    email: str
    name: str
    subject: str
    text: str
    references: tuple[str, ...]
    files: tuple[MailFile, ...]
    at: datetime


class QuestionsByMail(Protocol):
    """Who takes what humans write: the hotline."""

    async def take(self, session: AsyncSession, mail: MailQuestion, now: datetime) -> str:
        """Open a question, or add to the one that the mail answers; once for each `message_id`.

        Returns what was done, for logs. Nothing here commits.
        """
        ...

    async def undelivered(self, session: AsyncSession, message_id: str, now: datetime) -> bool:
        """Tell whoever answered a question that their mail came back, once for each mail.

        `message_id` is that of the mail. False, and nothing is done, when it answers no question.
        Nothing here commits.
        """
        ...
