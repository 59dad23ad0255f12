"""Whom an announcement concerns, read by chunks, and what they were told before."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.models import Delivery
from core.ledger.rules import State
from digest.seminars import names
from digest.seminars.models import Announcement, Registration
from digest.seminars.reminding.decide import Announced, Concerned, Told, What, states_of
from digest.seminars.reminding.names import slots_of
from digest.seminars.rules import RegistrationState


async def following(
    session: AsyncSession, seminar: int, announced: Announced, after: int, limit: int
) -> Sequence[Concerned]:
    """Return those whom an announcement may concern, whose registration's id is above `after`."""
    row, states = Registration, states_of(announced.what, announced.name)
    rows = await session.execute(
        select(row.id, row.party, row.state, row.registered_at, row.invited_at, row.answered_at)
        .where(
            row.seminar_id == seminar,
            row.state.in_([state.value for state in states]),
            row.id > after,
        )
        .order_by(row.id)
        .limit(limit)
    )
    return [
        Concerned(
            each.id, each.party, RegistrationState(each.state), each.registered_at,
            each.invited_at, each.answered_at,
        )
        for each in rows
    ]  # fmt: skip


async def told(
    session: AsyncSession, seminar: int, parties: Collection[str]
) -> Mapping[str, Sequence[Told]]:
    """Return what was posted to people who have not answered: their invitation, and changes."""
    if not parties:
        return {}
    updates = select(Announcement.name, Announcement.version).where(
        Announcement.seminar_id == seminar, Announcement.what == What.UPDATE.value
    )
    slots = [names.invitation_slot(seminar)]
    slots += [names.slot(seminar, row.name, row.version) for row in await session.execute(updates)]
    rows = await session.execute(
        select(Delivery.recipient, Delivery.state, Delivery.resent, Delivery.values).where(
            Delivery.kind.in_([names.INVITATION, names.UPDATE]),
            Delivery.slot.in_([each for slot in slots for each in slots_of(slot)]),
            Delivery.recipient.in_(parties),
        )
    )
    found: dict[str, list[Told]] = {}
    for row in rows:
        version = int(row.values.get(names.VERSION) or 0)
        found.setdefault(row.recipient, []).append(Told(State(row.state), version, row.resent))
    return found


async def leaving(session: AsyncSession, seminar: int) -> bool:
    """Say whether something about a seminar is being sent at this very moment."""
    wanted = exists().where(
        Delivery.cause == str(names.seminar_reference(seminar)),
        Delivery.state == State.SENDING.value,
    )
    return bool(await session.scalar(select(wanted)))
