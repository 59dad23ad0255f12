"""What the desk reads of the hotline's tables and of the trail. No function here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.decide import Standing, Written
from bot.hotline.decide import Direction, State
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.words import reference
from core.acts import Act

ANSWER = "question.answer"
"""The verb of the act that an answer is, when somebody writes one."""

PRESENTED = (State.OPEN.value, State.ANSWERED.value, State.WAITING.value)
"""The states in which the team has a question before it."""


async def sent_together(
    session: AsyncSession, message: QuestionMessage
) -> Sequence[QuestionMessage]:
    """Return a message with the others of its album, in order."""
    if not message.album:
        return [message]
    return await album(session, message.question_id, message.author, message.album)


async def album(
    session: AsyncSession, number: int | None, author: str | None, name: str
) -> Sequence[QuestionMessage]:
    """Return what is recorded so far of somebody's album about a question, in order."""
    rows = await session.scalars(
        select(QuestionMessage)
        .where(
            QuestionMessage.question_id == number,
            QuestionMessage.author == author,
            QuestionMessage.album == name,
        )
        .order_by(QuestionMessage.id)
    )
    return rows.all()


async def open_of(session: AsyncSession, person_id: int) -> Sequence[Question]:
    """Return somebody's questions that the team has before it."""
    rows = await session.scalars(
        select(Question)
        .where(Question.asker_id == person_id, Question.state.in_(PRESENTED))
        .order_by(Question.id)
    )
    return rows.all()


def standing_of(question: Question) -> Standing:
    """Return how a question stands."""
    return Standing(
        State(question.state),
        question.awaiting_since,
        question.silence_level,
        question.first_answer_at,
    )


def stand(question: Question, standing: Standing) -> None:
    """Make a question stand so."""
    question.state = standing.state.value
    question.awaiting_since = standing.awaiting_since
    question.silence_level = standing.silence_level
    question.first_answer_at = standing.first_answer_at


def detail(standing: Standing) -> dict[str, str | int | None]:
    """Return what an act keeps of how a question stood."""
    return {
        "state": standing.state.value,
        "awaiting_since": _written(standing.awaiting_since),
        "silence_level": standing.silence_level,
        "first_answer_at": _written(standing.first_answer_at),
    }


async def answers_written(session: AsyncSession, number: int) -> Sequence[Written]:
    """Return the answers written to a question, the oldest first."""
    rows = await session.execute(
        select(Act.at, Act.detail, QuestionMessage.direction)
        .join(QuestionMessage, QuestionMessage.id == Act.detail["message"].as_integer())
        .where(Act.subject == str(reference(number)), Act.verb == ANSWER)
        .order_by(Act.id)
    )
    return [
        Written(at, direction == Direction.TO_AGENT, _standing(kept))
        for at, kept, direction in rows
    ]


def _standing(kept: dict[str, Any]) -> Standing:
    """Read what `detail` wrote; what is not known was answered already."""
    return Standing(
        State(kept.get("state", State.ANSWERED)),
        _read(kept.get("awaiting_since")),
        kept.get("silence_level", 0),
        _read(kept.get("first_answer_at")),
    )


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
