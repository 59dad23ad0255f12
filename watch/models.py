"""The watch's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Source(Base):
    """A feed that is polled. `url` is the configuration's; `moved_to` where it moved for good.

    `next_check_at` follows the service's clock; None: never again (`gone_at`, or not `enabled`).
    `etag` and `last_modified` are as the server sent them. `errors` counts those in a row.
    """

    __tablename__ = "sources"
    __table_args__ = (Index(None, "next_check_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str] = mapped_column(unique=True)
    section: Mapped[str]
    themes: Mapped[list[Any]] = mapped_column(default=list)
    every: Mapped[float]
    enabled: Mapped[bool] = mapped_column(default=True)
    moved_to: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]
    next_check_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    errors: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    gone_at: Mapped[datetime | None]


class Story(Base):
    """Entries of one or several sources seen as one piece of news, and what was decided of it.

    `title_key` is what identical titles share; `told_at` is when it was shown in chat; `note` is
    « notre lecture ».
    """

    __tablename__ = "stories"
    __table_args__ = (Index(None, "title_key"), Index(None, "state", "first_seen_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    title_key: Mapped[str]
    link: Mapped[str]
    section: Mapped[str]
    themes: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    version: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class Entry(Base):
    """An item of a source. `identity` makes it unique there; `hash` covers what it says."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("source_id", "identity"),
        Index(None, "source_id", "link"),
        Index(None, "link"),
        Index(None, "story_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    identity: Mapped[str]
    hash: Mapped[str]
    title: Mapped[str]
    link: Mapped[str]
    published_at: Mapped[datetime | None]
    summary: Mapped[str]
    author: Mapped[str]
    first_seen_at: Mapped[datetime]


class Decision(Base):
    """Somebody kept, dropped, or put back a story. `decided_by` is a party."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "story_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    verdict: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    why: Mapped[str | None]
