"""The secret address of somebody's own calendar. Nothing here commits."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.reference import Party
from digest.seminars import names
from digest.seminars.contacts import parties_of
from digest.seminars.models import CalendarKey

_BITS = 160
_KEY = re.compile(rf"[0-9a-f]{{{_BITS // 4}}}")


async def key_of(session: AsyncSession, party: Party) -> str | None:
    """Return the key of a party's calendar, if it has one."""
    return await session.scalar(select(CalendarKey.key).where(CalendarKey.party == str(party)))


async def renew(session: AsyncSession, parts: Parts, party: Party, now: datetime) -> str:
    """Give a party's calendar a new key, and return it; the former one opens nothing any more."""
    key = f"{parts.random.getrandbits(_BITS):0{_BITS // 4}x}"
    row = {"key": key, "created_at": now}
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    await session.execute(
        insert(CalendarKey)
        .values(party=str(party), **row)
        .on_conflict_do_update(index_elements=["party"], set_=row)
        .execution_options(synchronize_session=False)
    )
    return key


async def opened(session: AsyncSession, parts: Parts, party: Party, now: datetime) -> str:
    """Return the key of a party's calendar; the first time, make it."""
    return await key_of(session, party) or await renew(session, parts, party, now)


async def whose(session: AsyncSession, key: str) -> Party | None:
    """Return whose calendar a key opens; None for what is no key."""
    if not _KEY.fullmatch(key):
        return None
    party = await session.scalar(select(CalendarKey.party).where(CalendarKey.key == key))
    return None if party is None else Party.parse(party)


def address(parts: Parts, key: str) -> str:
    """Return the address of a calendar, for programs that follow it."""
    return names.page_url(parts, f"/calendrier/{key}.ics")


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Say since when a party has a calendar of its own; its key is a secret, also from files."""
    mine = CalendarKey.party.in_(await parties_of(session, party))
    created_at = await session.scalar(select(func.min(CalendarKey.created_at)).where(mine))
    return {} if created_at is None else {"calendar": {"created_at": created_at.isoformat()}}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget a party's calendar: its address opens nothing any more."""
    mine = await parties_of(session, party)
    await session.execute(delete(CalendarKey).where(CalendarKey.party.in_(mine)))
