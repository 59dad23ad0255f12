"""The tables of personal data: who asked to be erased, and what was decided."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.personal.rules import RequestState
from core.db import Base


class ErasureRequest(Base):
    """Somebody asked to be erased at `asked_at`; an answer is due by `due_at` (GDPR art. 12(3)).

    Once accepted, the erasure itself waits until the person has been told, hence `told_at`;
    `done_at` is when it was done. `reminders` counts those made to the animators. `reason` says
    why it was refused, in words for the person.
    """

    __tablename__ = "erasure_requests"
    __table_args__ = (Index(None, "person_id", "state"), Index(None, "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(default=RequestState.ASKED.value)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminders: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(default="")
    told_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
