"""Who follows what, and which territories want to be reminded of which call."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Following(Base):
    """A person wants the alerts of a theme, by chat."""

    __tablename__ = "followings"
    __table_args__ = (Index(None, "theme"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Interest(Base):
    """A person wants to be reminded of a call (a story that closes), for a territory or alone.

    `territory_id` is 0 for somebody without a territory. `via` is « chat » or « mail ».
    `withdrawn_at`: that person wants no reminder (any more), whatever their colleagues want.
    `person_id` is None once they were erased: the territory is still interested.

    `next_reminder_at` is when the next reminder leaves, as planned at `planned_at` (the service's
    clock); `passed` names those that left or came too late (« 2026-12-24/J-7 »).
    """

    __tablename__ = "interests"
    __table_args__ = (
        UniqueConstraint("story_id", "territory_id", "person_id"),
        Index(None, "person_id"),
        Index(None, "next_reminder_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    territory_id: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    via: Mapped[str]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    next_reminder_at: Mapped[datetime | None]
    planned_at: Mapped[datetime]
    passed: Mapped[list[Any]] = mapped_column(default=list)
