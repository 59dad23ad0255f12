"""The letter's tables: editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


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
