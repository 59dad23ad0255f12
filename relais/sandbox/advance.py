"""Advancing the sandbox's clock, from due instant to due instant until nothing is due."""

import asyncio
from datetime import datetime, timedelta

from core.ledger.store import busy, next_due
from relais.sandbox.clock import SandboxClock
from relais.ticking import run_once
from relais.wiring import House

LOOK = 0.05
"""Seconds between two looks at whether everything has settled."""

PATIENCE = 30.0
"""Seconds after which a step is left as it is: a peer may be down, which is worth seeing too."""

PAST = timedelta(milliseconds=1)


async def advance(house: House, clock: SandboxClock, target: datetime) -> int:
    """Move to `target`, stopping at each instant when something is due; return how many.

    At each stop the ticks run, and what they sent is waited for.
    """
    steps = 0
    await settle(house)
    while (instant := await _next_instant(house, clock.now(), target)) is not None:
        clock.move_to(instant + PAST)
        await settle(house)
        steps += 1
    clock.move_to(target)
    await settle(house)
    return steps


async def settle(house: House) -> bool:
    """Do everything that is due now, and wait until it is done; return whether it all was."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    await _run_ticks(house)
    while asyncio.get_running_loop().time() < deadline:
        house.dispatcher.wake()
        if not await _busy(house):
            await _run_ticks(house)  # what was just settled may have made something due
            if not await _busy(house):
                return True
        await asyncio.sleep(LOOK)
    return False


async def _run_ticks(house: House) -> None:
    for tick in house.ticks:
        await run_once(tick, house.parts.clock)


async def _busy(house: House) -> bool:
    async with house.parts.database.read() as session:
        if await busy(session, house.parts.clock.now()):
            return True
        return house.adapter is not None and await house.adapter.busy(session)


async def _next_instant(house: House, now: datetime, target: datetime) -> datetime | None:
    async with house.parts.database.read() as session:
        instants = [await tick.next_due(session) for tick in house.ticks]
        instants.append(await next_due(session))
    coming = [instant for instant in instants if instant is not None and now < instant <= target]
    return min(coming, default=None)
