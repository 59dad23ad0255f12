"""What was said at a seminar, from « projet » to « définitif »."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Minutes(Base):
    """A seminar's « compte rendu », or a committee's « relevé de décisions »: one of them.

    `text` is what was typed, `hash` a kept file (`core.files`): one of the two at least once it
    leaves. `version` is raised by each change. Sent as a draft at `sent_at`, observations are
    taken until `observations_until`; it is final at `final_at`, and on the site at `published_at`.
    """

    __tablename__ = "minutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int]
    text: Mapped[str] = mapped_column(default="")
    hash: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    observations_until: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class Observation(Base):
    """What somebody answers to a draft of minutes; `handled_at` once the animators have read it."""

    __tablename__ = "minutes_observations"
    __table_args__ = (Index(None, "minutes_id"), Index(None, "party"))

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int]
    party: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
