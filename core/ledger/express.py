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

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.ledger.courier import Courier, outcome_of
from core.ledger.draft import (
    Address,
    DeliveryKind,
    Outcome,
    Parcel,
    Ready,
    Sent,
    Skip,
    Unknown,
)
from core.ledger.failures import described
from core.ledger.gateway import Gateway
from core.ledger.hot import Arrived, Hot
from core.ledger.work import Work

log = structlog.get_logger()

QUICK = 0.05
"""Sends that take less, in seconds, are worth starting ahead."""

STALE = 1.0
"""How old a recheck may be, in seconds: a parcel that waited longer is given back instead."""


@dataclass(frozen=True)
class _Started:
    """A parcel that may leave: committed as `sending`; `at` is the loop's time."""

    parcel: Parcel
    address: Address
    at: float


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
        self._ready: deque[_Started] = deque()
        self._flying: dict[asyncio.Task[Outcome], tuple[_Started, asyncio.TimerHandle]] = {}
        self._arrived: list[Arrived] = []
        self._others: list[tuple[Parcel, Outcome]] = []
        self._quick = False
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

    def takes(self, parcel: Parcel) -> bool:
        """Say whether a parcel may go this way."""
        kind = self._work.kinds.get(parcel.kind)
        return kind is not None and kind.express

    def wake(self) -> None:
        """Look at once: something waits, or a connection is free."""
        self._event.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Take turns until `stopping` is set and all that flew has landed and is written."""
        while not stopping.is_set() or self._flying or self._arrived or self._others:
            await self._event.wait()
            self._event.clear()
            try:
                await self._turn(stopping=stopping.is_set())
            except Exception as error:  # noqa: BLE001  # the next turn may succeed
                log.warning("ledger.express_failed", **described(error))
        await self._hot.close()

    def abandon(self) -> None:
        """Stop waiting for peers: what is being sent is in doubt from now on."""
        for task in list(self._flying):
            self._doubt(task, "the service stopped before the answer")

    async def _turn(self, *, stopping: bool) -> None:
        arrived, self._arrived = self._arrived, []
        others, self._others = self._others, []
        starting = [] if stopping else await self._rechecked(self._next())
        if arrived or starting:
            await self._write(arrived, starting)
        for parcel, outcome in others:
            await self._courier.settle(self._kind(parcel), parcel, outcome)
        await self._drop_stale(everything=stopping)
        self.launch()

    def _next(self) -> list[Parcel]:
        """Take the parcels to start: one for each free connection, as many ahead if it is quick."""
        ahead = self._gateway.connections if self._quick else 0
        count = self._room() + ahead - len(self._ready)
        return [self.waiting.popleft() for _ in range(min(count, len(self.waiting)))]

    async def _rechecked(self, group: list[Parcel]) -> list[_Started]:
        """Ask their kinds whether parcels are still to be sent; write down those that are not."""
        if not group:
            return []
        try:
            async with self._work.database.read() as session:
                decisions = await self._decisions(session, group)
        except Exception as error:  # noqa: BLE001  # one by one, only the culprit is put off
            log.info("ledger.recheck_failed", **described(error))
            self._refused(group)
            return []
        at = self._loop.time()
        for parcel, decision in decisions:
            if isinstance(decision, Skip):
                await self._courier.skip(self._kind(parcel), parcel, decision)
        return [
            _Started(
                replace(parcel, values={**parcel.values, **decision.values}), decision.address, at
            )
            for parcel, decision in decisions
            if isinstance(decision, Ready)
        ]

    async def _decisions(
        self, session: AsyncSession, group: list[Parcel]
    ) -> list[tuple[Parcel, Ready | Skip]]:
        now = self._work.clock.now()
        decided: list[tuple[Parcel, Ready | Skip]] = []
        for name in dict.fromkeys(parcel.kind for parcel in group):
            kind, own = self._work.kinds[name], [each for each in group if each.kind == name]
            if kind.prepare_many is not None:
                answers = await kind.prepare_many(session, own, now)
            else:
                answers = [await kind.prepare(session, parcel, now) for parcel in own]
            decided += zip(own, answers, strict=True)
        return decided

    async def _write(self, arrived: list[Arrived], starting: list[_Started]) -> None:
        """Commit what arrived and what starts; where that fails, each goes the plain way."""
        try:
            turned = await self._hot.turn(
                self._work.worker,
                arrived,
                [each.parcel for each in starting],
                now=self._work.clock.now(),
                real_now=self._work.real_clock.now(),
            )
        except Exception as error:  # noqa: BLE001  # the plain way tries again
            log.warning("ledger.turn_failed", **described(error))
            await self._write_plainly(arrived, starting)
            return
        _report(arrived, turned.settled)
        for each in starting:
            if each.parcel.id in turned.started:
                self._ready.append(each)
            else:
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
            self._flying[task] = (replace(started, at=self._loop.time()), timer)
            task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[Outcome]) -> None:
        """Note what became of a send, and let the next begin."""
        if task not in self._flying:
            return  # its outcome was in doubt already
        started, timer = self._flying.pop(task)
        timer.cancel()
        failpoints.reach("ledger.after_send")
        self._quick = self._loop.time() - started.at < QUICK
        self._note(started.parcel, outcome_of(task, started.parcel))
        self.launch()

    def _doubt(self, task: asyncio.Task[Outcome], reason: str) -> None:
        """Give up waiting for a peer."""
        started, timer = self._flying.pop(task)
        timer.cancel()
        task.cancel()
        self._quick = False
        self._note(started.parcel, Unknown(reason))

    def _note(self, parcel: Parcel, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            self._arrived.append(Arrived(parcel, outcome.external_id))
        else:
            self._others.append((parcel, outcome))
        self._event.set()
        self._landed()

    def _kind(self, parcel: Parcel) -> DeliveryKind:
        return self._work.kinds[parcel.kind]


def _report(arrived: Sequence[Arrived], settled: frozenset[int]) -> None:
    """Tell the log what arrived, and what was not ours any more."""
    for each in arrived:
        failpoints.reach("ledger.after_settle")
        parcel = each.parcel
        event = "ledger.sent" if parcel.id in settled else "ledger.superseded"
        log.info(event, id=parcel.id, kind=parcel.kind, attempt=parcel.attempt)
