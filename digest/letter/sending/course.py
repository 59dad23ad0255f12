"""The course of a sending: begun, its rows written, finished; each step restartable."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.acts import SYSTEM
from core.contributions import record_publications
from core.failpoints import reach
from core.ledger.store import post
from core.parts import Parts
from core.reference import Reference
from digest.letter import editions, names
from digest.letter.decide import State, approval_holds
from digest.letter.models import Edition
from digest.letter.sending import overdue
from digest.letter.sending.counting import some_wait, tally
from digest.letter.sending.readers import tell_readers
from digest.letter.sending.report import edition_report
from digest.letter.sending.rows import WRITING, write_rows

log = structlog.get_logger()


async def send(parts: Parts, now: datetime) -> None:
    """Bring each approved edition as far as it can go now. May be interrupted anywhere."""
    for number in await _approved(parts):
        await _begin(parts, number, now)
    for number in await _without_all_rows(parts):
        reach("letter.begun")
        await write_rows(parts, number, now)
    for number in await _under_way(parts):
        await _finish(parts, number, now)


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when an edition waits for its rows; None while others are at it."""
    rows = await session.scalars(
        select(Edition).where(
            Edition.state.in_([State.APPROVED.value, State.SENDING.value]),
            Edition.rows_written_at.is_(None),
        )
    )
    waiting = [row for row in rows if not await overdue.asked(session, row)]
    return min((row.approved_at for row in waiting if row.approved_at), default=None)


async def _approved(parts: Parts) -> list[int]:
    async with parts.database.read() as session:
        wanted = Edition.state == State.APPROVED.value
        return list(await session.scalars(select(Edition.number).where(wanted)))


async def _without_all_rows(parts: Parts) -> list[int]:
    """Return the editions begun whose rows are not all written, even of one that was stopped."""
    async with parts.database.read() as session:
        rows = await session.scalars(
            select(Edition.number).where(
                Edition.state.in_([state.value for state in WRITING]),
                Edition.sending_at.is_not(None),
                Edition.rows_written_at.is_(None),
                Edition.sent_at.is_(None),
            )
        )
        return list(rows)


async def _under_way(parts: Parts) -> list[int]:
    """Return the editions whose last message has not been settled: being sent, or stopped."""
    over = [State.SENDING.value, State.CANCELLED.value]
    async with parts.database.read() as session:
        rows = await session.scalars(
            select(Edition.number).where(
                Edition.state.in_(over),
                Edition.sending_at.is_not(None),
                Edition.sent_at.is_(None),
            )
        )
        return list(rows)


async def _begin(parts: Parts, number: int, now: datetime) -> None:
    """Start sending what was approved, unless it is no longer what stands, or it is too late."""
    async with parts.database.write() as session:
        edition = await editions.by_number(session, number, lock=True)
        if edition is None or edition.state != State.APPROVED:
            return
        contents = editions.contents_of(edition)
        if not approval_holds(edition.approved_hash, contents):
            await _void(session, parts, edition, now)
            return
        if overdue.is_overdue(parts, edition, now):
            await overdue.ask(session, parts, edition, now)
            return
        editions.move(edition, State.SENDING)
        edition.sending_at = now
        references = [Reference.parse(item.reference) for item in contents.items]
        reference = names.edition_reference(number)
        await record_publications(session, reference, references, now)
        acts.record(session, SYSTEM, "letter.sending", reference, now)


async def _void(session: AsyncSession, parts: Parts, edition: Edition, now: datetime) -> None:
    log.error("letter.approval_void", edition=edition.number)
    reference = names.edition_reference(edition.number)
    acts.record(session, SYSTEM, "letter.approval_void", reference, now)
    await editions.change(session, parts, edition, now)


async def _finish(parts: Parts, number: int, now: datetime) -> None:
    """Once every row is settled or uncertain, close the edition, report, and tell the readers."""
    async with parts.database.read() as session:
        if await some_wait(session, names.EDITION, names.edition_slot(number)):
            return
    async with parts.database.write() as session:
        edition = await editions.by_number(session, number, lock=True)
        if edition is None or edition.sent_at is not None or not _over(edition):
            return
        count = await tally(session, number)  # another process may have written rows meanwhile
        if count.waiting:
            return
        edition.sent_at = now
        if edition.state == State.SENDING:
            editions.move(edition, State.SENT)
            acts.record(session, SYSTEM, "letter.sent", names.edition_reference(number), now)
            await tell_readers(session, parts, number, now)
        await post(session, [await edition_report(session, parts, edition, count, now)], now)
    log.info("letter.sent", edition=number, **count.states)


def _over(edition: Edition) -> bool:
    """Say whether nothing more will be posted: all rows are there, and it is not paused."""
    over = edition.state in {State.SENDING, State.CANCELLED}
    return over and edition.rows_written_at is not None
