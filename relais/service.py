"""`relais serve`: the loops of the service, in one process or in several."""

import asyncio
import gc
import signal
from collections.abc import Mapping

import structlog

from core.clock import Clock, SystemClock
from core.errors import ConfigurationError
from core.serving import serving
from core.settings import Settings
from relais import schema
from relais.supervision import Loop, Supervisor
from relais.ticking import run_ticks
from relais.wiring import House, building
from web.app import build_app
from web.health import Health

log = structlog.get_logger()

PARTS: Mapping[str, tuple[str, ...]] = {
    "bot": ("receive", "work"),
    "watch": ("poll",),
    "digest": ("tick",),
    "ledger": ("dispatch",),
    "web": ("http",),
}
"""What `--only` may name, and the loops that each name runs."""

MADE_BETWEEN_LOOKS = 10_000

CLOSING = 1.5
"""Seconds kept, of those given to stop, for giving back connections and readers."""

HTTP_LAST_WORDS = 2.0
"""Seconds given to the pages being read when the service stops."""

EVERY_LOOP = frozenset(loop for loops in PARTS.values() for loop in loops)


def loops_named(only: str) -> frozenset[str]:
    """Return the loops that `bot,web` means (empty: all). Loops can be named themselves too.

    Raises ConfigurationError for a name that is neither.
    """
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in PARTS and name not in EVERY_LOOP]
    if unknown:
        raise ConfigurationError(
            f"there is no part called {unknown[0]}",
            hint="the parts are " + ", ".join([*PARTS, *sorted(EVERY_LOOP)]),
        )
    chosen = {loop for name in names for loop in PARTS.get(name, (name,))}
    return frozenset(chosen) or EVERY_LOOP


async def serve(settings: Settings, only: frozenset[str], clock: Clock | None = None) -> int:
    """Run the loops until SIGTERM or SIGINT; return 0, or 1 when some had to be cut."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with building(settings, clock or SystemClock()) as house:
        await schema.migrate(house.parts.database)
        await house.prepare()
        settle_memory()
        clean = await run_loops(house, only, stop)
    log.info("service.stopped", clean=clean)
    return 0 if clean else 1


def settle_memory() -> None:
    """Spare the garbage collector what was built and stays as long as the process.

    Looking at all of it again, as it does now and then, holds the event loop up for over 0.1 s.
    What is new is looked at less often than by default, too.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_LOOKS)
    gc.enable()


async def run_loops(house: House, only: frozenset[str], stop: asyncio.Event) -> bool:
    """Run the loops asked for until `stop`; return whether all of them ended by themselves."""
    health = Health(lambda: supervisor.running())  # noqa: PLW0108  # it watches the loops below
    loops = tuple(loop for loop in _loops(house, health) if loop.name in only)
    supervisor = Supervisor(loops)
    log.info("service.started", loops=sorted(loop.name for loop in loops))
    allowed = house.parts.settings.service.stop_timeout
    return await supervisor.run(stop, max(allowed / 2, allowed - CLOSING))


def _loops(house: House, health: Health) -> tuple[Loop, ...]:
    settings, clock = house.parts.settings, house.parts.clock

    async def tick(stop: asyncio.Event) -> None:
        await run_ticks([t for t in house.ticks if t.loop == "tick"], clock, stop)

    async def poll(stop: asyncio.Event) -> None:
        await run_ticks([t for t in house.ticks if t.loop == "poll"], clock, stop)

    async def http(stop: asyncio.Event) -> None:
        web = settings.web
        app = build_app(house.parts, house.rooms, health, extra=house.webhooks)
        async with serving(
            app,
            host=web.host,
            port=web.port,
            trusted_proxies=web.trusted_proxies,
            stop_timeout=min(HTTP_LAST_WORDS, settings.service.stop_timeout / 4),
        ):
            await stop.wait()

    chat = (
        ()
        if house.adapter is None
        else (
            Loop("receive", house.adapter.receive),
            Loop("work", house.adapter.work),
        )
    )
    return (
        *chat,
        Loop("tick", tick),
        Loop("poll", poll),
        Loop("dispatch", house.dispatcher.run),
        Loop("http", http),
    )
