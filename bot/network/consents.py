"""What people agreed to: kept, changed, and looked at before anything is asked or shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.network import names
from bot.network.decide import HELPERS
from bot.network.models import NetworkConsent
from core.acts import record
from core.people.models import Person
from core.people.store import roles_of


async def consent_of(session: AsyncSession, person_id: int) -> NetworkConsent | None:
    """Return what somebody agreed to; None: nothing."""
    return await session.get(NetworkConsent, person_id)


async def change(
    session: AsyncSession, person_id: int, cap: int, now: datetime, **changes: Any
) -> NetworkConsent:
    """Change what somebody agrees to; `cap` is the monthly cap of who never chose one.

    The trail keeps what was agreed to or withdrawn, and when.
    """
    row = await session.get(NetworkConsent, person_id, with_for_update=True)
    if row is None:
        row = NetworkConsent(
            person_id=person_id,
            asked=False,
            contact=False,
            themes=[],
            monthly_cap=cap,
            since=now,
            updated_at=now,
        )
        session.add(row)
    agreed_before = row.asked or row.contact
    for name, value in changes.items():
        setattr(row, name, value)
    if not agreed_before:
        row.since = now
    row.updated_at = now
    await session.flush()
    said = {name: value for name, value in changes.items() if isinstance(value, bool | int)}
    party = names.person(person_id)
    record(session, party, "network.consent", names.named("consent", person_id), now, **said)
    return row


async def agreed(session: AsyncSession) -> Mapping[int, NetworkConsent]:
    """Return everybody's consents, by person."""
    rows = await session.scalars(select(NetworkConsent))
    return {row.person_id: row for row in rows}


async def is_helper(session: AsyncSession, person_id: int, now: datetime) -> bool:
    """Say whether somebody is an agent or an expert at `now`: who may be asked or contacted."""
    return bool(await roles_of(session, person_id, now) & HELPERS)


async def may_be_asked(session: AsyncSession, person_id: int, now: datetime) -> bool:
    """Say whether the network may still ask somebody something."""
    consent = await consent_of(session, person_id)
    return consent is not None and consent.asked and await is_helper(session, person_id, now)


async def contact(session: AsyncSession, person_id: int) -> str:
    """Return the professional address of somebody who agreed that colleagues have it; or nothing.

    Whether they still hold a role is the caller's to check: it knows at what instant.
    """
    consent = await consent_of(session, person_id)
    if consent is None or not consent.contact:
        return ""
    found = await session.get(Person, person_id)
    return (found.email or "") if found and found.blocked_at is None else ""


async def reachable(
    session: AsyncSession, people: Sequence[int], now: datetime
) -> Mapping[int, str]:
    """Return the addresses of those who agreed to be contacted and are agents or experts."""
    found: dict[int, str] = {}
    for person_id in people:
        address = await contact(session, person_id)
        if address and await is_helper(session, person_id, now):
            found[person_id] = address
    return found
