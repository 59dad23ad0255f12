"""Loops start again when they fall, each without disturbing the others."""

import asyncio

import pytest

from relais import supervision
from relais.supervision import Loop, Supervisor


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.001)


async def test_a_loop_that_falls_starts_again_and_the_others_go_on() -> None:
    stop = asyncio.Event()
    falls = 0
    steady = 0

    async def falling(_stop: asyncio.Event) -> None:
        nonlocal falls
        falls += 1
        if falls == 3:
            stop.set()
        raise RuntimeError("down")

    async def going_on(stop: asyncio.Event) -> None:
        nonlocal steady
        steady += 1
        await stop.wait()

    clean = await Supervisor((Loop("falling", falling), Loop("steady", going_on))).run(stop, 1.0)
    assert clean
    assert falls == 3
    assert steady == 1


async def test_it_knows_which_loops_run() -> None:
    stop, begun, fell = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def going_on(stop: asyncio.Event) -> None:
        begun.set()
        await stop.wait()

    async def falling(stop: asyncio.Event) -> None:
        if fell.is_set():
            await stop.wait()
        fell.set()
        raise RuntimeError("down")

    supervisor = Supervisor((Loop("steady", going_on), Loop("falling", falling)))
    assert supervisor.running() == {"steady": False, "falling": False}
    task = asyncio.create_task(supervisor.run(stop, 1.0))
    await begun.wait()
    await fell.wait()
    assert supervisor.running() == {"steady": True, "falling": False}
    stop.set()
    await task
    assert supervisor.running() == {"steady": False, "falling": False}


async def test_a_loop_that_does_not_stop_is_cut_and_it_is_said() -> None:
    stop, running = asyncio.Event(), asyncio.Event()
    cut = False

    async def stubborn(_stop: asyncio.Event) -> None:
        nonlocal cut
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut = True
            raise

    task = asyncio.create_task(Supervisor((Loop("stubborn", stubborn),)).run(stop, 0.01))
    await running.wait()
    stop.set()
    assert await task is False
    assert cut
