"""Loops that start again when they fall, each without disturbing the others."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from core.errors import RelaisError

log = structlog.get_logger()

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
STEADY = 60.0
"""A loop that ran this long before it fell starts again after the first pause (seconds)."""


@dataclass(frozen=True)
class Loop:
    """Work that lasts as long as the service; `run` returns soon after its event is set."""

    name: str
    run: Callable[[asyncio.Event], Awaitable[None]]


class Supervisor:
    """Runs loops until told to stop, and knows which of them are running."""

    def __init__(self, loops: tuple[Loop, ...]) -> None:
        self._loops = loops
        self._running = dict.fromkeys((loop.name for loop in loops), False)

    def running(self) -> Mapping[str, bool]:
        """Return each loop's name, and whether it runs at this moment."""
        return dict(self._running)

    async def run(self, stop: asyncio.Event, stop_timeout: float) -> bool:
        """Run every loop until `stop`, then wait `stop_timeout` seconds for them to end.

        Returns False when some had to be cancelled.
        """
        tasks = {
            asyncio.create_task(self._keep(loop, stop), name=loop.name): loop.name
            for loop in self._loops
        }
        await stop.wait()
        _done, late = await asyncio.wait(tasks, timeout=stop_timeout)
        for task in late:
            log.warning("loop.cancelled", loop=tasks[task])
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return not late

    async def _keep(self, loop: Loop, stop: asyncio.Event) -> None:
        pause = FIRST_PAUSE
        while not stop.is_set():
            started = asyncio.get_running_loop().time()
            await self._run_once(loop, stop)
            if asyncio.get_running_loop().time() - started > STEADY:
                pause = FIRST_PAUSE
            if not stop.is_set():
                await _sleep(pause, stop)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_once(self, loop: Loop, stop: asyncio.Event) -> None:
        self._running[loop.name] = True
        try:
            await loop.run(stop)
        except RelaisError as error:
            log.error("loop.failed", loop=loop.name, what=error.what, hint=error.hint)  # noqa: TRY400  # a person can mend it: no traceback
        except Exception:
            log.exception("loop.crashed", loop=loop.name)
        finally:
            self._running[loop.name] = False


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
