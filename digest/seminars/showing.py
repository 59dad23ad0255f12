"""What the pages show of seminars, beyond what every channel says. Nothing is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from digest.seminars import documents, names, store
from digest.seminars.decide import State
from digest.seminars.minutes.models import Minutes
from digest.seminars.models import Document, Seminar, Speaker
from digest.seminars.rendering import shown

MAP = "https://www.openstreetmap.org/search?query="
"""A plain link: nothing of the map is loaded before somebody follows it."""


async def whole(
    session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime
) -> dict[str, Any]:
    """Return what the page of a seminar shows, but for its form."""
    values = shown(parts, seminar)
    path = names.seminar_path(parts, seminar)
    values["seminar"] |= {
        "cancelled": seminar.state == State.CANCELLED,
        "access": [line for line in seminar.access.splitlines() if line.strip()],
        "map_url": MAP + quote(seminar.place, safe="") if seminar.place else None,
        "programme_url": f"{path}/programme" if seminar.programme_hash else None,
    }
    return {
        **values,
        "half_days": await _half_days(session, seminar),
        "speakers": await _speakers(session, seminar.id),
        "documents": await _documents(session, seminar.id, path),
        "minutes_url": await _minutes_url(session, seminar.id),
        "over": now >= seminar.ends_at,
    }


async def listed(session: AsyncSession, parts: Parts, now: datetime) -> dict[str, Any]:
    """Return what the list shows: what comes, what was cancelled and would have come, the past.

    Meetings for those they invite are in no list.
    """
    coming = await store.coming(session, now)
    past = await store.past(session, now)
    cancelled = await session.scalars(
        select(Seminar).where(
            Seminar.state == State.CANCELLED,
            Seminar.published_at.is_not(None),
            Seminar.ends_at > now,
        )
    )
    ahead = sorted([*coming, *cancelled], key=lambda one: (one.starts_at, one.id))
    return {
        "coming": [_line(parts, one) for one in ahead if one.open_to_all],
        "past": [_line(parts, one) for one in past if one.open_to_all],
        "feed_url": names.page_url(parts, "/rencontres.ics"),
        "webcal_url": "webcal://" + _without_scheme(names.page_url(parts, "/rencontres.ics")),
    }


async def public_document(
    session: AsyncSession, seminar: Seminar, identity: int
) -> Document | None:
    """Return a file of a seminar that everybody may have."""
    document = await session.get(Document, identity)
    ours = document is not None and document.public and document.seminar_id == seminar.id
    return document if ours else None


def _line(parts: Parts, seminar: Seminar) -> dict[str, Any]:
    line: dict[str, Any] = shown(parts, seminar)["seminar"]
    return {**line, "cancelled": seminar.state == State.CANCELLED}


def _without_scheme(url: str) -> str:
    return url.removeprefix(f"{urlsplit(url).scheme}://")


async def _half_days(session: AsyncSession, seminar: Seminar) -> Sequence[dict[str, datetime]]:
    """Return the hours of each half-day, when there are several."""
    rows = await store.half_days(session, seminar.id)
    hours = [{"starts_at": row.starts_at, "ends_at": row.ends_at} for row in rows]
    return hours if len(hours) > 1 else []


async def _speakers(session: AsyncSession, seminar: int) -> Sequence[dict[str, str]]:
    wanted = select(Speaker).where(Speaker.seminar_id == seminar).order_by(Speaker.id)
    return [
        {"name": row.name, "function": row.function, "organisation": row.organisation}
        for row in await session.scalars(wanted)
    ]


async def _documents(session: AsyncSession, seminar: int, path: str) -> Sequence[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "kilobytes": max(1, round(row.size / 1000)),
            "url": f"{path}/documents/{row.id}",
        }
        for row in await documents.of(session, seminar)
        if row.public
    ]


async def _minutes_url(session: AsyncSession, seminar: int) -> str | None:
    published = select(Minutes.published_at).where(Minutes.seminar_id == seminar)
    at = await session.scalar(published)
    return None if at is None else f"/rencontres/{seminar}/compte-rendu"
