"""Where a party of a meeting can be reached: a person of the directory, or a guest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import (
    Channel,
    ChatAddress,
    MailAddress,
    Refused,
    Sent,
    Skip,
)
from core.people.models import Account, Person
from core.people.store import TELEGRAM
from core.reference import Party
from digest.seminars import names
from digest.seminars.models import Guest
from digest.subscribers.models import Subscriber

SUBSCRIBER = "subscriber"

OTHER = {Channel.CHAT: Channel.MAIL, Channel.MAIL: Channel.CHAT}
"""The channel on which somebody may be told whom the first one does not reach."""

UNREACHED = frozenset({"no_address", "bounced", "complained", "operator"})
"""The reasons for not sending that the other channel does not have."""


@dataclass(frozen=True)
class Contact:
    """A party's mailbox, chat and language, and where they would rather be told."""

    language: str
    email: str | None = None
    chat_id: int | None = None
    preferred: Channel | None = None

    @property
    def channel(self) -> Channel:
        """Return where they are told: as they prefer, else by mail, else in chat."""
        in_chat = self.preferred is Channel.CHAT or not self.email
        return Channel.CHAT if in_chat and self.chat_id is not None else Channel.MAIL

    def address(self, channel: Channel) -> MailAddress | ChatAddress | None:
        """Return the address on a channel, if there is one."""
        if channel is Channel.MAIL:
            return MailAddress(self.email) if self.email else None
        return None if self.chat_id is None else ChatAddress(self.chat_id)


def in_vain(outcome: Sent | Refused | Skip) -> bool:
    """Say whether a channel does not reach somebody whom the other one might."""
    skipped = isinstance(outcome, Skip) and outcome.reason in UNREACHED
    return skipped or isinstance(outcome, Refused)


async def contact_of(session: AsyncSession, party: Party) -> Contact | None:
    """Return how to reach a person or a guest; None when erased or of another kind."""
    return (await contacts_of(session, [party])).get(str(party))


async def contacts_of(session: AsyncSession, parties: Iterable[Party]) -> Mapping[str, Contact]:
    """Return how to reach people and guests, by their party as text (`person:5`).

    Who is erased, or of another kind, is left out. To be asked for some hundreds at most.
    """
    given = list(parties)
    people = {party.number for party in given if party.kind == names.PERSON}
    guests = {party.number for party in given if party.kind == names.GUEST}
    found: dict[str, Contact] = {}
    if people:
        found |= await _of_people(session, people)
    if guests:
        found |= await _of_guests(session, guests)
    return found


async def guests_of(session: AsyncSession, party: Party) -> Sequence[Guest]:
    """Return the guest that a party is, or the one at the address of a person, of a subscriber.

    What rooms hold about a guest is theirs too: the address is the same mailbox.
    """
    if party.kind == names.GUEST:
        wanted = Guest.id == party.number
    elif party.kind == names.PERSON:
        email = select(func.lower(Person.email)).where(Person.id == party.number)
        wanted = Guest.email == email.scalar_subquery()
    elif party.kind == SUBSCRIBER:
        email = select(func.lower(Subscriber.email)).where(Subscriber.id == party.number)
        wanted = Guest.email == email.scalar_subquery()
    else:
        return []
    return (await session.scalars(select(Guest).where(wanted))).all()


async def parties_of(session: AsyncSession, party: Party) -> Sequence[str]:
    """Return a party as text, and the guest at its address."""
    guests = [str(names.guest_party(one.id)) for one in await guests_of(session, party)]
    return list(dict.fromkeys([str(party), *guests]))


_PEOPLE = (
    select(
        Person.id, Person.language, Person.email, Person.preferred_channel,
        Account.address, Account.blocked_at,
    )
    .outerjoin(Account, (Account.person_id == Person.id) & (Account.channel == TELEGRAM))
    .where(
        Person.id.in_(bindparam("people", expanding=True)),
        (Person.given_name != "") | (Person.family_name != ""),
    )
    .order_by(Account.linked_at, Account.id)
)  # fmt: skip
"""People with their chats; made once: making it takes longer than asking."""


async def _of_people(session: AsyncSession, people: set[int]) -> Mapping[str, Contact]:
    """Read them with their chats in one statement; of several chats, the last linked counts."""
    rows = await session.execute(_PEOPLE, {"people": list(people)})
    return {
        str(names.person_party(row.id)): Contact(
            row.language,
            row.email,
            None if row.address is None or row.blocked_at else int(row.address),
            Channel(row.preferred_channel) if row.preferred_channel else None,
        )
        for row in rows
    }


async def _of_guests(session: AsyncSession, guests: set[int]) -> Mapping[str, Contact]:
    rows = await session.execute(
        select(Guest.id, Guest.language, Guest.email).where(Guest.id.in_(guests))
    )
    return {
        str(names.guest_party(row.id)): Contact(row.language, row.email)
        for row in rows
        if row.email
    }
