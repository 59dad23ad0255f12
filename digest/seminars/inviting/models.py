"""The invitations' table: when those of a meeting leave, and whether they were held back."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class InvitationRound(Base):
    """Invitations of a meeting that leave together, at `due_at`: until then they can be held back.

    `state` is `planned`, then `left` or `held`. Who is invited is found when they leave; `count` is
    how many were, who were not before. `shown_as` is the message that says that they wait.
    """

    __tablename__ = "invitation_rounds"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "seminar_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    state: Mapped[str]
    due_at: Mapped[datetime]
    planned_at: Mapped[datetime]
    planned_by: Mapped[str]
    settled_at: Mapped[datetime | None]
    count: Mapped[int] = mapped_column(default=0)
    shown_as: Mapped[str | None]
