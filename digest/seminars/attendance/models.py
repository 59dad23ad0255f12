"""Who came, half-day by half-day, and what they thought of it."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Attendance(Base):
    """Somebody's presence at one half-day, as the animators reconciled it.

    `party` is the registered person or guest; None for a walk-in, whom only `name`,
    `organisation` and `function` tell. `present` is False for who was expected and did not come.
    `source` says how it is known: `sheet` (signed on paper), `remote` (an imported list of who was
    connected), `walk_in`. `identity` is the party, or the name of a walk-in: one row each.
    """

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("half_day_id", "identity"),
        Index(None, "seminar_id"),
        Index(None, "party"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    half_day_id: Mapped[int]
    identity: Mapped[str]
    party: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")
    function: Mapped[str] = mapped_column(default="")
    present: Mapped[bool]
    source: Mapped[str]
    noted_at: Mapped[datetime]
    noted_by: Mapped[str]


class Feedback(Base):
    """What somebody said of a seminar; who, is not kept. `rating` goes from 1 to 4."""

    __tablename__ = "seminar_feedback"
    __table_args__ = (Index(None, "seminar_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    rating: Mapped[int]
    useful: Mapped[str] = mapped_column(default="")
    wanted: Mapped[str] = mapped_column(default="")
    given_on: Mapped[datetime]


class FeedbackGiven(Base):
    """The record that a registered party answered the form, once: not what was answered."""

    __tablename__ = "seminar_feedback_given"
    __table_args__ = (UniqueConstraint("seminar_id", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    party: Mapped[str]
