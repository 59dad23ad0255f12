"""The express way of a lane: parcels that need only be sent, written many at a time.

Each turn rechecks the few parcels that are next, then writes in one transaction which ones
arrived and which ones start; sends go on meanwhile. While the peer is quick, as many parcels as
there are connections are started ahead, so that none waits for the disk: hence at most twice the
connections are `sending` at any moment, and in doubt after a kill. Whatever is out of the
ordinary goes the plain way, which is the reference.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.ledger.courier import Courier, outcome_of
from core.ledger.draft import (
    Address,
    DeliveryKind,
    Outcome,
    Parcel,
    Sent,
    Skip,
    Unknown,
)
from core.ledger.failures import described
from core.ledger.gateway import Gateway
from core.ledger.hot import Arrived, Hot, Turn, Turned
from core.ledger.rechecks import decisions
from core.ledger.work import Work

log = structlog.get_logger()

QUICK = 0.3
"""Sends that take less, in seconds, are worth starting ahead."""

STALE = 1.0
"""How old a recheck may be, in seconds: a parcel that waited longer is given back instead."""


GATHER = 0.02
"""For how many seconds what arrived may wait for others, to be written with them."""


PAUSE = 0.5
"""Seconds of rest after a turn that failed."""


@dataclass(frozen=True)
class _Started:
    """A parcel that may leave, as it was rechecked at `at` (the loop's time), and as claimed."""

    parcel: Parcel
    address: Address
    at: float
    claimed: Parcel


class Express:
    """Sends what is put in `waiting` for one lane.

    `room` says how many sends may begin now; `landed` is called whenever one has ended, and
    `refused` gets the parcels that must go the plain way after all.
    """

    def __init__(
        self,
        work: Work,
        gateway: Gateway,
        hot: Hot,
        *,
        room: Callable[[], int],
        landed: Callable[[], None],
        refused: Callable[[Sequence[Parcel]], None],
    ) -> None:
        self.waiting: deque[Parcel] = deque()
        self._work = work
        self._gateway = gateway
        self._hot = hot
        self._courier = Courier(work)
        self._room, self._landed, self._refused = room, landed, refused
        self._checked: deque[_Started] = deque()
        self._seen: int | None = None
        self._trusting = True
        self._ready: deque[_Started] = deque()
        self._flying: dict[asyncio.Task[Outcome], tuple[_Started, float, asyncio.TimerHandle]] = {}
        self._arrived: list[Arrived] = []
        self._others: list[tuple[Parcel, Outcome]] = []
        self._quick = False
        self._write_by = 0.0
        self._glance: AsyncSession | None = None
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    @property
    def flying(self) -> int:
        """How many sends are under way."""
        return len(self._flying)

    @property
    def next_is_bulk(self) -> bool:
        """Whether nothing that is started and waits for a connection is urgent."""
        return not self._ready or self._ready[0].parcel.bulk

    @property
    def claimed(self) -> int:
        """How many parcels are claimed and not started."""
        return len(self._checked) + len(self.waiting)

    @property
    def first(self) -> list[Parcel]:
        """The parcel that starts next, if there is one."""
        return [each.claimed for each in islice(self._checked, 1)] or [*islice(self.waiting, 1)]

    @property
    def held(self) -> list[Parcel]:
        """What is claimed and not started."""
        return [*(each.claimed for each in self._checked), *self.waiting]

    def take(self, parcels: Sequence[Parcel]) -> None:
        """Have parcels wait; what is bulk waits behind what is not.

        A claim that was lost and made anew takes the place of what is in hand of it.
        """
        self._forget()
        again = {parcel.id for parcel in parcels}
        if any(parcel.id in again for parcel in self.waiting):
            self.waiting = deque(each for each in self.waiting if each.id not in again)
        for parcel in parcels:
            put(self.waiting, parcel)

    def takes(self, parcel: Parcel) -> bool:
        """Say whether a parcel may go this way."""
        kind = self._work.kinds.get(parcel.kind)
        return kind is not None and kind.express

    def wake(self) -> None:
        """Look at once: something waits, or a connection is free."""
        self._event.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Take turns until `stopping` is set and all that flew has landed and is written."""
        while not stopping.is_set() or self._unfinished:
            await self._event.wait()
            self._event.clear()
            if not self._worth_a_turn() and not stopping.is_set():
                continue
            try:
                await self._turn(stopping=stopping.is_set())
            except Exception as error:  # noqa: BLE001  # the next turn may succeed
                log.warning("ledger.express_failed", **described(error))
                await asyncio.sleep(PAUSE)
                self.wake()
            if (self.claimed or self._ready) and self._room() > 0 and not stopping.is_set():
                self.wake()  # what was next is not to be sent after all: nothing lands to say so
                await asyncio.sleep(0)  # waiting for an event that is set lets nobody else run
        await self._look_away()
        await self._hot.close()

    @property
    def _unfinished(self) -> bool:
        """Whether something flies, has landed and is not written, or is started and must not be."""
        return bool(self._flying or self._arrived or self._others or self._ready)

    def _worth_a_turn(self) -> bool:
        """Say whether to write now: a commit costs the same for one parcel as for many.

        While others are ready to leave, what arrived is gathered, though not for long.
        """
        gathering = self._ready and self._flying and not self._others
        enough = len(self._arrived) >= self._gateway.connections
        return not gathering or enough or self._loop.time() >= self._write_by

    def abandon(self) -> None:
        """Stop waiting for peers: what is being sent is in doubt, unless its gateway knows."""
        for task in self._flying:
            task.cancel()

    async def _turn(self, *, stopping: bool) -> None:
        starting = [] if stopping else await self._next()  # before anything is in our hands only
        arrived, self._arrived = self._arrived, []
        others, self._others = self._others, []
        if arrived or starting:
            await self._write(arrived, starting)
        for parcel, outcome in others:
            await self._courier.settle(self._kind(parcel), parcel, outcome)
        await self._drop_stale(everything=stopping)
        self.launch()

    async def _next(self) -> list[_Started]:
        """Return what to start: for each free connection, and as many ahead if the peer is quick.

        Where the database says whether anybody has written since, many are rechecked at once.
        """
        ahead = self._gateway.connections if self._quick else 0
        count = self._room() + ahead - len(self._ready)
        if count <= 0 or not (self.waiting or self._checked):
            return []
        if not self._checked or self._checked[0].at < self._loop.time() - STALE:
            self._forget()
            self._seen = await self._hot.look() if self._trusting else None
            size = count if self._seen is None else max(count, self._work.settings.batch)
            group = [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))]
            self._checked.extend(await self._rechecked(group))
        return [self._checked.popleft() for _ in range(min(count, len(self._checked)))]

    def _forget(self) -> None:
        """Hold no recheck for good any more: what was rechecked waits again."""
        self.waiting.extendleft(each.claimed for each in reversed(self._checked))
        self._checked.clear()

    async def _rechecked(self, group: list[Parcel]) -> list[_Started]:
        """Ask their kinds whether parcels are still to be sent; write down those that are not."""
        at = self._loop.time()
        try:
            now = self._work.clock.now()
            decided = await decisions(self._work.kinds, self._look(), group, now)
        except Exception as error:  # noqa: BLE001  # one by one, only the culprit is put off
            log.info("ledger.recheck_failed", **described(error))
            await self._look_away()
            self._refused(group)
            return []
        ready = []
        for parcel, decision in decided:
            if isinstance(decision, Skip):
                await self._courier.skip(self._kind(parcel), parcel, decision)
            else:
                filled = replace(parcel, values={**parcel.values, **decision.values})
                ready.append(_Started(filled, decision.address, at, parcel))
        return ready

    def _look(self) -> AsyncSession:
        """Return a session that sees what stands now: opening one each time costs more."""
        if self._glance is None:
            self._glance = self._work.database.glance()
        self._glance.expunge_all()
        return self._glance

    async def _look_away(self) -> None:
        glance, self._glance = self._glance, None
        if glance is not None:
            await glance.close()

    async def _write(self, arrived: list[Arrived], starting: list[_Started]) -> None:
        """Commit what arrived and what starts; where that fails, each goes the plain way."""
        parcels = [each.parcel for each in starting]
        now, real_now = self._work.clock.now(), self._work.real_clock.now()
        turn = Turn(self._work.worker, arrived, parcels, now, real_now, self._seen)
        try:
            turned = await self._hot.turn(turn)
        except Exception as error:  # noqa: BLE001  # the plain way tries again
            log.warning("ledger.turn_failed", **described(error))
            await self._write_plainly(arrived, starting)
            return
        _report(arrived, turned.settled)
        self._trusting = not turned.changed
        if turned.changed:
            self._checked.extendleft(reversed(starting))
            self._forget()
            self.wake()
        else:
            await self._begin(starting, turned)

    async def _begin(self, starting: list[_Started], turned: Turned) -> None:
        """Send what was started, each row once, whatever is in hand of it; give back the rest."""
        started = {each.parcel.id: each for each in starting if each.parcel.id in turned.started}
        self._ready.extend(started.values())
        for each in starting:
            if each.parcel.id not in started:
                await self._courier.give_back(each.parcel)

    async def _write_plainly(self, arrived: list[Arrived], starting: list[_Started]) -> None:
        for each in arrived:
            await self._courier.settle(self._kind(each.parcel), each.parcel, Sent(each.external_id))
        for started in starting:
            await self._courier.defer(started.parcel, "its start could not be written")

    async def _drop_stale(self, *, everything: bool) -> None:
        """Give back what was started and has waited too long for a connection."""
        oldest = self._loop.time() - STALE
        while self._ready and (everything or self._ready[0].at < oldest):
            await self._courier.defer(self._ready.popleft().parcel, "it waited too long")

    def launch(self) -> None:
        """Send what is started on the connections that are free."""
        oldest = self._loop.time() - STALE
        while self._ready and self._room() > 0 and self._ready[0].at >= oldest:
            started = self._ready.popleft()
            failpoints.reach("ledger.before_send")
            send = self._gateway.send(started.parcel, started.address)
            task = asyncio.ensure_future(send)
            expiry = self._work.settings.heartbeat_expiry
            timer = self._loop.call_later(expiry, self._doubt, task, "no answer in time")
            self._flying[task] = (started, self._loop.time(), timer)
            task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[Outcome]) -> None:
        """Note what became of a send, and let the next begin."""
        if task not in self._flying:
            return  # its outcome was in doubt already
        started, since, timer = self._flying.pop(task)
        timer.cancel()
        failpoints.reach("ledger.after_send")
        self._quick = self._loop.time() - since < QUICK
        self._note(started.parcel, outcome_of(task, started.parcel))
        self.launch()

    def _doubt(self, task: asyncio.Task[Outcome], reason: str) -> None:
        """Give up waiting for a peer."""
        started, _, timer = self._flying.pop(task)
        timer.cancel()
        task.cancel()
        self._quick = False
        self._note(started.parcel, Unknown(reason))

    def _note(self, parcel: Parcel, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            if not self._arrived:
                self._write_by = self._loop.time() + GATHER
                self._loop.call_at(self._write_by, self._event.set)
            self._arrived.append(Arrived(parcel, outcome.external_id))
        else:
            self._others.append((parcel, outcome))
        self._event.set()
        self._landed()

    def _kind(self, parcel: Parcel) -> DeliveryKind:
        return self._work.kinds[parcel.kind]


def put(way: deque[Parcel], parcel: Parcel) -> None:
    """Add a parcel that waits; what is bulk waits behind what is not."""
    if parcel.bulk or not (way and way[-1].bulk):
        way.append(parcel)
    else:
        way.insert(next(at for at, other in enumerate(way) if other.bulk), parcel)


def _report(arrived: Sequence[Arrived], settled: frozenset[int]) -> None:
    """Tell the log what arrived, and what was not ours any more."""
    for each in arrived:
        failpoints.reach("ledger.after_settle")
        parcel = each.parcel
        event = "ledger.sent" if parcel.id in settled else "ledger.superseded"
        log.info(event, id=parcel.id, kind=parcel.kind, attempt=parcel.attempt)
