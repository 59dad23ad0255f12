"""Files sent in chat that something waits for: fetched out of any transaction, then settled."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import structlog
from sqlalchemy import Select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import aware
from core.db import Database
from core.errors import FileError
from core.files import FileSource
from core.ledger.failures import described
from core.one_by_one import one_by_one
from core.reference import ANIMATORS, Party
from core.room import Tick

log = structlog.get_logger()

PATIENCE = timedelta(minutes=30)
"""How long a file that the chat does not give, or that nothing can be made of, is tried again."""

LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Awaited:
    """A file that is awaited since `asked_at`: `key` is the row of what waits for it.

    `asked` is what that row remembers: should it have changed, another file is awaited by now.
    """

    key: int
    file_id: str
    asked_at: datetime
    by: Party = ANIMATORS
    asked: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, key: int, asked: Mapping[str, Any]) -> Self:
        """Read what `wanted` made. What is not whole is awaited since long ago: it is lost."""
        try:
            by, asked_at = Party.parse(str(asked["by"])), aware(datetime.fromisoformat(asked["at"]))
            return cls(key, asked["file"], asked_at, by, asked)
        except (KeyError, TypeError, ValueError):
            return cls(key, "", LONG_AGO, asked=asked)


def wanted(file_id: str, by: Party, now: datetime, **more: Any) -> dict[str, Any]:
    """Return, as JSON, what a row remembers of a file that it waits for."""
    return {"file": file_id, "by": str(by), "at": now.isoformat(), **more}


Waiting = Callable[[AsyncSession], Awaitable[Sequence[Awaited]]]


def remembered(statement: Select[tuple[int, Any]]) -> Waiting:
    """Return what gives the files that rows wait for: `statement` gives their keys and `wanted`."""

    async def waiting(session: AsyncSession) -> Sequence[Awaited]:
        rows = await session.execute(statement)
        return [Awaited.read(key, asked) for key, asked in rows if asked]

    return waiting


@dataclass(frozen=True)
class Fetching:
    """Fetches what is awaited; `name` is the tick's.

    `settle` is given a write transaction, what was awaited, its bytes (None: they are lost) and
    the present instant. It keeps the file or says why not, so that nothing waits any more; it does
    nothing if something else is awaited by now.
    """

    name: str
    database: Database
    files: FileSource
    waiting: Waiting
    settle: Callable[[AsyncSession, Awaited, bytes | None, datetime], Awaitable[None]]

    def tick(self) -> Tick:
        """Return the work of the clock."""
        return Tick(self.name, self.run, self._next_due, every=2.0)

    async def run(self, now: datetime) -> None:
        """Fetch and settle each file that is awaited; those that trouble leaves wait on.

        A file is lost when the chat refuses it for good, and when trouble of any kind has lasted
        for `PATIENCE`. Raises at once what a database that is away says.
        """
        async with self.database.read() as session:
            waiting = await self.waiting(session)

        async def one(awaited: Awaited) -> None:
            await self._one(awaited, now)

        await one_by_one(waiting, one)

    async def _one(self, awaited: Awaited, now: datetime) -> None:
        try:
            data = await self.files.fetch(awaited.file_id)
            await self._settle(awaited, data, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, who sent the file is told
            permanent = isinstance(error, FileError) and error.permanent
            log.warning(
                "files.not_taken", tick=self.name, key=awaited.key, permanent=permanent,
                **described(error),
            )  # fmt: skip
            if permanent or now - awaited.asked_at > PATIENCE:
                await self._settle(awaited, None, now)

    async def _settle(self, awaited: Awaited, data: bytes | None, now: datetime) -> None:
        async with self.database.write() as session:
            await self.settle(session, awaited, data, now)

    async def _next_due(self, session: AsyncSession) -> datetime | None:
        """Say since when a file is awaited."""
        return min((each.asked_at for each in await self.waiting(session)), default=None)
