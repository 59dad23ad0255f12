"""The registrations' kinds of deliveries, and what is checked right before each one leaves."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, MailAddress, Parcel, Policy, Prepare, Ready, Skip
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.contacts import contact_of
from digest.seminars.decide import State
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering.again import MOVED, told_again
from digest.seminars.registering.decide import COMING
from digest.seminars.registering.names import GONE, PROMOTED, REGISTERED, WAITING, WHO
from digest.seminars.reminding.names import is_elsewhere
from digest.seminars.rules import RegistrationState
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import reason_of

LEFT = frozenset(
    {
        RegistrationState.CANCELLED,
        RegistrationState.EXCUSED,
        RegistrationState.REPRESENTED,
    }
)
"""The states of who is not expected."""

ANSWERS = frozenset({REGISTERED, WAITING, GONE})
"""What answers a request: only the last one is worth an answer."""

Wanted = Callable[[Registration], bool]
"""Whether somebody's standing is still what is to be told."""


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind that registrations send: all leave again when in doubt, marked as such."""
    wanted: dict[str, Wanted] = {
        REGISTERED: lambda one: one.state == RegistrationState.REGISTERED,
        WAITING: lambda one: one.queue is not None,
        PROMOTED: lambda one: one.state in COMING and one.queue is None,
        GONE: lambda one: one.state in LEFT,
    }
    again = told_again(parts)
    return tuple(
        DeliveryKind(name, Policy.RESEND, _prepare(parts, some), again, only_refusals=True)
        for name, some in wanted.items()
    )


def _prepare(parts: Parts, wanted: Wanted) -> Prepare:
    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        seminar = await store.by_id(session, parcel.cause.number)
        reason = "unknown" if seminar is None else _refusal(seminar, now)
        if seminar is None or reason:
            return Skip(reason)
        if await contact_of(session, parcel.recipient) is None:
            return Skip("erased")
        registration = await registrations.of_party(session, seminar.id, parcel.recipient)
        if registration is None or not wanted(registration):
            return Skip("not_registered" if registration is None else registration.state)
        if _superseded(registration, parcel):
            return Skip("superseded")
        if parcel.values.get(names.VERSION, str(seminar.version)) != str(seminar.version):
            return Skip(MOVED)
        return await _ready(session, parts, registration, parcel)

    return prepare


def _refusal(seminar: Seminar, now: datetime) -> str:
    """Refuse to speak of a seminar that is cancelled, or has begun."""
    if seminar.state != State.PUBLISHED:
        return seminar.state
    return "begun" if now >= seminar.starts_at else ""


def _superseded(registration: Registration, parcel: Parcel) -> bool:
    """Say whether they asked for something else since, which has its own answer."""
    slot = parcel.slot.rpartition("/")[0] if is_elsewhere(parcel.slot) else parcel.slot
    request = slot.rpartition("/")[2]
    return parcel.kind in ANSWERS and request != str(registration.requests)


async def _ready(
    session: AsyncSession, parts: Parts, registration: Registration, parcel: Parcel
) -> Ready | Skip:
    contact = await contact_of(session, parcel.recipient)
    if contact is None:
        return Skip("erased")
    address = contact.address(parcel.channel)
    if address is None:
        return Skip("no_address")
    if isinstance(address, MailAddress) and await _in_error(session, address):
        return Skip(Reason.BOUNCED.value)
    who = "" if parcel.kind == WAITING else registration.represented_by
    if not who and registration.registered_by:
        who = await _name(session, registration.registered_by) or parts.settings.network.name
    return Ready(address, {WHO: who} if who else {})


async def _in_error(session: AsyncSession, address: MailAddress) -> bool:
    return await reason_of(session, address.email) is Reason.BOUNCED


async def _name(session: AsyncSession, party: str) -> str:
    """Return the name of who registered somebody else; it is not stored in the row."""
    by = Party.parse(party)
    person = await session.get(Person, by.number) if by.kind == names.PERSON else None
    return person.name if person else ""
