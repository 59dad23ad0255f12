"""The thread of mails behind a question, known by its number: the hotline owns the question."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class MailThread(Base):
    """The mails of a question that was asked by mail, so that its answers follow them.

    `email` and `name` are what its first mail claimed, None once erased. `references` are the
    Message-IDs of the thread, oldest first, ours included.
    """

    __tablename__ = "mail_threads"
    __table_args__ = (Index(None, "email"),)

    question_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str | None]
    name: Mapped[str]
    subject: Mapped[str]
    references: Mapped[list[Any]] = mapped_column(default=list)
    opened_at: Mapped[datetime]


class TakenMail(Base):
    """A mail that became a message of a question; taken once."""

    __tablename__ = "taken_mails"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]
