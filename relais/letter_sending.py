"""The sending of a letter, from the command line: looked at, paused, or done when nobody does."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import SYSTEM
from core.clock import SystemClock
from core.db import Database
from core.errors import InputError
from core.ledger import claims
from core.ledger.processes import Process, is_gone, this_process
from core.ledger.rules import State as Row
from core.ledger.rules import dead
from core.settings import LedgerSettings, Settings
from digest.letter import editions, sending
from digest.letter.decide import State
from digest.letter.models import Edition
from digest.letter.sending import overdue, pausing
from digest.letter.sending.rules import Tally, minutes_left, rate
from relais.schema import migrate, opened
from relais.wiring import House, building

LOOK = 1.0
"""Seconds between two looks at the tables."""

UNSENT = frozenset({State.DRAFT, State.IN_REVIEW})


async def send(settings: Settings, number: int | None, console: Console, *, late: bool) -> int:
    """Show a sending until all is settled; return 1 when it waits for somebody's answer.

    What sends is the service; without one that lives, this process does. Raises InputError for a
    letter that is not approved.
    """
    async with building(settings, SystemClock()) as house:
        await migrate(house.parts.database)
        edition = await _sendable(house.parts.database, number)
        if late:
            await _let_leave(house, edition.number)
        elif await _waits(house, edition):
            console.print(f"Letter {edition.number} was approved long ago: the animators are asked")
            console.print("whether it may leave. To let it leave from here: --late", style="dim")
            await sending.send(house.parts, house.parts.clock.now())
            return 1
        count = await _followed(house, edition.number, console)
    console.print(_line(edition.number, count))
    return 0


async def status(settings: Settings, number: int | None, console: Console) -> int:
    """Say where a letter stands, and what became of its rows."""
    async with opened(settings) as database, database.read() as session:
        edition = await _found(session, number)
        if edition is None:
            console.print("No letter has been composed yet.")
            return 0
        now = SystemClock().now()
        count = await sending.tally(session, edition.number, now)
    console.print(f"Letter {edition.number}: {edition.state}")
    if edition.sending_at is not None:
        console.print(_line(edition.number, count))
    if edition.state == State.SENDING and (pace := rate(count, now)) is not None:
        console.print(f"{pace * 60:.0f} a minute, about {minutes_left(count, now)} minutes left")
    return 0


async def pause(settings: Settings, number: int | None, console: Console) -> int:
    """Pause a sending. Raises InputError when nothing is being sent."""
    async with opened(settings) as database, database.write() as session:
        edition = await _in_state(session, number, State.SENDING, "being sent")
        await pausing.pause(session, edition, SYSTEM, SystemClock().now())
    console.print(f"Letter {edition.number} is paused: nothing more leaves.")
    return 0


async def resume(settings: Settings, number: int | None, console: Console) -> int:
    """Go on with a paused sending. Raises InputError when nothing is paused."""
    async with opened(settings) as database, database.write() as session:
        edition = await _in_state(session, number, State.PAUSED, "paused")
        await pausing.resume(session, edition, SYSTEM, SystemClock().now())
    console.print(f"Letter {edition.number} goes on.")
    return 0


async def _found(session: AsyncSession, number: int | None) -> Edition | None:
    """Return the letter of that number; else the one at work, or the last."""
    if number is not None:
        found = await editions.by_number(session, number)
        if found is None:
            raise InputError(f"there is no letter {number}", hint="`relais digest status`")
        return found
    at_work = await editions.current(session)
    last = select(Edition).order_by(Edition.number.desc()).limit(1)
    return at_work or await session.scalar(last)


async def _in_state(
    session: AsyncSession, number: int | None, wanted: State, words: str
) -> Edition:
    edition = await _found(session, number)
    if edition is not None:
        edition = await editions.by_number(session, edition.number, lock=True)
    if edition is None or edition.state != wanted:
        raise InputError(f"no letter is {words}", hint="`relais digest status` says where it is")
    return edition


async def _sendable(database: Database, number: int | None) -> Edition:
    async with database.read() as session:
        edition = await _found(session, number)
    if edition is None or State(edition.state) in UNSENT:
        raise InputError(
            "no letter is approved", hint="it is approved in chat (/lettre), or by mail"
        )
    if edition.state == State.CANCELLED and edition.sending_at is None:
        raise InputError(f"letter {edition.number} was cancelled", hint="compose another in chat")
    return edition


async def _waits(house: House, edition: Edition) -> bool:
    approved = edition.state == State.APPROVED
    return approved and overdue.is_overdue(house.parts, edition, house.parts.clock.now())


async def _let_leave(house: House, number: int) -> None:
    async with house.parts.database.write() as session:
        edition = await editions.by_number(session, number, lock=True)
        if edition is not None and edition.state == State.APPROVED:
            overdue.confirm(session, edition, SYSTEM, house.parts.clock.now())


async def _followed(house: House, number: int, console: Console) -> Tally:
    """Show a sending until it is over; the last count."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    told = TextColumn("{task.fields[told]}")
    with Progress(*columns, told, console=console) as bar:
        task = bar.add_task(f"Letter {number}", told="", total=None)
        async with _sending(house) as look:
            while True:
                await look()
                edition, count = await _counted(house, number)
                told_now = _told(edition, count, house)
                bar.update(task, completed=count.done, total=count.total or None, told=told_now)
                if edition is None or edition.sent_at is not None:
                    return count
                await asyncio.sleep(LOOK)


class _Standby:
    """Dispatches from here as long as no other process does."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def look(self) -> None:
        """Write the rows that are due; begin to dispatch once nobody else lives."""
        parts = self._house.parts
        await sending.send(parts, parts.clock.now())
        if self._running is not None:
            if self._running.done():
                self._running.result()
            return
        if not await _somebody_lives(parts.database, parts.settings.ledger):
            self._running = asyncio.create_task(self._house.dispatcher.run(self._stop))

    async def leave(self) -> None:
        """Finish what is being sent."""
        self._stop.set()
        if self._running is not None:
            await self._running


@contextlib.asynccontextmanager
async def _sending(house: House) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Give what sends when nobody else does; Ctrl-C lets what is in flight land."""
    standby = _Standby(house)
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield standby.look
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        await standby.leave()


async def _somebody_lives(database: Database, settings: LedgerSettings) -> bool:
    here, now = this_process(), SystemClock().now()
    async with database.read() as session:
        workers = await claims.workers(session)
    return any(
        not dead(
            worker.heartbeat_at,
            now,
            settings,
            gone=is_gone(Process(worker.place, worker.pid, worker.process_started), here),
        )
        for worker in workers
    )


async def _counted(house: House, number: int) -> tuple[Edition | None, Tally]:
    async with house.parts.database.read() as session:
        edition = await editions.by_number(session, number)
        return edition, await sending.tally(session, number, house.parts.clock.now())


def _told(edition: Edition | None, count: Tally, house: House) -> str:
    """Return what stands beside the bar."""
    now = house.parts.clock.now()
    told = f"{count.of(Row.FAILED)} failed, {count.of(Row.UNCERTAIN)} uncertain"
    if edition is not None and edition.state == State.PAUSED:
        return f"{told}, paused"
    pace = rate(count, now)
    if pace is None or not count.waiting:
        return told
    return f"{told}, {pace * 60:.0f}/min, {minutes_left(count, now)} min left"


def _line(number: int, count: Tally) -> str:
    told = ", ".join(f"{some} {state}" for state, some in sorted(count.states.items()))
    return f"Letter {number}: {told or 'no rows yet'}"
