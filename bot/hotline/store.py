"""Reading and writing the hotline's tables. No function here commits."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.decide import Direction, Ongoing, State
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import Fiche
from core.chat import Turn
from core.people.models import Person, Territory, Theme
from core.people.store import roles_of
from core.reference import Party


async def question(session: AsyncSession, number: int) -> Question | None:
    """Return a question, held against other writers until the transaction ends."""
    return await session.get(Question, number, with_for_update=True)


async def ongoing(session: AsyncSession, person_id: int) -> Sequence[Ongoing]:
    """Return what is not closed of somebody's questions."""
    rows = await session.execute(
        select(Question.id, Question.last_message_at)
        .where(Question.asker_id == person_id, Question.state != State.CLOSED.value)
        .order_by(Question.id)
    )
    return [Ongoing(number, at) for number, at in rows]


async def questions_of(session: AsyncSession, person_id: int, most: int) -> Sequence[Question]:
    """Return somebody's own questions, the latest first."""
    rows = await session.scalars(
        select(Question)
        .where(Question.asker_id == person_id)
        .order_by(Question.id.desc())
        .limit(most)
    )
    return rows.all()


async def open_question(
    session: AsyncSession, turn: Turn, text: str, territories: Sequence[Territory]
) -> Question:
    """Add a question of the person who speaks; several territories leave it to be chosen."""
    opened = Question(
        asker_id=turn.sender.person_id,
        territory_id=territories[0].id if len(territories) == 1 else None,
        state=(State.CHOOSING if len(territories) > 1 else State.OPEN).value,
        text=text,
        opened_at=turn.now,
        last_message_at=turn.now,
    )
    session.add(opened)
    await session.flush()
    return opened


async def add_message(
    session: AsyncSession, turn: Turn, number: int, direction: Direction, text: str
) -> QuestionMessage:
    """Add what was just said to a question's thread.

    `text` is what was said, or the part of it that counts, which then has no formatting.
    """
    incoming = turn.incoming
    entities = incoming.entities if text == incoming.text else ()
    message = QuestionMessage(
        question_id=number,
        author=str(Party("person", str(turn.sender.person_id))),
        direction=direction.value,
        text=text,
        entities=[dict(entity) for entity in entities],
        files=[asdict(file) for file in incoming.files],
        edited=incoming.edited,
        chat_id=incoming.place.chat_id,
        message_id=incoming.message_id,
        update_id=incoming.update_id,
        at=turn.now,
    )
    session.add(message)
    await session.flush()
    return message


async def messages(session: AsyncSession, number: int) -> Sequence[QuestionMessage]:
    """Return a question's thread, in order."""
    rows = await session.scalars(
        select(QuestionMessage)
        .where(QuestionMessage.question_id == number)
        .order_by(QuestionMessage.id)
    )
    return rows.all()


async def question_of_update(session: AsyncSession, update_id: int) -> int | None:
    """Return the question to which an update was already added, if it was."""
    return await session.scalar(
        select(QuestionMessage.question_id).where(QuestionMessage.update_id == update_id)
    )


async def question_of_message(session: AsyncSession, chat_id: int, message_id: int) -> int | None:
    """Return the question to which a message of a chat was added: what an edit is about."""
    return await session.scalar(
        select(QuestionMessage.question_id)
        .where(QuestionMessage.chat_id == chat_id, QuestionMessage.message_id == message_id)
        .limit(1)
    )


async def fiche(session: AsyncSession, question: Question, now: datetime) -> Fiche:
    """Return what the animators are shown of a question."""
    asker = await session.get(Person, question.asker_id) if question.asker_id else None
    taker = await session.get(Person, question.taken_by) if question.taken_by else None
    roles = await roles_of(session, asker.id, now) if asker else frozenset()
    return Fiche(
        number=question.id,
        version=question.version,
        state=State(question.state),
        name=asker.name if asker and not question.discreet else "",
        roles=tuple(sorted(role.value for role in roles)),
        territory=await territory_name(session, question.territory_id),
        theme=await _theme_name(session, question.theme_id),
        taken_by=taker.name if taker else "",
        discreet=question.discreet,
    )


async def territory_name(session: AsyncSession, territory_id: int | None) -> str:
    """Return a territory's name, empty when there is none."""
    row = await session.get(Territory, territory_id) if territory_id else None
    return row.name if row else ""


async def _theme_name(session: AsyncSession, theme_id: int | None) -> str:
    row = await session.get(Theme, theme_id) if theme_id else None
    return row.name if row else ""
