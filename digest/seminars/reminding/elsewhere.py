"""Telling on the other channel whom the preferred one refuses: blocked bot, mailbox in error."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Draft, Parcel, Refused, Sent, Settled, Skip
from core.ledger.store import post
from core.parts import Parts
from digest.seminars import names
from digest.seminars.contacts import OTHER, contact_of, in_vain
from digest.seminars.models import Seminar
from digest.seminars.registrations import of_party
from digest.seminars.reminding import contents
from digest.seminars.reminding.decide import STATES, Announced, Concerned, What
from digest.seminars.reminding.names import KINDS, is_elsewhere, name_of, slot_elsewhere
from digest.seminars.rules import RegistrationState

WHATS: Mapping[str, What] = {kind: what for what, kind in KINDS.items()}


def told_elsewhere(parts: Parts) -> Settled:
    """Return what posts an announcement again, once, where somebody can be reached after all."""

    async def settled(
        session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        if in_vain(outcome) and not is_elsewhere(parcel.slot):
            await _again(session, parts, parcel, now)

    return settled


async def _again(session: AsyncSession, parts: Parts, parcel: Parcel, now: datetime) -> None:
    channel = OTHER[parcel.channel]
    seminar = await session.get(Seminar, parcel.cause.number)
    contact = await contact_of(session, parcel.recipient)
    if seminar is None or contact is None or contact.address(channel) is None:
        return
    registration = await of_party(session, seminar.id, parcel.recipient)
    if registration is None:
        return
    announced = Announced(WHATS[parcel.kind], name_of(parcel.slot), now)
    one = Concerned(registration.id, registration.party, RegistrationState(registration.state))
    only = parcel.values.get(names.ONLY)
    if one.state not in ({only} if only else STATES[announced.what]):
        return
    speech = contents.Speech(announced, one.state, channel, contact.language)
    draft = Draft(
        kind=parcel.kind,
        slot=slot_elsewhere(parcel.slot, channel),
        recipient=parcel.recipient,
        content=contents.content(parts, seminar, speech),
        cause=parcel.cause,
        due_at=now,
        values=contents.values(parts, seminar, one, channel, announced.what),
        bulk=parcel.bulk,
    )
    await post(session, [draft], now)
