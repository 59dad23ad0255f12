"""What the knowledge base holds about somebody: shown as it is, or let go of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.decide import UNDER_WAY, State
from bot.answers.models import Answer, AnswerReviewer, AnswerRevision, AnswerVariant
from bot.answers.naming import Naming
from bot.answers.words import reference, text
from core.ledger.store import cancel, purge
from core.people.models import Person
from core.reference import Party
from core.room import Kept

_SAID = (State.VALIDATED.value, State.WITHDRAWN.value)
_AUTHORS = (Answer.drafted_by, Answer.validated_by, Answer.withdrawn_by)


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the answers that somebody wrote or judged, and those drawn from their questions."""
    if party.kind != "person":
        return {}
    number = party.number
    asked = select(AnswerReviewer.answer_id).where(AnswerReviewer.person_id == number)
    rows = await session.scalars(
        select(Answer)
        .where(
            or_(
                Answer.asker_id == number,
                Answer.id.in_(asked),
                *(column == number for column in _AUTHORS),
            )
        )
        .order_by(Answer.id)
    )
    return {"answers": [_shown(row, number) for row in rows]}


def _shown(row: Answer, number: int) -> dict[str, Any]:
    return {
        "code": row.code,
        "state": row.state,
        "question": row.question if row.state in _SAID or row.asker_id == number else "",
        "from_your_question": row.asker_id == number,
        "written_by_you": row.drafted_by == number,
        "validated_by_you": row.validated_by == number,
        "withdrawn_by_you": row.withdrawn_by == number,
    }


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Return how many answers drawn from somebody's questions stay, anonymised as they are."""
    if party.kind != "person":
        return ()
    count = await session.scalar(
        select(func.count())
        .select_from(Answer)
        .where(Answer.asker_id == party.number, Answer.state.in_(_SAID))
    )
    if not count:
        return ()
    return (Kept(text("kept_answers", count=count), text("kept_answers_ground")),)


async def erase(session: AsyncSession, naming: Naming, party: Party, now: datetime) -> None:
    """Empty the drafts made of somebody's questions, and forget who wrote and judged what.

    The validated answers that were drawn from them stay, without their name if it was left there.
    """
    if party.kind != "person":
        return
    number = party.number
    under_way = Answer.state.in_([state.value for state in UNDER_WAY])
    drafts = await session.scalars(select(Answer).where(Answer.asker_id == number, under_way))
    for row in drafts.all():
        await remove(session, row, "erased", now)
    await _unname(session, naming, number)
    for column in (Answer.asker_id, *_AUTHORS):
        await _forget(session, Answer, column.key, number)
    await _forget(session, AnswerRevision, "by", number)
    await _forget(session, AnswerReviewer, "asked_by", number)
    await session.execute(delete(AnswerReviewer).where(AnswerReviewer.person_id == number))


async def _unname(session: AsyncSession, naming: Naming, number: int) -> None:
    """Replace somebody's names in the answers drawn from their questions, and their history."""
    person = await session.get(Person, number)
    if person is None:
        return
    answers = (await session.scalars(select(Answer).where(Answer.asker_id == number))).all()
    numbers = [row.id for row in answers]
    lines = await session.scalars(
        select(AnswerRevision).where(AnswerRevision.answer_id.in_(numbers))
    )
    variants = await session.scalars(
        select(AnswerVariant).where(AnswerVariant.answer_id.in_(numbers))
    )
    for row in (*answers, *lines):
        for name in ("question", "answer", "sources"):
            setattr(row, name, naming.without(getattr(row, name), person))
    for variant in variants:
        variant.text = naming.without(variant.text, person)
    for row in answers:  # what the team and experts were shown of it was not anonymised yet
        await purge(session, Party("answer", str(row.id)))
    if answers:
        await store.changed(session, answers)


async def _forget(session: AsyncSession, table: type[Any], name: str, number: int) -> None:
    await session.execute(update(table).where(getattr(table, name) == number).values({name: None}))


async def remove(session: AsyncSession, row: Answer, reason: str, now: datetime) -> None:
    """Empty a draft, and what was to be sent or is kept of it."""
    await cancel(session, reason, now, cause=reference(row.id))
    await purge(session, Party("answer", str(row.id)))
    await store.remove(session, row)
