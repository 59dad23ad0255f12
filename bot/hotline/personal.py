"""What the hotline holds about somebody: shown as it is, or let go of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import escape
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import standing
from bot.hotline.decide import Direction, State
from bot.hotline.models import Announcement, Question, QuestionMessage
from bot.hotline.posts import NOTICE, message_slot, reference, text, topic_reference
from core.ledger.models import Delivery, Message
from core.ledger.store import cancel, purge, purge_rows
from core.people.models import Person
from core.reference import Party
from core.room import Kept

_NOWHERE: Mapping[str, Any] = {"chat_id": None, "message_id": None}
"""Where a message was said: the number of a private chat is that of its person's account."""


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the questions somebody asked, with their threads, and what they wrote elsewhere."""
    if party.kind != "person":
        return {}
    questions = await session.scalars(
        select(Question).where(Question.asker_id == party.number).order_by(Question.id)
    )
    asked = {row.id: row for row in questions}
    # What was said to them, less what a colleague whose question they took over had written.
    received = QuestionMessage.question_id.in_(asked) & (
        QuestionMessage.direction == Direction.TO_AGENT.value
    )
    messages = await session.scalars(
        select(QuestionMessage)
        .where(or_(QuestionMessage.author == str(party), received))
        .order_by(QuestionMessage.id)
    )
    said = messages.all()
    return {
        "questions": [described(row, said) for row in asked.values()],
        "messages": [_message(row) for row in said if row.question_id not in asked],
    }


def described(question: Question, said: Sequence[QuestionMessage]) -> dict[str, Any]:
    """Return a question as its asker is shown what is held of it."""
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
        await empty(session, number, now)
    mine = QuestionMessage.author == str(party)
    await session.execute(
        delete(QuestionMessage).where(mine, QuestionMessage.question_id.is_(None))
    )
    await session.execute(delete(Announcement).where(Announcement.person_id == party.number))
    await _empty_handed_on(session, party)
    await session.execute(update(QuestionMessage).where(mine).values(author=None, **_NOWHERE))
    await session.execute(
        update(Question).where(Question.taken_by == party.number).values(taken_by=None)
    )
    await session.execute(
        update(Question).where(Question.logged_by == party.number).values(logged_by=None)
    )
    await purge(session, party)


async def empty(session: AsyncSession, number: int, now: datetime) -> None:
    """Let go of what was said of a question, and of who asked it."""
    question = await session.get_one(Question, number, with_for_update=True)
    await session.execute(
        update(QuestionMessage)
        .where(QuestionMessage.question_id == number)
        .values(text="", entities=[], files=[], **_NOWHERE)
    )
    question.asker_id = question.rating_comment = None
    question.text = ""
    if question.state not in {State.ANSWERED, State.CLOSED}:  # nobody is left to answer
        standing.closed(question, now, "asker")
        question.version += 1
    await session.flush()
    for cause in (reference(number), topic_reference(number)):
        await cancel(session, "erased", now, cause=cause)
    await purge(session, Party("question", str(number)))


async def handed_on(session: AsyncSession, party: Party) -> Sequence[Question]:
    """Return the questions that somebody asked, and that are their successor's now."""
    rows = await session.scalars(
        select(Question)
        .where(
            Question.asker_id != party.number,
            Question.id.in_(select(QuestionMessage.question_id).where(_asked_by(party))),
        )
        .order_by(Question.id)
    )
    return rows.all()


async def _empty_handed_on(session: AsyncSession, party: Party) -> None:
    """Take somebody's name from what the ledger holds of questions that are not theirs.

    What they wrote of those that are closed is emptied; the others still need their words.
    """
    questions = await handed_on(session, party)
    sent = [row.id for each in questions for row in await naming(session, each, party)]
    told = [row.id for row in await notices(session, party)]
    await purge_rows(session, [*sent, *told])
    for question in questions:
        if question.state == State.CLOSED:
            question.text = ""
            await session.execute(
                update(QuestionMessage)
                .where(_asked_by(party), QuestionMessage.question_id == question.id)
                .values(text="", entities=[], files=[])
            )


async def naming(session: AsyncSession, question: Question, party: Party) -> Sequence[Delivery]:
    """Return what was sent to a question's topic that names somebody, or carries their words."""
    names = await _names(session, party)
    said = await session.scalars(
        select(QuestionMessage).where(_asked_by(party), QuestionMessage.question_id == question.id)
    )
    slots = tuple(message_slot(message) for message in said)
    rows = await session.execute(
        select(Delivery, Message.body)
        .join(Message, Message.hash == Delivery.message_hash)
        .where(Delivery.recipient == str(Party("question", str(question.id))))
        .order_by(Delivery.id)
    )
    return [
        row
        for row, body in rows
        if any(row.slot == slot or row.slot.startswith(f"{slot}/") for slot in slots)
        or any(name in body for name in names)
    ]


async def notices(session: AsyncSession, party: Party) -> Sequence[Delivery]:
    """Return what the team was told, in any topic, that names somebody."""
    names = await _names(session, party)
    rows = await session.execute(
        select(Delivery, Message.body)
        .join(Message, Message.hash == Delivery.message_hash)
        .where(Delivery.kind == NOTICE)
        .order_by(Delivery.id)
    )
    return [row for row, body in rows if any(name in body for name in names)]


async def _names(session: AsyncSession, party: Party) -> Sequence[bytes]:
    """Return how somebody's name is written in what was sent: as text, or as HTML."""
    person = await session.get(Person, party.number)
    if person is None or not person.name:
        return []
    return [name.encode() for name in {person.name, str(escape(person.name))}]


def _asked_by(party: Party) -> ColumnElement[bool]:
    return (QuestionMessage.author == str(party)) & (
        QuestionMessage.direction == Direction.FROM_AGENT.value
    )


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say what stays of somebody: what public funding asks for."""
    if party.kind != "person":
        return ()
    asked = select(func.count()).select_from(Question).where(Question.asker_id == party.number)
    count = await session.scalar(asked) or 0
    if not count:
        return ()
    return (Kept(text("kept_questions", count=count), text("kept_questions_ground")),)
