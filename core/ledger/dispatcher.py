"""The dispatcher: claims what is due, hands it to couriers, and buries dead workers."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Mapping
from dataclasses import replace

import structlog
from sqlalchemy.exc import IntegrityError

from core import failpoints
from core.clock import Clock
from core.db import Database
from core.ledger import claims
from core.ledger.courier import Courier
from core.ledger.draft import Channel, DeliveryKind
from core.ledger.express import Express
from core.ledger.failures import described
from core.ledger.gateway import Gateway
from core.ledger.hot import hot
from core.ledger.lane import Lane
from core.ledger.presence import Presence
from core.ledger.views import Reconciler
from core.ledger.work import PrepareView, Work
from core.settings import LedgerSettings

log = structlog.get_logger()

POLL = 0.5
"""Seconds between two looks at the tables when nobody calls `wake`."""

URGENT = 0.1
"""The same while only bulk waits: what is not bulk passes before it."""

LAST_WORDS = 1.0
"""Seconds given to abandoned sends to write that they are in doubt, and to us to leave."""


class Dispatcher:
    """Sends what the ledger holds, on the channels of `gateways`, until told to stop.

    `clock` says what is due; `real_clock` drives leases, heartbeats and retries. `worker_id` is
    a label for operators: each run adds to it what makes it unique. `prepare_view` gives, by
    the first words of a view's key, who knows its address. `drain` is how many seconds what is
    in flight has to land once told to stop. Without `express` everything goes the plain way.
    Several dispatchers may run at once on one database.
    """

    def __init__(  # noqa: PLR0917  # the parts come in as arguments
        self,
        database: Database,
        gateways: Mapping[Channel, Gateway],
        kinds: Mapping[str, DeliveryKind],
        clock: Clock,
        real_clock: Clock,
        settings: LedgerSettings,
        random: random.Random,
        worker_id: str,
        *,
        prepare_view: Mapping[str, PrepareView] | None = None,
        drain: float = 7.0,
        express: bool = True,
    ) -> None:
        self._work = Work(
            database=database,
            gateways=gateways,
            kinds=kinds,
            prepare_view=prepare_view or {},
            clock=clock,
            real_clock=real_clock,
            settings=settings,
            random=random,
            worker=worker_id,
        )
        self._label = worker_id
        self._drain = drain
        self._express = express
        self._lanes = [
            Lane(channel, gateway, settings.batch) for channel, gateway in gateways.items()
        ]
        self._views_event = asyncio.Event()

    def _begin(self) -> None:
        """Become a worker that never was: whatever an earlier run left behind is not ours."""
        self._work = replace(self._work, worker=f"{self._label}-{uuid.uuid4().hex[:12]}")
        self._stopping = asyncio.Event()
        self._presence = Presence(self._work)
        self._courier = Courier(self._work)
        self._reconciler = Reconciler(self._work)
        for lane in self._lanes:
            lane.express = self._expressway(lane)

    def _expressway(self, lane: Lane) -> Express | None:
        books = hot(self._work.database) if self._express else None
        if books is None:
            return None
        return Express(
            self._work,
            lane.gateway,
            books,
            room=lane.room_by_express,
            landed=lane.landed,
            refused=lane.refuse,
        )

    def wake(self) -> None:
        """Look at the tables at once: something was posted, or the clock was moved."""
        for event in (self._views_event, *(lane.event for lane in self._lanes)):
            event.set()
        for lane in self._lanes:
            if lane.express:
                lane.express.wake()

    async def run(self, stop: asyncio.Event) -> None:
        """Dispatch until `stop` is set; then finish what is being sent, and give back the rest.

        Raises what the database raises when it cannot even be told that we live.
        """
        self._begin()
        await self._presence.beat([])
        log.info("ledger.started", worker=self._work.worker)
        beating = asyncio.create_task(self._beat())
        loops = [asyncio.create_task(self._dispatch(lane)) for lane in self._lanes]
        loops.append(asyncio.create_task(self._reconcile()))
        expressways = [lane.express for lane in self._lanes if lane.express]
        loops += [asyncio.create_task(express.run(self._stopping)) for express in expressways]
        told = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({told, *loops}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            await self._finish(loops, beating)
        for loop in loops:
            if not loop.cancelled():
                loop.result()

    async def _dispatch(self, lane: Lane) -> None:
        while not self._stopping.is_set():
            lane.event.clear()
            try:
                await self._claim(lane)
            except IntegrityError:
                log.info("ledger.claim_contended", channel=lane.channel)
            except Exception as error:  # noqa: BLE001  # the database may come back
                log.warning("ledger.claim_failed", channel=lane.channel, **described(error))
            self._launch(lane)
            await _poll(lane.event, URGENT if lane.only_bulk else POLL)

    async def _claim(self, lane: Lane) -> None:
        """Keep enough in hand for every connection; look for what passes before bulk."""
        enough = lane.waiting >= lane.enough
        if enough and not self._looks_for_urgent(lane):
            return
        now, real_now = self._work.clock.now(), self._work.real_clock.now()
        if enough or not lane.more:
            async with self._work.database.read() as session:
                if not await claims.something(
                    session, lane.channel, now, real_now, bulk=not enough
                ):
                    return
        async with self._work.database.write() as session:
            claimed = await claims.claim(
                session,
                lane.channel,
                self._work.worker,
                limit=self._work.settings.batch,
                bulk=not enough,
                now=now,
                real_now=real_now,
                lease=self._work.lease,
            )
        if not enough:
            lane.more = len(claimed) == self._work.settings.batch
        failpoints.reach("ledger.after_claim")
        lane.take(claimed)

    def _looks_for_urgent(self, lane: Lane) -> bool:
        """Say whether to look, now and then, for what passes before the bulk that waits."""
        now = asyncio.get_running_loop().time()
        if not lane.only_bulk or now < lane.looked_at + URGENT:
            return False
        lane.looked_at = now
        return True

    def _launch(self, lane: Lane) -> None:
        while lane.queue and lane.room > 0:
            if self._stopping.is_set():
                return
            parcel = lane.queue.popleft()
            task = asyncio.create_task(self._courier.carry(parcel, lane.gateway))
            lane.active[task] = parcel
            task.add_done_callback(lambda done: self._arrived(lane, done))
        if lane.express:
            lane.express.wake()  # what went before it has left

    def _arrived(self, lane: Lane, task: asyncio.Task[None]) -> None:
        """Make room for the next; a courier that fell is logged, its row tells the rest."""
        parcel = lane.active.pop(task)
        lane.event.set()
        if lane.express:
            lane.express.wake()
        if not task.cancelled() and (error := task.exception()):
            log.warning("ledger.courier_failed", id=parcel.id, **described(error))

    async def _reconcile(self) -> None:
        while not self._stopping.is_set():
            self._views_event.clear()
            try:
                await self._reconciler.reconcile()
            except Exception as error:  # noqa: BLE001  # the database may come back
                log.warning("ledger.views_failed", **described(error))
            await _poll(self._views_event)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._work.settings.heartbeat)
            try:
                await self._presence.beat([number for lane in self._lanes for number in lane.held])
            except Exception as error:  # noqa: BLE001  # the next beat may be heard
                log.warning("ledger.heartbeat_failed", **described(error))

    async def _finish(self, loops: list[asyncio.Task[None]], beating: asyncio.Task[None]) -> None:
        """Stop claiming, let what is in flight land, then give back what was not started."""
        self._stopping.set()
        self.wake()
        landing = {*loops, *(task for lane in self._lanes for task in lane.active)}
        _, late = await asyncio.wait(landing, timeout=self._drain)
        if late:
            self._courier.abandon()
            for lane in self._lanes:
                if lane.express:
                    lane.express.abandon()
            await asyncio.wait(late, timeout=LAST_WORDS)
        await _cancelled(beating, *landing)
        for lane in self._lanes:
            lane.queue.clear()
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._presence.leave()
        except Exception as error:  # noqa: BLE001  # our heartbeat expires, and says the same
            log.warning("ledger.leave_failed", **described(error))
        log.info("ledger.stopped", worker=self._work.worker)


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _poll(event: asyncio.Event, seconds: float = POLL) -> None:
    """Wait for a call, or for the next look."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
