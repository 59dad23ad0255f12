"""Posting what is due to everybody whom it concerns, in chunks that can stop anywhere."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.ledger import store as ledger
from core.ledger.draft import Channel, Content, Draft
from core.one_by_one import one_by_one
from core.parts import Parts
from core.reference import Party
from digest.seminars import names
from digest.seminars.attendance.store import presence
from digest.seminars.attendance.thanks import thanked
from digest.seminars.contacts import Contact, contacts_of
from digest.seminars.models import Announcement, Seminar
from digest.seminars.reminding import contents, people
from digest.seminars.reminding.decide import (
    BY_OFFSET,
    Announced,
    Concerned,
    Progress,
    Verdict,
    What,
    concerned,
    is_news,
    judge,
    opening,
)
from digest.seminars.reminding.names import KINDS, slot_of
from digest.seminars.rules import RegistrationState

log = structlog.get_logger()

CHUNK = 200
"""People told by one transaction."""

OVERTAKING = timedelta(minutes=2)
"""For how long a change waits for what is on its way, so that it is what people read last."""

URGENT = frozenset({What.UPDATE, What.CANCELLATION})
"""What does not let everything else pass."""


async def say(parts: Parts, now: datetime) -> None:
    """Post everything that is due, in chunks; what is posted already is never posted again."""
    async with parts.database.read() as session:
        due = await session.scalars(
            select(Announcement.id)
            .where(Announcement.state == Progress.PLANNED.value, Announcement.due_at <= now)
            .order_by(Announcement.due_at, Announcement.id)
        )
        identities = due.all()

    async def say_all(identity: int) -> None:
        while await _say_some(parts, identity, now):
            failpoints.reach("seminars.between_chunks")

    await one_by_one(identities, say_all)


async def _say_some(parts: Parts, identity: int, now: datetime) -> bool:
    """Post one chunk of an announcement; say whether more is to come."""
    async with parts.database.write() as session:
        seminar, row = await _lock(session, identity)
        if row.state != Progress.PLANNED:  # another process, or the animators, were quicker
            return False
        if not await _may_leave(session, parts, seminar, row, now):
            return False
        chunk = await people.following(session, seminar.id, announced_of(row), row.reached, CHUNK)
        drafts = await _drafts(session, parts, seminar, row, chunk)
        failpoints.reach("seminars.before_chunk")
        new = await ledger.post(session, drafts, now)
        log.info("seminars.said", seminar=seminar.id, name=row.name, new=new)
        failpoints.reach("seminars.chunk_posted")
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


async def _may_leave(
    session: AsyncSession, parts: Parts, seminar: Seminar, row: Announcement, now: datetime
) -> bool:
    """Say whether an announcement leaves now; if not, it is put off, or closed with its reason."""
    planned = await session.scalars(
        select(Announcement).where(
            Announcement.seminar_id == seminar.id, Announcement.state == Progress.PLANNED.value
        )
    )
    announced, others = announced_of(row), [announced_of(other) for other in planned]
    verdict = judge(announced, others, seminar.starts_at, now)
    if verdict in {Verdict.BEGUN, Verdict.OVERTAKEN}:
        _close(row, Progress.MISSED, now, verdict.value)
    if verdict is not Verdict.POST:
        return False
    if announced.what in URGENT:
        late = now - announced.due_at >= OVERTAKING
        return late or not await people.leaving(session, seminar.id)
    if announced.what not in BY_OFFSET:
        return True
    opens = opening(parts.settings.seminars.reminder_hour, seminar.starts_at, now)
    if opens > now:
        row.due_at = opens
        log.info("seminars.put_off", seminar=seminar.id, name=row.name)
    return opens <= now


def announced_of(row: Announcement) -> Announced:
    """Return an announcement as decisions know it."""
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
    chunk: Sequence[Concerned],
) -> list[Draft]:
    """Return one draft for each party concerned; each content is built once."""
    announced = announced_of(row)
    told = concerned(chunk, announced, open_to_all=seminar.open_to_all)
    if announced.what is What.THANKS:
        present = await presence(session, seminar.id)
        told = tuple(one for one in told if _thanked(one, present))
    if announced.what in URGENT:
        told = await _who_should_know(session, seminar, announced.what, told)
    contacts = await contacts_of(session, [Party.parse(one.party) for one in told])
    if announced.what is What.UPDATE:
        told = tuple(one for one in told if _is_there(one, contacts))
    nowhere = Contact(parts.settings.network.language)

    @lru_cache
    def content(state: RegistrationState, channel: Channel, language: str) -> Content:
        return contents.content(
            parts, seminar, contents.Speech(announced, state, channel, language)
        )

    def draft(one: Concerned) -> Draft:
        # Who was erased has a row too: it says why nothing was sent.
        contact = contacts.get(one.party, nowhere)
        return Draft(
            kind=KINDS[announced.what],
            slot=slot_of(announced.what, seminar.id, row.name, row.version),
            recipient=Party.parse(one.party),
            content=content(one.state, contact.channel, contact.language),
            cause=names.seminar_reference(seminar.id),
            due_at=row.due_at,
            values=contents.values(parts, seminar, one, contact.channel, announced.what),
            bulk=announced.what not in URGENT,
        )

    return [draft(one) for one in told]


def _is_there(one: Concerned, contacts: Mapping[str, Contact]) -> bool:
    """Leave out who was excused and erased since: they expect nothing."""
    return one.state is not RegistrationState.EXCUSED or one.party in contacts


def _thanked(one: Concerned, present: Mapping[str, bool]) -> bool:
    return thanked(one.party, registered=one.state is RegistrationState.REGISTERED, present=present)


async def _who_should_know(
    session: AsyncSession, seminar: Seminar, what: What, given: Iterable[Concerned]
) -> tuple[Concerned, ...]:
    """Leave out those invited to whom a change, or a cancellation, would be no news."""
    everybody = tuple(given)
    invited = [one.party for one in everybody if one.state is RegistrationState.INVITED]
    told = await people.told(session, seminar.id, invited)
    return tuple(
        one
        for one in everybody
        if one.state is not RegistrationState.INVITED
        or is_news(what, seminar.version, told.get(one.party, ()))
    )
