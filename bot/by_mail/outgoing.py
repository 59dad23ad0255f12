"""What animators answer by mail, kept until it leaves: held, held back, corrected.

A file's bytes come from the chat, over the network: the answer is written down with its cause, and
handed to the ledger by a tick once they are here. No function here commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.models import MailAnswer
from bot.hotline.models import QuestionMessage


def slot_of(message: QuestionMessage) -> str:
    """Return what the delivery of an answer is unique by; its corrections stand under it."""
    return f"question:{message.question_id}/message:{message.id}"


async def leave(session: AsyncSession, message: QuestionMessage, due_at: datetime) -> None:
    """Let an answer leave from `due_at`, with the files of its album; once."""
    if await session.get(MailAnswer, slot_of(message)) is None:
        await _add(session, message, slot_of(message), due_at)


async def follow(
    session: AsyncSession, first: QuestionMessage, message: QuestionMessage, due_at: datetime
) -> None:
    """Let another file of an album leave: with the first, or by itself if that has left."""
    there = await session.get(MailAnswer, slot_of(first))
    if there is None or there.posted_at is not None:
        await leave(session, message, due_at)


async def hold_back(session: AsyncSession, messages: Sequence[QuestionMessage]) -> bool:
    """Keep answers from leaving; False, and nothing is changed, when one has left."""
    rows = await _rows(session, messages)
    if not rows or any(row.posted_at is not None for row in rows):
        return False
    await session.execute(delete(MailAnswer).where(MailAnswer.slot.in_(row.slot for row in rows)))
    return True


async def correct(
    session: AsyncSession, message: QuestionMessage, update_id: int, due_at: datetime
) -> bool:
    """Let the new words of an answer leave; True when they go in a mail of their own.

    What has not left takes them in its place.
    """
    rows = await _rows(session, [message])
    if not rows or any(row.posted_at is None for row in rows):
        return False
    await _add(session, message, f"{slot_of(message)}/edit:{update_id}", due_at)
    return True


def corrects(row: MailAnswer) -> bool:
    """Say whether a mail corrects one that has left."""
    return "/edit:" in row.slot


async def _add(
    session: AsyncSession, message: QuestionMessage, slot: str, due_at: datetime
) -> None:
    session.add(
        MailAnswer(
            slot=slot,
            question_id=message.question_id or 0,
            message_id=message.id,
            due_at=due_at,
        )
    )
    await session.flush()


async def _rows(session: AsyncSession, messages: Sequence[QuestionMessage]) -> Sequence[MailAnswer]:
    """Return what carries messages, held so that none leaves meanwhile."""
    rows = await session.scalars(
        select(MailAnswer)
        .where(MailAnswer.message_id.in_(message.id for message in messages))
        .order_by(MailAnswer.due_at, MailAnswer.slot)
        .with_for_update()
    )
    return rows.all()
