"""The topic's title and the card, kept in step with the question, whoever changes it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.search import AnswerSearch
from bot.by_mail.threads import erased, still_asked
from bot.desk.store import PRESENTED
from bot.hotline import store
from bot.hotline.decide import State, Topic
from bot.hotline.dossier import dossier
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from core.chat import Post
from core.db import Database
from core.ledger import views
from core.ledger.draft import Address, Channel, ChatAddress, Content
from core.ledger.models import View
from core.one_by_one import one_by_one
from core.reference import Party
from core.settings import HotlineSettings

TITLE = "hotline.title:"
CARD = "hotline.card:"

AT_ONCE = 50
"""How many questions are looked at closely in one run; after a start, all of them change."""

Sign = tuple[Any, ...]


class Shown:
    """Keeps titles and cards in step. `group_id` is the animators' group.

    A title or a card becomes a view once its delivery has arrived; the tables say what it must
    show from then on. What was seen already is remembered, to look only at what has changed.
    """

    def __init__(
        self,
        database: Database,
        composer: Composer,
        search: AnswerSearch,
        group_id: int,
        settings: HotlineSettings,
    ) -> None:
        self._database = database
        self._composer = composer
        self.search = search
        self._group_id = group_id
        self._lately = timedelta(days=settings.reopen_days + 1)
        self._erase_topics = settings.erase_topics
        self._seen: dict[int, Sign] = {}

    async def run(self, now: datetime) -> None:
        """Bring to what they are to be the titles and cards of the questions that changed."""
        signs = await self._signs(now)
        self._seen = {number: sign for number, sign in self._seen.items() if number in signs}
        changed = [number for number, sign in signs.items() if self._seen.get(number) != sign]
        changed.sort(key=lambda number: number not in self._seen)

        async def refresh(number: int) -> None:
            async with self._database.write() as session:
                question = await store.question(session, number)
                if question is not None:
                    await self.refresh(session, question, now)
            self._seen[number] = signs[number]

        await one_by_one(changed[:AT_ONCE], refresh)

    async def adopt(
        self, session: AsyncSession, prefix: str, question: Question, body: bytes, external_id: str
    ) -> None:
        """Take what a delivery has shown as the view to keep in step; a former one is let go."""
        key = f"{prefix}{question.id}"
        await views.drop(session, key)
        content = Content(Channel.CHAT, body)
        await views.adopt(session, key, _party(question), content, external_id)

    async def refresh(self, session: AsyncSession, question: Question, now: datetime) -> None:
        """Show what has changed of a question, where it is shown; what is to be gone is dropped."""
        if self._erase_topics and await erased(session, question):
            for prefix in (TITLE, CARD):
                await views.drop(session, f"{prefix}{question.id}")
            return
        title, card = [await views.wanted(session, f"{p}{question.id}") for p in (TITLE, CARD)]
        if title is None and card is None:
            return
        # A title needs neither a search nor what the asker asked before.
        known = await (
            store.fiche(session, question, now)
            if card is None
            else dossier(session, self.search, question, now)
        )
        if title is not None:
            await self._show(session, TITLE, question, title, self._composer.title(known))
        if card is not None:
            await self._show(session, CARD, question, card, self._composer.shown_card(known))

    async def address(self, session: AsyncSession, key: str) -> Address | None:
        """Return where a title or a card is shown; None while its topic is being made anew."""
        question = await session.get(Question, int(key.rpartition(":")[2]))
        if question is None or question.topic == Topic.WANTED or not self._group_id:
            return None
        return ChatAddress(self._group_id, question.thread_id)

    async def _show(
        self, session: AsyncSession, prefix: str, question: Question, before: bytes, post: Post
    ) -> None:
        content = post.content()
        if before != content.body:
            await views.show(session, f"{prefix}{question.id}", _party(question), content)

    async def _signs(self, now: datetime) -> dict[int, Sign]:
        """Return, for each question that may change, all that its title and card depend on.

        Those spoken of last come first: after a start there are many to look at.
        """
        live = Question.state.in_(PRESENTED)
        late = (Question.state == State.CLOSED.value) & (Question.closed_at > now - self._lately)
        number = cast(Question.id, String)
        kept = exists().where(View.key.in_([TITLE + number, CARD + number]))
        gone = ~still_asked() & kept
        async with self._database.read() as session:
            rows = await session.execute(
                select(
                    Question.id,
                    Question.version,
                    Question.state,
                    Question.asker_id,
                    still_asked(),
                    Question.territory_id,
                    Question.theme_id,
                    Question.discreet,
                    Question.taken_by,
                    Question.promised_at,
                    Question.awaiting_since,
                    Question.first_answer_at,
                    Question.closed_at,
                    Question.closed_by,
                    Question.rating,
                )
                .where(or_(live, late, gone))
                .order_by(Question.last_message_at.desc(), Question.id)
            )
            return {row.id: tuple(row) for row in rows}


def _party(question: Question) -> Party:
    return Party("question", str(question.id))
