"""Files that are kept: content-addressed rows, the same on both databases."""

import hashlib
from datetime import datetime
from typing import Protocol

from sqlalchemy import LargeBinary
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.errors import FileError


class Blob(Base):
    """A file, once whoever refers to it; `hash` is the SHA-256 of its bytes."""

    __tablename__ = "blobs"

    hash: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class FileSource(Protocol):
    """Where the bytes of a file that was sent in chat are."""

    async def fetch(self, file_id: str) -> bytes:
        """Return its bytes. Raises FileError when the chat does not give them (now, or ever)."""
        ...


class NoFiles:
    """Where there is no chat: no file can be had."""

    async def fetch(self, file_id: str) -> bytes:
        """Raise FileError."""
        del file_id
        raise FileError("there is no chat to ask for the file")


NO_FILES = NoFiles()


async def keep(session: AsyncSession, data: bytes, media_type: str, now: datetime) -> str:
    """Keep a file, and return its hash; the same bytes are kept once."""
    key = hashlib.sha256(data).hexdigest()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"hash": key, "media_type": media_type, "data": data, "created_at": now}
    await session.execute(insert(Blob).values(values).on_conflict_do_nothing())
    return key


async def kept(session: AsyncSession, key: str) -> Blob | None:
    """Return a kept file."""
    return await session.get(Blob, key)
