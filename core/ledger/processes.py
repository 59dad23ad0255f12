"""Which process a dispatcher is, and whether a neighbour's process still exists.

A heartbeat proves life, and its expiry death, but slowly. On one machine the kernel knows at
once: a process that does not exist any more sends nothing.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process, named so that no later one is taken for it.

    `place` is this boot of this machine and its numbering of processes (containers have their
    own); `started` tells two processes that were given the same `pid` apart.
    """

    place: str | None
    pid: int | None
    started: str | None


def this_process() -> Process:
    """Return the process that runs this; without `/proc`, one that nobody can judge."""
    pid = os.getpid()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        place = f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return Process(None, None, None)
    return Process(place, pid, _started(pid))


def is_gone(process: Process, here: Process) -> bool:
    """Say whether `process` certainly does not exist any more, as seen from `here`.

    False whenever it cannot be known: another machine or container, or no `/proc`.
    """
    if process.place is None or process.place != here.place or process.pid is None:
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    started = _started(process.pid)
    return None not in {started, process.started} and started != process.started


def _started(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot (proc(5), field 22 of `stat`)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
