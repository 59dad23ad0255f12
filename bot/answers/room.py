"""The knowledge base as the house sees it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import base
from bot.answers.search import AnswerSearch
from bot.answers.words import text
from core.chat import Action, Command
from core.contributions import Contribution
from core.parts import Parts
from core.room import Room


def build(parts: Parts, _search: AnswerSearch) -> Room:
    """Return the knowledge base, on the shared parts."""

    async def contributions(
        session: AsyncSession, since: datetime, until: datetime
    ) -> Sequence[Contribution]:
        return await base.question_of_the_month(session, parts.renderer, since, until)

    return Room(
        name="answers",
        commands=(Command("reponses", base.browse, None, menu=text("menu_answers")),),
        actions=(
            Action("answers.theme", base.theme, None),
            Action("answers.answer", base.show, None),
        ),
        contributions=contributions,
    )
