"""Access requests: reading and writing them. No function here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance.decide import (
    DAY,
    HOUR,
    Asked,
    Hearing,
    Sendings,
    State,
    code_of,
    hear,
    may_send,
    same_code,
)
from bot.entrance.models import AccessRequest
from core.db import alone
from core.parts import Parts
from core.reference import Party, Reference


def reference(number: int) -> Reference:
    """Return how the house names a request."""
    return Reference("entrance", "request", str(number))


def party(number: int) -> Party:
    """Return whom everything about a request is sent for, strangers being in no directory."""
    return Party("access", str(number))


async def of_account(session: AsyncSession, account: str) -> Sequence[AccessRequest]:
    """Return every request of an account that is kept, the latest first."""
    rows = await session.scalars(
        select(AccessRequest)
        .where(AccessRequest.account == account)
        .order_by(AccessRequest.id.desc())
    )
    return rows.all()


def asked(row: AccessRequest) -> Asked:
    """Return a request as decisions see it."""
    return Asked(State(row.state), row.tries, row.expires_at)


async def locked(session: AsyncSession, number: int) -> AccessRequest | None:
    """Return a request as it is now; no other transaction changes it meanwhile."""
    return await session.get(AccessRequest, number, with_for_update=True, populate_existing=True)


async def open_request(  # noqa: PLR0917  # who asks, then when
    session: AsyncSession, parts: Parts, account: str, name: str, email: str, now: datetime
) -> AccessRequest | None:
    """Write a request in place of those whose code was not typed; None beyond the limits.

    Those who ask wait for one another, so that none passes between a count and a row.
    """
    await alone(session, "entrance.access_requests")
    if not may_send(await _sendings(session, account, email, now), _an_hour(parts)):
        return None
    await _drop(session, account)
    row = AccessRequest(
        account=account,
        name=name,
        email=email,
        salt=f"{parts.random.getrandbits(128):032x}",
        state=State.SENT.value,
        created_at=now,
        expires_at=now + timedelta(minutes=parts.settings.hotline.access_code_minutes),
    )
    session.add(row)
    await session.flush()
    return row


async def hear_code(  # noqa: PLR0917  # whose, what, then when
    session: AsyncSession, parts: Parts, number: int, account: str, code: str, now: datetime
) -> tuple[Hearing, AccessRequest | None]:
    """Take a typed code, counting the wrong ones; a right one confirms the address."""
    row = await locked(session, number)
    if row is None or row.account != account:
        return Hearing.GONE, None
    hearing = hear(asked(row), right=same_code(code_for(parts, row), code), now=now)
    if hearing is Hearing.RIGHT:
        row.state, row.confirmed_at = State.CONFIRMED.value, now
    elif hearing in {Hearing.WRONG, Hearing.WORN_OUT}:
        row.tries += 1
    await session.flush()
    return hearing, row


def code_for(parts: Parts, row: AccessRequest) -> str:
    """Return the code of a request, which is kept nowhere."""
    secret = parts.settings.service.secret.get_secret_value()
    return code_of(secret, row.salt, row.account, row.email)


def decided(row: AccessRequest, state: State, by: int | None, now: datetime) -> None:
    """Write what an animator made of a request."""
    row.state, row.decided_by, row.decided_at = state.value, by, now


async def _sendings(session: AsyncSession, account: str, email: str, now: datetime) -> Sendings:
    return Sendings(
        to_account=await _count(session, AccessRequest.account == account, since=now - DAY),
        to_address=await _count(session, AccessRequest.email == email, since=now - DAY),
        in_all=await _count(session, since=now - HOUR),
    )


async def _count(session: AsyncSession, *conditions: ColumnElement[bool], since: datetime) -> int:
    wanted = select(func.count()).where(AccessRequest.created_at > since, *conditions)
    return int(await session.scalar(wanted) or 0)


async def _drop(session: AsyncSession, account: str) -> None:
    waiting: Any = (AccessRequest.account == account, AccessRequest.state == State.SENT.value)
    await session.execute(update(AccessRequest).where(*waiting).values(state=State.DROPPED.value))


def _an_hour(parts: Parts) -> int:
    return parts.settings.hotline.access_codes_per_hour
