"""All that the card of a question says: who asks, since when, what resembles it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.search import AnswerSearch
from bot.by_mail.threads import erased
from bot.hotline import store
from bot.hotline.card import Details, Fiche, Titled
from bot.hotline.decide import State
from bot.hotline.models import Question
from core.people.models import Membership, Structure
from core.people.store import held

PAST_SHOWN = 3
SIMILAR_SHOWN = 3
TITLE = 60
"""Characters kept of what another question or a validated answer is about."""

NOT_ASKED = (State.CHOOSING.value, State.SUGGESTED.value)


async def dossier(
    session: AsyncSession, search: AnswerSearch, question: Question, now: datetime
) -> Fiche:
    """Return what the card says of a question, as it stands."""
    fiche = await store.fiche(session, question, now)
    gone = await erased(session, question)
    details = Details(
        erased=gone,
        promised_at=question.promised_at,
        awaiting_since=question.awaiting_since,
        answered=question.first_answer_at is not None,
        closed_at=question.closed_at,
        closed_by=question.closed_by,
        rating=question.rating,
    )
    if question.state != State.CLOSED and not gone:
        details = replace(details, similar=await _similar(session, search, question))
    if question.asker_id is not None and not question.discreet:
        details = await _about_asker(session, question, question.asker_id, details, now)
    return replace(fiche, details=details)


async def _similar(
    session: AsyncSession, search: AnswerSearch, question: Question
) -> tuple[Titled, ...]:
    found = await search.suggest(session, question.text) if question.text else []
    return tuple(Titled(each.answer_id, _short(each.question)) for each in found[:SIMILAR_SHOWN])


async def _about_asker(
    session: AsyncSession, question: Question, person_id: int, details: Details, now: datetime
) -> Details:
    """Add since when the asker is a member, where they work, and what they asked before.

    Their discreet questions are left out: they would be known to be theirs.
    """
    since = await session.scalar(
        select(func.min(Membership.since)).where(Membership.person_id == person_id)
    )
    structure = await session.scalar(
        select(Structure.name)
        .join(Membership, Membership.structure_id == Structure.id)
        .where(Membership.person_id == person_id, held(now))
        .order_by(Membership.id)
        .limit(1)
    )
    earlier = (
        Question.asker_id == person_id,
        Question.id != question.id,
        Question.opened_at <= question.opened_at,
        Question.state.not_in(NOT_ASKED),
        Question.discreet.is_(False),
    )
    count = await session.scalar(select(func.count()).select_from(Question).where(*earlier))
    rows = await session.execute(
        select(Question.id, Question.text)
        .where(*earlier)
        .order_by(Question.opened_at.desc(), Question.id.desc())
        .limit(PAST_SHOWN)
    )
    return replace(
        details,
        member_since=since,
        structure=structure or "",
        past_count=count or 0,
        past=tuple(Titled(number, _short(text)) for number, text in rows),
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1].rstrip()}…"
