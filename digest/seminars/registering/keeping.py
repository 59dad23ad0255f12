"""What registrations do as time goes: promote whoever waits, forget meals and cars."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.one_by_one import one_by_one
from core.parts import Parts
from core.room import Tick
from digest.seminars import registrations
from digest.seminars.decide import State
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.decide import COMING, HOLDING, Mode

log = structlog.get_logger()


def ticks(parts: Parts) -> tuple[Tick, ...]:
    """Return what the clock brings to registrations."""
    return (_promote_tick(parts), _forget_tick(parts))


def _promote_tick(parts: Parts) -> Tick:
    """Give places that were freed by whatever does not do it itself, an erasure for one."""

    async def run(now: datetime) -> None:
        async with parts.database.read() as session:
            found = (await session.scalars(select(Seminar.id).where(_has_room(), _held(now)))).all()

        async def promote_all(identity: int) -> None:
            while await _promote_some(parts, identity, now):
                failpoints.reach("registrations.between_promotions")

        await one_by_one(found, promote_all)

    async def next_due(session: AsyncSession) -> datetime | None:
        wanted = select(func.min(Seminar.published_at)).where(_has_room(), _held(parts.clock.now()))
        return await session.scalar(wanted)

    return Tick("registrations.promote", run, next_due, every=15.0)


async def _promote_some(parts: Parts, identity: int, now: datetime) -> int:
    """Promote some of those who wait; return how many."""
    async with parts.database.write() as session:
        seminar = await session.get_one(Seminar, identity)
        return await places.promote(session, parts, seminar, now)


def _forget_tick(parts: Parts) -> Tick:
    """Forget meals and shared cars some days after the end: they have served."""
    after = timedelta(days=parts.settings.seminars.meal_days)

    async def run(now: datetime) -> None:
        over = select(Seminar.id).where(Seminar.ends_at <= now - after)
        async with parts.database.write() as session:
            done = await session.execute(
                update(Registration)
                .where(Registration.seminar_id.in_(over), _private())
                .values(meal=None, carpool=None)
                .execution_options(synchronize_session=False)
            )
        count = getattr(done, "rowcount", 0)
        if count:
            log.info("registrations.forgotten", rows=count)

    async def next_due(session: AsyncSession) -> datetime | None:
        last = await session.scalar(
            select(func.min(Seminar.ends_at))
            .join(Registration, Registration.seminar_id == Seminar.id)
            .where(_private())
        )
        return None if last is None else last + after

    return Tick("registrations.forget", run, next_due, every=3600.0)


def _private() -> ColumnElement[bool]:
    return or_(Registration.meal.is_not(None), Registration.carpool.is_not(None))


def _held(now: datetime) -> ColumnElement[bool]:
    return (Seminar.state == State.PUBLISHED) & (Seminar.starts_at > now)


def _has_room() -> ColumnElement[bool]:
    """Say in SQL that somebody waits while there is a place."""
    of_it = select(func.count()).where(Registration.seminar_id == Seminar.id)
    waiting = of_it.where(Registration.state.in_(HOLDING), registrations.waits())
    taken = of_it.where(Registration.state.in_(COMING), Registration.mode == Mode.SITE)
    some = waiting.correlate(Seminar).scalar_subquery() > 0
    room = Seminar.capacity.is_(None) | (
        taken.correlate(Seminar).scalar_subquery() < Seminar.capacity
    )
    return some & room
