"""The letter's tables: subscribers with the proof of their consent, and editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Subscriber(Base):
    """An address that receives the letter, or asked to; None once it was erased.

    `requests` counts the times that somebody asked, and numbers the mails that answer them.
    """

    __tablename__ = "subscribers"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    language: Mapped[str] = mapped_column(default="fr")
    themes: Mapped[list[Any]] = mapped_column(default=list)
    alerts: Mapped[bool] = mapped_column(default=False)
    requests: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]


class Consent(Base):
    """One event in the life of a subscription: together they are the proof of it.

    `network` is the truncated address that it came from, never a whole one.
    """

    __tablename__ = "consents"
    __table_args__ = (Index(None, "subscriber_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    event: Mapped[str]
    basis: Mapped[str]
    origin: Mapped[str]
    wording: Mapped[str]
    wording_version: Mapped[str]
    network: Mapped[str]
    at: Mapped[datetime]


class Edition(Base):
    """An issue of the letter. Its `version` grows, and its approval falls, with each change.

    `content_hash` covers title, editorial and items; `approved_hash` is what was approved.
    `rows_written_at` says that every recipient has a row in the ledger.
    """

    __tablename__ = "editions"
    __table_args__ = (Index(None, "state"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    editorial: Mapped[str]
    items: Mapped[list[Any]]
    content_hash: Mapped[str]
    period_from: Mapped[datetime]
    period_until: Mapped[datetime]
    created_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_hash: Mapped[str | None]
    sending_at: Mapped[datetime | None]
    rows_written_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class Rendition(Base):
    """The bytes of an approved edition, for those who made the same choice.

    `mail` is what the ledger sends, `message_hash` its identity there; `article` is the HTML
    of the page. There is one choice so far: everything.
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
