"""What the tables say of the schedule: the slots that were taken, and the next one."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from digest.letter.models import Composition
from digest.letter.schedule import Slot, read_schedule, slot_to_take


async def since(session: AsyncSession) -> datetime | None:
    """Return from when on slots count: the last composition or slot; None before there is any."""
    composed, taken = (
        await session.execute(select(func.max(Composition.at), func.max(Composition.scheduled_for)))
    ).one()
    return max((at for at in (composed, taken) if at is not None), default=None)


async def last(session: AsyncSession) -> datetime | None:
    """Return the last slot that was taken: « every second » is counted from there."""
    return await session.scalar(select(func.max(Composition.scheduled_for)))


async def due_at(session: AsyncSession, parts: Parts) -> datetime | None:
    """Return the slot that comes, or has come and waits; None when editions are made by hand."""
    schedule = read_schedule(parts.settings.digest.schedule)
    if schedule is None:
        return None
    return schedule.next_after(await since(session) or parts.clock.now(), await last(session))


async def to_take(
    session: AsyncSession, parts: Parts, now: datetime, *, at_work: bool
) -> Slot | None:
    """Return the slot that has come, with what to do of it; None when there is none."""
    schedule, begun = read_schedule(parts.settings.digest.schedule), await since(session)
    if schedule is None or begun is None:
        return None
    return slot_to_take(
        schedule,
        since=begun,
        last=await last(session),
        now=now,
        overdue=timedelta(hours=parts.settings.digest.overdue_hours),
        at_work=at_work,
    )
