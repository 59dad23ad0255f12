"""The sandbox's clock: the machine's, moved forward by what people asked for."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import Clock, SystemClock, aware


class SandboxClock:
    """Runs at the pace of real time, ahead of it by an offset that a file remembers."""

    def __init__(self, file: Path, real: Clock | None = None) -> None:
        self._file = file
        self._real = real or SystemClock()
        self._offset = self._remembered()

    def now(self) -> datetime:
        """Return the sandbox's present instant, in UTC."""
        return self._real.now() + self._offset

    def move_to(self, instant: datetime) -> None:
        """Make it `instant` now. Time never goes back: an earlier instant changes nothing."""
        offset = aware(instant) - self._real.now()
        if offset <= self._offset:
            return
        self._offset = offset
        written = self._file.with_suffix(".new")
        written.write_text(str(offset.total_seconds()), encoding="ascii")
        os.replace(written, self._file)  # noqa: PTH105  # atomic: a kill leaves one or the other

    def _remembered(self) -> timedelta:
        if not self._file.exists():
            return timedelta(0)
        return timedelta(seconds=float(self._file.read_text(encoding="ascii")))
