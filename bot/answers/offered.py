"""What the knowledge base offers to the letter: the question of the month."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.decide import State
from bot.answers.models import Answer
from bot.answers.words import reference, text
from core.contributions import Contribution, published
from core.people.models import Theme
from core.render import Renderer
from core.sections import Section

LOOKED_AT = 500
"""How many answers of a period are looked at, the latest first: an import may bring thousands."""


async def question_of_the_month(
    session: AsyncSession, renderer: Renderer, since: datetime, until: datetime
) -> Sequence[Contribution]:
    """Offer one answer of the period: the one validated last that no edition has had."""
    rows = await session.execute(
        select(Answer, Theme.code)
        .outerjoin(Theme, Theme.id == Answer.theme_id)
        .where(
            Answer.state == State.VALIDATED.value,
            Answer.validated_at >= since,
            Answer.validated_at < until,
        )
        .order_by(Answer.validated_at.desc(), Answer.id)
        .limit(LOOKED_AT)
    )
    offered = [_contribution(renderer, answer, code) for answer, code in rows]
    had = await published(session, [each.reference for each in offered])
    return [each for each in offered if each.reference not in had][:1]


def _contribution(renderer: Renderer, answer: Answer, theme_code: str | None) -> Contribution:
    reserve = renderer.plain(text("reserve", answer=answer))
    return Contribution(
        reference=reference(answer.id),
        section=Section.QUESTION,
        title=answer.question,
        summary=f"{answer.answer}\n\n{reserve}",
        themes=(theme_code,) if theme_code else (),
    )
