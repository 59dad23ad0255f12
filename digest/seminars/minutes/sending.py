"""Minutes on their way: what was typed made into a file, then a row for each reader."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.failpoints import reach
from core.files import keep
from core.ledger import store as ledger
from core.ledger.draft import Channel, Content, Draft
from core.ledger.models import Delivery
from core.one_by_one import one_by_one
from core.parts import Parts
from core.reference import Party
from core.room import Tick
from digest.seminars.attendance.store import presence
from digest.seminars.contacts import Contact, contacts_of
from digest.seminars.decide import Kind
from digest.seminars.minutes import names, rendering
from digest.seminars.minutes.decide import CLOSED, State, receives
from digest.seminars.minutes.models import Minutes, MinutesVersion
from digest.seminars.models import Registration, Seminar, Speaker
from digest.seminars.rules import RegistrationState

log = structlog.get_logger()

CHUNK = 500
"""How many registrations one transaction looks at."""

KINDS = {State.PROJET: names.DRAFT, State.FINAL: names.FINAL}


def tick(parts: Parts) -> Tick:
    """Return the work of the clock: what was sent and has not all its rows yet."""

    async def run(now: datetime) -> None:
        async with parts.database.read() as session:
            rows = await session.scalars(
                select(MinutesVersion.id)
                .where(MinutesVersion.rows_written_at.is_(None))
                .order_by(MinutesVersion.id)
            )
            waiting = rows.all()

        async def send(identity: int) -> None:
            await _typeset(parts, identity, now)
            while await _write_some(parts, identity, now):
                reach("minutes.between_chunks")

        await one_by_one(waiting, send)

    return Tick("minutes.send", run, next_due, every=2.0)


async def next_due(session: AsyncSession) -> datetime | None:
    """Return since when something waits to be sent."""
    wanted = MinutesVersion.rows_written_at.is_(None)
    return await session.scalar(select(func.min(MinutesVersion.sent_at)).where(wanted))


async def readers(session: AsyncSession, seminar: Seminar) -> Sequence[str]:
    """Return the parties whom the minutes go to: those present, and the absent."""
    rows = await session.scalars(select(Registration).where(Registration.seminar_id == seminar.id))
    present = await presence(session, seminar.id)
    registered = rows.all()
    found = [row.party for row in registered if _receives(seminar, row, present)]
    return [*found, *await _others(session, seminar, present)]


async def _typeset(parts: Parts, identity: int, now: datetime) -> None:
    """Make what was typed into a PDF, once, before anybody is told of it."""
    async with parts.database.read() as session:
        version = await session.get_one(MinutesVersion, identity)
        minutes = await session.get_one(Minutes, version.minutes_id)
        seminar = await session.get_one(Seminar, minutes.seminar_id)
    written = rendering.of_version(version)
    if version.pdf is not None or not written.typed:
        return
    made = await asyncio.to_thread(rendering.pdf, parts, seminar, written, version.sent_at)
    if made is None:
        return
    async with parts.database.write() as session:
        row = await session.get_one(MinutesVersion, identity, with_for_update=True)
        row.pdf = await keep(session, made, "application/pdf", now)


async def _write_some(parts: Parts, identity: int, now: datetime) -> bool:
    """Write one chunk of rows; say whether more is to come."""
    async with parts.database.write() as session:
        version = await session.get_one(MinutesVersion, identity, with_for_update=True)
        if version.rows_written_at is not None:  # another process was quicker
            return False
        minutes = await session.get_one(Minutes, version.minutes_id)
        if version.what == State.PROJET and minutes.state in CLOSED:
            version.rows_written_at = now
            return False
        seminar = await session.get_one(Seminar, minutes.seminar_id)
        chunk = (
            await session.scalars(
                select(Registration)
                .where(Registration.seminar_id == seminar.id, Registration.id > version.reached)
                .order_by(Registration.id)
                .limit(CHUNK)
            )
        ).all()
        present = await presence(session, seminar.id)
        told = await _told(session, version)
        parties = [
            row.party for row in chunk if row.party in told or _receives(seminar, row, present)
        ]
        last = len(chunk) < CHUNK
        if last:
            parties += await _others(session, seminar, present, told)
        new = await _post(session, parts, seminar, version, parties, now)
        log.info("minutes.posted", minutes=minutes.id, what=version.what, new=new)
        if chunk:
            version.reached = chunk[-1].id
        version.rows_written_at = now if last else None
        return not last


def _receives(seminar: Seminar, row: Registration, present: Mapping[str, bool]) -> bool:
    state = RegistrationState(row.state)
    return receives(Kind(seminar.kind), state, present=present.get(row.party, False))


async def _told(session: AsyncSession, version: MinutesVersion) -> set[str]:
    """Return whom the final version was for that this one replaces."""
    if not version.counts.get("reason"):
        return set()
    rows = await session.scalars(
        select(Delivery.recipient).where(
            Delivery.kind == names.FINAL,
            Delivery.cause == str(names.minutes_reference(version.minutes_id)),
        )
    )
    return set(rows)


async def _others(
    session: AsyncSession,
    seminar: Seminar,
    present: Mapping[str, bool],
    told: Collection[str] = (),
) -> Sequence[str]:
    """Return who is in no registration: those who came all the same, speakers of the directory."""
    registered = select(Registration.party).where(Registration.seminar_id == seminar.id)
    known = set((await session.scalars(registered)).all())
    speakers = await session.scalars(
        select(Speaker.party).where(Speaker.seminar_id == seminar.id, Speaker.party.is_not(None))
    )
    came = {party for party, there in present.items() if there}
    return sorted((came | {party for party in speakers if party} | {*told}) - known)


async def _post(  # noqa: PLR0917  # what is sent, then to whom
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    version: MinutesVersion,
    parties: Sequence[str],
    now: datetime,
) -> int:
    @lru_cache
    def content(channel: Channel, language: str) -> Content:
        return rendering.content(parts, seminar, version, channel, language)

    contacts = await contacts_of(session, [Party.parse(party) for party in parties])
    nowhere = Contact(parts.settings.network.language)
    drafts = []
    for party in parties:
        contact = contacts.get(party, nowhere)
        mailed = contact.channel is Channel.MAIL
        link = {names.READ_URL: names.read_url(parts, version.minutes_id, party)} if mailed else {}
        drafts.append(
            Draft(
                kind=KINDS[State(version.what)],
                slot=names.slot(seminar.id, version.version),
                recipient=Party.parse(party),
                content=content(contact.channel, contact.language),
                cause=names.minutes_reference(version.minutes_id),
                due_at=now,
                values=link,
                bulk=True,
            )
        )
    return await ledger.post(session, drafts, now)
