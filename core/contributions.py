"""What rooms offer to an edition, and the record of what appeared in which."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.reference import Reference
from core.sections import Section


@dataclass(frozen=True)
class Contribution:
    """One item offered to an edition. `section` is where it belongs.

    `note` is « notre lecture »; `source` is who published it; `starts_at` is for what has a date.
    `deadline` is its next closing date, and `more_url` our page where one says to be interested.
    `references` are the legal texts that it speaks of: their words, and where to read them.
    """

    reference: Reference
    section: Section
    title: str
    summary: str = ""
    url: str = ""
    source: str = ""
    note: str = ""
    starts_at: datetime | None = None
    place: str = ""
    themes: tuple[str, ...] = ()
    deadline: datetime | None = None
    more_url: str = ""
    references: tuple[tuple[str, str], ...] = ()


class Publication(Base):
    """The record that a reference appeared in an edition."""

    __tablename__ = "publications"
    __table_args__ = (Index(None, "edition"),)

    reference: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]


async def record_publications(
    session: AsyncSession, edition: Reference, references: Iterable[Reference], now: datetime
) -> None:
    """Record that `references` appeared in `edition`; to be called in the sending transaction."""
    for reference in references:
        await session.merge(
            Publication(reference=str(reference), edition=str(edition), published_at=now)
        )


async def published(session: AsyncSession, references: Iterable[Reference]) -> set[Reference]:
    """Return those of `references` that appeared in some edition already."""
    wanted = [str(reference) for reference in references]
    rows = await session.scalars(
        select(Publication.reference).where(Publication.reference.in_(wanted))
    )
    return {Reference.parse(row) for row in rows}
