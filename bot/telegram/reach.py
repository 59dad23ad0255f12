"""Who can be reached: accounts that blocked the bot, noted where every room is told of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, DeliveryKind, Parcel, Refused, Sent, Skip
from core.people.models import Account
from core.people.store import TELEGRAM, account_of
from core.room import Reachability, Room

logger = structlog.get_logger()

UNREACHABLE = frozenset({"blocked", "deactivated"})
"""Refusals of which nothing but the person's own move can come."""


class Reach:
    """Keeps `blocked_at` of accounts; the rooms hear of each change in its transaction."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._listeners: list[Reachability] = [r.reachability for r in rooms if r.reachability]

    async def heard(
        self, session: AsyncSession, address: str, now: datetime, *, blocked: bool
    ) -> None:
        """Note that a Telegram user has blocked the bot, or is back."""
        account = await session.scalar(
            select(Account).where(Account.channel == TELEGRAM, Account.address == address)
        )
        await self._note(session, account, now, blocked=blocked)

    def noticing(self, kind: DeliveryKind) -> DeliveryKind:
        """Return a kind of delivery whose refusals by who blocked the bot are noted too."""

        async def settled(
            session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
        ) -> None:
            await kind.settled(session, parcel, outcome, now)
            if isinstance(outcome, Refused) and _unreachable(parcel, outcome):
                account = await account_of(session, parcel.recipient.number, TELEGRAM)
                await self._note(session, account, now, blocked=True)

        return replace(kind, settled=settled, only_refusals=kind.express)

    async def _note(
        self, session: AsyncSession, account: Account | None, now: datetime, *, blocked: bool
    ) -> None:
        """Tell the rooms of a change only: Telegram and a refused send both say the same, at once.

        Whichever comes second waits here, then sees that it is said.
        """
        if account is None or (account.blocked_at is not None) is blocked:
            return
        account = await session.get(Account, account.id, with_for_update=True)
        if account is None or (account.blocked_at is not None) is blocked:
            return
        account.blocked_at = now if blocked else None
        await session.flush()
        logger.info("account_reachable", account=account.id, blocked=blocked)
        for told in self._listeners:
            await told(session, account.person_id, blocked, now)


def _unreachable(parcel: Parcel, outcome: Refused) -> bool:
    to_person = parcel.channel is Channel.CHAT and parcel.recipient.kind == "person"
    return to_person and outcome.reason in UNREACHABLE
