"""Answering where something was asked in chat, once the work that it needed is done."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import ChatAddress, Parcel, Prepare, Ready, Skip
from core.parts import Parts
from core.people.roles import Role
from core.people.store import roles_of
from digest.seminars.contacts import contact_of
from digest.seminars.names import PERSON
from digest.to_desk import to_the_desk


def where_asked(parts: Parts) -> Prepare:
    """Send to the animators' group, or to the animator who asked in private."""
    desk = to_the_desk(parts)

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        if parcel.recipient.kind != PERSON:
            return await desk(session, parcel, now)
        if Role.ANIMATOR not in await roles_of(session, parcel.recipient.number, now):
            return Skip("not_wanted")
        contact = await contact_of(session, parcel.recipient)
        if contact is None or contact.chat_id is None:
            return Skip("no_address")
        return Ready(ChatAddress(contact.chat_id))

    return prepare
