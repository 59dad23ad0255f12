"""`relais demo`: the sandbox to play in, or the tour that plays the story by itself."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from core import logs
from core.serving import serving
from relais.sandbox.page.application import application
from relais.sandbox.playground import Ports, playing, start_over
from relais.sandbox.tour import play

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """What `relais demo` was asked."""

    folder: Path
    port: int
    fresh: bool
    feed: str


async def run(options: Options, console: Console) -> int:
    """Run the sandbox until Ctrl-C or SIGTERM, going on where it was left; return 0."""
    if options.fresh:
        start_over(options.folder)
    _log_to(options.folder)
    stop = _stop_event()
    console.print("Preparing the sample network…")
    async with playing(options.folder, _ports(options.port), options.feed) as playground:
        page = application(playground)
        async with serving(page, host=HOST, port=options.port) as port:
            console.print(f"\nOpen  http://{HOST}:{port}  to play.", style="bold", highlight=False)
            console.print("Ctrl-C stops it; `make demo` goes on where you left it.")
            await stop.wait()
            console.print("Stopping…")
    return 0


async def play_tour(options: Options, console: Console) -> int:
    """Play the story from its beginning, in a folder of its own beside the sandbox's.

    Return 0, or 1 when a step was not seen; the log then says what the service did.
    """
    folder = options.folder.with_name(f"{options.folder.name}-tour")
    start_over(folder)
    log = _log_to(folder)
    async with playing(folder, _ports(options.port), options.feed) as playground:
        status = await play(playground, console, own_feed=bool(options.feed))
    if status:
        console.print(f"The service's log is {log}.", highlight=False, soft_wrap=True)
    return status


def _ports(first: int) -> Ports:
    return Ports(page=first, relais=first + 1, feeds=first + 2)


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _log_to(folder: Path) -> Path:
    """Keep the service's log in the sandbox's folder, out of the way of what is shown."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "relais.log"
    logs.configure("console", file)
    return file
