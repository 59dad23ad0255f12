"""Removing what was shown of somebody: what operators are told when it could not be."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Parcel, Refused, Sent, Skip

log = structlog.get_logger()

GONE = frozenset({"message not found", "thread not found"})
"""What the channel says of what is there no more."""


async def removed(
    _session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, _now: datetime
) -> None:
    """Say what is still shown, and must go by hand: for kinds that remove or change messages."""
    if isinstance(outcome, Refused) and outcome.reason not in GONE:
        hint = "give the bot the right to delete messages in the group; delete this one by hand"
        log.error("ledger.not_removed", delivery=parcel.id, kind=parcel.kind, hint=hint)
