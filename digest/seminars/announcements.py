"""What is said to everybody registered: planned in a row, and posted once its time has come."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger import store as ledger
from core.ledger.draft import Channel, Content, Draft
from core.parts import Parts
from core.reference import Party
from digest.seminars import names, registrations, rendering
from digest.seminars.contacts import Contact, contact_of
from digest.seminars.decide import (
    Announced,
    Progress,
    Registered,
    Verdict,
    What,
    concerned,
    judge,
    reminders,
)
from digest.seminars.models import Announcement, Seminar

log = structlog.get_logger()

CHUNK = 500
"""Rows written in one transaction: each needs its party's address looked up."""

KINDS = {
    What.REMINDER: names.REMINDER,
    What.UPDATE: names.UPDATE,
    What.CANCELLATION: names.CANCELLATION,
}


def plan(session: AsyncSession, seminar: Seminar, what: What, name: str, due_at: datetime) -> None:
    """Plan to say something about the present version of a seminar, from `due_at`."""
    session.add(
        Announcement(
            seminar_id=seminar.id,
            what=what.value,
            name=name,
            version=seminar.version,
            due_at=due_at,
            state=Progress.PLANNED.value,
        )
    )


def plan_reminders(session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime) -> None:
    """Plan the reminders that the settings ask for."""
    of_config = parts.settings.seminars
    for one in reminders(seminar.starts_at, of_config.reminder_days, of_config.reminder_hour, now):
        plan(session, seminar, one.what, one.name, one.due_at)


async def drop(session: AsyncSession, seminar: int, reason: str, now: datetime) -> None:
    """Give up what is planned for a seminar and not said yet."""
    await session.execute(
        update(Announcement)
        .where(Announcement.seminar_id == seminar, Announcement.state == Progress.PLANNED)
        .values(state=Progress.DROPPED.value, reason=reason, settled_at=now)
        .execution_options(synchronize_session=False)
    )


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when something is to be said next."""
    wanted = Announcement.state == Progress.PLANNED
    return await session.scalar(select(func.min(Announcement.due_at)).where(wanted))


async def say(parts: Parts, now: datetime) -> None:
    """Post everything that is due, in chunks; what is posted already is never posted again."""
    async with parts.database.read() as session:
        due = await session.scalars(
            select(Announcement.id)
            .where(Announcement.state == Progress.PLANNED, Announcement.due_at <= now)
            .order_by(Announcement.due_at, Announcement.id)
        )
        identities = due.all()
    for identity in identities:
        while await _say_some(parts, identity, now):
            pass


async def _say_some(parts: Parts, identity: int, now: datetime) -> bool:
    """Post one chunk of an announcement; say whether more is to come."""
    async with parts.database.write() as session:
        seminar, row = await _lock(session, identity)
        if row.state != Progress.PLANNED:  # another process, or the animators, were quicker
            return False
        verdict = await _judge(session, seminar, row, now)
        if verdict is not Verdict.POST:
            _close(row, Progress.MISSED, now, verdict.value)
            return False
        chunk = await registrations.registered(session, seminar.id, row.reached, CHUNK)
        drafts = await _drafts(session, parts, seminar, row, chunk)
        new = await ledger.post(session, drafts, now)
        log.info("seminars.said", seminar=seminar.id, name=row.name, new=new)
        if len(chunk) == CHUNK:
            row.reached = chunk[-1].id
            return True
        _close(row, Progress.POSTED, now)
        return False


async def _lock(session: AsyncSession, identity: int) -> tuple[Seminar, Announcement]:
    """Return an announcement and its seminar, which no other transaction changes meanwhile."""
    seminar = await session.scalars(
        select(Seminar)
        .join(Announcement, Announcement.seminar_id == Seminar.id)
        .where(Announcement.id == identity)
        .with_for_update(of=Seminar)
    )
    row = await session.scalars(
        select(Announcement).where(Announcement.id == identity).with_for_update()
    )
    return seminar.one(), row.one()


async def _judge(
    session: AsyncSession, seminar: Seminar, row: Announcement, now: datetime
) -> Verdict:
    planned = await session.scalars(
        select(Announcement).where(
            Announcement.seminar_id == seminar.id, Announcement.state == Progress.PLANNED
        )
    )
    others = [_announced(other) for other in planned]
    return judge(_announced(row), others, seminar.starts_at, now)


def _announced(row: Announcement) -> Announced:
    return Announced(What(row.what), row.name, row.due_at)


def _close(row: Announcement, state: Progress, now: datetime, reason: str | None = None) -> None:
    row.state, row.reason, row.settled_at = state.value, reason, now
    log.info(
        "seminars.closed", seminar=row.seminar_id, name=row.name, state=state.value, reason=reason
    )


async def _drafts(
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    row: Announcement,
    chunk: Sequence[Registered],
) -> list[Draft]:
    """Return one draft for each party concerned; each content is built once."""
    what = What(row.what)
    leave = what is not What.CANCELLATION

    @lru_cache
    def content(channel: Channel, language: str) -> Content:
        return rendering.announcement(parts, what, seminar, channel, language, leave=leave)

    drafts = []
    for one in concerned(chunk, what, row.due_at):
        party = Party.parse(one.party)
        contact = await contact_of(session, party) or _nowhere(parts)
        mailed = contact.channel is Channel.MAIL
        links = {names.LEAVE_URL: names.leaving_url(parts, one.id)} if mailed and leave else {}
        drafts.append(
            Draft(
                kind=KINDS[what],
                slot=names.slot(seminar.id, row.name, row.version),
                recipient=party,
                content=content(contact.channel, contact.language),
                cause=names.seminar_reference(seminar.id),
                due_at=row.due_at,
                values=links,
            )
        )
    return drafts


def _nowhere(parts: Parts) -> Contact:
    """Stand for somebody erased: the row is written, and says why nothing was sent."""
    return Contact(parts.settings.network.language)
