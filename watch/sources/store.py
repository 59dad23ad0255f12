"""The sources' table: brought to the configuration, claimed, and what each reading leaves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from core.db import alone
from core.people.models import Person
from core.settings import Settings, SourceSettings
from watch.health.rules import SOONEST_SILENCE, Trouble
from watch.models import Source
from watch.rules import Validators

_SOURCES = cast("Table", Source.__table__)

CONFIG = "config"
"""The origin of the sources that the configuration lists."""

REMOVED = "removed"
"""The origin of what was taken away by hand: its entries stay, and it can be added anew."""

LEASE = timedelta(minutes=10)
"""A source that is being read is not due for others; after a crash it is again, this much later."""


async def sync_sources(session: AsyncSession, settings: Settings, now: datetime) -> None:
    """Bring the table to what the configuration lists.

    A source is known by its address, whoever added it, else by its name among its own; a new
    address starts afresh. Sources that are no longer listed keep their entries, and are not read
    any more; those that came by chat, command or OPML are left alone.
    """
    await alone(session, "watch.sources")  # processes start together
    rows = list(await session.scalars(select(Source).order_by(Source.id).with_for_update()))
    by_url = {row.url: row for row in rows}
    by_name = {row.name: row for row in rows if row.origin == CONFIG}
    listed = {source.url for source in settings.watch.sources}
    owners = await _owners(session)
    for source in settings.watch.sources:
        row = by_url.get(source.url) or by_name.get(source.name)
        owner_id = owners.get(source.owner)
        if row is None or (row.url != source.url and row.url in listed):
            session.add(_new_source(source, owner_id, now))
        else:
            _apply(row, source, owner_id, now)
    for row in rows:
        if row.origin == CONFIG and row.url not in listed:
            row.enabled = False
            row.next_check_at = None


async def _owners(session: AsyncSession) -> dict[str | None, int]:
    query = select(Person.code, Person.id).where(Person.code.is_not(None))
    return {row.code: row.id for row in await session.execute(query)}


def _new_source(source: SourceSettings, owner_id: int | None, now: datetime) -> Source:
    return Source(url=source.url, next_check_at=now, **_wished(source, owner_id))


def _wished(source: SourceSettings, owner_id: int | None) -> dict[str, Any]:
    """Return the columns that the configuration decides, but the address."""
    return {
        "name": source.name,
        "kind": source.kind,
        "selectors": source.selectors.model_dump(exclude_defaults=True),
        "section": source.section.value,
        "themes": list(source.themes),
        "regions": list(source.regions),
        "every": source.every,
        "owner_id": owner_id,
        "reproducible": source.reproducible,
        "origin": CONFIG,
    }


def _apply(row: Source, source: SourceSettings, owner_id: int | None, now: datetime) -> None:
    moved = row.url != source.url
    wished = _wished(source, owner_id)
    otherwise = (row.kind, row.selectors) != (wished["kind"], wished["selectors"])
    if moved:
        row.url = source.url
        start_afresh(row)
    if otherwise:
        row.etag = row.last_modified = row.body_hash = row.page_text = None
    if moved or otherwise or not row.enabled:
        row.next_check_at = None if row.gone_at else now
    changed = not row.enabled or any(getattr(row, name) != wish for name, wish in wished.items())
    for name, value in wished.items():
        setattr(row, name, value)
    row.version += 1 if changed else 0
    row.enabled = True


def start_afresh(row: Source) -> None:
    """Forget what former readings left on a source; its entries stay known."""
    row.moved_to = row.gone_at = None
    row.etag = row.last_modified = row.body_hash = row.page_text = None
    row.errors, row.last_error, row.trouble = 0, None, None
    row.failing_since = row.failing_told_at = row.silent_told_at = None


async def claim_due(
    session: AsyncSession, now: datetime, most: int, until: datetime | None = None
) -> Sequence[Source]:
    """Return sources that are due, now ours `until` an instant, else for the time of a lease.

    Their `next_check_at` says until when. Whoever changes how a source is read changes it in the
    table: what was claimed is then ours no more, and nothing of that reading is written.
    """
    leased = until or now + LEASE
    due = await session.scalars(
        select(Source)
        .where(Source.enabled, Source.next_check_at <= now)
        .order_by(Source.next_check_at, Source.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    claimed = due.all()
    if not claimed:
        return ()
    await session.execute(
        update(Source)
        .where(Source.id.in_([source.id for source in claimed]))
        .values(next_check_at=leased)
        .execution_options(synchronize_session=False)
    )
    for source in claimed:
        set_committed_value(source, "next_check_at", leased)
    return claimed


async def hold(session: AsyncSession, claimed: Sequence[Source]) -> frozenset[int]:
    """Lock claimed sources until the transaction ends; return which of them are still ours."""
    ids = [source.id for source in claimed]
    query = select(Source.id, Source.next_check_at).where(Source.id.in_(ids)).order_by(Source.id)
    rows = await session.execute(query.with_for_update())
    leases = {row.id: row.next_check_at for row in rows}
    return frozenset(each.id for each in claimed if leases.get(each.id) == each.next_check_at)


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next source is to be read."""
    return await session.scalar(select(func.min(Source.next_check_at)).where(Source.enabled))


@dataclass(frozen=True)
class Read:
    """What a good reading leaves on its source; `page_text` None leaves what is there.

    `lease` is until when the source was claimed.
    """

    lease: datetime | None
    validators: Validators
    body_hash: str | None
    moved_to: str | None
    next_check_at: datetime
    brought_new: bool = False
    page_text: str | None = None


async def sources_were_read(
    session: AsyncSession, reads: Mapping[int, Read], now: datetime
) -> None:
    """Record good answers, by the number of their source; not of those that are ours no more."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for source_id, read in sorted(reads.items()):
        values = _left_by(read, now)
        alike[tuple(values)].append({"source": source_id, "lease": read.lease, **values})
    columns = _SOURCES.c
    ours = (columns.id == bindparam("source")) & (columns.next_check_at == bindparam("lease"))
    for rows in alike.values():
        await session.execute(update(_SOURCES).where(ours), rows)


def _left_by(read: Read, now: datetime) -> dict[str, Any]:
    """Return the columns that a good answer sets."""
    values: dict[str, Any] = {
        "etag": read.validators.etag,
        "last_modified": read.validators.last_modified,
        "body_hash": read.body_hash,
        "next_check_at": read.next_check_at,
        "checked_at": now,
        "errors": 0,
        "last_error": None,
        "failing_since": None,
        "failing_told_at": None,
        "trouble": None,
    }
    if read.brought_new:
        values |= {
            "last_new_at": now,
            "quiet_check_at": now + SOONEST_SILENCE,
            "silent_told_at": None,
        }
    if read.moved_to:
        values["moved_to"] = read.moved_to
    if read.page_text is not None:
        values["page_text"] = read.page_text
    return values


@dataclass(frozen=True)
class Failure:
    """What a failed reading leaves on its source.

    `what` is for operators, `trouble` for the animators; `next_try` is None when the source is
    gone for good.
    """

    what: str
    trouble: Trouble
    next_try: datetime | None


async def source_failed(
    session: AsyncSession, source_id: int, failure: Failure, now: datetime
) -> None:
    """Record an error."""
    next_try = failure.next_try
    values = {
        "errors": Source.errors + 1,
        "last_error": failure.what,
        "trouble": failure.trouble.value,
        "failing_since": func.coalesce(Source.failing_since, now),
        "checked_at": now,
        "next_check_at": next_try,
        "gone_at": None if next_try else now,
    }
    await session.execute(update(Source).where(Source.id == source_id).values(values))
