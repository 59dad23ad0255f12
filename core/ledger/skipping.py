"""Rows of which it is known, as they are posted, that they are not to be sent."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.ledger.rules import State


async def skip(session: AsyncSession, drafts: Sequence[Draft], reason: str, now: datetime) -> None:
    """Write that what was just posted is not to be sent, and why; some 2,000 drafts at a time.

    To be called in the transaction that posts them: no dispatcher sees them before.
    """
    recipients: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for draft in drafts:
        recipients[draft.kind, draft.slot].append(str(draft.recipient))
    for (kind, slot), parties in recipients.items():
        await session.execute(
            update(Delivery)
            .where(
                Delivery.kind == kind,
                Delivery.slot == slot,
                Delivery.recipient.in_(parties),
                Delivery.state == State.PENDING.value,
            )
            .values(state=State.SKIPPED.value, reason=reason, settled_at=now)
            .execution_options(synchronize_session=False)
        )
