"""The seminars' tables: meetings, who is invited and comes, what is to be said to them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Seminar(Base):
    """A meeting of the network, of one kind.

    `version` is raised by whatever must be told to who comes: its dates, its place, a material
    change of its programme. `starts_at` and `ends_at` are those of its first and last half-days.
    `capacity` counts the people on site (None: no limit). Who is not invited can register on its
    page when it is `open_to_all`. `audience` is that of a committee: `restricted` or `extended`.
    `meals` and `questions` are what people are asked, in their order. `reminder_days` and
    `chase_days` replace those of the configuration (None: as there). `queued` counts those who
    were put on the waiting list. `invited_at` is when its invitations leave: until then they can
    be held back. `programme_hash` is a kept file (`core.files`). `proposal` is a change that was
    typed and is still to be confirmed; `programme_asked` a file that was sent in chat and is still
    to be fetched. `meals` and `questions` are lists of lines of text.
    """

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
    access: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int | None]
    open_to_all: Mapped[bool] = mapped_column(default=True)
    audience: Mapped[str] = mapped_column(default="")
    meals: Mapped[list[Any]] = mapped_column(default=list)
    carpool: Mapped[bool] = mapped_column(default=False)
    questions: Mapped[list[Any]] = mapped_column(default=list)
    reminder_days: Mapped[list[Any] | None]
    chase_days: Mapped[list[Any] | None]
    queued: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime | None]
    programme_hash: Mapped[str | None]
    programme_name: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime | None]
    proposal: Mapped[dict[str, Any] | None]
    programme_asked: Mapped[dict[str, Any] | None]


class HalfDay(Base):
    """One half-day of a seminar: what an attendance sheet is for. `day` is that of Paris.

    `half` is `morning`, `afternoon` or `evening`. A seminar has at least one.
    """

    __tablename__ = "half_days"
    __table_args__ = (UniqueConstraint("seminar_id", "day", "half"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    day: Mapped[date]
    half: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Speaker(Base):
    """Somebody who speaks at a seminar or animates it; they sign the attendance sheet too.

    `party` is a person of the directory when they are known there. `part` is what they do:
    `speaker` or `animator`.
    """

    __tablename__ = "seminar_speakers"
    __table_args__ = (Index(None, "seminar_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    name: Mapped[str]
    organisation: Mapped[str] = mapped_column(default="")
    function: Mapped[str] = mapped_column(default="")
    part: Mapped[str]
    party: Mapped[str | None]


class InvitedGroup(Base):
    """Whom a seminar invites: `what` says how they are found, `value` among what.

    A role, a territory, a structure, a theme that people follow, the people of an earlier
    seminar (`agenda`), everybody, or one person or guest (`value` is then the party). What is
    `extended` is invited to a committee only when its audience is the extended one.
    """

    __tablename__ = "invited_groups"
    __table_args__ = (UniqueConstraint("seminar_id", "what", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    what: Mapped[str]
    value: Mapped[str]
    added_at: Mapped[datetime]
    extended: Mapped[bool] = mapped_column(default=False)


class Guest(Base):
    """Somebody outside the directory who was invited or asked to come.

    `email` is None once erased. The others are what they or an animator typed.
    """

    __tablename__ = "guests"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str]
    created_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")
    function: Mapped[str] = mapped_column(default="")


class Registration(Base):
    """What somebody answers about a seminar. `party` is a person or a guest; one row for each.

    `name`, `organisation` and `function` are what a guest typed. `invited_at` is when they were
    invited (None: never). `registered_at` is when it last became certain; `answered_at` when they
    last said whether they come. `requests` counts what was asked for, and numbers the mails that
    answer. `queue` is their place in the order of the waiting list; who waits there and comes
    remotely meanwhile is `registered` still. `half_days` are the ids of
    those they come to (None: all). `mode` is `site` or `remote`. `represented_by` names who comes
    instead. `meal` is forgotten a week after. `carpool` is a département's code, with whether they
    have room or look for some (`63:offer`, `63:seek`), and shown to the others who gave one: only
    by choice. `registered_by` is who registered them, when it is not
    themselves.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("seminar_id", "party"),
        Index(None, "party"),
        Index(None, "seminar_id", "state", "queue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    party: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    requests: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    organisation: Mapped[str] = mapped_column(default="")
    function: Mapped[str] = mapped_column(default="")
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    queue: Mapped[int | None]
    half_days: Mapped[list[Any] | None]
    mode: Mapped[str] = mapped_column(default="site")
    represented_by: Mapped[str] = mapped_column(default="")
    meal: Mapped[str | None]
    carpool: Mapped[str | None]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    registered_by: Mapped[str | None]


class Announcement(Base):
    """Something to be said, from `due_at`, to everybody whom it concerns at a seminar.

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


class Document(Base):
    """A file of a seminar: a slide show, a signed sheet (`scan`), an imported list (`remote`).

    `hash` is a kept file (`core.files`). What is `public` is on the seminar's page. `half_day_id`
    is for a scan of one half-day's sheet.
    """

    __tablename__ = "seminar_documents"
    __table_args__ = (Index(None, "seminar_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminars.id"))
    kind: Mapped[str]
    half_day_id: Mapped[int | None] = mapped_column(ForeignKey("half_days.id"))
    hash: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    public: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class CalendarKey(Base):
    """The secret of somebody's own calendar feed; a new one makes the old address worthless."""

    __tablename__ = "calendar_keys"

    party: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
