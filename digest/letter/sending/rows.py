"""A row for each recipient of an edition, chunk by chunk, restartable anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.failpoints import reach
from core.ledger.draft import Channel, Content, Draft
from core.ledger.skipping import skip
from core.ledger.store import post
from core.parts import Parts
from digest.letter import editions, names
from digest.letter.decide import State
from digest.letter.models import Edition
from digest.letter.sending import pausing
from digest.letter.sending.choices import Choices
from digest.subscribers.models import Subscriber
from digest.subscribers.names import own_links, subscriber_party
from digest.subscribers.store import receives

CHUNK = 2_000
"""How many rows one transaction writes."""

NOTHING_CHOSEN = "nothing_chosen"
"""The reason kept on the row of who is left with nothing by their choice of themes."""

WRITING = frozenset({State.SENDING, State.PAUSED, State.CANCELLED})
"""The states in which rows are written; those of a paused edition are held.

Those of one that was stopped are cancelled as they are written: whom it did not reach is known.
"""


@dataclass(frozen=True)
class Recipient:
    """A subscriber, and what they chose."""

    id: int
    themes: Sequence[str]
    whole: bool


async def write_rows(parts: Parts, number: int, now: datetime) -> None:
    """Write a row for each recipient; run again, it adds only what is missing."""
    async with parts.database.read() as session:
        edition = await editions.by_number(session, number)
        rendition = await editions.rendition(session, number)
    if edition is None or rendition is None or edition.rows_written_at is not None:
        return
    choices = Choices(parts, edition, Content(Channel.MAIL, rendition.mail), now)
    after: int | None = 0
    while after is not None:
        after = await _write_chunk(parts, edition, choices, after, now)
        reach("letter.between_chunks")


async def recipients(
    session: AsyncSession, after: int, until: datetime, limit: int
) -> Sequence[Recipient]:
    """Return those who receive what is approved at `until`, above the id `after`, in order."""
    rows = await session.execute(
        select(Subscriber.id, Subscriber.themes, Subscriber.whole_letter)
        .where(receives(until), Subscriber.id > after)
        .order_by(Subscriber.id)
        .limit(limit)
    )
    return [Recipient(*row) for row in rows]


async def _write_chunk(
    parts: Parts, edition: Edition, choices: Choices, after: int, now: datetime
) -> int | None:
    """Write the rows of the next recipients; return the last one, or None when it is over.

    Who was confirmed when the edition was approved receives it; who came later gets the next.
    """
    async with parts.database.read() as session:
        chunk = await recipients(session, after, edition.approved_at or now, CHUNK)
    drafts, left_out = [], []
    for each in chunk:
        content = await choices.content(each.themes, whole=each.whole)
        draft = _draft(parts, edition.number, each.id, content or choices.whole, now)
        drafts.append(draft)
        if content is None:
            left_out.append(draft)
    return chunk[-1].id if await _write(parts, edition.number, drafts, left_out, now) else None


async def _write(
    parts: Parts, number: int, drafts: Sequence[Draft], left_out: Sequence[Draft], now: datetime
) -> bool:
    """Write a chunk; say whether there may be another. The empty one, after the last, closes."""
    async with parts.database.write() as session:
        edition = await editions.by_number(session, number, lock=True)
        if edition is None or edition.state not in WRITING:
            return False
        if not drafts:
            edition.rows_written_at = now
            return False
        await post(session, drafts, now)
        await skip(session, left_out, NOTHING_CHOSEN, now)
        if edition.state == State.CANCELLED:
            await pausing.cancel_rows(session, edition, now)
    return True


def _draft(parts: Parts, number: int, subscriber: int, content: Content, now: datetime) -> Draft:
    return Draft(
        kind=names.EDITION,
        slot=names.edition_slot(number),
        recipient=subscriber_party(subscriber),
        content=content,
        cause=names.edition_reference(number),
        due_at=now,
        values=own_links(parts, subscriber),
        bulk=True,
    )
