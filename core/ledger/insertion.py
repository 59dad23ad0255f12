"""Writing many new rows at once, in the way that costs each engine least.

Rows of an edition come by the hundred thousand: a statement with a parameter for each column of
each row takes several times as long to make as to run. PostgreSQL gets one JSON document, SQLite
one statement run for each row in one trip to its thread.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import aware
from core.db import stored_by_sqlite

_FRESH = {"attempts": 0, "deferrals": 0, "resent": False}
_COLUMNS = (
    *("kind", "slot", "recipient", "channel", "message_hash", "values", "cause", "stream"),
    *("bulk", "state", "due_at", "created_at", *_FRESH),
)
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_PLACES = ", ".join("?" for _ in _COLUMNS)
_INTO = f"INSERT INTO deliveries ({_NAMES})"
_ONE = f"{_INTO} VALUES ({_PLACES}) ON CONFLICT DO NOTHING"
_MANY = text(
    f"{_INTO} SELECT {_NAMES} FROM json_populate_recordset(null::deliveries, :rows) "  # noqa: S608  # only names of columns
    "ON CONFLICT DO NOTHING"
)


async def insert(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> int:
    """Insert deliveries in their order, but those that exist; return how many are new.

    Raises TypeError for a naive instant.
    """
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        stored = [tuple(_stored(each[name]) for name in _COLUMNS) for each in _whole(rows)]
        result = await connection.exec_driver_sql(_ONE, stored)
    else:
        document = json.dumps(_whole(rows), default=_written)
        result = await connection.execute(_MANY, {"rows": document})
    return result.rowcount


def _whole(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_FRESH | row for row in rows]


def _stored(value: Any) -> Any:
    """Return a value as the types of our columns store it on SQLite."""
    if isinstance(value, datetime):
        return stored_by_sqlite(value)
    return json.dumps(value) if isinstance(value, dict) else value


def _written(instant: datetime) -> str:
    return aware(instant).isoformat()
