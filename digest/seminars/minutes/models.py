"""What was said at a seminar, from « projet » to « définitif »."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Minutes(Base):
    """A seminar's « compte rendu », or a committee's « relevé de décisions »: one of them.

    `text` is what was typed, `decisions` those of a committee (`what`, `who`, `by`), `hash` a kept
    file (`core.files`): one of the three at least once it leaves. `version` is raised by each
    change. Sent as a draft at `sent_at`, observations are taken until `observations_until`; it is
    final at `final_at`, and on the site at `published_at`. `asked` is a file of the chat that is
    still to be fetched.
    """

    __tablename__ = "minutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int]
    text: Mapped[str] = mapped_column(default="")
    decisions: Mapped[list[Any]] = mapped_column(default=list)
    hash: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    asked: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    observations_until: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class MinutesVersion(Base):
    """Minutes as they were sent: nothing of them changes any more.

    `what` is `projet` or `final`. `hash` is the file that was sent, `pdf` what was typed made into
    one (kept files). `counts` says how many were present, excused, represented and, of a final
    version that replaces another, the `reason` why. `reached` is the
    last registration whose row is in the ledger; `rows_written_at`, when all of them were.
    """

    __tablename__ = "minutes_versions"
    __table_args__ = (UniqueConstraint("minutes_id", "what", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int]
    what: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    decisions: Mapped[list[Any]]
    hash: Mapped[str | None]
    name: Mapped[str]
    pdf: Mapped[str | None]
    counts: Mapped[dict[str, Any]]
    observations_until: Mapped[datetime | None]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]
    reached: Mapped[int] = mapped_column(default=0)
    rows_written_at: Mapped[datetime | None]


class Observation(Base):
    """What somebody answers to a draft of minutes; `handled_at` once the animators have read it.

    `outcome` is then `taken` or `left`, by `handled_by`. `party` and `text` are empty once
    forgotten.
    """

    __tablename__ = "minutes_observations"
    __table_args__ = (Index(None, "minutes_id"), Index(None, "party"))

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int]
    party: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    handled_by: Mapped[str | None]
