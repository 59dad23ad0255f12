"""Seminars: reading and writing. No function here commits: the caller's transaction does."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.acts import SYSTEM
from core.clock import aware
from core.parts import Parts
from core.reference import Party
from digest.seminars import names
from digest.seminars.attendance.models import Attendance
from digest.seminars.decide import Kind, State, is_committee, is_open, may_cancel, may_publish
from digest.seminars.half_days import Hours, half_days_chosen, half_days_of, kept_places
from digest.seminars.models import Document, HalfDay, Registration, Seminar
from digest.seminars.reminding import announcements
from digest.seminars.reminding.decide import What, joined

_HALF_DAYS = (
    select(HalfDay)
    .where(HalfDay.seminar_id == bindparam("seminar"))
    .order_by(HalfDay.starts_at, HalfDay.id)
)
_OF_REGISTRATION = (
    select(Seminar).join(Registration).where(Registration.id == bindparam("registration"))
)
_LOCKED_OF_REGISTRATION = _OF_REGISTRATION.with_for_update(of=Seminar)
"""Made once: each answer of a rush asks them anew."""


async def create(
    session: AsyncSession,
    *,
    kind: Kind,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    place: str = "",
    video_url: str | None = None,
    programme: str = "",
    actor: Party = SYSTEM,
) -> Seminar:
    """Write a draft of a seminar, known to the animators only.

    Raises ValueError when it ends before it starts.
    """
    if aware(ends_at) <= aware(starts_at):
        raise ValueError("a seminar ends after it starts")
    seminar = Seminar(
        kind=kind.value,
        title=title,
        starts_at=aware(starts_at),
        ends_at=aware(ends_at),
        place=place,
        video_url=video_url,
        programme=programme,
        state=State.DRAFT.value,
        open_to_all=not is_committee(kind),
        version=1,
        created_at=now,
    )
    session.add(seminar)
    await session.flush()
    await set_half_days(session, seminar, half_days_of(seminar.starts_at, seminar.ends_at))
    acts.record(session, actor, "seminars.created", names.seminar_reference(seminar.id), now)
    return seminar


async def publish(
    session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime, actor: Party = SYSTEM
) -> bool:
    """Publish a draft and plan its reminders; say whether it could be.

    Its reminders follow the settings of this moment; those that would be due already are not
    planned.
    """
    if not may_publish(State(seminar.state), seminar.starts_at, now):
        return False
    seminar.state = State.PUBLISHED.value
    seminar.published_at = now
    await announcements.plan_reminders(session, parts, seminar, now)
    acts.record(session, actor, "seminars.published", names.seminar_reference(seminar.id), now)
    return True


async def cancel(
    session: AsyncSession, seminar: Seminar, now: datetime, actor: Party = SYSTEM
) -> bool:
    """Cancel a seminar, tell who is registered, remind nobody any more; say whether it could be."""
    if not may_cancel(State(seminar.state)):
        return False
    was_published = seminar.state == State.PUBLISHED
    seminar.state = State.CANCELLED.value
    seminar.version += 1
    seminar.cancelled_at = seminar.updated_at = now
    await announcements.silence(session, seminar, "cancelled", now)
    if was_published:
        await announcements.plan(session, seminar, What.CANCELLATION, "cancelled", now)
    acts.record(session, actor, "seminars.cancelled", names.seminar_reference(seminar.id), now)
    return True


async def move(  # noqa: PLR0917  # both dates, then the present
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    actor: Party = SYSTEM,
) -> None:
    """Change the dates, each day having the same hours, as `reschedule` does.

    Raises ValueError when it ends before it starts, or when the seminar is cancelled.
    """
    if aware(ends_at) <= aware(starts_at):
        raise ValueError("a seminar ends after it starts")
    hours = half_days_of(aware(starts_at), aware(ends_at))
    await reschedule(session, parts, seminar, hours, now, actor)


async def reschedule(  # noqa: PLR0917  # the half-days, then the present
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    hours: Sequence[Hours],
    now: datetime,
    actor: Party = SYSTEM,
) -> None:
    """Change the half-days: what spoke of the old ones never leaves, reminders follow the new ones.

    Whoever is concerned is told. Raises ValueError when the seminar is cancelled.
    """
    if seminar.state == State.CANCELLED:
        raise ValueError("a cancelled seminar does not move")
    await set_half_days(session, seminar, hours)
    await rise(session, parts, seminar, "moved", now)
    reference = names.seminar_reference(seminar.id)
    acts.record(session, actor, "seminars.moved", reference, now, version=seminar.version)


async def rise(
    session: AsyncSession, parts: Parts, seminar: Seminar, name: str, now: datetime
) -> None:
    """Make a change that was just made the next version, and tell whom a published one concerns.

    `name` says what changed: `moved`, `place` (or the video link), `programme`. What spoke of the
    version before, and has not left, never does; a change that had not reached everybody is told
    with this one.
    """
    seminar.version += 1
    seminar.updated_at = now
    if seminar.state != State.PUBLISHED:
        return
    changes = joined(await announcements.untold(session, seminar.id), name)
    await announcements.silence(session, seminar, name, now)
    await announcements.plan(session, seminar, What.UPDATE, changes, now)
    await announcements.plan_reminders(session, parts, seminar, now)


async def half_days(session: AsyncSession, seminar: int) -> Sequence[HalfDay]:
    """Return the half-days of a seminar, in their order."""
    return (await session.scalars(_HALF_DAYS, {"seminar": seminar})).all()


async def set_half_days(session: AsyncSession, seminar: Seminar, hours: Sequence[Hours]) -> None:
    """Give a seminar its half-days, and its own beginning and end by them.

    A half-day that stays in its place keeps its id: answers and scans are about it. One that
    goes takes its scans' mention of it along, not the scans; who had chosen it only comes to what
    there is.
    """
    before = await half_days(session, seminar.id)
    places = kept_places([(row.day, row.half) for row in before], [(h.day, h.half) for h in hours])
    for row in before:
        row.half = f"{row.half}-{row.id}"  # no two are ever the same, whatever goes where
    await session.flush()
    rows = [HalfDay(seminar_id=seminar.id) if at is None else before[at] for at in places]
    for row, new in zip(rows, hours, strict=True):
        row.day, row.half = new.day, new.half.value
        row.starts_at, row.ends_at = new.starts_at, new.ends_at
    gone = [row for at, row in enumerate(before) if at not in places]
    for row in gone:
        about = update(Document).where(Document.half_day_id == row.id).values(half_day_id=None)
        await session.execute(about)
        await session.execute(delete(Attendance).where(Attendance.half_day_id == row.id))
        await session.delete(row)
    session.add_all(rows)
    seminar.starts_at, seminar.ends_at = hours[0].starts_at, hours[-1].ends_at
    await session.flush()
    if gone:
        await _without(session, seminar.id, [row.id for row in rows])


async def _without(session: AsyncSession, seminar: int, left: Sequence[int]) -> None:
    """Take half-days that are no more out of what people chose."""
    rows = await session.scalars(select(Registration).where(Registration.seminar_id == seminar))
    for row in rows:
        if row.half_days is not None:
            chosen = half_days_chosen(row.half_days, left)
            row.half_days = None if chosen is None else list(chosen)
    await session.flush()


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Seminar | None:
    """Return a seminar; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Seminar, identity, with_for_update=lock or None)


async def of_registration(
    session: AsyncSession, registration: int, *, lock: bool = False
) -> Seminar | None:
    """Return the seminar of a registration; it is always locked before the registration."""
    wanted = _LOCKED_OF_REGISTRATION if lock else _OF_REGISTRATION
    return await session.scalar(wanted, {"registration": registration})


async def drafts(session: AsyncSession) -> Sequence[Seminar]:
    """Return what is not published yet, the soonest first."""
    return await _list(session, Seminar.state == State.DRAFT)


async def coming(
    session: AsyncSession, now: datetime, until: datetime | None = None
) -> Sequence[Seminar]:
    """Return the published seminars that are not over at `now`, the soonest first.

    With `until`, those that start by then.
    """
    wanted = (Seminar.state == State.PUBLISHED) & (Seminar.ends_at > now)
    if until is not None:
        wanted &= Seminar.starts_at <= until
    return await _list(session, wanted)


async def past(session: AsyncSession, now: datetime) -> Sequence[Seminar]:
    """Return the published seminars that are over at `now`, the latest first."""
    rows = await _list(session, (Seminar.state == State.PUBLISHED) & (Seminar.ends_at <= now))
    return rows[::-1]


def takes_registrations(seminar: Seminar, now: datetime) -> bool:
    """Say whether one can register for a seminar."""
    return is_open(State(seminar.state), seminar.starts_at, now)


async def _list(session: AsyncSession, wanted: ColumnElement[bool]) -> Sequence[Seminar]:
    order = (Seminar.starts_at, Seminar.id)
    return (await session.scalars(select(Seminar).where(wanted).order_by(*order))).all()
