"""Reading and writing the knowledge base's tables. No function here commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.decide import State, What
from bot.answers.models import (
    Answer,
    AnswerBase,
    AnswerReviewer,
    AnswerRevision,
    AnswerVariant,
)
from core.people.models import Theme
from core.search import Document

ONLY_ROW = 1


# --- one answer --------------------------------------------------------------------------------


async def answer(session: AsyncSession, number: int) -> Answer | None:
    """Return an answer, held against other writers until the transaction ends."""
    row = await session.get(Answer, number, with_for_update=True)
    return None if row is None or row.state == State.REMOVED else row


async def variants(session: AsyncSession, number: int) -> Sequence[str]:
    """Return the other formulations of an answer, in the order they came."""
    rows = await session.scalars(
        select(AnswerVariant.text)
        .where(AnswerVariant.answer_id == number)
        .order_by(AnswerVariant.id)
    )
    return rows.all()


async def set_variants(
    session: AsyncSession, number: int, formulations: Sequence[str], question_id: int | None = None
) -> None:
    """Give an answer its other formulations, in this order; those it has keep their origin."""
    rows = await session.execute(
        select(AnswerVariant.text, AnswerVariant.question_id).where(
            AnswerVariant.answer_id == number
        )
    )
    origins = {row.text: row.question_id for row in rows}
    await session.execute(delete(AnswerVariant).where(AnswerVariant.answer_id == number))
    session.add_all(
        AnswerVariant(answer_id=number, text=each, question_id=origins.get(each, question_id))
        for each in dict.fromkeys(formulations)
    )
    await session.flush()


async def free_code(session: AsyncSession, wanted: str) -> str:
    """Return a code that no answer has: the one that is wanted, or with a number after it."""
    rows = await session.scalars(
        select(Answer.code).where(Answer.code.startswith(wanted, autoescape=True))
    )
    taken, code, number = set(rows), wanted, 1
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code


async def from_question(session: AsyncSession, question_id: int) -> Answer | None:
    """Return the answer that was drafted from a question, the latest that is not withdrawn."""
    gone = [State.WITHDRAWN.value, State.REMOVED.value]
    return await session.scalar(
        select(Answer)
        .where(Answer.question_id == question_id, Answer.state.not_in(gone))
        .order_by(Answer.id.desc())
        .limit(1)
    )


async def revision_of(session: AsyncSession, number: int) -> Answer | None:
    """Return the draft that would take the place of an answer, if there is one."""
    return await session.scalar(select(Answer).where(Answer.revises == number).limit(1))


async def remove(session: AsyncSession, draft: Answer) -> None:
    """Empty a draft of all that it holds; its number stays, so that no other takes it."""
    for table in (AnswerVariant, AnswerReviewer, AnswerRevision):
        await session.execute(delete(table).where(table.answer_id == draft.id))
    draft.state, draft.code = State.REMOVED.value, f"removed-{draft.id}"
    draft.question = draft.answer = draft.sources = ""
    draft.question_id = draft.asker_id = draft.revises = draft.drafted_by = None
    draft.version += 1
    await session.flush()


async def theme_name(session: AsyncSession, theme_id: int | None) -> str:
    """Return a theme's name; nothing when there is none."""
    row = await session.get(Theme, theme_id) if theme_id else None
    return row.name if row else ""


async def theme_names(session: AsyncSession) -> Mapping[int, str]:
    """Return the name of each theme."""
    rows = await session.execute(select(Theme.id, Theme.name).order_by(Theme.name))
    return {row.id: row.name for row in rows}


# --- reviewers ---------------------------------------------------------------------------------


async def was_asked(session: AsyncSession, number: int, person_id: int) -> bool:
    """Say whether somebody was asked to validate a draft."""
    found = await session.scalar(
        select(AnswerReviewer.id).where(
            AnswerReviewer.answer_id == number, AnswerReviewer.person_id == person_id
        )
    )
    return found is not None


async def reviewers(session: AsyncSession, number: int) -> Sequence[AnswerReviewer]:
    """Return who was asked to validate a draft, in the order they were."""
    rows = await session.scalars(
        select(AnswerReviewer).where(AnswerReviewer.answer_id == number).order_by(AnswerReviewer.id)
    )
    return rows.all()


# --- history -----------------------------------------------------------------------------------


async def history(session: AsyncSession, number: int) -> Sequence[AnswerRevision]:
    """Return what an answer has said, the oldest first."""
    rows = await session.scalars(
        select(AnswerRevision)
        .where(AnswerRevision.answer_id == number)
        .order_by(AnswerRevision.number)
    )
    return rows.all()


async def remember(
    session: AsyncSession, row: Answer, what: What, by: int | None, now: datetime, *, why: str = ""
) -> None:
    """Add what an answer says to its history."""
    await session.flush()
    last = await session.scalar(
        select(func.max(AnswerRevision.number)).where(AnswerRevision.answer_id == row.id)
    )
    session.add(
        AnswerRevision(
            answer_id=row.id,
            number=(last or 0) + 1,
            what=what.value,
            question=row.question,
            answer=row.answer,
            sources=row.sources,
            stated_on=row.stated_on,
            why=why,
            by=by,
            at=now,
        )
    )


# --- the whole base, as it is searched ---------------------------------------------------------


async def revision(session: AsyncSession) -> int:
    """Return how many times the base has changed."""
    return await session.scalar(select(AnswerBase.revision)) or 0


async def changed(session: AsyncSession, answers: Iterable[Answer]) -> None:
    """Say to every process that these answers, or their variants, have changed.

    Writers wait for one another here until they commit, so that revisions are seen in order:
    call it last.
    """
    await session.flush()
    number = await _next_revision(session)
    for row in answers:
        row.changed = number
    await session.flush()


async def _next_revision(session: AsyncSession) -> int:
    one_more = (
        update(AnswerBase)
        .where(AnswerBase.id == ONLY_ROW)
        .values(revision=AnswerBase.revision + 1)
        .returning(AnswerBase.revision)
        .execution_options(synchronize_session=False)
    )
    number = await session.scalar(one_more)
    if number is None:
        insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
        first = insert(AnswerBase).values(id=ONLY_ROW, revision=0).on_conflict_do_nothing()
        await session.execute(first)
        number = await session.scalar(one_more)
    return number or 0


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


async def documents(
    session: AsyncSession, themes: Mapping[int, str], since: int
) -> Mapping[int, Document | None]:
    """Return what changed after revision `since`, by answer; None where nothing is to be found."""
    newer = Answer.changed > since
    columns = (Answer.id, Answer.state, Answer.question, Answer.answer, Answer.theme_id)
    found = (await session.execute(select(*columns).where(newer))).all()
    formulations: dict[int, list[str]] = {}
    for answer_id, words in await session.execute(
        select(AnswerVariant.answer_id, AnswerVariant.text)
        .join(Answer, Answer.id == AnswerVariant.answer_id)
        .where(newer)
        .order_by(AnswerVariant.id)
    ):
        formulations.setdefault(answer_id, []).append(words)
    return {
        row.id: Document(
            id=row.id,
            question=row.question,
            answer=row.answer,
            variants=tuple(formulations.get(row.id, ())),
            theme=themes.get(row.theme_id, ""),
        )
        if row.state == State.VALIDATED
        else None
        for row in found
    }


async def questions(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, str]:
    """Return the questions of those of the answers that are validated."""
    rows = await session.execute(
        select(Answer.id, Answer.question).where(
            Answer.id.in_(ids), Answer.state == State.VALIDATED.value
        )
    )
    return {row.id: row.question for row in rows}
