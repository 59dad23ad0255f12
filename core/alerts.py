"""Alerts: one piece of news, told at once to those who follow its themes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Reference


@dataclass(frozen=True)
class Alert:
    """What readers are told of a piece of news: never the words of its source beyond the title.

    `note` is « notre lecture » (may be empty), `themes` are codes, `deadline` is its next closing
    date.
    """

    reference: Reference
    title: str
    url: str
    source: str
    note: str
    themes: tuple[str, ...]
    deadline: datetime | None


Addresses = Callable[[AsyncSession, Sequence[str]], Awaitable[frozenset[str]]]
"""The e-mail addresses, in lower case, of those whom alerts about some themes reach elsewhere."""


async def no_addresses(_session: AsyncSession, _themes: Sequence[str]) -> frozenset[str]:
    """Return none: nobody is reached elsewhere."""
    return frozenset()


class AlertReaders(Protocol):
    """Those whom alerts reach by one channel, or from one room."""

    async def count(self, session: AsyncSession, themes: Sequence[str]) -> int:
        """Return how many people follow at least one of `themes`, each counted once."""
        ...

    async def post(self, session: AsyncSession, alert: Alert, now: datetime) -> int:
        """Hand the alert to the ledger for each of them, once ever; return for how many."""
        ...
