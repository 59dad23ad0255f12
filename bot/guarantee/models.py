"""The guarantee's table."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Absence(Base):
    """Days on which an animator is away, both included, and who stands in for them, if anybody.

    `words` is their absence notice, empty for the usual one. Who comes back earlier shortens it;
    `cancelled_at` is when it was called off before it had begun.
    """

    __tablename__ = "absences"
    __table_args__ = (Index(None, "person_id"), Index(None, "last_day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
