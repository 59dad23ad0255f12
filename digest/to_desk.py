"""Where the letter's rooms speak to the animators: their desk, in the group."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import ChatAddress, Parcel, Prepare, Ready, Skip
from core.parts import Parts


def to_the_desk(parts: Parts) -> Prepare:
    """Send to the animators' group, wherever the configuration says that it is."""

    async def prepare(_session: AsyncSession, _parcel: Parcel, _now: datetime) -> Ready | Skip:
        telegram = parts.settings.telegram
        if not telegram.group_id:
            return Skip("no_group")
        return Ready(ChatAddress(telegram.group_id, telegram.desk_thread_id))

    return prepare
