"""The mail that holds a fresh link: whoever reads it reads this address now."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.parts import Parts
from digest.subscribers import names, store
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import may_write
from digest.subscribers.suppression import reason_of

DATA_URL = "data_url"


async def ask(session: AsyncSession, parts: Parts, email: str, now: datetime) -> bool:
    """Draft a mail with a fresh link for an address that is known; not too often.

    Returns whether there is one, for logs: who asks must not be able to tell.
    """
    subscriber = await store.by_email(session, email)
    if subscriber is None:
        return False
    why = await reason_of(session, email)
    if not may_write(subscriber.requests, subscriber.requested_at, now, why):
        return False
    subscriber.requests += 1
    subscriber.requested_at = now
    await post(session, [_draft(parts, subscriber, now)], now)
    return True


def _draft(parts: Parts, subscriber: Subscriber, now: datetime) -> Draft:
    values = {"minutes": parts.settings.digest.fresh_minutes, DATA_URL: placeholder(DATA_URL)}
    text = parts.renderer.mail("my_data", values, subscriber.language)
    return Draft(
        kind=names.MY_DATA,
        slot=f"my_data:{subscriber.id}:{subscriber.requests}",
        recipient=names.subscriber_party(subscriber.id),
        content=compose(parts.settings.mail, text, auto_submitted=True, names=(DATA_URL,)),
        cause=names.subscriber_reference(subscriber.id),
        due_at=now,
        values={DATA_URL: names.fresh_url(parts, subscriber.id)},
    )
