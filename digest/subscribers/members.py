"""The members of the network whom the letter is for: those of the directory, now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.email_address import normalise
from core.errors import InputError
from core.people.models import Membership, Person, Structure
from core.people.store import held
from digest.subscribers.adding import Newcomer


async def members(session: AsyncSession, now: datetime) -> Sequence[Newcomer]:
    """Return each person who holds a role and has an address, then each shared address.

    An address that both a person and a structure have is the structure's: several people read it.
    One that cannot be written to is left out.
    """
    holds = exists().where(Membership.person_id == Person.id, held(now))
    people = await session.execute(
        select(Person.id, Person.email)
        .where(Person.email.is_not(None), Person.blocked_at.is_(None), holds)
        .order_by(Person.id)
    )
    mailboxes = await session.execute(
        select(Structure.id, Structure.mailbox)
        .where(Structure.mailbox.is_not(None))
        .order_by(Structure.id)
    )
    found: dict[str, Newcomer] = {}
    for number, typed in people:
        if email := _read(typed):
            found.setdefault(email, Newcomer(email, person_id=number))
    for number, typed in mailboxes:
        if email := _read(typed):
            found[email] = Newcomer(email, structure_id=number)
    return tuple(found.values())


def _read(typed: str | None) -> str:
    try:
        return normalise(typed or "")
    except InputError:
        return ""
