"""Where somebody is reached by chat, asked right before each send."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import ChatAddress, Parcel, Ready, Skip
from core.people.store import TELEGRAM, account_of


async def private_chat(session: AsyncSession, person_id: int) -> Ready | Skip:
    """Return a person's private chat, or why there is none: no account, or a blocked bot."""
    account = await account_of(session, person_id, TELEGRAM)
    if account is None:
        return Skip("no_account")
    return Skip("blocked") if account.blocked_at else Ready(ChatAddress(int(account.address)))


async def to_person(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Go to the private chat of the person whom a delivery is for: `prepare` of many kinds."""
    return await private_chat(session, parcel.recipient.number)
