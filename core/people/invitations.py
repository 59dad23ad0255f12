"""Invitations: single-use links that tie an account of a channel to a person of the directory."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.errors import InputError
from core.people.models import Account, Invitation, Person
from core.reference import Party, Reference

Reason = Literal["unknown", "used", "expired", "taken", "blocked"]
"""Why a link was refused; `taken`: the account is already somebody else's; `blocked`: the person
that it was made for is."""

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")

_EXPLANATIONS: dict[Reason, tuple[str, str]] = {
    "unknown": ("this invitation is unknown", "check that the link is complete"),
    "used": ("this invitation was already used", "ask an animator for a new one"),
    "expired": ("this invitation has expired", "ask an animator for a new one"),
    "taken": ("this account is linked to somebody else", "ask an animator to unlink it first"),
    "blocked": ("this person is blocked", "unblock them first"),
}


class InvitationError(InputError):
    """An invitation cannot be accepted; `reason` says why in one word."""

    def __init__(self, reason: Reason) -> None:
        what, hint = _EXPLANATIONS[reason]
        super().__init__(what, hint=hint)
        self.reason = reason


async def invite(
    session: AsyncSession,
    person_id: int,
    now: datetime,
    lifetime: timedelta,
    new_code: Callable[[], str],
) -> str:
    """Return a code that links one account to a person, once, until `now + lifetime`.

    `new_code` gives an unguessable code of 1 to 64 letters, digits, `_` and `-`: what Telegram
    takes as a start payload. Only its SHA-256 is kept. Raises InputError for an unknown person.
    """
    code = new_code()
    if not _CODE.fullmatch(code):
        raise ValueError("an invitation code has 1 to 64 letters, digits, _ and -")
    if await session.get(Person, person_id) is None:
        raise InputError(f"nobody has the number {person_id}", hint="look in the directory")
    session.add(
        Invitation(
            code_hash=_hash(code), person_id=person_id, created_at=now, expires_at=now + lifetime
        )
    )
    await session.flush()
    return code


async def accept(
    session: AsyncSession, code: str, channel: str, address: str, now: datetime
) -> Person:
    """Link the address of a channel to the person whom a code was made for; return that person.

    Of two simultaneous uses one wins. An account that is that person's already is fine, whatever
    became of the code. Raises InvitationError when the code is unknown, used or expired, when the
    account is somebody else's, or when the person is blocked; then nothing was changed, and the
    transaction can go on.
    """
    invitation = await _find(session, code)
    person_id = invitation.person_id
    if (await session.get_one(Person, person_id)).blocked_at is not None:
        raise InvitationError("blocked")
    account = await _account(session, channel, address)
    _refuse_another_person(account, person_id)
    try:
        async with session.begin_nested():
            await _use(session, invitation, now)
            _link(session, account or _new(channel, address), person_id, now)
    except (InvitationError, IntegrityError):  # perhaps a simultaneous use linked this account
        account = await _account(session, channel, address)
        _refuse_another_person(account, person_id)
        if account is None:
            raise
    return await session.get_one(Person, person_id)


async def withdraw(session: AsyncSession, person_id: int) -> int:
    """Make the codes that somebody has not used good for nothing. Returns how many."""
    rows = await session.scalars(
        delete(Invitation)
        .where(Invitation.person_id == person_id, Invitation.used_at.is_(None))
        .returning(Invitation.code_hash)
    )
    return len(rows.all())


async def _find(session: AsyncSession, code: str) -> Invitation:
    found = None
    if _CODE.fullmatch(code):
        found = await session.get(Invitation, _hash(code))
    if found is None:
        raise InvitationError("unknown")
    return found


def _refuse_another_person(account: Account | None, person_id: int) -> None:
    if account is not None and account.person_id != person_id:
        raise InvitationError("taken")


async def _account(session: AsyncSession, channel: str, address: str) -> Account | None:
    return await session.scalar(
        select(Account).where(Account.channel == channel, Account.address == address)
    )


async def _use(session: AsyncSession, invitation: Invitation, now: datetime) -> None:
    """Mark the code as used: the database lets one transaction do so."""
    if invitation.used_at is None and invitation.expires_at <= now:
        raise InvitationError("expired")
    used = await session.scalar(
        update(Invitation)
        .where(Invitation.code_hash == invitation.code_hash, Invitation.used_at.is_(None))
        .values(used_at=now)
        .returning(Invitation.code_hash)
    )
    if used is None:
        raise InvitationError("used")


def _new(channel: str, address: str) -> Account:
    return Account(channel=channel, address=address)


def _link(session: AsyncSession, account: Account, person_id: int, now: datetime) -> None:
    account.person_id = person_id
    account.linked_at = now
    account.blocked_at = None
    session.add(account)
    actor = Party("person", str(person_id))
    subject = Reference("people", "person", str(person_id))
    record(session, actor, "account.link", subject, now, channel=account.channel)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
