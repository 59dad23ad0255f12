"""Reading and writing the knowledge base's tables. No function here commits."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.decide import State
from bot.answers.models import Answer, AnswerBase, AnswerVariant
from core.people.models import Theme
from core.search import Document

ONLY_ROW = 1


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
    for answer in answers:
        answer.changed = number
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


async def theme_names(session: AsyncSession) -> Mapping[int, str]:
    """Return the name of each theme."""
    rows = await session.execute(select(Theme.id, Theme.name))
    return {row.id: row.name for row in rows}


async def documents(
    session: AsyncSession, themes: Mapping[int, str], since: int
) -> Mapping[int, Document | None]:
    """Return what changed after revision `since`, by answer; None where nothing is to be found."""
    newer = Answer.changed > since
    rows = await session.execute(
        select(Answer.id, Answer.state, Answer.question, Answer.answer, Answer.theme_id).where(
            newer
        )
    )
    found = rows.all()
    variants: dict[int, list[str]] = {}
    for answer_id, words in await session.execute(
        select(AnswerVariant.answer_id, AnswerVariant.text)
        .join(Answer, Answer.id == AnswerVariant.answer_id)
        .where(newer)
        .order_by(AnswerVariant.id)
    ):
        variants.setdefault(answer_id, []).append(words)
    return {
        row.id: Document(
            id=row.id,
            question=row.question,
            answer=row.answer,
            variants=tuple(variants.get(row.id, ())),
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
