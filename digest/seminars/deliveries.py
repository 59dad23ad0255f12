"""What is checked right before anything about a meeting leaves, for several recipients at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import (
    DeliveryKind,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Settled,
    Skip,
    nothing_more,
)
from core.parts import Parts
from digest.seminars import names
from digest.seminars.contacts import Contact, contacts_of
from digest.seminars.decide import State
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering.again import told_again
from digest.seminars.rules import PENDING, RegistrationState
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import reasons_of

Refusal = Callable[[Seminar, Parcel, datetime], str | None]
"""Why something must not leave; None when it may."""

ASKED_NOTHING = frozenset({RegistrationState.INVITED, RegistrationState.EXCUSED})
"""The states of who does not come, nor said that they would."""


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return the kinds of what answers a request: all leave again when in doubt, marked as such."""
    return (kind(names.CONFIRMATION, PENDING, current, told_again(parts)),)


def kind(
    name: str,
    wanted: Collection[RegistrationState],
    refusal: Refusal,
    settled: Settled = nothing_more,
    unasked: Collection[Reason] = (),
) -> DeliveryKind:
    """Return a kind that leaves to who is in one of the `wanted` states, unless refused.

    In doubt, it leaves again, marked as such. `settled` is told of refusals only. No mail goes to
    an address in error, nor, for the `unasked` reasons, to who asked for nothing.
    """

    async def prepare_many(
        session: AsyncSession, parcels: Sequence[Parcel], now: datetime
    ) -> Sequence[Ready | Skip]:
        return await _rechecked(session, parcels, wanted, refusal, unasked, now)

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        (answer,) = await _rechecked(session, [parcel], wanted, refusal, unasked, now)
        return answer

    return DeliveryKind(
        name,
        Policy.RESEND,
        prepare,
        settled,
        prepare_many,
        only_refusals=settled is not nothing_more,
    )


def current(seminar: Seminar, parcel: Parcel, now: datetime) -> str | None:
    """Refuse what speaks of another date than the present one, or comes too late."""
    return held(seminar, parcel, now) or outdated(seminar, parcel, now)


def outdated(seminar: Seminar, parcel: Parcel, _now: datetime) -> str | None:
    """Refuse what speaks of another version than the present one."""
    told = parcel.values.get(names.VERSION) or parcel.slot.rpartition("/v")[2]
    return None if told == str(seminar.version) else "moved"


def held(seminar: Seminar, _parcel: Parcel, now: datetime) -> str | None:
    """Refuse to speak of a seminar that is cancelled, or has begun."""
    if seminar.state != State.PUBLISHED:
        return seminar.state
    return "begun" if now >= seminar.starts_at else None


def cancelled(seminar: Seminar, _parcel: Parcel, _now: datetime) -> str | None:
    """Say that a seminar is cancelled only when it is."""
    return None if seminar.state == State.CANCELLED else seminar.state


async def _rechecked(  # noqa: PLR0917  # what was asked of the kind, and the present
    session: AsyncSession,
    parcels: Sequence[Parcel],
    wanted: Collection[RegistrationState],
    refusal: Refusal,
    unasked: Collection[Reason],
    now: datetime,
) -> list[Ready | Skip]:
    """Answer for each parcel, in their order, by a few queries whatever their number."""
    numbers = {parcel.cause.number for parcel in parcels}
    found = await session.scalars(select(Seminar).where(Seminar.id.in_(numbers)))
    seminars = {seminar.id: seminar for seminar in found}
    states = await _states(session, numbers, {str(parcel.recipient) for parcel in parcels})
    contacts = await contacts_of(session, {parcel.recipient for parcel in parcels})
    emails = {each.email.lower() for each in contacts.values() if each.email}
    reasons = await reasons_of(session, emails)

    def answer(parcel: Parcel) -> Ready | Skip:
        seminar = seminars.get(parcel.cause.number)
        if seminar is None:
            return Skip("unknown")
        reason = refusal(seminar, parcel, now)
        if reason is not None:
            return Skip(reason)
        state = states.get((seminar.id, str(parcel.recipient)))
        only = parcel.values.get(names.ONLY)
        if state is None or state not in ({only} if only else wanted):
            return Skip(state or "not_registered")
        unwritten = {Reason.BOUNCED, *(unasked if state in ASKED_NOTHING else ())}
        return _reached(parcel, contacts.get(str(parcel.recipient)), reasons, unwritten)

    return [answer(parcel) for parcel in parcels]


async def _states(
    session: AsyncSession, seminars: Collection[int], parties: Collection[str]
) -> Mapping[tuple[int, str], str]:
    rows = await session.execute(
        select(Registration.seminar_id, Registration.party, Registration.state).where(
            Registration.seminar_id.in_(seminars), Registration.party.in_(parties)
        )
    )
    return {(row.seminar_id, row.party): row.state for row in rows}


def _reached(
    parcel: Parcel,
    contact: Contact | None,
    reasons: Mapping[str, Reason],
    unwritten: Collection[Reason],
) -> Ready | Skip:
    """Say where a parcel goes. Who left the letter still gets what concerns their registration."""
    if contact is None:
        return Skip("erased")
    address = contact.address(parcel.channel)
    if address is None:
        return Skip("no_address")
    if not isinstance(address, MailAddress):
        return Ready(address)
    reason = reasons.get(address.email.lower())
    if reason is not None and reason in unwritten:
        return Skip(reason.value)
    return Ready(address, {names.ATTENDEE: address.email})
