"""The files of a meeting: slide shows, signed sheets, imported lists. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.files import keep
from core.reference import Party
from digest.seminars import names
from digest.seminars.models import Document, HalfDay, Seminar

Kind = Literal["scan", "remote", "slides", "other"]
"""A signed sheet, a list of who was connected, a slide show, anything else."""


async def add(  # noqa: PLR0917  # what it is, then who put it there and when
    session: AsyncSession,
    seminar: Seminar,
    kind: Kind,
    name: str,
    data: bytes,
    media_type: str,
    now: datetime,
    by: Party,
    *,
    half_day: HalfDay | None = None,
    public: bool = False,
) -> Document:
    """Keep a file of a meeting; the same bytes of the same kind and half-day are kept once.

    `public` shows it on the meeting's page. What was there already is returned as it is.
    """
    key = await keep(session, data, media_type, now)
    half_day_id = None if half_day is None else half_day.id
    same = await session.scalar(
        select(Document).where(
            Document.seminar_id == seminar.id,
            Document.kind == kind,
            Document.hash == key,
            Document.half_day_id.is_not_distinct_from(half_day_id),
        )
    )
    if same is not None:
        return same
    document = Document(
        seminar_id=seminar.id,
        kind=kind,
        half_day_id=half_day_id,
        hash=key,
        name=name,
        media_type=media_type,
        size=len(data),
        public=public,
        added_at=now,
        added_by=str(by),
    )
    session.add(document)
    await session.flush()
    reference = names.seminar_reference(seminar.id)
    acts.record(session, by, "seminars.document_added", reference, now, kind=kind, hash=key)
    return document


async def of(session: AsyncSession, seminar_id: int, *kinds: Kind) -> Sequence[Document]:
    """Return the files of a meeting in the order they came, of some kinds or of all."""
    wanted = select(Document).where(Document.seminar_id == seminar_id).order_by(Document.id)
    if kinds:
        wanted = wanted.where(Document.kind.in_(kinds))
    return (await session.scalars(wanted)).all()
