"""What the chat adapter itself holds about somebody: what was received, forms, our replies."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram import inbox
from bot.telegram.models import BotMessage, Conversation, InboxUpdate
from core.ledger.store import forget_chat
from core.people.models import Account
from core.people.store import TELEGRAM
from core.reference import Party
from core.room import PersonalData


async def _accounts(session: AsyncSession, party: Party) -> Sequence[int]:
    """Return the Telegram ids of a person; nobody else has any."""
    if party.kind != "person":
        return []
    addresses = await session.scalars(
        select(Account.address).where(
            Account.person_id == party.number, Account.channel == TELEGRAM
        )
    )
    return [int(address) for address in addresses]


async def _export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    accounts = await _accounts(session, party)
    wanted = InboxUpdate.user_id.in_(accounts)
    count = await session.scalar(select(func.count()).where(wanted))
    oldest = await session.scalar(select(func.min(InboxUpdate.received_at)).where(wanted))
    if not count:
        return {}
    return {"received": count, "oldest": oldest.isoformat() if oldest else None}


async def _erase(session: AsyncSession, party: Party) -> None:
    """Let go of what they sent and were told, and of what others' updates quote of them."""
    for account in await _accounts(session, party):
        await inbox.forget(session, account)
        await session.execute(delete(Conversation).where(Conversation.account == str(account)))
        await session.execute(delete(BotMessage).where(BotMessage.chat_id == account))
        await forget_chat(session, account)
    if party.kind == "person":
        await inbox.empty(session)


PERSONAL_DATA = PersonalData(_export, _erase)
"""To be asked before the directory, which knows whose accounts are whose."""
