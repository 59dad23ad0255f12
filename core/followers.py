"""Who follows a theme, as rooms that do not keep it may ask."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Followers(Protocol):
    """Asks the room where people choose their themes."""

    async def __call__(self, session: AsyncSession, theme: str, /) -> frozenset[int]:
        """Return the people (by id) who follow a theme (by code), whether or not they are there."""
        ...


async def no_followers(_session: AsyncSession, _theme: str) -> frozenset[int]:
    """Know of nobody."""
    return frozenset()
