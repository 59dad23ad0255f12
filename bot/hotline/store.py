"""Reading and writing the hotline's tables. No function here commits."""

import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.threads import writer
from bot.hotline.card import Fiche
from bot.hotline.decide import Direction, State, numbers
from bot.hotline.models import Question, QuestionMessage
from core.chat import Incoming, Turn
from core.db import alone
from core.people.models import Person, Territory, Theme
from core.people.store import roles_of, territories_of
from core.reference import Party


async def question(session: AsyncSession, number: int) -> Question | None:
    """Return a question, held against other writers until the transaction ends."""
    return await session.get(Question, number, with_for_update=True)


async def own_question(turn: Turn, number: int) -> Question | None:
    """Return a question of the person who acts, held; None for any other, or in a group."""
    if not turn.incoming.place.private or turn.sender.person_id is None:
        return None
    found = await question(turn.session, number)
    return found if found and found.asker_id == turn.sender.person_id else None


async def ongoing(session: AsyncSession, person_id: int) -> Sequence[Question]:
    """Return somebody's questions that are not closed, in the order of what was said last."""
    rows = await session.scalars(
        select(Question)
        .where(Question.asker_id == person_id, Question.state != State.CLOSED.value)
        .order_by(Question.last_message_at, Question.opened_at, Question.id)
    )
    return rows.all()


async def questions_of(
    session: AsyncSession, person_id: int, most: int, after: int = 0
) -> Sequence[Question]:
    """Return somebody's own questions, the latest first, after so many."""
    rows = await session.scalars(
        select(Question)
        .where(Question.asker_id == person_id)
        .order_by(Question.opened_at.desc(), Question.id.desc())
        .offset(after)
        .limit(most)
    )
    return rows.all()


async def draw_number(session: AsyncSession, dice: random.Random) -> int:
    """Draw the number of a new question: nobody can tell it from those before.

    Who draws waits for those who have drawn to commit.
    """
    await alone(session, "hotline.numbers")
    taken = await session.scalar(select(func.count()).select_from(Question))
    among = numbers(taken or 0)
    while True:
        number = dice.randrange(among.start, among.stop)
        if await session.get(Question, number) is None:
            return number


async def open_question(
    session: AsyncSession, number: int, asker_id: int, text: str, now: datetime
) -> Question:
    """Add a question; several territories leave it to be said for which one it is."""
    territories = await territories_of(session, asker_id, now)
    opened = Question(
        id=number,
        asker_id=asker_id,
        territory_id=territories[0].id if len(territories) == 1 else None,
        state=(State.CHOOSING if len(territories) > 1 else State.OPEN).value,
        text=text,
        opened_at=now,
        last_message_at=now,
    )
    session.add(opened)
    await session.flush()
    return opened


async def add_message(
    session: AsyncSession, turn: Turn, number: int | None, direction: Direction, text: str
) -> QuestionMessage:
    """Add what was just said to a question's thread; None while nobody knows to which.

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
        album=incoming.album,
        edited=incoming.edited,
        chat_id=incoming.place.chat_id,
        message_id=incoming.message_id,
        update_id=incoming.update_id,
        at=turn.now,
    )
    session.add(message)
    await session.flush()
    return message


def correct(message: QuestionMessage, incoming: Incoming) -> bool:
    """Give a message the words and the files that its author has put in their place.

    Says whether anything is new: the channel calls edits what changes nothing to be seen, too.
    """
    entities = [dict(entity) for entity in incoming.entities]
    files = [asdict(file) for file in incoming.files]
    if (message.text, message.entities, message.files) == (incoming.text, entities, files):
        return False
    message.text, message.entities, message.files = incoming.text, entities, files
    message.edited = True
    return True


async def messages(session: AsyncSession, number: int) -> Sequence[QuestionMessage]:
    """Return a question's thread, in order."""
    rows = await session.scalars(
        select(QuestionMessage)
        .where(QuestionMessage.question_id == number)
        .order_by(QuestionMessage.id)
    )
    return rows.all()


async def message_of_update(session: AsyncSession, update_id: int) -> QuestionMessage | None:
    """Return the message that an update has already become, if it has."""
    return await session.scalar(
        select(QuestionMessage).where(QuestionMessage.update_id == update_id)
    )


async def message_at(
    session: AsyncSession, chat_id: int, message_id: int
) -> QuestionMessage | None:
    """Return what is held of a message of a chat, the latest: what an edit is about."""
    return await session.scalar(
        select(QuestionMessage)
        .where(QuestionMessage.chat_id == chat_id, QuestionMessage.message_id == message_id)
        .order_by(QuestionMessage.id.desc())
        .limit(1)
    )


async def fiche(session: AsyncSession, question: Question, now: datetime) -> Fiche:
    """Return what the animators are shown of a question."""
    asker = await session.get(Person, question.asker_id) if question.asker_id else None
    taker = await session.get(Person, question.taken_by) if question.taken_by else None
    roles = await roles_of(session, asker.id, now) if asker else frozenset()
    mail = await writer(session, question)
    name = asker.name if asker else mail.shown if mail else ""
    return Fiche(
        number=question.id,
        version=question.version,
        state=State(question.state),
        name="" if question.discreet else name,
        roles=tuple(sorted(role.value for role in roles)),
        territory=await territory_name(session, question.territory_id),
        theme=await theme_name(session, question.theme_id),
        taken_by=taker.name if taker else "",
        discreet=question.discreet,
        mail=mail,
    )


async def territory_name(session: AsyncSession, territory_id: int | None) -> str:
    """Return a territory's name, empty when there is none."""
    row = await session.get(Territory, territory_id) if territory_id else None
    return row.name if row else ""


async def theme_name(session: AsyncSession, theme_id: int | None) -> str:
    """Return a theme's name, empty when there is none."""
    row = await session.get(Theme, theme_id) if theme_id else None
    return row.name if row else ""
