"""Who comes: reading and writing registrations, and drafting the mails that answer them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.seminars import names, rendering
from digest.seminars.contacts import contact_of
from digest.seminars.decide import Registered
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.rules import (
    Answer,
    Confirmation,
    RegistrationState,
    Visitor,
    answer_to,
    confirmation_of,
)

MAILS = {
    Answer.CONFIRMATION: (names.CONFIRMATION, "seminar_confirmation"),
    Answer.REGISTRATION: (names.REGISTRATION, "registration"),
}
"""The kind and the template of each answer."""


async def register(
    session: AsyncSession, seminar: Seminar, party: Party, now: datetime, name: str = ""
) -> Registration:
    """Register a party (`person:5`, `guest:3`); doing it again changes nothing.

    Whether the seminar takes registrations is the caller's business, as is the mail.
    """
    registration = await _open(session, seminar.id, party, name)
    _settle(session, registration, now)
    return registration


async def unregister(session: AsyncSession, registration: Registration, now: datetime) -> bool:
    """Cancel a registration; say whether it was one."""
    if registration.state == RegistrationState.CANCELLED:
        return False
    registration.state = RegistrationState.CANCELLED.value
    registration.cancelled_at = now
    registration.requested_at = None
    _record(session, registration, "seminars.left", now)
    return True


async def tell(
    session: AsyncSession, parts: Parts, registration: Registration, now: datetime
) -> None:
    """Post the mail that says that somebody is registered, if they have a mailbox."""
    registration.requests += 1
    await _post_answer(session, parts, registration, Answer.REGISTRATION, now)


async def ask(
    session: AsyncSession, parts: Parts, seminar: Seminar, visitor: Visitor, now: datetime
) -> Answer:
    """Take a request from the page and draft the mail that answers it.

    An address of the directory is that person's. Returns what was done, for logs: the visitor
    must not be able to tell.
    """
    party = await _party_of(session, parts, visitor.email, now)
    registration = await _open(session, seminar.id, party, visitor.name)
    state = RegistrationState(registration.state)
    answer = answer_to(state, registration.requests, registration.requested_at, now)
    if answer is Answer.NOTHING:
        return answer
    registration.requests += 1
    registration.requested_at = now
    if answer is Answer.CONFIRMATION:
        registration.state = RegistrationState.ASKED.value
        registration.name = visitor.name if party.kind == names.GUEST else ""
    await _post_answer(session, parts, registration, answer, now)
    return answer


async def confirm(
    session: AsyncSession, parts: Parts, registration: Registration, now: datetime
) -> Confirmation:
    """Confirm a registration that waits for it, and tell so by mail; say what became of it."""
    outcome = confirmation_of(RegistrationState(registration.state))
    if outcome is Confirmation.DONE:
        _settle(session, registration, now)
        await tell(session, parts, registration, now)
    return outcome


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Registration | None:
    """Return a registration; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Registration, identity, with_for_update=lock or None)


async def of_party(
    session: AsyncSession, seminar: int, party: Party, *, lock: bool = False
) -> Registration | None:
    """Return a party's registration for a seminar, whatever its state.

    With `lock`, as it is now, even when it was looked at before in the same session.
    """
    wanted = select(Registration).where(
        Registration.seminar_id == seminar, Registration.party == str(party)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(wanted)


async def is_registered(session: AsyncSession, seminar: int, party: Party) -> bool:
    """Say whether a party is registered for a seminar."""
    found = await of_party(session, seminar, party)
    return found is not None and found.state == RegistrationState.REGISTERED


async def count(session: AsyncSession, seminar: int) -> int:
    """Return how many are registered for a seminar."""
    wanted = select(func.count()).where(
        Registration.seminar_id == seminar, Registration.state == RegistrationState.REGISTERED
    )
    return await session.scalar(wanted) or 0


async def registered(
    session: AsyncSession, seminar: int, after: int, limit: int
) -> Sequence[Registered]:
    """Return those registered for a seminar whose id is above `after`, in order."""
    rows = await session.execute(
        select(Registration.id, Registration.party, Registration.registered_at)
        .where(
            Registration.seminar_id == seminar,
            Registration.state == RegistrationState.REGISTERED,
            Registration.id > after,
        )
        .order_by(Registration.id)
        .limit(limit)
    )
    return [Registered(identity, party, at) for identity, party, at in rows if at is not None]


def _settle(session: AsyncSession, registration: Registration, now: datetime) -> None:
    if registration.state == RegistrationState.REGISTERED:
        return
    registration.state = RegistrationState.REGISTERED.value
    registration.registered_at = now
    registration.cancelled_at = None
    _record(session, registration, "seminars.joined", now)


def _record(session: AsyncSession, registration: Registration, verb: str, now: datetime) -> None:
    reference = names.seminar_reference(registration.seminar_id)
    acts.record(session, Party.parse(registration.party), verb, reference, now)


async def _open(session: AsyncSession, seminar: int, party: Party, name: str) -> Registration:
    """Return the row of a party, made if need be, and locked until the commit."""
    insert = _insert(session)
    values = {
        "seminar_id": seminar,
        "party": str(party),
        "name": name if party.kind == names.GUEST else "",
        "state": RegistrationState.CANCELLED.value,
        "requests": 0,
    }
    await session.execute(insert(Registration).values(values).on_conflict_do_nothing())
    found = await of_party(session, seminar, party, lock=True)
    if found is None:
        raise LookupError(f"no registration of {party} after it was written")
    return found


async def _party_of(session: AsyncSession, parts: Parts, email: str, now: datetime) -> Party:
    """Return whose address it is: a person's, or a guest's, made if need be."""
    person = await session.scalar(select(Person.id).where(func.lower(Person.email) == email))
    if person is not None:
        return names.person_party(person)
    insert = _insert(session)
    language = parts.settings.network.language
    values = {"email": email, "language": language, "created_at": now}
    await session.execute(insert(Guest).values(values).on_conflict_do_nothing())
    guest = await session.scalars(select(Guest.id).where(Guest.email == email))
    return names.guest_party(guest.one())


def _insert(session: AsyncSession) -> Any:
    dialect = session.get_bind().dialect.name
    return sqlite.insert if dialect == "sqlite" else postgresql.insert


async def _post_answer(
    session: AsyncSession,
    parts: Parts,
    registration: Registration,
    answer: Answer,
    now: datetime,
) -> None:
    """Draft the mail that answers; who has no mailbox reads the answer in chat."""
    party = Party.parse(registration.party)
    contact = await contact_of(session, party)
    if contact is None or not contact.email:
        return
    seminar = await session.get_one(Seminar, registration.seminar_id)
    links = _links(parts, registration, answer)
    kind, template = MAILS[answer]
    draft = Draft(
        kind=kind,
        slot=names.answer_slot(seminar.id, answer.value, registration.requests),
        recipient=party,
        content=rendering.mail(parts, template, seminar, contact.language, tuple(links)),
        cause=names.seminar_reference(seminar.id),
        due_at=now,
        values=links,
    )
    await post(session, [draft], now)


def _links(parts: Parts, registration: Registration, answer: Answer) -> Mapping[str, str]:
    if answer is Answer.CONFIRMATION:
        url = names.confirmation_url(parts, registration.id, registration.requests)
        return {names.CONFIRM_URL: url}
    return {names.LEAVE_URL: names.leaving_url(parts, registration.id)}
