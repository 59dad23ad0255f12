"""What the hotline holds about somebody: shown as it is, or let go of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import standing
from bot.hotline.decide import Direction, State
from bot.hotline.models import Announcement, Question, QuestionMessage
from bot.hotline.posts import reference, text, topic_reference
from core.ledger.store import cancel, purge
from core.reference import Party
from core.room import Kept


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
        "channel": question.channel,
        "discreet": question.discreet,
        "rating": question.rating,
        "rating_comment": question.rating_comment,
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

    Their numbers, dates, territories, themes and states stay for the accounts; what waited for
    somebody is closed. What an animator answered to others stays, without who wrote it.
    """
    if party.kind != "person":
        return
    asked = select(Question.id).where(Question.asker_id == party.number)
    for number in (await session.scalars(asked)).all():
        await _empty(session, number, now)
    mine = QuestionMessage.author == str(party)
    await session.execute(
        delete(QuestionMessage).where(mine, QuestionMessage.question_id.is_(None))
    )
    await session.execute(delete(Announcement).where(Announcement.person_id == party.number))
    await session.execute(update(QuestionMessage).where(mine).values(author=None))
    await session.execute(
        update(Question).where(Question.taken_by == party.number).values(taken_by=None)
    )
    await session.execute(
        update(Question).where(Question.logged_by == party.number).values(logged_by=None)
    )
    await purge(session, party)


async def _empty(session: AsyncSession, number: int, now: datetime) -> None:
    await session.execute(
        update(QuestionMessage)
        .where(QuestionMessage.question_id == number)
        .values(text="", entities=[], files=[])
    )
    question = await session.get_one(Question, number, with_for_update=True)
    question.asker_id = question.rating_comment = None
    question.text = ""
    if question.state not in {State.ANSWERED, State.CLOSED}:  # nobody is left to answer
        standing.closed(question, now, "asker")
        question.version += 1
    await session.flush()
    for cause in (reference(number), topic_reference(number)):
        await cancel(session, "erased", now, cause=cause)
    await purge(session, Party("question", str(number)))


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say what stays of somebody: what public funding asks for."""
    if party.kind != "person":
        return ()
    asked = select(func.count()).select_from(Question).where(Question.asker_id == party.number)
    count = await session.scalar(asked) or 0
    if not count:
        return ()
    return (Kept(text("kept_questions", count=count), text("kept_questions_ground")),)
