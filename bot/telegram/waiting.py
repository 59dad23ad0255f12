"""Waiting that ends at once when the service stops."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait some seconds of real time, or until `stop`."""
    await first_of([stop.wait], seconds)


async def unless_stopped(stop: asyncio.Event, work: Callable[[], Awaitable[T]]) -> T | None:
    """Await something, or cancel it and return None when `stop` comes first."""

    async def run() -> T:
        return await work()

    task = asyncio.create_task(run())
    halt = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, halt}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        await cancelled(task, halt)


async def first_of(events: list[Callable[[], Awaitable[object]]], seconds: float) -> None:
    """Wait until one of several things happens, at most some seconds."""

    async def run(wait: Callable[[], Awaitable[object]]) -> None:
        await wait()

    tasks = [asyncio.create_task(run(wait)) for wait in events]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancelled(*tasks)


async def cancelled(*tasks: asyncio.Task[object] | asyncio.Task[T]) -> None:
    """Cancel tasks and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
