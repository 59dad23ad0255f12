"""The scheduler only ticks: each tick wakes a task that we own, and asks the tables."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.clock import Clock
from core.room import Tick

log = structlog.get_logger()

JOB_OPTIONS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


async def run_ticks(ticks: Sequence[Tick], clock: Clock, stop: asyncio.Event) -> None:
    """Run each tick once now, then at its pace, until `stop`.

    What a tick raises is logged, and it is tried again at its next turn: the tables still say
    that the work is due.
    """
    scheduler = AsyncIOScheduler(job_defaults=JOB_OPTIONS)
    async with asyncio.TaskGroup() as group:
        for tick in ticks:
            woken = asyncio.Event()
            woken.set()
            scheduler.add_job(_wake(woken), "interval", seconds=tick.every, name=tick.name)
            group.create_task(_run(tick, clock, woken, stop), name=tick.name)
        scheduler.start()
        await stop.wait()
        scheduler.shutdown(wait=False)


def _wake(woken: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def wake() -> None:
        woken.set()

    return wake


async def _run(tick: Tick, clock: Clock, woken: asyncio.Event, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        waking = asyncio.create_task(woken.wait())
        await asyncio.wait({waking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        waking.cancel()
        if woken.is_set() and not stop.is_set():
            woken.clear()
            await run_once(tick, clock)
    stopping.cancel()


async def run_once(tick: Tick, clock: Clock) -> bool:
    """Run a tick; return whether it went well."""
    try:
        await tick.run(clock.now())
    except Exception:
        log.exception("tick.failed", tick=tick.name)
        return False
    return True
