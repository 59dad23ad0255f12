"""What came back: addresses in error, and complaints. No function here commits."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.reference import Party
from digest.subscribers import proofs, store
from digest.subscribers.models import Bounce, Consent
from digest.subscribers.rules import SOFT, Event, Reason, suppresses, weighed
from digest.subscribers.suppression import suppress


@dataclass(frozen=True)
class Bounced:
    """A delivery that came back, as the mailbox read it.

    `message_id` is that of the notification, `address` where its recipient is now, in lower case
    (None: nowhere that we know), `severity` is "hard" or "soft", `status` an enhanced status code
    (RFC 3463) or nothing; `at` is when it was received.
    """

    message_id: str
    recipient_party: Party
    address: str | None
    kind: str
    slot: str
    severity: str
    status: str
    at: datetime


class Outcome(enum.StrEnum):
    """What became of a notification."""

    KNOWN = "known"
    COUNTED = "counted"
    SUPPRESSED = "suppressed"


async def bounced(session: AsyncSession, parts: Parts, given: Bounced, now: datetime) -> Outcome:
    """Note an error once; suppress the address at a hard one, or at one soft error too many."""
    if not await _note(session, given):
        return Outcome.KNOWN
    severity = weighed(given.severity, given.status)
    soft = await _soft(session, parts, given.recipient_party, now)
    limit = parts.settings.mailbox.soft_bounces
    if given.address is None or not suppresses(severity, soft, limit):
        return Outcome.COUNTED
    await suppress(session, given.address, Reason.BOUNCED, given.status or severity, now)
    return Outcome.SUPPRESSED


async def complained(session: AsyncSession, parts: Parts, email: str, now: datetime) -> None:
    """End the subscription of who reported a mail as unwanted, and write there no more."""
    email = email.strip().lower()
    await suppress(session, email, Reason.COMPLAINED, "", now)
    subscriber = await store.by_email(session, email)
    if subscriber is not None:
        await store.unsubscribe(
            session, parts, subscriber,
            origin=proofs.MAIL, network="", reason=Reason.COMPLAINED, now=now,
        )  # fmt: skip


async def _note(session: AsyncSession, given: Bounced) -> bool:
    """Write the error down; False when this notification was told already."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {
        "message_id": given.message_id,
        "recipient": str(given.recipient_party),
        "kind": given.kind,
        "slot": given.slot,
        "severity": given.severity,
        "status": given.status,
        "at": given.at,
    }
    statement = insert(Bounce).values(values).on_conflict_do_nothing().returning(Bounce.id)
    return await session.scalar(statement) is not None


async def _soft(session: AsyncSession, parts: Parts, party: Party, now: datetime) -> int:
    """Count the soft errors within the window, since the address was last let in again."""
    since = now - timedelta(days=parts.settings.mailbox.soft_days)
    if party.kind == "subscriber":
        resumed = await session.scalar(
            select(func.max(Consent.at)).where(
                Consent.subscriber_id == party.number,
                Consent.event.in_([Event.RESUME.value, Event.CONFIRM.value]),
            )
        )
        since = max(since, resumed or since)
    rows = await session.execute(
        select(Bounce.severity, Bounce.status).where(
            Bounce.recipient == str(party), Bounce.at >= since
        )
    )
    return sum(weighed(row.severity, row.status) == SOFT for row in rows)
