"""Groups of invited people, and the rounds in which invitations leave.

No function here commits but `leave`, which is what the clock brings.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.failpoints import reach
from core.followers import Followers
from core.one_by_one import one_by_one
from core.parts import Parts
from core.people.store import person_by_email
from core.reference import Party
from digest.seminars import names, store
from digest.seminars.decide import State
from digest.seminars.inviting import reading
from digest.seminars.inviting.decide import (
    Candidate,
    Group,
    RoundState,
    may_hold_back,
    still_leaves,
)
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.inviting.rules import TypedGuest
from digest.seminars.models import Guest, InvitedGroup, Registration, Seminar
from digest.seminars.reminding import announcements
from digest.seminars.reminding.decide import What
from digest.seminars.rules import RegistrationState

log = structlog.get_logger()

CHUNK = 500
"""Rows written in one transaction."""

INVITATION = "invitation"
"""How the announcement of a meeting's invitations is called."""

Over = Callable[[AsyncSession, Seminar, InvitationRound], Awaitable[None]]
"""What is told that a round waits no more."""


async def add_group(
    session: AsyncSession, seminar: Seminar, group: Group, now: datetime, actor: Party
) -> bool:
    """Invite a group; False when it was invited already, whatever it was then."""
    values = {
        "seminar_id": seminar.id,
        "what": group.kind.value,
        "value": group.value,
        "extended": group.extended,
        "added_at": now,
    }
    made = insertion(session)(InvitedGroup).values(values).on_conflict_do_nothing()
    row = await session.scalar(made.returning(InvitedGroup.id))
    if row is not None:
        await _record(session, seminar, "seminars.group_added", group, now, actor)
    return row is not None


async def remove_group(
    session: AsyncSession, seminar: Seminar, group: Group, now: datetime, actor: Party
) -> bool:
    """Take a group out; who was invited already stays so. False when it was not there."""
    gone = await session.scalar(
        delete(InvitedGroup)
        .where(
            InvitedGroup.seminar_id == seminar.id,
            InvitedGroup.what == group.kind.value,
            InvitedGroup.value == group.value,
        )
        .returning(InvitedGroup.id)
    )
    if gone is not None:
        await _record(session, seminar, "seminars.group_removed", group, now, actor)
    return gone is not None


async def set_extended(
    session: AsyncSession, seminar: Seminar, group_id: int, now: datetime, *, extended: bool
) -> None:
    """Say whether a group of a committee belongs to its extended audience only."""
    row = await session.get(InvitedGroup, group_id)
    if row is not None and row.seminar_id == seminar.id:
        row.extended = extended
        seminar.updated_at = now


async def guest_group(
    session: AsyncSession, parts: Parts, typed: TypedGuest, now: datetime
) -> Party:
    """Return who somebody typed is: a person of the directory, or a guest, made if need be.

    A guest who was known keeps what was not typed again.
    """
    person = await person_by_email(session, typed.email)
    if person is not None:
        return names.person_party(person.id)
    values = {
        "email": typed.email,
        "language": parts.settings.network.language,
        "created_at": now,
        "name": "",
        "organisation": "",
        "function": "",
    }
    await session.execute(insertion(session)(Guest).values(values).on_conflict_do_nothing())
    guest = (await session.scalars(select(Guest).where(Guest.email == typed.email))).one()
    guest.name = typed.name or guest.name
    guest.organisation = typed.organisation or guest.organisation
    guest.function = typed.function or guest.function
    await session.flush()
    return names.guest_party(guest.id)


# --- Rounds --------------------------------------------------------------------------------------


async def plan_round(
    session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime, actor: Party
) -> InvitationRound:
    """Have the invitations of a published meeting leave once nobody held them back in time."""
    hold = timedelta(minutes=parts.settings.seminars.hold_minutes)
    row = InvitationRound(
        seminar_id=seminar.id,
        state=RoundState.PLANNED.value,
        due_at=now + hold,
        planned_at=now,
        planned_by=str(actor),
    )
    session.add(row)
    seminar.invited_at = seminar.invited_at or row.due_at
    await session.flush()
    acts.record(
        session, actor, "seminars.inviting", names.seminar_reference(seminar.id), now, round=row.id
    )
    return row


async def hold_back(
    session: AsyncSession, seminar: Seminar, number: int, now: datetime, actor: Party
) -> InvitationRound | None:
    """Hold back a round of a meeting that is locked; None when it is too late, or none."""
    row = await session.get(InvitationRound, number, with_for_update=True)
    if row is None or row.seminar_id != seminar.id:
        return None
    if not may_hold_back(RoundState(row.state), row.due_at, now):
        return None
    row.state, row.settled_at = RoundState.HELD.value, now
    await session.flush()
    seminar.invited_at = await _first(session, seminar.id)
    acts.record(
        session, actor, "seminars.held_back", names.seminar_reference(seminar.id), now, round=row.id
    )
    return row


async def waiting_round(session: AsyncSession, seminar: int) -> InvitationRound | None:
    """Return the round of a meeting that is still to leave, if there is one."""
    return await session.scalar(
        select(InvitationRound).where(
            InvitationRound.seminar_id == seminar, InvitationRound.state == RoundState.PLANNED
        )
    )


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when invitations leave next."""
    wanted = InvitationRound.state == RoundState.PLANNED
    return await session.scalar(select(func.min(InvitationRound.due_at)).where(wanted))


async def leave(parts: Parts, followers: Followers, now: datetime, over: Over) -> None:
    """Write down whom the rounds that are due invite, in chunks, and have them told.

    `over` is told of each round that has left, or will not. It can stop anywhere and begin again:
    who has a row is never invited again.
    """
    async with parts.database.read() as session:
        due = await session.scalars(
            select(InvitationRound.id)
            .where(InvitationRound.state == RoundState.PLANNED, InvitationRound.due_at <= now)
            .order_by(InvitationRound.due_at, InvitationRound.id)
        )
        identities = due.all()

    async def leave_all(identity: int) -> None:
        while await _leave_some(parts, followers, identity, now, over):
            reach("invitations.between_chunks")

    await one_by_one(identities, leave_all)


async def _leave_some(
    parts: Parts, followers: Followers, identity: int, now: datetime, over: Over
) -> bool:
    """Invite one chunk of a round; say whether more is to come."""
    async with parts.database.write() as session:
        seminar = await _seminar_of(session, identity)
        row = await session.get_one(InvitationRound, identity, with_for_update=True)
        if row.state != RoundState.PLANNED:  # another process, or « Retenir », was quicker
            return False
        if not still_leaves(State(seminar.state), seminar.starts_at, now):
            row.state, row.settled_at = RoundState.HELD.value, now
            await over(session, seminar, row)
            return False
        new = (await reading.invited(session, seminar, followers, now)).new
        await _invite(session, seminar, new[:CHUNK], now)
        row.count += len(new[:CHUNK])
        if len(new) > CHUNK:
            return True
        row.state, row.settled_at = RoundState.LEFT.value, now
        await announcements.plan(session, seminar, What.INVITATION, INVITATION, now)
        await over(session, seminar, row)
        log.info("invitations.left", seminar=seminar.id, round=row.id, count=row.count)
        return False


async def _seminar_of(session: AsyncSession, identity: int) -> Seminar:
    wanted = select(InvitationRound.seminar_id).where(InvitationRound.id == identity)
    seminar = await store.by_id(session, (await session.scalars(wanted)).one(), lock=True)
    if seminar is None:
        raise LookupError(f"round {identity} is about no meeting")
    return seminar


async def _invite(
    session: AsyncSession, seminar: Seminar, people: Sequence[Candidate], now: datetime
) -> None:
    rows = [
        {
            "seminar_id": seminar.id,
            "party": one.party,
            "name": "" if one.is_person or one.name == one.email else one.name,
            "organisation": "" if one.is_person else " ".join(one.places),
            "function": one.function,
            "state": RegistrationState.INVITED.value,
            "invited_at": now,
        }
        for one in people
    ]
    if rows:  # somebody may register at this very moment: they need no invitation
        insert = insertion(session)(Registration).values(rows)
        await session.execute(
            insert.on_conflict_do_update(
                index_elements=["seminar_id", "party"],
                set_={"state": insert.excluded.state, "invited_at": insert.excluded.invited_at},
                where=Registration.state == RegistrationState.ASKED,
            ).execution_options(synchronize_session=False)
        )


async def _first(session: AsyncSession, seminar: int) -> datetime | None:
    """Return when the first invitations of a meeting leave, or left."""
    return await session.scalar(
        select(func.min(InvitationRound.due_at)).where(
            InvitationRound.seminar_id == seminar, InvitationRound.state != RoundState.HELD
        )
    )


async def _record(  # noqa: PLR0917  # what happened to what, then when and by whom
    session: AsyncSession, seminar: Seminar, verb: str, group: Group, now: datetime, actor: Party
) -> None:
    seminar.updated_at = now
    reference = names.seminar_reference(seminar.id)
    acts.record(session, actor, verb, reference, now, what=group.kind.value, value=group.value)
    await session.flush()


def insertion(session: AsyncSession) -> Any:
    """Return the insertion of this database, which knows of conflicts."""
    dialect = session.get_bind().dialect.name
    return sqlite.insert if dialect == "sqlite" else postgresql.insert
