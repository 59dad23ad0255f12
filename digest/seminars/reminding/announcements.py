"""What is to be said to everybody of a meeting, planned in rows. `saying` posts it in time.

No function here commits.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger import store as ledger
from core.ledger.models import Delivery
from core.ledger.rules import State as DeliveryState
from core.parts import Parts
from digest.seminars import names
from digest.seminars.decide import State
from digest.seminars.models import Announcement, Seminar
from digest.seminars.reminding.decide import (
    BY_OFFSET,
    CHASE_REST,
    MOVED,
    REMOVED,
    Progress,
    What,
    offsets,
)
from digest.seminars.reminding.names import KINDS


async def plan(
    session: AsyncSession, seminar: Seminar, what: What, name: str, due_at: datetime
) -> None:
    """Plan to say something about the present version of a seminar, from `due_at`.

    What was given up or missed is planned anew. What was said already is not, but for an
    invitation: it then goes to those who were added since.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    planned = {"due_at": due_at, "state": Progress.PLANNED.value, "reached": 0}
    row = {"seminar_id": seminar.id, "what": what.value, "name": name, "version": seminar.version}
    again = or_(
        Announcement.state != Progress.POSTED.value, Announcement.what == What.INVITATION.value
    )
    await session.execute(
        insert(Announcement)
        .values(row | planned)
        .on_conflict_do_update(
            index_elements=["seminar_id", "name", "version"],
            set_=planned | {"reason": None, "settled_at": None},
            where=again,
        )
        .execution_options(synchronize_session=False)
    )


async def plan_reminders(
    session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime
) -> None:
    """Plan the reminders and chases that the seminar, or else the settings, ask for.

    Not those that would be due already, nor those that were said of this date or removed from it
    by the team. A new date that was just told asks for an answer: a chase waits a while after it.
    """
    since, told_at = await _date_since(session, seminar.id)
    settled = await _settled(session, seminar.id, since)
    rested = now if told_at is None else max(now, told_at + CHASE_REST)
    of_config = parts.settings.seminars
    wanted = {
        What.CHASE: _days(seminar.chase_days, of_config.chase_days),
        What.REMINDER: _days(seminar.reminder_days, of_config.reminder_days),
    }
    for what, days in wanted.items():
        after = rested if what is What.CHASE else now
        for one in offsets(what, seminar.starts_at, days, of_config.reminder_hour, after):
            if one.name not in settled:
                await plan(session, seminar, one.what, one.name, one.due_at)


async def replan(session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime) -> None:
    """Follow a change of the days before a published seminar on which people are reminded."""
    await drop(session, seminar.id, "replanned", now, only=BY_OFFSET)
    await _forget_removed(session, seminar.id, "replanned")
    await plan_reminders(session, parts, seminar, now)


async def drop(
    session: AsyncSession,
    seminar: int,
    reason: str,
    now: datetime,
    *,
    only: Collection[What] = tuple(What),
) -> None:
    """Give up what is planned for a seminar and not said yet: all of it, or only some."""
    await session.execute(
        update(Announcement)
        .where(
            Announcement.seminar_id == seminar,
            Announcement.state == Progress.PLANNED.value,
            Announcement.what.in_([what.value for what in only]),
        )
        .values(state=Progress.DROPPED.value, reason=reason, settled_at=now)
        .execution_options(synchronize_session=False)
    )


async def silence(session: AsyncSession, seminar: Seminar, reason: str, now: datetime) -> None:
    """Drop what is planned for a seminar, and what the ledger has not started to send.

    Invitations that are still to leave will say what the seminar has become, unless it is
    cancelled. `reason` is `moved`, `cancelled`…: it is kept with each row.
    """
    if reason == MOVED:
        await _forget_removed(session, seminar.id, reason)
    stays = {What.INVITATION} if seminar.state != State.CANCELLED else set()
    await drop(session, seminar.id, reason, now, only=set(What) - stays)
    prefix, reference = f"seminar:{seminar.id}/", names.seminar_reference(seminar.id)
    for kind in set(KINDS.values()) - {names.CANCELLATION}:
        await ledger.cancel(session, reason, now, kind=kind, slot_prefix=prefix, cause=reference)


async def untold(session: AsyncSession, seminar: int) -> str:
    """Return how the last change of a seminar is called that has not left to everybody; or ""."""
    row = await session.scalar(
        select(Announcement)
        .where(Announcement.seminar_id == seminar, Announcement.what == What.UPDATE.value)
        .order_by(Announcement.version.desc())
        .limit(1)
    )
    if row is None:
        return ""
    waits = exists().where(
        Delivery.kind == names.UPDATE,
        Delivery.cause == str(names.seminar_reference(seminar)),
        Delivery.state.in_([DeliveryState.PENDING.value, DeliveryState.CLAIMED.value]),
    )
    waiting = row.state == Progress.PLANNED or await session.scalar(select(waits))
    return row.name if waiting else ""


async def of(session: AsyncSession, seminar: int) -> Sequence[Announcement]:
    """Return all that was, is to be, or will not be said of a seminar, in the order of its time."""
    wanted = select(Announcement).where(Announcement.seminar_id == seminar)
    rows = await session.scalars(
        wanted.order_by(Announcement.due_at, Announcement.id).execution_options(
            populate_existing=True
        )
    )
    return rows.all()


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when something is to be said next."""
    wanted = Announcement.state == Progress.PLANNED.value
    return await session.scalar(select(func.min(Announcement.due_at)).where(wanted))


async def _date_since(session: AsyncSession, seminar: int) -> tuple[int, datetime | None]:
    """Return the version with which a seminar got its present date, and when that was told.

    They are 0 and None for its first date.
    """
    rows = await session.execute(
        select(Announcement.version, Announcement.name, Announcement.due_at)
        .where(Announcement.seminar_id == seminar, Announcement.what == What.UPDATE.value)
        .order_by(Announcement.version.desc())
    )
    moves = ((row.version, row.due_at) for row in rows if MOVED in row.name.split("+"))
    return next(moves, (0, None))


async def _settled(session: AsyncSession, seminar: int, since: int) -> set[str]:
    """Return what is counted in days and was said since a version, or removed by the team."""
    said = Announcement.state == Progress.POSTED.value
    removed = (Announcement.state == Progress.DROPPED.value) & (Announcement.reason == REMOVED)
    rows = await session.scalars(
        select(Announcement.name).where(
            Announcement.seminar_id == seminar,
            Announcement.what.in_([what.value for what in BY_OFFSET]),
            Announcement.version >= since,
            said | removed,
        )
    )
    return set(rows)


async def _forget_removed(session: AsyncSession, seminar: int, reason: str) -> None:
    """Let what the team removed be planned anew: for another date, or on the days that it chose."""
    await session.execute(
        update(Announcement)
        .where(
            Announcement.seminar_id == seminar,
            Announcement.state == Progress.DROPPED.value,
            Announcement.reason == REMOVED,
        )
        .values(reason=reason)
        .execution_options(synchronize_session=False)
    )


def _days(of_seminar: Sequence[int] | None, of_config: Sequence[int]) -> Sequence[int]:
    return of_config if of_seminar is None else of_seminar
