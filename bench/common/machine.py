"""What the process takes of the machine: memory, the disk, and the event loop's time."""

import asyncio
import contextlib
import multiprocessing
import os
import re
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench.common.figures import median

_LOOK = 0.002


def peak_mb() -> float:
    """Return the most memory that this process has held so far, in megabytes (of 10^6 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def resident_mb() -> float:
    """Return the memory that this process holds now, in megabytes (of 10^6 bytes). Linux only."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def workers_peak_mb() -> float:
    """Return the most that our worker processes have held, added up, in megabytes. Linux only."""
    peaks = re.compile(r"VmHWM:\s+(\d+) kB")
    held = (peaks.search(_proc(worker, "status")) for worker in _workers())
    return sum(int(found[1]) for found in held if found) * 1024 / 1e6


def workers_processor_s() -> float:
    """Return the seconds of processor that our worker processes took. Linux only.

    Those that ended count; other programs that this process runs do not, until they end.
    """
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = usage.ru_utime + usage.ru_stime
    ticks = (_proc(worker, "stat").rpartition(")")[2].split()[11:13] for worker in _workers())
    return ended + sum(int(tick) for pair in ticks for tick in pair) / os.sysconf("SC_CLK_TCK")


def _workers() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def _proc(process: int, name: str) -> str:
    """Return what Linux says of a process; nothing when it has just ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/{name}").read_text(encoding="ascii", errors="replace")
    return ""


def disk_ms(folder: Path) -> float:
    """Return how long it takes to add a page to a file and be sure of it (fsync): median of 50."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(50):
            before = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - before) * 1000)
    return median(took)


@dataclass
class Held:
    """How long the event loop was held up at worst, in seconds.

    `own` is the processor's time that the loop itself took of such a moment, at worst: on a busy
    machine, the rest of `worst` is the time that other programs had.
    """

    worst: float = 0.0
    own: float = 0.0


@contextlib.asynccontextmanager
async def watching_the_loop() -> AsyncIterator[Held]:
    """Measure how late a task that wants to run every 2 ms is, while the block lasts."""
    held = Held()
    task = asyncio.create_task(_watch(held))
    try:
        yield held
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(held: Held) -> None:
    while True:
        before, own = time.perf_counter(), time.thread_time()
        await asyncio.sleep(_LOOK)
        held.worst = max(held.worst, time.perf_counter() - before - _LOOK)
        held.own = max(held.own, time.thread_time() - own)
