"""Any interleaving of claims, starts, sends, settlements and crashes keeps the promise.

Hypothesis plays workers, a peer and the animators against the real store, step by step.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Base, Database
from core.ledger import claims, store
from core.ledger.draft import Channel, Later, Outcome, Parcel, Policy, Refused, Sent, Unknown
from core.ledger.models import Delivery
from core.ledger.processes import Process
from core.ledger.rules import IN_FLIGHT, SETTLED, settle
from core.settings import LedgerSettings
from tests.ledger_drafts import EDITION, NOON, draft

T = TypeVar("T")
LEASE = timedelta(seconds=60)
SETTINGS = LedgerSettings(max_attempts=4, max_doubtful_attempts=4, backoff_first=5, backoff_most=20)
POLICIES = {policy.value: policy for policy in Policy}
ARRIVING: list[Outcome] = [Sent("x"), Unknown("cut after it arrived")]
NOT_ARRIVING: list[Outcome] = [Later("busy"), Refused("no"), Unknown("cut before it arrived")]


@dataclass
class Player:
    """A worker as its own process sees it: what is in its memory is gone when it crashes."""

    name: str
    claimed: list[Parcel] = field(default_factory=list)
    started: list[Parcel] = field(default_factory=list)
    answered: list[tuple[Parcel, Outcome]] = field(default_factory=list)


class Interleavings(RuleBasedStateMachine):
    """The ledger, played with."""

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.database = Database("sqlite+aiosqlite://")
        self.real = datetime(2030, 1, 1, tzinfo=UTC)
        self.players: list[Player] = []
        self.unburied: list[Player] = []
        self.arrived: list[Parcel] = []
        self.settled: dict[int, tuple[str, int]] = {}
        self.count = 0
        self.runner.run(self._create())
        self.hire()

    async def _create(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    def write(self, operation: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.write() as session:
                return await operation(session)

        return self.runner.run(transaction())

    def rows(self) -> list[Delivery]:
        async def read() -> list[Delivery]:
            async with self.database.read() as session:
                return list(await session.scalars(select(Delivery).order_by(Delivery.id)))

        return self.runner.run(read())

    @rule(policy=st.sampled_from(Policy), stream=st.sampled_from([None, "s", "t"]))
    def post(self, policy: Policy, stream: str | None) -> None:
        self.count += 1
        each = draft(str(self.count), kind=policy.value, stream=stream)
        self.write(lambda session: store.post(session, [each, each], NOON))

    @precondition(lambda self: len(self.players) < 3)
    @rule()
    def hire(self) -> None:
        self.count += 1
        player = Player(f"w{self.count}")
        self.beat(player)
        self.players.append(player)

    def beat(self, player: Player) -> None:
        nobody = Process(None, None, None)
        self.write(lambda session: claims.beat(session, player.name, nobody, self.real))

    @rule(data=st.data(), limit=st.integers(1, 3))
    def claim(self, data: st.DataObject, limit: int) -> None:
        player = data.draw(st.sampled_from(self.players))
        player.claimed += self.write(
            lambda session: claims.claim(
                session,
                Channel.MAIL,
                player.name,
                limit=limit,
                now=NOON,
                real_now=self.real,
                lease=LEASE,
            )
        )

    @precondition(lambda self: any(player.claimed for player in self.players))
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        player = data.draw(st.sampled_from([each for each in self.players if each.claimed]))
        parcel = player.claimed.pop(data.draw(st.integers(0, len(player.claimed) - 1)))
        if self.write(lambda session: claims.start(session, parcel, player.name, self.real)):
            player.started.append(parcel)

    @precondition(lambda self: any(player.claimed for player in self.players))
    @rule(data=st.data(), skips=st.booleans())
    def refuse_to_start(self, data: st.DataObject, skips: bool) -> None:
        player = data.draw(st.sampled_from([each for each in self.players if each.claimed]))
        parcel = player.claimed.pop()
        if skips:
            self.write(lambda s: claims.skip(s, parcel, player.name, "unsubscribed", NOON))
        else:
            self.write(lambda s: claims.defer(s, parcel, player.name, "odd", self.real + LEASE))

    @precondition(lambda self: any(player.started for player in self.players))
    @rule(data=st.data(), arrives=st.booleans())
    def send(self, data: st.DataObject, arrives: bool) -> None:
        player = data.draw(st.sampled_from([each for each in self.players if each.started]))
        parcel = player.started.pop()
        if arrives:
            self.arrived.append(parcel)
        outcome = data.draw(st.sampled_from(ARRIVING if arrives else NOT_ARRIVING))
        player.answered.append((parcel, outcome))

    @precondition(lambda self: any(player.answered for player in self.players))
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        player = data.draw(st.sampled_from([each for each in self.players if each.answered]))
        parcel, outcome = player.answered.pop(data.draw(st.integers(0, len(player.answered) - 1)))
        settlement = settle(outcome, parcel.attempt, POLICIES[parcel.kind], SETTINGS, 0.5)
        self.write(
            lambda session: claims.settle(
                session, parcel, player.name, settlement, now=NOON, real_now=self.real
            )
        )

    @precondition(lambda self: len(self.players) > 1)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """Kill a worker; its neighbours notice at once, or after others have moved."""
        player = data.draw(st.sampled_from(self.players))
        self.players.remove(player)
        if data.draw(st.booleans()):
            self.bury(player)
        else:
            self.unburied.append(player)

    @precondition(lambda self: any(not player.started for player in self.players))
    @rule(data=st.data())
    def freeze(self, data: st.DataObject) -> None:
        """Take a worker for dead that only sleeps, while peers answer it; it wakes up later."""
        player = data.draw(st.sampled_from([each for each in self.players if not each.started]))
        self.bury(player)
        if data.draw(st.booleans()):
            self.beat(player)

    def bury(self, player: Player) -> None:
        self.write(lambda session: claims.leave_work(session, player.name))
        self.write(lambda session: claims.condemn(session, POLICIES, SETTINGS, NOON))

    @rule(seconds=st.sampled_from([6, 30, 61]))
    def let_time_pass(self, seconds: int) -> None:
        self.real += timedelta(seconds=seconds)
        self.write(lambda session: claims.expire(session, self.real))

    @rule(data=st.data())
    def decide_about_doubts(self, data: st.DataObject) -> None:
        doubts = [row.id for row in self.rows() if row.state == "uncertain"]
        chosen = [number for number in doubts if data.draw(st.booleans())]
        decide = data.draw(st.sampled_from([store.resend, store.leave]))
        self.write(lambda session: decide(session, chosen, NOON))

    @rule(number=st.integers(1, 30))
    def cancel(self, number: int) -> None:
        kind = list(Policy)[number % 2].value
        slot = str(number)
        self.write(
            lambda s: store.cancel(s, "gone", NOON, kind=kind, slot_prefix=slot, cause=EDITION)
        )

    @invariant()
    def a_settled_row_never_moves_nor_leaves_again(self) -> None:
        arrivals = Counter(parcel.id for parcel in self.arrived)
        for row in self.rows():
            if row.id in self.settled:
                assert (row.state, arrivals[row.id]) == self.settled[row.id]
            elif row.state in SETTLED:
                self.settled[row.id] = (row.state, arrivals[row.id])
                assert row.state != "sent" or arrivals[row.id] >= 1

    @invariant()
    def a_stream_has_one_row_in_flight(self) -> None:
        flying = [row.stream for row in self.rows() if row.stream and row.state in IN_FLIGHT]
        assert len(flying) == len(set(flying))

    @invariant()
    def an_attempt_leaves_once_and_a_repetition_is_marked(self) -> None:
        attempts = Counter((parcel.id, parcel.attempt) for parcel in self.arrived)
        unmarked = Counter(parcel.id for parcel in self.arrived if not parcel.resent)
        assert set(attempts.values()) | set(unmarked.values()) <= {1}

    def teardown(self) -> None:
        """Let everybody crash, and a last worker finish: nothing is lost."""
        if not hasattr(self, "runner"):
            return
        for player in (*self.players, *self.unburied):
            self.bury(player)
        self.players.clear()
        self.hire()
        self._finish(self.players[0])
        arrived = {parcel.id for parcel in self.arrived}
        for row in self.rows():
            assert row.state in {*SETTLED, "uncertain"}
            assert row.state != "sent" or row.id in arrived
        self.a_settled_row_never_moves_nor_leaves_again()
        self.runner.run(self.database.close())
        self.runner.close()

    def _finish(self, player: Player) -> None:
        self.write(lambda session: claims.condemn(session, POLICIES, SETTINGS, NOON))
        for _ in range(10 * self.count):
            self.real += timedelta(hours=1)
            parcels = self.write(
                lambda session: claims.claim(
                    session,
                    Channel.MAIL,
                    player.name,
                    limit=50,
                    now=NOON,
                    real_now=self.real,
                    lease=LEASE,
                )
            )
            if not parcels:
                return
            for parcel in parcels:
                self._send_and_settle(player, parcel)

    def _send_and_settle(self, player: Player, parcel: Parcel) -> None:
        assert self.write(lambda s: claims.start(s, parcel, player.name, self.real))
        self.arrived.append(parcel)
        sent = settle(Sent("x"), parcel.attempt, POLICIES[parcel.kind], SETTINGS, 0)
        assert self.write(
            lambda s: claims.settle(s, parcel, player.name, sent, now=NOON, real_now=self.real)
        )


def test_no_interleaving_repeats_what_is_settled_or_loses_anything() -> None:
    run_state_machine_as_test(
        Interleavings,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
