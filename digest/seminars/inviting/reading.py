"""The directory as invitations see it, and whom a meeting's groups invite. Nothing here writes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.followers import Followers
from core.ledger.draft import Channel
from core.people.models import Account, Membership, Person, Structure, Territory
from core.people.store import TELEGRAM, held
from core.reference import Party
from digest.seminars import names
from digest.seminars.inviting.decide import (
    Audience,
    Candidate,
    Directory,
    Group,
    GroupKind,
    Resolved,
    audience_of,
    resolve,
    to_invite,
)
from digest.seminars.models import Guest, InvitedGroup, Registration, Seminar
from digest.seminars.rules import RegistrationState
from digest.subscribers import suppression
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Reason
from digest.subscribers.rules import State as Subscription

CHUNK = 2_000
"""Addresses looked up by one question."""

INVITED_BEFORE = frozenset(RegistrationState) - {
    RegistrationState.ASKED,
    RegistrationState.CANCELLED,
}
"""The states of who was invited to an earlier meeting, or came to it."""


UNINVITED = frozenset({Reason.BOUNCED, Reason.COMPLAINED, Reason.OPERATOR})
"""The reasons for which an address gets no invitation. Who objected did so to the letter."""


@dataclass(frozen=True)
class Invited:
    """Whom a meeting invites: its groups, by the ids of their rows, and who they are.

    `people` are those whom the audience in force invites, `new` those of them who were not yet.
    """

    groups: Mapping[int, Group]
    audience: Audience
    resolved: Resolved
    new: tuple[Candidate, ...]

    @property
    def people(self) -> tuple[Candidate, ...]:
        """Everybody whom the groups invite."""
        return self.resolved.invited


async def invited(
    session: AsyncSession, seminar: Seminar, followers: Followers, now: datetime
) -> Invited:
    """Return whom a meeting invites, as the directory is at `now`."""
    groups = await groups_of(session, seminar.id)
    audience = audience_of(seminar.kind, seminar.audience)
    there = await directory(session, groups.values(), followers, now)
    resolved = resolve(groups.values(), there, audience)
    known = {**await _twins(session, seminar.id), **await states(session, seminar.id)}
    new = to_invite(resolved.invited, known)
    return Invited(groups, audience, resolved, new)


async def groups_of(session: AsyncSession, seminar: int) -> Mapping[int, Group]:
    """Return the groups of a meeting by the ids of their rows, in the order they were added."""
    rows = await session.scalars(
        select(InvitedGroup).where(InvitedGroup.seminar_id == seminar).order_by(InvitedGroup.id)
    )
    return {row.id: Group(GroupKind(row.what), row.value, row.extended) for row in rows}


async def states(session: AsyncSession, seminar: int) -> Mapping[str, RegistrationState]:
    """Return what everybody answered about a meeting, by party."""
    rows = await session.execute(
        select(Registration.party, Registration.state).where(Registration.seminar_id == seminar)
    )
    return {row.party: RegistrationState(row.state) for row in rows}


async def _twins(session: AsyncSession, seminar: int) -> Mapping[str, RegistrationState]:
    """Return what people answered as guests, before they were of the directory, by their party."""
    rows = await session.execute(
        select(Person.id, Registration.state)
        .join(Guest, Guest.email == func.lower(Person.email))
        .join(Registration, Registration.party == literal("guest:") + cast(Guest.id, String))
        .where(Registration.seminar_id == seminar)
    )
    return {str(names.person_party(row.id)): RegistrationState(row.state) for row in rows}


async def directory(
    session: AsyncSession, groups: Iterable[Group], followers: Followers, now: datetime
) -> Directory:
    """Return the whole directory, and the guests, followers and earlier people of some groups."""
    groups = list(groups)
    themes = {
        one.value: await _followers(session, one.value, followers, now)
        for one in groups
        if one.kind is GroupKind.THEME
    }
    earlier = {
        one.value: await _invited_to(session, int(one.value))
        for one in groups
        if one.kind is GroupKind.AGENDA
    }
    guests = {one.value for one in groups if one.kind is GroupKind.GUEST}
    wanted = {party for party in guests.union(*earlier.values()) if party.startswith("guest:")}
    people = [*await _people(session, now), *await _guests(session, wanted)]
    return Directory({one.party: one for one in people}, themes, earlier)


async def _people(session: AsyncSession, now: datetime) -> Sequence[Candidate]:
    rows = (
        await session.scalars(
            select(Person).where((Person.given_name != "") | (Person.family_name != ""))
        )
    ).all()
    places = await _places(session, now)
    chats = await _chats(session)
    refused = await _suppressed(session, [row.email for row in rows if row.email])
    return [
        Candidate(
            party=str(names.person_party(row.id)),
            name=row.name,
            email=(row.email or "").lower(),
            chat=row.id in chats,
            prefers_chat=row.preferred_channel == Channel.CHAT,
            suppressed=(row.email or "").lower() in refused,
            **_held(places.get(row.id, ()), blocked=row.blocked_at is not None),
        )
        for row in rows
    ]


async def _places(session: AsyncSession, now: datetime) -> Mapping[int, Sequence[Any]]:
    rows = await session.execute(
        select(
            Membership.person_id,
            Membership.role,
            Membership.territory_id,
            Membership.structure_id,
            Territory.name.label("territory"),
            Structure.name.label("structure"),
        )
        .outerjoin(Territory, Territory.id == Membership.territory_id)
        .outerjoin(Structure, Structure.id == Membership.structure_id)
        .where(held(now))
        .order_by(Membership.id)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _held(rows: Sequence[Any], *, blocked: bool) -> Mapping[str, Any]:
    """Return what somebody is now: nothing counts while they are blocked."""
    places = (place for row in rows for place in (row.structure, row.territory) if place)
    return {
        "present": bool(rows) and not blocked,
        "roles": frozenset(row.role for row in rows),
        "territories": frozenset(row.territory_id for row in rows if row.territory_id),
        "structures": frozenset(row.structure_id for row in rows if row.structure_id),
        "places": tuple(dict.fromkeys(places)),
    }


async def _chats(session: AsyncSession) -> frozenset[int]:
    """Return who is reached in chat: the account linked last has not blocked the bot."""
    rows = await session.execute(
        select(Account.person_id, Account.blocked_at)
        .where(Account.channel == TELEGRAM)
        .order_by(Account.linked_at, Account.id)
    )
    last = {row.person_id: row.blocked_at is None for row in rows}
    return frozenset(person for person, reached in last.items() if reached)


async def _suppressed(session: AsyncSession, emails: Sequence[str]) -> frozenset[str]:
    lowered = [email.lower() for email in emails]
    found: set[str] = set()
    for start in range(0, len(lowered), CHUNK):
        reasons = await suppression.reasons_of(session, lowered[start : start + CHUNK])
        found |= {email for email, reason in reasons.items() if reason in UNINVITED}
    return frozenset(found)


async def _guests(session: AsyncSession, parties: Collection[str]) -> Sequence[Candidate]:
    ids = [Party.parse(party).number for party in parties]
    rows = (await session.scalars(select(Guest).where(Guest.id.in_(ids)))).all()
    refused = await _suppressed(session, [row.email for row in rows if row.email])
    return [
        Candidate(
            party=str(names.guest_party(row.id)),
            name=row.name or (row.email or ""),
            email=row.email or "",
            suppressed=row.email in refused,
            present=row.email is not None,
            places=(row.organisation,) if row.organisation else (),
            function=row.function,
        )
        for row in rows
    ]


async def _followers(
    session: AsyncSession, theme: str, followers: Followers, now: datetime
) -> frozenset[str]:
    """Return who follows a theme: in chat, or as one who chose it for the letter's mails."""
    rows = await session.execute(
        select(Subscriber.person_id, Subscriber.themes).where(
            Subscriber.person_id.is_not(None),
            Subscriber.state == Subscription.CONFIRMED.value,
            Subscriber.confirmed_at <= now,
        )
    )
    by_mail = {row.person_id for row in rows if theme in row.themes}
    people = by_mail | await followers(session, theme)
    return frozenset(str(names.person_party(person)) for person in people)


async def _invited_to(session: AsyncSession, seminar: int) -> frozenset[str]:
    known = await states(session, seminar)
    return frozenset(party for party, state in known.items() if state in INVITED_BEFORE)
