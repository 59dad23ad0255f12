"""The mailbox's table: what was received, before anything is done about it."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class ReceivedMail(Base):
    """A message as it came, once: `key` is the SHA-256 of its bytes.

    `kind` says what it was taken for, once `handled_at`. `attempts` counts the times that handling
    it failed. Its bytes and sender go after `mailbox.kept_days`.
    """

    __tablename__ = "received_mails"
    __table_args__ = (Index(None, "handled_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(index=True)
    sender: Mapped[str]
    subject: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
