"""Adding sources and changing them, from chat or from the command line. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.db import alone
from core.errors import InputError
from core.reference import Party
from core.sections import Section
from core.spreadsheet import nearest
from watch.models import Source
from watch.sources.rules import HOUR, SOON, Health, Standing, health
from watch.sources.store import CONFIG, REMOVED, start_afresh
from watch.sources.words import reference

DESK = "desk"
"""The kind of what animators add by hand, which is never read."""


@dataclass(frozen=True)
class Wanted:
    """A source to add; `every` is in seconds, `selectors` those of `watch.reading.records`."""

    name: str
    url: str
    kind: str = "feed"
    selectors: dict[str, str] = field(default_factory=dict)
    section: str = Section.LEGAL.value
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    every: float = float(HOUR)
    owner_id: int | None = None
    reproducible: bool = False
    paused: bool = False


class AlreadyWatchedError(InputError):
    """The address is a source's already."""

    def __init__(self, source: Source) -> None:
        super().__init__(
            f"{source.url} is watched already, as {source.name}",
            hint="`relais watch sources` lists what is watched",
        )
        self.source = source


def is_listed(source: Source) -> bool:
    """Tell whether a source is shown: neither the desk's own, nor taken away."""
    left = source.origin == CONFIG and not source.enabled
    return source.kind != DESK and source.origin != REMOVED and not left


def health_of(source: Source) -> Health:
    """Say how a source is."""
    return health(
        Standing(
            enabled=source.enabled,
            gone_at=source.gone_at,
            failing_since=source.failing_since,
            silent_told_at=source.silent_told_at,
            checked_at=source.checked_at,
        )
    )


async def listed(session: AsyncSession) -> Sequence[Source]:
    """Return the sources that are shown, by name."""
    rows = await session.scalars(select(Source).order_by(Source.name, Source.id))
    return [row for row in rows if is_listed(row)]


async def names(session: AsyncSession) -> set[str]:
    """Return the names that are taken."""
    return {row.name for row in await listed(session)}


async def watched(session: AsyncSession, url: str) -> Source | None:
    """Return the source that is watched at an address, or was moved there, if there is one."""
    query = select(Source).where((Source.url == url) | (Source.moved_to == url))
    rows = await session.scalars(query.order_by(Source.id))
    return next((row for row in rows if is_listed(row)), None)


async def add(
    session: AsyncSession, wanted: Wanted, origin: str, by: Party, now: datetime
) -> Source:
    """Add a source, to be read at once. Raises AlreadyWatchedError.

    One that was taken away at the same address comes back, and what it said before stays known.
    """
    await alone(session, "watch.sources")
    there = await watched(session, wanted.url)
    if there is not None:
        raise AlreadyWatchedError(there)
    row = await session.scalar(select(Source).where(Source.url == wanted.url))
    if row is None:
        row = Source(url=wanted.url, **_columns(wanted), origin=origin, version=0)
        session.add(row)
    else:
        for name, value in _columns(wanted).items():
            setattr(row, name, value)
        row.origin = origin
        row.version += 1
        start_afresh(row)
    row.enabled = not wanted.paused
    row.next_check_at = None if wanted.paused else now
    await session.flush()
    record(session, by, "source.add", reference(row.id), now, origin=origin)
    return row


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "kind": wanted.kind,
        "selectors": dict(wanted.selectors),
        "section": wanted.section,
        "themes": list(wanted.themes),
        "regions": list(wanted.regions),
        "every": wanted.every,
        "owner_id": wanted.owner_id,
        "reproducible": wanted.reproducible,
    }


async def find(session: AsyncSession, named: str) -> Source:
    """Return the source of this name or address. Raises InputError: none, or several."""
    rows = await listed(session)
    found = [row for row in rows if named in {row.url, row.name}]
    found = found or [row for row in rows if row.name.lower() == named.lower()]
    if len(found) == 1:
        return await session.get_one(Source, found[0].id, with_for_update=True)
    if found:
        hint = f"give its address: {', '.join(row.url for row in found)}"
        raise InputError(f"several sources are called {named}", hint=hint)
    hint = nearest(named, [row.name for row in rows]) or "`relais watch sources` lists them"
    raise InputError(f"no source is called {named}", hint=hint)


def is_ours(source: Source) -> bool:
    """Tell whether a source can be changed here: those of the configuration are changed there."""
    return source.origin != CONFIG


def pause(session: AsyncSession, source: Source, by: Party, now: datetime) -> None:
    """Read a source no more, until it is resumed."""
    source.enabled, source.next_check_at = False, None
    _changed(session, source, "pause", by, now)


def resume(session: AsyncSession, source: Source, by: Party, now: datetime) -> None:
    """Read a source again, from now on; one that was gone is given another chance."""
    source.enabled, source.next_check_at, source.gone_at = True, now, None
    _changed(session, source, "resume", by, now)


def remove(session: AsyncSession, source: Source, by: Party, now: datetime) -> None:
    """Take a source away; what it brought stays."""
    source.enabled, source.next_check_at, source.origin = False, None, REMOVED
    _changed(session, source, "remove", by, now)


def change(
    session: AsyncSession, source: Source, by: Party, now: datetime, **values: object
) -> None:
    """Give a source's columns new values."""
    for name, value in values.items():
        setattr(source, name, value)
    _changed(session, source, "change", by, now, columns=", ".join(values))


def read_now(source: Source, now: datetime) -> bool:
    """Make a source due at once; False when it was read a moment ago, or is being read."""
    if source.checked_at is not None and now - source.checked_at < SOON:
        return False
    source.next_check_at, source.gone_at = now, None
    return True


def _changed(
    session: AsyncSession, source: Source, verb: str, by: Party, now: datetime, **detail: str
) -> None:
    source.version += 1
    record(session, by, f"source.{verb}", reference(source.id), now, **detail)
