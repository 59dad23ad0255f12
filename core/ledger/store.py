"""Writing drafts into the ledger. No function here commits: the caller's transaction does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Draft
from core.ledger.models import Delivery, Message


async def post(session: AsyncSession, drafts: Sequence[Draft], now: datetime) -> int:
    """Write the rows of `drafts`; those that exist already are left as they are.

    Returns how many rows are new. To be called in the transaction of their cause.
    """
    if not drafts:
        return 0
    contents = {draft.content.hash: draft.content for draft in drafts}
    await _insert(
        session,
        Message,
        [
            {"hash": key, "channel": content.channel.value, "body": content.body, "created_at": now}
            for key, content in contents.items()
        ],
    )
    return await _insert(session, Delivery, [_row(draft, now) for draft in drafts])


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "slot": draft.slot,
        "recipient": str(draft.recipient),
        "channel": draft.content.channel.value,
        "message_hash": draft.content.hash,
        "values": dict(draft.values),
        "cause": str(draft.cause),
        "stream": draft.stream,
        "due_at": draft.due_at,
        "created_at": now,
    }


async def _insert(
    session: AsyncSession, table: type[Message | Delivery], rows: list[dict[str, Any]]
) -> int:
    """Insert the rows that do not exist; the database refuses the others."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new = 0
    for row in rows:
        statement = insert(table).values(row).on_conflict_do_nothing()
        new += cast("CursorResult[Any]", await session.execute(statement)).rowcount
    return new
