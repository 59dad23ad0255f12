"""A worker among others: its heartbeat, and what it does when another's has stopped."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger import claims, views
from core.ledger.models import Worker
from core.ledger.processes import Process, is_gone, this_process
from core.ledger.rules import dead
from core.ledger.work import Work

log = structlog.get_logger()


class Presence:
    """Says in the tables that a worker lives, and sees to what dead ones left."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._policies = {name: kind.policy for name, kind in work.kinds.items()}
        self._process = this_process()

    async def beat(self, held: Sequence[int]) -> None:
        """Say that we live, keep the claims we `held`, and condemn what dead workers left.

        What they were sending is settled by the policy of its kind; what they had only claimed
        or were only showing is given back, as is every claim whose lease has expired.
        """
        real_now = self._work.real_clock.now()
        async with self._work.database.write() as session:
            await claims.beat(session, self._work.worker, self._process, real_now)
            await claims.renew(session, self._work.worker, held, real_now + self._work.lease)
            await claims.expire(session, real_now)
            for worker in await claims.workers(session):
                if self._is_dead(worker, real_now):
                    await claims.bury(session, worker.id, worker.heartbeat_at)
            condemned = await self._condemn(session)
        _report(condemned)

    async def leave(self) -> None:
        """Stop being a worker: nothing of ours is under way any more."""
        async with self._work.database.write() as session:
            await views.release(session, self._work.worker)
            await claims.leave_work(session, self._work.worker)
            condemned = await self._condemn(session)
        _report(condemned)

    async def _condemn(self, session: AsyncSession) -> list[claims.Condemned]:
        await views.take_back(session)
        return await claims.condemn(
            session, self._policies, self._work.settings, self._work.clock.now()
        )

    def _is_dead(self, worker: Worker, real_now: datetime) -> bool:
        process = Process(worker.place, worker.pid, worker.process_started)
        gone = is_gone(process, self._process)
        return dead(worker.heartbeat_at, real_now, self._work.settings, gone=gone)


def _report(condemned: Sequence[claims.Condemned]) -> None:
    for row in condemned:
        log.warning("ledger.condemned", id=row.id, kind=row.kind, state=row.state.value)
