"""The seminars' tables: meetings, who comes, and what is to be said to all of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Seminar(Base):
    """A meeting of the network, of one kind. `version` is raised when its dates change."""

    __tablename__ = "seminars"
    __table_args__ = (Index(None, "state", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str]
    video_url: Mapped[str | None]
    programme: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class Guest(Base):
    """Somebody outside the directory who asked to come; `email` is None once erased."""

    __tablename__ = "guests"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str]
    created_at: Mapped[datetime]


class Registration(Base):
    """Somebody's place at a seminar. `party` is a person or a guest.

    `name` is what a guest typed. `registered_at` is when it last became certain; `requests`
    counts what was asked for, and numbers the mails that answer.
    """

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("seminar_id", "party"), Index(None, "party"))

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    party: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    requests: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class Announcement(Base):
    """Something to be said, from `due_at`, to everybody then registered for a seminar.

    `name` is what the slot calls it (`J-7`). `reached` is the last registration whose row is in
    the ledger, so that a long list goes in several transactions. `reason` says why nothing was
    said: the seminar had begun, a later reminder was due already, it was moved or cancelled.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        UniqueConstraint("seminar_id", "name", "version"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    what: Mapped[str]
    name: Mapped[str]
    version: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[str]
    reached: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    settled_at: Mapped[datetime | None]
