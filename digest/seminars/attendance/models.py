"""Who came, half-day by half-day, and what they thought of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Attendance(Base):
    """Somebody's presence at one half-day, as the animators reconciled it.

    `party` is the registered person or guest; None for a walk-in, a speaker from outside or who
    represents somebody, whom only `name`, `organisation` and `function` tell. `present` is False
    for who was expected and did not come. `source` says how it is known: `sheet` (signed on
    paper), `remote` (an imported list of who was connected), `walk_in`. `identity` is that of
    `attendance.rules`: one row each.
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


class AwaitedFile(Base):
    """A file sent in chat that is still to be fetched: a page of a signed sheet, or a list.

    `kind` is that of the document it will be. `file_id` is the chat's handle on it; the row goes
    once the file is there, or is given up: that is said in the group when it was sent `in_group`,
    else to who sent it.
    """

    __tablename__ = "attendance_files"
    __table_args__ = (UniqueConstraint("seminar_id", "unique_id", "kind", "half_day_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    half_day_id: Mapped[int]
    kind: Mapped[str]
    file_id: Mapped[str]
    unique_id: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    in_group: Mapped[bool]


class Connection(Base):
    """Somebody whom an imported list says was connected, by the name that they had there.

    `key` is that name as names are compared; `minutes` are those of each half-day, by its id.
    `identity` is whom it is of those expected; None as long as nobody knows. `ignored_at` when the
    animators said that it is nobody to count.
    """

    __tablename__ = "remote_connections"
    __table_args__ = (UniqueConstraint("seminar_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    key: Mapped[str]
    name: Mapped[str]
    minutes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    identity: Mapped[str | None]
    ignored_at: Mapped[datetime | None]


class Certificate(Base):
    """An « attestation de présence » of a registered party: which half-days it says (by id).

    `version` is 1, then one more for each that puts an earlier one right. `posted_at` is when its
    mail was written in the ledger; until then it is to be made.
    """

    __tablename__ = "attendance_certificates"
    __table_args__ = (UniqueConstraint("seminar_id", "party", "version"), Index(None, "posted_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    party: Mapped[str]
    version: Mapped[int]
    half_days: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    posted_at: Mapped[datetime | None]
