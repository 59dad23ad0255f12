"""The knowledge base as the house sees it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import personal
from bot.answers.browsing import Browsing
from bot.answers.cards import Cards
from bot.answers.drafting import Drafting
from bot.answers.editing import Editing
from bot.answers.exporting import Exporting
from bot.answers.naming import Naming
from bot.answers.offered import question_of_the_month
from bot.answers.posts import Posts
from bot.answers.reviewing import Reviewing
from bot.answers.search import AnswerSearch
from bot.answers.validating import Validating
from core.contributions import Contribution
from core.kept import KeptStories
from core.parts import Parts
from core.reference import Party
from core.room import PersonalData, Room, Tick


def build(parts: Parts, search: AnswerSearch, kept: KeptStories) -> Room:
    """Return the knowledge base, on the shared parts; `kept` are the news that it may quote."""
    settings = parts.settings
    naming = Naming(parts.renderer, settings.network.language)
    cards, posts = Cards(naming), Posts(parts)
    browsing = Browsing(search, cards)
    drafting = Drafting(settings.hotline, naming, cards)
    editing = Editing(drafting, cards, kept)
    validating = Validating(settings, naming, cards, posts)
    reviewing = Reviewing(settings.hotline, parts.database, cards, posts)
    makers = (browsing, drafting, editing, validating, reviewing, Exporting())

    async def contributions(
        session: AsyncSession, since: datetime, until: datetime
    ) -> Sequence[Contribution]:
        return await question_of_the_month(session, parts.renderer, since, until)

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, naming, party, parts.clock.now())

    async def refresh(_now: datetime) -> None:
        async with parts.database.read() as session:
            await search.refresh(session)

    return Room(
        name="answers",
        commands=browsing.commands(),
        actions=tuple(action for each in makers for action in each.actions()),
        forms=(*browsing.forms(), *editing.forms(), *validating.forms(), *reviewing.forms()),
        ticks=(reviewing.tick(), Tick("answers.index", refresh, _never)),
        deliveries=posts.kinds(),
        contributions=contributions,
        personal_data=PersonalData(personal.export, erase, personal.keeps),
    )


async def _never(_session: AsyncSession) -> datetime | None:
    """Say that no hour brings anything: the index follows the tables, not the clock."""
    return None
