"""The scheduler only ticks: what fails is tried at the next turn, what works is not doubled."""

import asyncio
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import FixedClock
from core.room import Tick
from relais import ticking
from relais.ticking import run_ticks
from tests.conftest import MORNING


async def _never(_session: AsyncSession) -> datetime | None:
    return None


async def test_every_tick_runs_at_once_and_again_and_sees_the_clock(clock: FixedClock) -> None:
    stop = asyncio.Event()
    seen: list[datetime] = []

    async def run(now: datetime) -> None:
        seen.append(now)
        if len(seen) == 3:
            stop.set()

    await asyncio.wait_for(run_ticks([Tick("a", run, _never, every=0.01)], clock, stop), 10)
    assert seen == [MORNING] * 3


async def test_a_tick_that_fails_is_tried_again_and_stops_nobody(clock: FixedClock) -> None:
    stop = asyncio.Event()
    failures = 0
    others = 0

    async def failing(_now: datetime) -> None:
        nonlocal failures
        failures += 1
        raise RuntimeError("not today")

    async def other(_now: datetime) -> None:
        nonlocal others
        others += 1
        if others >= 3 and failures >= 3:
            stop.set()

    ticks = [Tick("failing", failing, _never, every=0.01), Tick("other", other, _never, every=0.01)]
    await asyncio.wait_for(run_ticks(ticks, clock, stop), 10)
    assert failures >= 3


async def test_a_slow_tick_is_never_run_twice_at_once(clock: FixedClock) -> None:
    stop = asyncio.Event()
    inside = 0
    most = 0
    runs = 0

    async def slow(_now: datetime) -> None:
        nonlocal inside, most, runs
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.05)
        inside -= 1
        runs += 1
        if runs == 3:
            stop.set()

    await asyncio.wait_for(run_ticks([Tick("slow", slow, _never, every=0.01)], clock, stop), 10)
    assert most == 1


async def test_stopping_lets_the_work_in_hand_end(clock: FixedClock) -> None:
    stop, begun = asyncio.Event(), asyncio.Event()
    ended = False

    async def work(_now: datetime) -> None:
        nonlocal ended
        begun.set()
        await asyncio.sleep(0.05)
        ended = True

    task = asyncio.create_task(run_ticks([Tick("work", work, _never, every=60)], clock, stop))
    await begun.wait()
    stop.set()
    await task
    assert ended


async def test_work_that_does_not_end_is_cut_short_and_is_due_still(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "GRACE", 0.05)
    stop, begun = asyncio.Event(), asyncio.Event()
    cut = False

    async def work(_now: datetime) -> None:
        nonlocal cut
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut = True
            raise

    task = asyncio.create_task(run_ticks([Tick("work", work, _never, every=60)], clock, stop))
    await begun.wait()
    stop.set()
    await asyncio.wait_for(task, 10)
    assert cut


async def test_ticks_go_on_when_the_machine_s_date_is_set_back(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()
    runs = 0

    class SetBack(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "SetBack":
            return super().now(tz) - timedelta(hours=runs)

    monkeypatch.setattr(base, "datetime", SetBack)

    async def run(_now: datetime) -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            stop.set()

    await asyncio.wait_for(run_ticks([Tick("a", run, _never, every=0.01)], clock, stop), 10)
    assert runs == 3
