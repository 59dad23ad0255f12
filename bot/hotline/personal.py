"""What the hotline holds about somebody: shown as it is, or let go of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.decide import Direction
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import reference, topic_reference
from core.ledger.store import cancel, purge
from core.reference import Party


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the questions somebody asked, with their threads, and what they wrote elsewhere."""
    if party.kind != "person":
        return {}
    questions = await session.scalars(
        select(Question).where(Question.asker_id == party.number).order_by(Question.id)
    )
    asked = {row.id: row for row in questions}
    messages = await session.scalars(
        select(QuestionMessage)
        .where(
            or_(
                QuestionMessage.author == str(party),
                QuestionMessage.question_id.in_(asked)
                & (QuestionMessage.direction != Direction.NOTE.value),
            )
        )
        .order_by(QuestionMessage.id)
    )
    said = messages.all()
    return {
        "questions": [_question(row, said) for row in asked.values()],
        "messages": [_message(row) for row in said if row.question_id not in asked],
    }


def _question(question: Question, said: Any) -> dict[str, Any]:
    return {
        "number": question.id,
        "state": question.state,
        "opened_at": question.opened_at.isoformat(),
        "messages": [_message(row) for row in said if row.question_id == question.id],
    }


def _message(message: QuestionMessage) -> dict[str, Any]:
    return {
        "question": message.question_id,
        "direction": message.direction,
        "at": message.at.isoformat(),
        "text": message.text,
        "files": [file["name"] or file["kind"] for file in message.files],
    }


async def erase(session: AsyncSession, party: Party, now: datetime) -> None:
    """Empty the questions somebody asked, and what the ledger holds of them.

    Their numbers, dates and states stay for the accounts. What an animator answered to others
    stays, without who wrote it.
    """
    if party.kind != "person":
        return
    asked = select(Question.id).where(Question.asker_id == party.number)
    for number in (await session.scalars(asked)).all():
        await _empty(session, number, now)
    await session.execute(
        update(QuestionMessage).where(QuestionMessage.author == str(party)).values(author=None)
    )
    await session.execute(
        update(Question).where(Question.taken_by == party.number).values(taken_by=None)
    )
    await purge(session, party)


async def _empty(session: AsyncSession, number: int, now: datetime) -> None:
    await session.execute(
        update(QuestionMessage)
        .where(QuestionMessage.question_id == number)
        .values(text="", entities=[], files=[])
    )
    await session.execute(
        update(Question).where(Question.id == number).values(asker_id=None, text="")
    )
    for cause in (reference(number), topic_reference(number)):
        await cancel(session, "erased", now, cause=cause)
    await purge(session, Party("question", str(number)))
