"""The tables of what is done about sources."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Trial(Base):
    """An address that somebody asked in chat to try, before it becomes a source.

    `due_at` is when it is to be fetched (None: it was); `found` is then what was there: `kind`,
    `title`, `items`, `feeds`, `trouble`. `chat_id` and `thread_id` are where it was asked, and is
    answered. `version` moves when what its message shows changes; `closed_at` is when it became
    a source, or was given up. Rows are forgotten after a few days; their numbers, which the
    ledger and buttons hold, are never given again.
    """

    __tablename__ = "source_trials"
    __table_args__ = (
        Index(None, "due_at"),
        Index(None, "person_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
