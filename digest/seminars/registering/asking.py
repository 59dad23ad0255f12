"""Who asks for a place on the page of a meeting: their mailbox confirms it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.seminars import names, registrations, rendering, store
from digest.seminars.contacts import contact_of
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering import standing, telling
from digest.seminars.registering.decide import HOLDING
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import (
    Answer,
    Confirmation,
    RegistrationState,
    Visitor,
    answer_to,
    confirmation_of,
)


async def ask(
    session: AsyncSession, parts: Parts, seminar: Seminar, visitor: Visitor, now: datetime
) -> Answer:
    """Take a request from the page and draft the mail that answers it.

    An address of the directory is that person's. Returns what was done, for logs: the visitor
    must not be able to tell. The meeting is locked before any guest or registration.
    """
    seminar = await store.by_id(session, seminar.id, lock=True) or seminar
    party = await party_of(session, parts, seminar, visitor.email, now)
    registration = await registrations.opened(session, seminar.id, party, visitor.name)
    state = RegistrationState(registration.state)
    answer = answer_to(state, registration.requests, registration.requested_at, now)
    if answer is Answer.NOTHING:
        return answer
    registration.requested_at = now
    if answer is Answer.REGISTRATION:
        said = telling.said_of(registration)
        await telling.tell(session, parts, seminar, registration, said, Doing(now))
        return answer
    registration.requests += 1
    if state not in {RegistrationState.INVITED, RegistrationState.EXCUSED}:
        registration.state = RegistrationState.ASKED.value
        registration.name = visitor.name if party.kind == names.GUEST else ""
    await post_confirmation(session, parts, seminar, registration, now)
    return answer


async def confirm(
    session: AsyncSession, parts: Parts, registration: Registration, now: datetime
) -> Confirmation:
    """Confirm a registration that waits for it, and tell so by mail; say what became of it.

    Without a place left, it goes to the waiting list.
    """
    seminar = await store.of_registration(session, registration.id, lock=True)
    if seminar is None:
        raise LookupError(f"no seminar of registration {registration.id}")
    outcome = await outcome_of(session, seminar, registration)
    if outcome is Confirmation.DONE:
        await _keep_name(session, registration)
        choice = registrations.choice_of(registration)
        await registrations.admit(session, seminar, registration, choice, now)
        said = telling.said_of(registration)
        await telling.tell(session, parts, seminar, registration, said, Doing(now))
    return outcome


async def _keep_name(session: AsyncSession, registration: Registration) -> None:
    """Know a guest by the name that their mailbox confirmed, if by none yet."""
    party = Party.parse(registration.party)
    guest = await session.get(Guest, party.number) if party.kind == names.GUEST else None
    if guest is not None and not guest.name:
        guest.name = registration.name


async def outcome_of(
    session: AsyncSession, seminar: Seminar, registration: Registration
) -> Confirmation:
    """Say what confirming would do: nothing where only those invited come by now."""
    requested = registration.requested_at is not None
    outcome = confirmation_of(RegistrationState(registration.state), requested=requested)
    party = Party.parse(registration.party)
    if outcome is Confirmation.DONE and not await standing.may_come(session, seminar, party):
        return Confirmation.ASK_AGAIN
    return outcome


async def party_of(
    session: AsyncSession, parts: Parts, seminar: Seminar, email: str, now: datetime
) -> Party:
    """Return whose address it is: a person's, or a guest's, made if need be.

    Who holds a place as a guest keeps it when they come to be of the directory.
    """
    person = await session.scalar(select(Person.id).where(func.lower(Person.email) == email))
    if person is not None:
        twin = await _holding_guest(session, seminar, email)
        return names.person_party(person) if twin is None else twin
    insert = registrations.insertion(session)
    language = parts.settings.network.language
    values = {"email": email, "language": language, "created_at": now}
    await session.execute(insert(Guest).values(values).on_conflict_do_nothing())
    guest = await session.scalars(select(Guest.id).where(Guest.email == email))
    return names.guest_party(guest.one())


async def post_confirmation(
    session: AsyncSession, parts: Parts, seminar: Seminar, registration: Registration, now: datetime
) -> None:
    """Draft the mail whose link confirms; who has no mailbox asked for nothing."""
    party = Party.parse(registration.party)
    contact = await contact_of(session, party)
    if contact is None or not contact.email:
        return
    links = {
        names.CONFIRM_URL: names.confirmation_url(parts, registration.id, registration.requests)
    }
    version = {names.VERSION: str(seminar.version)}
    draft = Draft(
        kind=names.CONFIRMATION,
        slot=names.answer_slot(seminar.id, Answer.CONFIRMATION, registration.requests),
        recipient=party,
        content=rendering.mail(
            parts, "seminar_confirmation", seminar, contact.language, tuple(links)
        ),
        cause=names.seminar_reference(seminar.id),
        due_at=now,
        values=links | version,
    )
    await post(session, [draft], now)


async def _holding_guest(session: AsyncSession, seminar: Seminar, email: str) -> Party | None:
    """Return the guest of an address who holds a place, if there is one."""
    found = await session.scalar(select(Guest.id).where(Guest.email == email))
    if found is None:
        return None
    guest = names.guest_party(found)
    row = await registrations.of_party(session, seminar.id, guest)
    return guest if row is not None and row.state in HOLDING else None
