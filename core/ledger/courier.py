"""One parcel's journey: recheck, start, send, settle; each step written before the next."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.ledger import claims
from core.ledger.draft import (
    Address,
    DeliveryKind,
    Outcome,
    Parcel,
    Ready,
    Refused,
    Sent,
    Skip,
    Unknown,
)
from core.ledger.failures import described
from core.ledger.gateway import Gateway
from core.ledger.rules import Settlement, State, backoff, settle
from core.ledger.work import Work

log = structlog.get_logger()

T = TypeVar("T")
Told = Sent | Refused | Skip
Change = Callable[[AsyncSession], Awaitable[bool]]

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the database does not take what we know; the last, for ever."""

HOOK_TRIES = 4
"""How often a settlement is tried together with what its kind does."""


class Courier:
    """Carries parcels for one worker. What it claims comes from the dispatcher."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sends: set[asyncio.Future[Outcome]] = set()

    async def carry(self, parcel: Parcel, gateway: Gateway) -> None:
        """Take a claimed parcel as far as it goes; its row says how far.

        1. Ask its kind whether it is still to be sent, and where to.
        2. Write that it is being sent, and commit.
        3. Send it.
        4. Write what became of it, with what its kind does then, and commit.
        """
        kind = self._work.kinds.get(parcel.kind)
        if kind is None:
            log.warning("ledger.unknown_kind", id=parcel.id, kind=parcel.kind)
            return await self.defer(parcel, "unknown kind")
        try:
            decision = await self._prepare(kind, parcel)
            if isinstance(decision, Skip):
                return await self.skip(kind, parcel, decision)
            filled = replace(parcel, values={**parcel.values, **decision.values})
            if not await self._start(parcel):
                return await self.give_back(parcel)
        except Exception as error:  # noqa: BLE001  # one parcel's trouble is not the others'
            log.warning("ledger.prepare_failed", id=parcel.id, kind=parcel.kind, **described(error))
            return await self.defer(parcel, f"could not be prepared: {type(error).__name__}")
        failpoints.reach("ledger.before_send")
        outcome = await self._send(gateway, filled, decision.address)
        failpoints.reach("ledger.after_send")
        await self.settle(kind, parcel, outcome)
        failpoints.reach("ledger.after_settle")
        return None

    def abandon(self) -> None:
        """Stop waiting for peers: what is being sent is in doubt from now on."""
        for send in self._sends:
            send.cancel()

    async def _prepare(self, kind: DeliveryKind, parcel: Parcel) -> Ready | Skip:
        async with self._work.database.read() as session:
            return await kind.prepare(session, parcel, self._work.clock.now())

    async def _start(self, parcel: Parcel) -> bool:
        async with self._work.database.write() as session:
            return await claims.start(
                session, parcel, self._work.worker, self._work.real_clock.now()
            )

    async def _send(self, gateway: Gateway, parcel: Parcel, address: Address) -> Outcome:
        """Send, and never raise: after the first byte, what is not known is in doubt."""
        send = asyncio.ensure_future(gateway.send(parcel, address))
        self._sends.add(send)
        try:
            await asyncio.wait({send}, timeout=self._work.settings.heartbeat_expiry)
        finally:
            self._sends.discard(send)
            unfinished = send.cancel()
        if unfinished:
            return Unknown("no answer in time")
        return outcome_of(send, parcel)

    async def settle(self, kind: DeliveryKind, parcel: Parcel, outcome: Outcome) -> None:
        """Write what became of a send, with what its kind does then."""
        jitter = self._work.random.random()
        settlement = settle(outcome, parcel.attempt, kind.policy, self._work.settings, jitter)

        async def change(session: AsyncSession) -> bool:
            return await claims.settle(
                session,
                parcel,
                self._work.worker,
                settlement,
                now=self._work.clock.now(),
                real_now=self._work.real_clock.now(),
            )

        ours = await self._record(kind, parcel, change, _told(settlement))
        log.info(
            _event(settlement, ours=ours), id=parcel.id, kind=parcel.kind, attempt=parcel.attempt
        )

    async def skip(self, kind: DeliveryKind, parcel: Parcel, skip: Skip) -> None:
        """Write that a claimed parcel is not to be sent, with what its kind does then."""

        async def change(session: AsyncSession) -> bool:
            return await claims.skip(
                session, parcel, self._work.worker, skip.reason, self._work.clock.now()
            )

        ours = await self._record(kind, parcel, change, skip)
        log.info("ledger.skipped" if ours else "ledger.superseded", id=parcel.id, kind=parcel.kind)

    async def give_back(self, parcel: Parcel) -> None:
        """Drop a claim that could not be started: it was lost, or a hold came in between.

        Where that cannot be written, its lease ends: nobody holds it any more.
        """
        log.info("ledger.claim_lost", id=parcel.id, kind=parcel.kind)
        try:
            await self._persist(
                lambda session: claims.give_back(session, parcel, self._work.worker), tries=1
            )
        except Exception as error:  # noqa: BLE001  # the others in hand matter more
            log.warning("ledger.give_back_failed", id=parcel.id, **described(error))

    async def defer(self, parcel: Parcel, reason: str) -> None:
        """Give back a parcel that surely did not leave, to be tried again after a while."""
        delay = backoff(parcel.deferrals + 1, self._work.settings, self._work.random.random())
        until = self._work.after(delay)
        await self._persist(
            lambda session: claims.defer(session, parcel, self._work.worker, reason, until)
        )

    async def _record(
        self, kind: DeliveryKind, parcel: Parcel, change: Change, told: Told | None
    ) -> bool:
        """Write `change` and what the kind does with it, together.

        When the kind fails, the change is written without it: that something was sent must not
        be forgotten. False when the row is not ours any more.
        """

        async def both(session: AsyncSession) -> bool:
            ours = await change(session)
            if ours and told is not None:
                await kind.settled(session, parcel, told, self._work.clock.now())
            return ours

        try:
            return await self._persist(both, tries=HOOK_TRIES)
        except Exception as error:  # noqa: BLE001  # whatever a room's hook raises
            log.warning("ledger.hook_failed", id=parcel.id, kind=parcel.kind, **described(error))
        return await self._persist(change)

    async def _persist(
        self, operation: Callable[[AsyncSession], Awaitable[T]], tries: int | None = None
    ) -> T:
        """Write, again and again while the database is away, for nobody else knows it.

        With `tries`, gives up after so many of them, and at once on an error which is not the
        database's absence.
        """
        count = 0
        while True:
            try:
                async with self._work.database.write() as session:
                    return await operation(session)
            except Exception as error:
                count += 1
                away = isinstance(error, OperationalError | InterfaceError)
                if tries is not None and (count >= tries or not away):
                    raise
                log.warning("ledger.write_failed", **described(error))
            await asyncio.sleep(PAUSES[min(count, len(PAUSES)) - 1])


def outcome_of(send: asyncio.Future[Outcome], parcel: Parcel) -> Outcome:
    """Return what a send that is done says; one that was cut off, or fell, leaves a doubt."""
    if send.cancelled():
        return Unknown("the service stopped before the answer")
    if error := send.exception():
        log.warning("ledger.gateway_failed", id=parcel.id, **described(error))
        return Unknown(f"the gateway failed: {type(error).__name__}")
    return send.result()


def _told(settlement: Settlement) -> Told | None:
    """Return what a kind is told of a settlement: only what is final."""
    if settlement.state is State.SENT:
        return Sent(settlement.external_id or "")
    if settlement.state is State.FAILED:
        return Refused(settlement.reason or "")
    return None


def _event(settlement: Settlement, *, ours: bool) -> str:
    if not ours:
        return "ledger.superseded"
    if settlement.state is State.PENDING:
        return "ledger.resent" if settlement.resent else "ledger.retry"
    return f"ledger.{settlement.state}"
