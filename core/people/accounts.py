"""Linking an account of a channel to a person of the directory, and unlinking it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.people.models import Account
from core.reference import Party, Reference


async def holder(session: AsyncSession, channel: str, address: str) -> Account | None:
    """Return the account that an address of a channel is, as it stands now, if it is linked."""
    wanted = select(Account).where(Account.channel == channel, Account.address == address)
    return await session.scalar(wanted.execution_options(populate_existing=True))


async def accounts_of(session: AsyncSession, person_id: int) -> list[Account]:
    """Return somebody's accounts, the one linked last first."""
    rows = await session.scalars(
        select(Account)
        .where(Account.person_id == person_id)
        .order_by(Account.linked_at.desc(), Account.id.desc())
    )
    return list(rows)


async def link(
    session: AsyncSession,
    channel: str,
    address: str,
    person_id: int,
    *,
    actor: Party,
    now: datetime,
) -> bool:
    """Link an address to a person; False when it is somebody else's, and nothing was changed.

    Of two simultaneous attempts for two people one wins. What is that person's already is fine.
    """
    found = await holder(session, channel, address)
    if found is None:
        new = Account(person_id=person_id, channel=channel, address=address, linked_at=now)
        try:
            async with session.begin_nested():
                session.add(new)
        except IntegrityError:  # somebody linked it in between
            found = await holder(session, channel, address)
        else:
            _record(session, "account.link", new, actor, now)
            return True
    return found is not None and found.person_id == person_id


async def unlink(session: AsyncSession, account: Account, actor: Party, now: datetime) -> None:
    """Take an account from its person: it is a stranger's again."""
    await session.execute(delete(Account).where(Account.id == account.id))
    _record(session, "account.unlink", account, actor, now)


def _record(
    session: AsyncSession, verb: str, account: Account, actor: Party, now: datetime
) -> None:
    subject = Reference("people", "person", str(account.person_id))
    record(session, actor, verb, subject, now, channel=account.channel)
