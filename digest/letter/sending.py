"""From an approved edition to rows in the ledger, and to the report once all are settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.acts import SYSTEM
from core.contributions import record_publications
from core.failpoints import reach
from core.ledger.draft import Channel, Content, Draft
from core.ledger.models import Delivery
from core.ledger.rules import UNSETTLED
from core.ledger.rules import State as Row
from core.ledger.store import post
from core.mail.compose import UNSUBSCRIBE_URL
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Reference
from digest.letter import editions, names, rendering
from digest.letter.decide import State, approval_holds
from digest.letter.models import Edition
from digest.subscribers.names import subscriber_party, unsubscription_url
from digest.subscribers.store import recipients

log = structlog.get_logger()

CHUNK = 2_000
"""How many rows one transaction writes."""


@dataclass(frozen=True)
class Tally:
    """What became of an edition's rows: how many in each state, and why some were not sent."""

    states: Mapping[str, int]
    skipped: Mapping[str, int]

    @property
    def waiting(self) -> int:
        """How many are still to be tried; what is uncertain waits for a person instead."""
        return sum(self.states.get(state, 0) for state in UNSETTLED)


async def send(parts: Parts, now: datetime) -> None:
    """Bring each approved edition as far as it can go now. May be interrupted anywhere."""
    for number in await _in_state(parts, State.APPROVED):
        await _begin(parts, number, now)
    for number in await _in_state(parts, State.SENDING):
        await _write_rows(parts, number, now)
        await _finish(parts, number, now)


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when an edition waits for its rows; None while the ledger is at work."""
    since: datetime | None = await session.scalar(
        select(func.min(Edition.approved_at)).where(
            Edition.state.in_([State.APPROVED.value, State.SENDING.value]),
            Edition.rows_written_at.is_(None),
        )
    )
    return since


async def tally(session: AsyncSession, number: int) -> Tally:
    """Count the rows of an edition by state, and those that were skipped by reason."""
    rows = await session.execute(
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.kind == names.EDITION, Delivery.slot == names.edition_slot(number))
        .group_by(Delivery.state, Delivery.reason)
    )
    states: dict[str, int] = {}
    skipped: dict[str, int] = {}
    for state, reason, count in rows:
        states[state] = states.get(state, 0) + count
        if state == Row.SKIPPED:
            skipped[reason or ""] = skipped.get(reason or "", 0) + count
    return Tally(states, skipped)


async def _in_state(parts: Parts, state: State) -> list[int]:
    async with parts.database.read() as session:
        return list(
            await session.scalars(select(Edition.number).where(Edition.state == state.value))
        )


async def _begin(parts: Parts, number: int, now: datetime) -> None:
    """Start sending what was approved, unless it is no longer what stands."""
    async with parts.database.write() as session:
        edition = await editions.by_number(session, number, lock=True)
        if edition is None or edition.state != State.APPROVED:
            return
        contents = editions.contents_of(edition)
        if not approval_holds(edition.approved_hash, contents):
            await _void(session, parts, edition, now)
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
    contents = editions.contents_of(edition)
    await editions.change(
        session, parts, edition, now, editorial=contents.editorial, items=contents.items
    )


async def _write_rows(parts: Parts, number: int, now: datetime) -> None:
    """Write a row for each recipient, chunk by chunk; run again, it adds only what is missing."""
    async with parts.database.read() as session:
        edition = await editions.by_number(session, number)
        rendition = await editions.rendition(session, number)
    if edition is None or rendition is None or edition.rows_written_at is not None:
        return
    content = Content(Channel.MAIL, rendition.mail)
    after = 0
    while (last := await _write_chunk(parts, edition, content, after, now)) is not None:
        after = last
        reach("letter.between_chunks")
    async with parts.database.write() as session:
        locked = await editions.by_number(session, number, lock=True)
        if locked is not None:
            locked.rows_written_at = now


async def _write_chunk(
    parts: Parts, edition: Edition, content: Content, after: int, now: datetime
) -> int | None:
    """Write the rows of the next recipients; return the last one, or None after the last chunk.

    Who was confirmed when the edition was approved receives it; who came later gets the next.
    """
    until = edition.approved_at or now
    async with parts.database.write() as session:
        chunk = await recipients(session, after, until, CHUNK)
        await post(session, [_draft(parts, edition.number, i, content, now) for i in chunk], now)
    return chunk[-1] if chunk else None


def _draft(parts: Parts, number: int, subscriber: int, content: Content, now: datetime) -> Draft:
    return Draft(
        kind=names.EDITION,
        slot=names.edition_slot(number),
        recipient=subscriber_party(subscriber),
        content=content,
        cause=names.edition_reference(number),
        due_at=now,
        values={UNSUBSCRIBE_URL: unsubscription_url(parts, subscriber)},
    )


async def _finish(parts: Parts, number: int, now: datetime) -> None:
    """Once every row is settled or uncertain, close the edition and report to the animators."""
    async with parts.database.read() as session:
        if (await tally(session, number)).waiting:
            return
    async with parts.database.write() as session:
        edition = await editions.by_number(session, number, lock=True)
        if edition is None or edition.state != State.SENDING or edition.rows_written_at is None:
            return
        count = await tally(session, number)  # another process may have written rows meanwhile
        if count.waiting:
            return
        editions.move(edition, State.SENT)
        edition.sent_at = now
        acts.record(session, SYSTEM, "letter.sent", names.edition_reference(number), now)
        await post(session, [_report(parts, number, count, now)], now)
    log.info("letter.sent", edition=number, **count.states)


def _report(parts: Parts, number: int, count: Tally, now: datetime) -> Draft:
    text = rendering.report(parts, number, count.states, count.skipped)
    keyboard = rendering.report_keyboard(number, count.states.get(Row.UNCERTAIN, 0))
    language = parts.settings.network.language
    content = render_post(parts.renderer, text, keyboard, language).content()
    cause = names.edition_reference(number)
    slot = f"report:{number}"
    return Draft(names.REPORT, slot, ANIMATORS, content, cause, now, stream=names.DESK)
