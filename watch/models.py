"""The watch's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Source(Base):
    """A feed or a page that is watched.

    `url` is as it was given; `moved_to` where it moved for good.

    `kind` is « feed », « page » (items by CSS `selectors`), « change » (the page itself:
    `page_text` is what it said last) or « desk » (never read: what animators add by hand).
    `origin` says who manages it: « config », else « chat », « command », « opml »; « removed »: it
    was taken away, and only its entries are of use.
    `next_check_at` follows the service's clock; None: never again (`gone_at`, or not `enabled`).
    `etag` and `last_modified` are as the server sent them. `errors` counts those in a row since
    `failing_since`, by the `trouble` of the last; `failing_told_at` and `silent_told_at` are when
    the animators heard of it. `quiet_check_at` is when to see whether it has gone quiet, since
    `last_new_at`.
    What names only other places than `regions` (codes of départements and regions) is folded.
    `reproducible` says whether its own summaries may be shown to the public.
    """

    __tablename__ = "sources"
    __table_args__ = (Index(None, "next_check_at"), Index(None, "quiet_check_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str] = mapped_column(unique=True)
    section: Mapped[str]
    themes: Mapped[list[Any]] = mapped_column(default=list)
    every: Mapped[float]
    enabled: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(default="feed")
    selectors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    regions: Mapped[list[Any]] = mapped_column(default=list)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reproducible: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(default="config")
    version: Mapped[int] = mapped_column(default=0)
    page_text: Mapped[str | None]
    moved_to: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]
    next_check_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    errors: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    gone_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failing_told_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    last_new_at: Mapped[datetime | None]
    quiet_check_at: Mapped[datetime | None]
    silent_told_at: Mapped[datetime | None]


class Story(Base):
    """Entries of one or several sources seen as one piece of news, and what was decided of it.

    `title_key` is what identical titles share; `told_at` is when it was shown in chat, `counted_at`
    when it was only counted there, with others; `note` is « notre lecture ». `evidence` holds, for
    each theme that words decided, those words;
    `references`, `dates`, `departments` and `regions` are what was understood of the entry that
    began it (`watch.understanding.records`, as JSON), and `deadline` its next closing date when
    it was read.
    `likelihood` of being kept is as it was judged then, and `folded` says that it was improbable.
    `signature` is what near-identical stories are known by; `changed_at` is when what it is known
    by (title, signature) was last corrected.
    """

    __tablename__ = "stories"
    __table_args__ = (
        Index(None, "state", "first_seen_at"),
        Index(None, "first_seen_at"),
        Index(None, "changed_at"),
        Index(None, "deadline"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    title_key: Mapped[str]
    link: Mapped[str]
    section: Mapped[str]
    themes: Mapped[list[Any]] = mapped_column(default=list)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    references: Mapped[list[Any]] = mapped_column(default=list)
    dates: Mapped[list[Any]] = mapped_column(default=list)
    departments: Mapped[list[Any]] = mapped_column(default=list)
    regions: Mapped[list[Any]] = mapped_column(default=list)
    deadline: Mapped[datetime | None]
    likelihood: Mapped[float | None]
    folded: Mapped[bool] = mapped_column(default=False)
    signature: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    version: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    alerted_at: Mapped[datetime | None]


class Entry(Base):
    """An item of a source. `identity` makes it unique there; `hash` covers its title and summary.

    Retention empties its words (`purged_at`) and keeps the row, so that what was dropped does not
    come back.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("source_id", "identity"),
        Index(None, "source_id", "hash"),
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
    updated_at: Mapped[datetime | None]
    summary: Mapped[str]
    author: Mapped[str]
    first_seen_at: Mapped[datetime]
    purged_at: Mapped[datetime | None]


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
