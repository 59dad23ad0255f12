"""What the mailbox sends: notices to the animators, and a word to who unsubscribed by mail."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import (
    Content,
    DeliveryKind,
    Draft,
    MailAddress,
    Parcel,
    Policy,
    Prepare,
    Ready,
    Skip,
)
from core.ledger.store import post
from core.mail.compose import compose
from core.pages import page_url
from core.parts import Parts
from digest.mailbox import names
from digest.mailbox.decide import Kind
from digest.mailbox.models import ReceivedMail
from digest.subscribers.models import Subscriber
from digest.subscribers.names import subscriber_party
from digest.subscribers.rules import Reason, State
from digest.subscribers.suppression import reason_of
from digest.to_desk import to_the_desk


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind that the mailbox sends."""
    desk = to_the_desk(parts)
    return (
        DeliveryKind(names.NOTICE, Policy.RESEND, desk),
        DeliveryKind(names.PROPOSAL, Policy.RESEND, _while_open(desk)),
        DeliveryKind(names.UNSUBSCRIBED, Policy.RESEND, prepare_unsubscribed),
    )


async def acknowledge(
    session: AsyncSession, parts: Parts, subscriber: Subscriber, mail: int, now: datetime
) -> None:
    """Say by mail that somebody is unsubscribed, as their mail asked."""
    draft = Draft(
        kind=names.UNSUBSCRIBED,
        slot=f"mail:{mail}",
        recipient=subscriber_party(subscriber.id),
        content=_acknowledgement(parts, subscriber.language),
        cause=names.mail_reference(mail),
        due_at=now,
    )
    await post(session, [draft], now)


def _acknowledgement(parts: Parts, language: str) -> Content:
    values = {"subscribe_url": page_url(parts, "/abonnement")}
    text = parts.renderer.mail("mailbox_unsubscribed", values, language)
    return compose(parts.settings.mail, text, auto_submitted=True, names=())


async def prepare_unsubscribed(
    session: AsyncSession, parcel: Parcel, _now: datetime
) -> Ready | Skip:
    """Say it only as long as it is true, and never to an address in error."""
    subscriber = await session.get(Subscriber, parcel.recipient.number)
    if subscriber is None or subscriber.email is None:
        return Skip("erased")
    if subscriber.state != State.UNSUBSCRIBED:
        return Skip(subscriber.state)
    reason = await reason_of(session, subscriber.email)
    if reason in {Reason.BOUNCED, Reason.COMPLAINED}:
        return Skip(str(reason))
    return Ready(MailAddress(subscriber.email))


def _while_open(desk: Prepare) -> Prepare:
    """Propose only what nobody decided yet."""

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        row = await session.get(ReceivedMail, parcel.cause.number)
        if row is None or row.kind != Kind.LEFT or not row.data:
            return Skip("decided")
        return await desk(session, parcel, now)

    return prepare
