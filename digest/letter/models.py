"""The letter's tables: editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Edition(Base):
    """An issue of the letter. Its `version` grows, and its approval falls, with each change.

    `content_hash` covers title, editorial and items; `approved_hash` is what was approved.
    `rows_written_at` says that every recipient has a row in the ledger. `picture` is the hash of a
    kept file, shown under the opening words, which `picture_words` describe. `asked_at` is when
    an approval was asked for, `examined` what the examination of this version found, as JSON.
    `scheduled_for` is the slot of the schedule that it was composed for. `paused_at` is when its
    sending was paused; `confirmed_late_at` when somebody let a sending begin that was overdue.
    `dropped` are the items that animators took out of it: composed again, it leaves them out.
    `picture_asked` is a picture that was sent in chat and is still to be fetched, as JSON.
    """

    __tablename__ = "editions"
    __table_args__ = (Index(None, "state"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    editorial: Mapped[str]
    picture: Mapped[str | None]
    picture_words: Mapped[str] = mapped_column(default="")
    items: Mapped[list[Any]]
    dropped: Mapped[list[Any]] = mapped_column(default=list)
    picture_asked: Mapped[dict[str, Any] | None]
    content_hash: Mapped[str]
    period_from: Mapped[datetime]
    period_until: Mapped[datetime]
    created_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_hash: Mapped[str | None]
    sending_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    examined: Mapped[dict[str, Any] | None]
    scheduled_for: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    confirmed_late_at: Mapped[datetime | None]
    rows_written_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class Rendition(Base):
    """The bytes of an approved edition, for those who made the same choice.

    `mail` is what the ledger sends, `message_hash` its identity there; `article` is the HTML
    of the page, for the choice "all" only.
    """

    __tablename__ = "renditions"

    edition: Mapped[int] = mapped_column(ForeignKey("editions.number"), primary_key=True)
    choice: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    mail: Mapped[bytes] = mapped_column(LargeBinary)
    message_hash: Mapped[str]
    article: Mapped[str]


class Composition(Base):
    """The record that an edition was looked for, whether or not there was something to say."""

    __tablename__ = "compositions"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    edition: Mapped[int | None]
    scheduled_for: Mapped[datetime | None] = mapped_column(unique=True)


class Approval(Base):
    """What one person said of one version of an edition: yes (`approved`), or what to correct.

    `party` is who said it, `via` is `chat` or `mail`; `content_hash` is what they looked at.
    """

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("edition", "version", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(ForeignKey("editions.number"))
    version: Mapped[int]
    content_hash: Mapped[str]
    party: Mapped[str]
    name: Mapped[str]
    via: Mapped[str]
    approved: Mapped[bool]
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Correction(Base):
    """A « rectificatif »: a short mail to exactly those who received an edition.

    `state` is one of `digest.letter.decide.State`. Once approved, `mail` and `message_hash` are
    what is sent, `article` what its edition's page shows.
    """

    __tablename__ = "corrections"
    __table_args__ = (UniqueConstraint("edition", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(ForeignKey("editions.number"))
    rank: Mapped[int]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    words: Mapped[str]
    created_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_hash: Mapped[str | None]
    mail: Mapped[bytes | None] = mapped_column(LargeBinary)
    article: Mapped[str | None]
    sending_at: Mapped[datetime | None]
    rows_written_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
