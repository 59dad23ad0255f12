"""From an approved correction to rows for exactly those who received its edition."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.acts import SYSTEM
from core.failpoints import reach
from core.ledger.draft import Channel, Content, Draft, Parcel, Ready, Skip
from core.ledger.models import Delivery
from core.ledger.rules import State as Row
from core.ledger.store import post
from core.parts import Parts
from core.reference import Party
from core.room import Tick
from digest.letter import names
from digest.letter.corrections import store
from digest.letter.decide import State
from digest.letter.models import Correction
from digest.letter.sending.counting import some_wait
from digest.letter.sending.report import correction_report
from digest.letter.sending.rows import CHUNK
from digest.subscribers import rules as subscribers
from digest.subscribers.deliveries import to_subscriber
from digest.subscribers.names import own_links

log = structlog.get_logger()


def tick(parts: Parts) -> Tick:
    """Return the work that the clock brings."""

    async def run(now: datetime) -> None:
        await send(parts, now)

    return Tick("letter.correct", run, next_due, every=2.0)


async def send(parts: Parts, now: datetime) -> None:
    """Bring each approved correction as far as it can go now. May be interrupted anywhere."""
    for identity in await _in_state(parts, State.APPROVED):
        await _begin(parts, identity, now)
    for identity in await _in_state(parts, State.SENDING):
        await _write_rows(parts, identity, now)
        await _finish(parts, identity, now)


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when a correction waits for its rows; None while the ledger is at work."""
    since: datetime | None = await session.scalar(
        select(func.min(Correction.approved_at)).where(
            Correction.state.in_([State.APPROVED.value, State.SENDING.value]),
            Correction.rows_written_at.is_(None),
        )
    )
    return since


async def prepare(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Send a correction only to who is subscribed still."""
    return await to_subscriber(session, parcel, subscribers.State.CONFIRMED)


async def prepare_review(session: AsyncSession, parcel: Parcel) -> Skip | None:
    """Show the review of a correction only while it is that of its present version."""
    correction = await store.by_id(session, parcel.cause.number)
    if correction is None or parcel.slot != names.correction_review_slot(
        correction.edition, correction.rank, correction.version
    ):
        return Skip("superseded")
    return None


async def _in_state(parts: Parts, state: State) -> list[int]:
    async with parts.database.read() as session:
        wanted = select(Correction.id).where(Correction.state == state.value)
        return list(await session.scalars(wanted.order_by(Correction.id)))


async def _begin(parts: Parts, identity: int, now: datetime) -> None:
    async with parts.database.write() as session:
        correction = await store.by_id(session, identity, lock=True)
        if correction is None or correction.state != State.APPROVED:
            return
        correction.state = State.SENDING.value
        correction.sending_at = now
        reference = names.correction_reference(identity)
        acts.record(session, SYSTEM, "letter.correction_sending", reference, now)


async def _write_rows(parts: Parts, identity: int, now: datetime) -> None:
    """Write a row for each reader of the edition; run again, it adds only what is missing."""
    async with parts.database.read() as session:
        correction = await store.by_id(session, identity)
    if correction is None or correction.mail is None or correction.rows_written_at is not None:
        return
    content = Content(Channel.MAIL, correction.mail)
    after: str | None = ""
    while after is not None:
        after = await _write_chunk(parts, correction, content, after, now)
        reach("letter.correction_chunk")
    async with parts.database.write() as session:
        locked = await store.by_id(session, identity, lock=True)
        if locked is not None:
            locked.rows_written_at = now


async def _write_chunk(
    parts: Parts, correction: Correction, content: Content, after: str, now: datetime
) -> str | None:
    """Write the rows of the next readers; return the last one, or None after the last chunk."""
    async with parts.database.write() as session:
        chunk = await _received(session, correction.edition, after)
        drafts = [_draft(parts, correction, Party.parse(each), content, now) for each in chunk]
        await post(session, drafts, now)
    return chunk[-1] if chunk else None


async def _received(session: AsyncSession, number: int, after: str) -> Sequence[str]:
    """Return the parties to whom an edition was sent, above `after`, in their order."""
    rows = await session.scalars(
        select(Delivery.recipient)
        .where(
            Delivery.kind == names.EDITION,
            Delivery.slot == names.edition_slot(number),
            Delivery.recipient > after,
            Delivery.state == Row.SENT.value,
        )
        .order_by(Delivery.recipient)
        .limit(CHUNK)
    )
    return rows.all()


def _draft(
    parts: Parts, correction: Correction, party: Party, content: Content, now: datetime
) -> Draft:
    return Draft(
        kind=names.CORRECTION,
        slot=names.correction_slot(correction.edition, correction.rank),
        recipient=party,
        content=content,
        cause=names.correction_reference(correction.id),
        due_at=now,
        values=own_links(parts, party.number),
        bulk=True,
    )


async def _finish(parts: Parts, identity: int, now: datetime) -> None:
    """Once every row is settled or uncertain, close the correction and report."""
    async with parts.database.read() as session:
        if not await _over(session, await store.by_id(session, identity)):
            return
    async with parts.database.write() as session:
        correction = await store.by_id(session, identity, lock=True)
        if correction is None or not await _over(session, correction):
            return  # another process was quicker
        correction.state = State.SENT.value
        correction.sent_at = now
        reference = names.correction_reference(identity)
        acts.record(session, SYSTEM, "letter.correction_sent", reference, now)
        await post(session, [await correction_report(session, parts, correction, now)], now)
    log.info("letter.correction_sent", correction=identity)


async def _over(session: AsyncSession, correction: Correction | None) -> bool:
    """Say whether a correction that is being sent has all its rows, and none still to be tried."""
    if correction is None or correction.state != State.SENDING:
        return False
    slot = names.correction_slot(correction.edition, correction.rank)
    written = correction.rows_written_at is not None
    return written and not await some_wait(session, names.CORRECTION, slot)
