"""The kinds of alerts and reminders, and what is checked right before each one leaves."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, MailAddress, Parcel, Policy, Ready, Skip
from core.people.models import Person
from core.people.reaching import private_chat
from core.working_time import paris_day
from watch.alerts import names
from watch.alerts.interests import closings_of
from watch.alerts.models import Following
from watch.alerts.people import audience, is_present
from watch.alerts.rules import is_followed, read_slot
from watch.decide import State
from watch.models import Story


def kinds() -> tuple[DeliveryKind, ...]:
    """Return every kind: all leave again when in doubt, marked as such."""
    return (
        DeliveryKind(names.ALERT, Policy.RESEND, prepare_alert),
        DeliveryKind(names.REMINDER, Policy.RESEND, prepare_reminder),
        DeliveryKind(names.REMINDER_MAIL, Policy.RESEND, prepare_reminder_mail),
        DeliveryKind(names.CONFIRMATION, Policy.RESEND, prepare_confirmation),
    )


async def prepare_alert(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
    """Alert who still follows a theme of what is still kept."""
    person, story = parcel.recipient.number, await session.get(Story, parcel.cause.number)
    if story is None or story.state != State.KEPT.value:
        return Skip("not_kept")
    followed = select(Following.theme).where(
        Following.person_id == person, Following.theme.in_(story.themes)
    )
    if await session.scalar(followed.limit(1)) is None:
        return Skip("not_followed")
    if not await is_present(session, person, now):
        return Skip("no_role")
    return await private_chat(session, person)


async def prepare_reminder(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
    """Remind by chat who is still to be reminded of what is not closed yet."""
    refused = await _refusal(session, parcel, now)
    return refused or await private_chat(session, parcel.recipient.number)


async def prepare_reminder_mail(
    session: AsyncSession, parcel: Parcel, now: datetime
) -> Ready | Skip:
    """Remind by mail who is still to be reminded of what is not closed yet."""
    refused = await _refusal(session, parcel, now)
    return refused or await _mailbox(session, parcel)


async def prepare_confirmation(
    session: AsyncSession, parcel: Parcel, now: datetime
) -> Ready | Skip:
    """Ask whether it was them only of who is in the network, about what is not closed."""
    story = await session.get(Story, parcel.cause.number)
    if story is None or not closings_of(story, now):
        return Skip("closed")
    if not await is_present(session, parcel.recipient.number, now):
        return Skip("no_role")
    return await _mailbox(session, parcel)


async def _refusal(session: AsyncSession, parcel: Parcel, now: datetime) -> Skip | None:
    slot = read_slot(parcel.slot)
    story = await session.get(Story, slot.story)
    if story is None or not is_followed(story.state):
        return Skip("dropped")
    if slot.closing_day not in {paris_day(at) for at in closings_of(story, now)}:
        return Skip("closed")
    people = await audience(session, slot.story, slot.territory, now)
    return None if parcel.recipient.number in people else Skip("not_interested")


async def _mailbox(
    session: AsyncSession, parcel: Parcel, values: Mapping[str, str] | None = None
) -> Ready | Skip:
    person = await session.get(Person, parcel.recipient.number)
    if person is None or not person.email:
        return Skip("no_address")
    return Ready(MailAddress(person.email), values or {})
