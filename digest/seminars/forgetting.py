"""Guests whom nobody has a reason to know any more: never confirmed, or not invited for long.

The regulation (EU) 2016/679, art. 5-1-e, wants data kept no longer than needed. What proves that a
funded meeting took place stays: who was there, and what was sent.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, String, cast, exists, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.room import Tick
from digest.seminars import guests, names
from digest.seminars.guests import Holders
from digest.seminars.models import Guest, InvitedGroup, Registration, Seminar
from digest.seminars.rules import RegistrationState

log = structlog.get_logger()

EVERY = 6 * 3600.0
_AT_ONCE = 200
_MONTH = timedelta(days=30.44)


def tick(parts: Parts, holders: Holders) -> Tick:
    """Return the tick that lets them go, some at a time: it may be cut anywhere.

    So go, of everybody, the answers to the free questions of meetings that are as old; and what
    was on its way to or from a guest when somebody erased them. `holders` are the meetings' rooms:
    who is only too old for those may have just written to the hotline.
    """

    async def run(now: datetime) -> None:
        old = now - parts.settings.seminars.guest_months * _MONTH
        unconfirmed = now - timedelta(days=parts.settings.digest.unconfirmed_days)
        await _forget_answers(parts, old)
        count = 0
        while some := await _forget(parts, holders, _unneeded(old, unconfirmed), now):
            count += some
        again = await _forget(parts, holders, guests.left_over(), now)
        await parts.database.scrub()  # an animator's press erases too, and cannot do that
        if count or again:
            log.info("seminars.guests_forgotten", guests=count, again=again)

    return Tick("seminars.forget_guests", run, _no_hurry, every=EVERY)


async def _no_hurry(_session: AsyncSession) -> datetime | None:
    return None


def _unneeded(old: datetime, unconfirmed: datetime) -> ColumnElement[bool]:
    """Match guests without any meeting that is later than `old`.

    What was asked for before `unconfirmed`, and never confirmed, does not count.
    """
    party = literal(f"{names.GUEST}:") + cast(Guest.id, String)
    later = exists().where(Seminar.ends_at > old)
    requested = or_(
        Registration.state != RegistrationState.ASKED,
        Registration.invited_at.is_not(None),
        Registration.requested_at > unconfirmed,
    )
    registered = later.where(
        Registration.seminar_id == Seminar.id, Registration.party == party, requested
    )
    named = later.where(InvitedGroup.seminar_id == Seminar.id, InvitedGroup.value == party)
    known = Guest.email.is_not(None) & (Guest.created_at < unconfirmed)
    return known & ~registered & ~named


async def _forget(
    parts: Parts, holders: Holders, wanted: ColumnElement[bool], now: datetime
) -> int:
    async with parts.database.write() as session:
        found = await session.scalars(select(Guest.id).where(wanted).limit(_AT_ONCE))
        ids = found.all()
        for identity in ids:
            await guests.let_go(session, holders, identity, now)
        return len(ids)


async def _forget_answers(parts: Parts, old: datetime) -> None:
    over = select(Seminar.id).where(Seminar.ends_at <= old)
    said = cast(Registration.answers, String) != "{}"
    async with parts.database.write() as session:
        await session.execute(
            update(Registration)
            .where(Registration.seminar_id.in_(over), said)
            .values(answers={})
            .execution_options(synchronize_session=False)
        )
