"""The scheduler only ticks: each tick wakes a task that we own, and asks the tables."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.clock import Clock
from core.room import Tick

log = structlog.get_logger()

GRACE = 5.0
"""Seconds that work in hand has to end once told to stop: half of what the service has."""

PATIENCE = 3
"""How many times its pace a tick waits for the scheduler, which follows the machine's date."""

JOB_OPTIONS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


async def run_ticks(ticks: Sequence[Tick], clock: Clock, stop: asyncio.Event) -> None:
    """Run each tick once now, then at its pace, until `stop`.

    What a tick raises is logged, and it is tried again at its next turn: the tables still say
    that the work is due. So they do of work that a stop cuts short, after a grace.
    """
    scheduler = AsyncIOScheduler(job_defaults=JOB_OPTIONS)
    try:
        async with asyncio.TaskGroup() as group:
            for tick in ticks:
                woken = asyncio.Event()
                woken.set()
                scheduler.add_job(_wake(woken), "interval", seconds=tick.every, name=tick.name)
                group.create_task(_run(tick, clock, woken, stop), name=tick.name)
            scheduler.start()
            await stop.wait()
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)


def _wake(woken: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def wake() -> None:
        woken.set()

    return wake


async def _run(tick: Tick, clock: Clock, woken: asyncio.Event, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            await _woken(woken, stopping, PATIENCE * tick.every)
            if not stop.is_set():
                woken.clear()
                await _run_until(tick, clock, stopping)
    finally:
        stopping.cancel()


async def _woken(woken: asyncio.Event, stopping: asyncio.Task[bool], patience: float) -> None:
    """Wait for the scheduler; not for ever: once the date was set back, it is long silent."""
    waking = asyncio.create_task(woken.wait())
    try:
        await asyncio.wait(
            {waking, stopping}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        waking.cancel()


async def _run_until(tick: Tick, clock: Clock, stopping: asyncio.Task[bool]) -> None:
    """Run a tick once; when told to stop, cut it short after the grace."""
    work = asyncio.create_task(run_once(tick, clock))
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({work}, timeout=GRACE)
        if not work.done():
            log.info("tick.cut_short", tick=tick.name)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def run_once(tick: Tick, clock: Clock) -> bool:
    """Run a tick; return whether it went well."""
    try:
        await tick.run(clock.now())
    except Exception:
        log.exception("tick.failed", tick=tick.name)
        return False
    return True
