"""What is told to somebody about their own registration, through the ledger."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, Draft, Parcel
from core.ledger.store import post
from core.parts import Parts
from core.reference import Party
from digest.seminars import names, registrations
from digest.seminars.contacts import OTHER, Contact, contact_of
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import rendering
from digest.seminars.registering.names import KINDS, RANK, Said, promoted_slot, stream
from digest.seminars.registering.rendering import News
from digest.seminars.reminding.names import slot_elsewhere
from digest.seminars.rules import RegistrationState


@dataclass(frozen=True)
class Doing:
    """Who does something, when: `by` is None when it is the party itself.

    `answered` is the channel on which the party is answered right now; `contact` is how it is
    reached, when that was just read.
    """

    now: datetime
    by: Party | None = None
    answered: Channel | None = None
    contact: Contact | None = None


def said_of(registration: Registration) -> Said:
    """Return what is said to who is registered, represented or on the waiting list."""
    if registration.queue is not None:
        return Said.WAITING
    registered = registration.state == RegistrationState.REGISTERED
    return Said.REGISTERED if registered else Said.GONE


async def tell(  # noqa: PLR0917  # whom, about which meeting, which news, by whom
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    registration: Registration,
    said: Said,
    doing: Doing,
) -> None:
    """Tell somebody the new state of their registration: each request has its own answer."""
    registration.requests += 1
    slot = names.answer_slot(seminar.id, said.value, registration.requests)
    by_other = doing.by is not None and str(doing.by) != registration.party
    news = News(said, RegistrationState(registration.state), by_other)
    await _post(session, parts, seminar, registration, news, slot, doing)


async def tell_promoted(  # noqa: PLR0917  # whom, about which meeting and wait, when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    registration: Registration,
    queue: int,
    now: datetime,
) -> None:
    """Tell somebody that their wait is over: once, whoever asks."""
    news = News(Said.PROMOTED, RegistrationState(registration.state))
    slot = promoted_slot(seminar.id, queue)
    await _post(session, parts, seminar, registration, news, slot, Doing(now))


async def tell_again(  # noqa: PLR0917  # whom, about which meeting, which news, when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    registration: Registration,
    parcel: Parcel,
    now: datetime,
) -> None:
    """Tell somebody anew what a parcel was to say of a meeting before it changed."""
    said, by = _said(parcel), registration.registered_by
    doing = Doing(now, None if by is None else Party.parse(by))
    if said is not Said.PROMOTED:
        await tell(session, parts, seminar, registration, said, doing)
        return
    news = News(said, RegistrationState(registration.state))
    slot = f"{parcel.slot.partition('/v')[0]}/v{seminar.version}"
    await _post(session, parts, seminar, registration, news, slot, doing)


async def tell_elsewhere(  # noqa: PLR0917  # whom, about which meeting, which news, when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    registration: Registration,
    parcel: Parcel,
    now: datetime,
) -> None:
    """Tell somebody on the other channel what the one of a parcel did not bring them."""
    contact, channel = await contact_of(session, parcel.recipient), OTHER[parcel.channel]
    if contact is None or contact.address(channel) is None:
        return
    news = News(
        _said(parcel), RegistrationState(registration.state), registration.registered_by is not None
    )
    doing = Doing(now, contact=replace(contact, preferred=channel))
    slot = slot_elsewhere(parcel.slot, channel)
    await _post(session, parts, seminar, registration, news, slot, doing)


def _said(parcel: Parcel) -> Said:
    return next(said for said, kind in KINDS.items() if kind == parcel.kind)


async def _post(  # noqa: PLR0917  # whom, about which meeting, which news, by whom
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    registration: Registration,
    news: News,
    slot: str,
    doing: Doing,
) -> None:
    """Post it where they are told; nothing for who can be reached nowhere."""
    party = Party.parse(registration.party)
    contact = doing.contact or await contact_of(session, party)
    if contact is None or contact.address(contact.channel) is None:
        return
    if doing.answered is contact.channel:
        return
    rank = await registrations.rank(session, registration)
    values = {names.VERSION: str(seminar.version)}
    if contact.channel is Channel.CHAT:
        content = rendering.post(parts, seminar, news, rank, contact.language)
    else:
        content = rendering.mail(parts, seminar, news, contact.language)
        values[names.ANSWER_URL] = names.answer_url(parts, registration.id)
        values[RANK] = str(rank)
    draft = Draft(
        kind=KINDS[news.said],
        slot=slot,
        recipient=party,
        content=content,
        cause=names.seminar_reference(seminar.id),
        due_at=doing.now,
        values=values,
        stream=stream(registration.id),
    )
    await post(session, [draft], doing.now)
