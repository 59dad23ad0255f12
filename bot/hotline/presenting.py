"""Giving a question to the team: its topic, its card, what is said in it, when it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.search import AnswerSearch
from bot.by_mail.threads import asker
from bot.guarantee.hours import Hours
from bot.guarantee.rules import promise
from bot.hotline import standing, store
from bot.hotline.decide import Addition, State, addition, courtesy, reopenable
from bot.hotline.dossier import dossier
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import Composer, desk_text, reference
from core.acts import record
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Theme
from core.reference import Party
from core.themes.rules import match
from core.themes.store import themes


@dataclass(frozen=True)
class Added:
    """What became of an addition; `promised_at` is by when the team answers, if that is new."""

    outcome: Addition
    promised_at: datetime | None = None


class Presenting:
    """Brings to the animators' group what agents ask and add. All is posted to the ledger."""

    def __init__(self, parts: Parts, search: AnswerSearch, hours: Hours) -> None:
        self.composer = Composer(parts.renderer, parts.settings.network.language)
        self._search = search
        self._settings = parts.settings.hotline
        self._dice = parts.random
        self._hours = hours

    async def open(
        self, session: AsyncSession, person_id: int, words: str, now: datetime, actor: Party
    ) -> Question:
        """Add somebody's question, with a number of its own; the team does not have it yet."""
        number = await store.draw_number(session, self._dice)
        question = await store.open_question(session, number, person_id, words, now)
        record(session, actor, "question.open", reference(number), now)
        return question

    async def present(self, session: AsyncSession, question: Question, now: datetime) -> None:
        """Give it to the team: from now on an answer is owed, by the day that is announced."""
        said = await store.messages(session, question.id)
        if question.theme_id is None and not question.theme_settled:
            question.theme_id = await _theme(session, "\n".join(each.text for each in said))
        question.presented_at = question.last_message_at = now
        await self._owe(session, question, now)
        await session.flush()
        fiche = await dossier(session, self._search, question, now)
        drafts = [self.composer.topic(fiche, now), self.composer.card(fiche, now)]
        drafts += await self._relays(session, question, said, now)
        await post(session, drafts, now)

    async def add(
        self,
        session: AsyncSession,
        question: Question,
        messages: Sequence[QuestionMessage],
        now: datetime,
    ) -> Added:
        """Take what its asker adds: messages that are in its thread already.

        Nothing changes when it is too late to reopen it.
        """
        outcome = self.outcome(question, messages, now)
        if outcome is Addition.TOO_LATE:
            return Added(outcome)
        question.last_message_at = now
        if outcome is Addition.NOTED:
            return Added(outcome)
        if outcome is Addition.OWED and question.presented_at is None:
            await self.reopen(session, question, now)  # which relays all that was said
            return Added(outcome, question.promised_at)
        owed = outcome is Addition.OWED
        promised = await self._owed_again(session, question, now) if owed else None
        await post(session, await self._relays(session, question, messages, now), now)
        return Added(outcome, promised)

    async def rename(
        self, session: AsyncSession, question: Question, update_id: int, now: datetime
    ) -> None:
        """Put what its asker said under the name that the team may see from now on."""
        fiche = await store.fiche(session, question, now)
        author = str(asker(question))
        for each in await store.messages(session, question.id):
            if each.author == author:
                drafts = await self.composer.relay_edits(
                    session, fiche, each, update_id, now, edited=each.edited
                )
                await post(session, drafts, now)

    def outcome(
        self, question: Question, messages: Sequence[QuestionMessage], now: datetime
    ) -> Addition:
        """Say what becomes of a question by messages of its asker; only courtesies add nothing."""
        kinds = [None if each.files else courtesy(each.text) for each in messages]
        said = None if None in kinds else kinds[0]
        return addition(
            State(question.state),
            said,
            presented=question.presented_at is not None,
            reopenable=self.may_reopen(question, now),
        )

    def may_reopen(self, question: Question, now: datetime) -> bool:
        """Say whether it is not too late to reopen a question."""
        return reopenable(question.closed_at, now, self._settings.reopen_days)

    async def reopen(
        self, session: AsyncSession, question: Question, now: datetime, *, wordless: bool = False
    ) -> None:
        """Make the team owe an answer to what was closed, whether it ever had the question.

        `wordless` says that its asker adds nothing to it: its topic then says so.
        """
        record(session, asker(question), "question.reopen", reference(question.id), now)
        if question.presented_at is None:
            await self.present(session, question, now)
            return
        await self._owe(session, question, now)
        question.version += 1
        await session.flush()
        if wordless:
            slot = f"question:{question.id}/version:{question.version}/reopened"
            words = desk_text("asker_reopened", number=question.id)
            await post(session, [self.composer.notice(slot, question.id, words, now)], now)

    async def _owed_again(
        self, session: AsyncSession, question: Question, now: datetime
    ) -> datetime | None:
        """Return the new promise, unless the team owed an answer already."""
        if question.state == State.CLOSED:
            await self.reopen(session, question, now)
            return question.promised_at
        if question.awaiting_since is not None:
            return None
        await self._owe(session, question, now)
        return question.promised_at

    async def _owe(self, session: AsyncSession, question: Question, now: datetime) -> None:
        standing.owed(question, now)
        working = await self._hours.team(session, now)
        question.promised_at = promise(working, now, self._settings.promised_days).due_at

    async def _relays(
        self,
        session: AsyncSession,
        question: Question,
        messages: Sequence[QuestionMessage],
        now: datetime,
    ) -> list[Draft]:
        """Return what carries messages to the topic; an album has its heading once."""
        fiche = await store.fiche(session, question, now)
        albums = any(each.album for each in messages)
        thread = await store.messages(session, question.id) if albums else []
        first = {each.album: each.id for each in reversed(thread)}
        drafts: list[Draft] = []
        for message in messages:
            follows = bool(message.album) and first[message.album] != message.id
            drafts += self.composer.relay(fiche, message, now, follows=follows)
        return drafts


async def _theme(session: AsyncSession, words: str) -> int | None:
    """Return the theme that words speak of most, if they speak of one."""
    found = match(words, await themes(session))
    if not found:
        return None
    return await session.scalar(select(Theme.id).where(Theme.code == found[0].code))
