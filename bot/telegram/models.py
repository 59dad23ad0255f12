"""The adapter's tables: what was received, forms under way, what our replies were about."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

WAITING = text("handled_at IS NULL")
UNANSWERED = text("reply_at IS NOT NULL")


class InboxUpdate(Base):
    """An update as Telegram gave it, kept before it is confirmed. All instants are real time.

    `chat_id` is what keeps its order (the user when there is no chat, 0 when there is neither).
    `parked` says why it was given up, or that its author was turned away. `replies` are the
    direct answers still to send; `reply_at` is when somebody else may send them, and
    `reply_repeats` whether the first message of them may have left already.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_waiting",
            "chat_id",
            "update_id",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index(
            "ix_inbox_unanswered",
            "reply_at",
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
        Index(None, "user_id", "parked", "received_at"),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    raw: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    parked: Mapped[str | None]
    replies: Mapped[list[Any]] = mapped_column(default=list)
    replied_at: Mapped[datetime | None]
    reply_at: Mapped[datetime | None]
    reply_attempts: Mapped[int] = mapped_column(default=0)
    reply_repeats: Mapped[bool] = mapped_column(default=True)


class Conversation(Base):
    """One person's form in one place, or none now (`form` empty).

    The row stays when a form closes, so that `version` never comes back: a button of an older
    step, or of an older form, is known to be stale.
    """

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("account", "chat_id", "thread_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int] = mapped_column(BigInteger, default=0)
    form: Mapped[str] = mapped_column(default="")
    step: Mapped[str] = mapped_column(default="")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]


class BotMessage(Base):
    """What a direct reply of ours was about, so that an answer to it finds its room."""

    __tablename__ = "bot_messages"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    about: Mapped[str]
    sent_at: Mapped[datetime]


class Lease(Base):
    """Who alone may do something, until when (real time)."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
