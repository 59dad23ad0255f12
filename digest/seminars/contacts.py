"""Where a registered party can be reached."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, ChatAddress, MailAddress
from core.people.models import Person
from core.people.store import TELEGRAM, account_of
from core.reference import Party
from digest.seminars import names
from digest.seminars.models import Guest


@dataclass(frozen=True)
class Contact:
    """What is known of a party's mailbox, chat and language."""

    language: str
    email: str | None = None
    chat_id: int | None = None

    @property
    def channel(self) -> Channel:
        """Return where they are told: by mail, or in chat who has no mailbox."""
        in_chat = not self.email and self.chat_id is not None
        return Channel.CHAT if in_chat else Channel.MAIL

    def address(self, channel: Channel) -> MailAddress | ChatAddress | None:
        """Return the address on a channel, if there is one."""
        if channel is Channel.MAIL:
            return MailAddress(self.email) if self.email else None
        return None if self.chat_id is None else ChatAddress(self.chat_id)


async def contact_of(session: AsyncSession, party: Party) -> Contact | None:
    """Return how to reach a person or a guest; None when erased or of another kind."""
    if party.kind == names.GUEST:
        guest = await session.get(Guest, party.number)
        return Contact(guest.language, guest.email) if guest and guest.email else None
    if party.kind != names.PERSON:
        return None
    person = await session.get(Person, party.number)
    if person is None:
        return None
    account = await account_of(session, person.id, TELEGRAM)
    chat_id = int(account.address) if account and account.blocked_at is None else None
    return Contact(person.language, person.email, chat_id)
