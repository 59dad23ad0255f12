"""The thread of mails behind a question, known by its number: the hotline owns the question."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class MailThread(Base):
    """The mails of a question that was asked by mail, so that its answers follow them.

    `email` and `name` are what its first mail claimed, None once erased. `references` are the
    Message-IDs of the thread, oldest first, the last one being that of the mail taken last: what
    an answer answers. `acknowledged_at` is when its writer was told that it had come, if they were.
    """

    __tablename__ = "mail_threads"
    __table_args__ = (Index(None, "email"),)

    question_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str | None]
    name: Mapped[str]
    subject: Mapped[str]
    references: Mapped[list[Any]] = mapped_column(default=list)
    opened_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]


class TakenMail(Base):
    """A mail that became a message of a question; taken once."""

    __tablename__ = "taken_mails"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]


class MailAnswer(Base):
    """What an animator wrote that is to leave by mail from `due_at`, once its files are here.

    `slot` is that of its delivery; `message_id` is the question's message that it carries. Until
    `posted_at` nothing of it has left: it can be held back.
    """

    __tablename__ = "mail_answers"
    __table_args__ = (Index(None, "posted_at", "due_at"),)

    slot: Mapped[str] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(index=True)
    message_id: Mapped[int] = mapped_column(index=True)
    due_at: Mapped[datetime]
    posted_at: Mapped[datetime | None]
