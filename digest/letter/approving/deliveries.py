"""What is checked right before an approver is asked, and before a test leaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, MailAddress, Parcel, Policy, Prepare, Ready, Skip
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.people.store import roles_of
from digest.letter import editions
from digest.letter.approving import names, store
from digest.letter.decide import State


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return the kinds of mails that are sent before an edition is approved."""
    return (
        DeliveryKind(names.ASKED, Policy.RESEND, _to_approver(parts)),
        DeliveryKind(names.TEST, Policy.RESEND, prepare_test),
    )


def _to_approver(parts: Parts) -> Prepare:
    async def prepare(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        edition = await editions.by_number(session, parcel.cause.number)
        if edition is None or parcel.slot != names.asked_slot(edition.number, edition.version):
            return Skip("superseded")
        if edition.state != State.IN_REVIEW or edition.asked_at is None:
            return Skip(edition.state)
        address = names.approvers(parts).get(parcel.recipient.id)
        if address is None:
            return Skip("not_wanted")
        standing = await store.standing_of(session, parts, edition)
        if str(parcel.recipient) in standing.parties:
            return Skip("given")
        return Ready(MailAddress(address))

    return prepare


async def prepare_test(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
    """Send a test only to an animator's own address."""
    person = await session.get(Person, parcel.recipient.number)
    if person is None or person.email is None:
        return Skip("no_address")
    if Role.ANIMATOR not in await roles_of(session, person.id, now):
        return Skip("not_wanted")
    return Ready(MailAddress(person.email, person.name))
