"""The sandbox's clock: forward only, and remembered."""

from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from relais.sandbox.clock import SandboxClock


def test_it_moves_forward_and_goes_on_at_the_pace_of_real_time(
    clock: FixedClock, tmp_path: Path
) -> None:
    sandbox = SandboxClock(tmp_path / "clock", clock)
    start = clock.now()
    sandbox.move_to(start + timedelta(days=7))
    assert sandbox.now() == start + timedelta(days=7)
    clock.set(start + timedelta(minutes=5))
    assert sandbox.now() == start + timedelta(days=7, minutes=5)


def test_it_never_goes_back(clock: FixedClock, tmp_path: Path) -> None:
    sandbox = SandboxClock(tmp_path / "clock", clock)
    sandbox.move_to(clock.now() + timedelta(days=1))
    sandbox.move_to(clock.now())
    assert sandbox.now() == clock.now() + timedelta(days=1)


def test_a_restart_goes_on_where_it_was(clock: FixedClock, tmp_path: Path) -> None:
    SandboxClock(tmp_path / "clock", clock).move_to(clock.now() + timedelta(days=3))
    assert SandboxClock(tmp_path / "clock", clock).now() == clock.now() + timedelta(days=3)
