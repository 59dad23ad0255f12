"""Waiting for something to become true, without sleeping."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Wakes whoever waits each time something happened."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self.closed = False

    def notify(self) -> None:
        """Say that something happened."""
        happened, self._next = self._next, asyncio.Event()
        happened.set()

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.closed = True
        self.notify()

    async def until(self, predicate: Callable[[], T], seconds: float | None) -> T:
        """Return the first true value of `predicate`, or its last one when time is up."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := predicate()) and not self.closed:
                    await self._next.wait()
                return value
        except TimeoutError:
            return predicate()
