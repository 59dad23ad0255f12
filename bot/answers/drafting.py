"""From a question to the draft of an answer."""

from collections.abc import Sequence
from datetime import date

from bot.answers import store
from bot.answers.cards import Cards, discard_keyboard
from bot.answers.decide import UNDER_WAY, State
from bot.answers.models import Answer
from bot.answers.naming import Naming
from bot.answers.personal import remove
from bot.answers.rules import months_after
from bot.answers.thread import Exchange, Said, exchange
from bot.answers.words import actor, reference, text
from bot.hotline import store as hotline
from bot.hotline.decide import Direction
from bot.hotline.models import Question
from core.acts import record
from core.chat import Action, Redraw, Reply, Response, Toast, Turn
from core.clock import PARIS
from core.people.roles import Role
from core.reference import Reference
from core.settings import HotlineSettings


class Drafting:
    """Makes drafts: from a question, or from an answer that is to be revised."""

    def __init__(self, settings: HotlineSettings, naming: Naming, cards: Cards) -> None:
        self._settings = settings
        self._naming = naming
        self._cards = cards

    def actions(self) -> tuple[Action, ...]:
        """Return what makes and unmakes drafts."""
        return (
            Action("answers.propose", self.propose, Role.ANIMATOR),
            Action("answers.replace", self.replace, Role.ANIMATOR),
            Action("answers.revise", self.revise, Role.ANIMATOR),
            Action("answers.discard", self.discard, Role.ANIMATOR),
            Action("answers.discarded", self.discarded, Role.ANIMATOR),
        )

    async def propose(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Draft an answer from a question and what was answered to it; show it if it is there."""
        question = await hotline.question(turn.session, subject.number)
        if question is None:
            return [Toast(text("unknown_question"), alert=True)]
        row = await store.from_question(turn.session, question.id)
        if row is not None:
            return [await self._cards.reply(turn, row)]
        said = await hotline.messages(turn.session, question.id)
        found = exchange([Said(Direction(each.direction), each.text) for each in said])
        if not found.question:
            return [Toast(text("nothing_to_draft"), alert=True)]
        row = await self._draft(turn, question, found)
        record(turn.session, actor(turn), "answer.propose", reference(row.id), turn.now)
        return [await self._cards.reply(turn, row)]

    async def _draft(self, turn: Turn, question: Question, found: Exchange) -> Answer:
        today = _today(turn)
        row = Answer(
            code=await store.free_code(turn.session, f"question-{question.id}"),
            state=State.DRAFT.value,
            question=found.question,
            answer=found.answer,
            theme_id=question.theme_id,
            stated_on=today,
            review_on=months_after(today, self._settings.review_months),
            question_id=question.id,
            asker_id=question.asker_id,
            drafted_by=turn.sender.person_id,
            created_at=turn.now,
            updated_at=turn.now,
        )
        turn.session.add(row)
        await turn.session.flush()
        names = await self._naming.names(turn.session, question.id)
        wording = self._naming.replaced(found.wording, names)
        await store.set_variants(turn.session, row.id, [wording], question.id)
        return row

    async def replace(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Replace every flagged passage of a draft."""
        row = await self._cards.open(turn, subject, version, {State.DRAFT})
        if not isinstance(row, Answer):
            return row
        names = await self._naming.names(turn.session, row.question_id)
        for name in ("question", "answer", "sources"):
            setattr(row, name, self._naming.replaced(getattr(row, name), names))
        variants = await store.variants(turn.session, row.id)
        replaced = [self._naming.replaced(each, names) for each in variants]
        await store.set_variants(turn.session, row.id, replaced, row.question_id)
        return [await self.changed(turn, row, "answer.replace")]

    async def changed(self, turn: Turn, row: Answer, verb: str) -> Redraw:
        """Write that somebody changed a draft: what was asked of others about it is void."""
        touch(turn, row)
        record(turn.session, actor(turn), verb, reference(row.id), turn.now)
        return await self._cards.redraw(turn, row)

    async def revise(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Draft what is to take the place of an answer, which stays as it is meanwhile."""
        row = await self._cards.open(turn, subject, version, {State.VALIDATED, State.WITHDRAWN})
        if not isinstance(row, Answer):
            return row
        draft = await store.revision_of(turn.session, row.id)
        if draft is None:
            draft = await self._copy(turn, row)
            record(turn.session, actor(turn), "answer.revise", reference(row.id), turn.now)
        return [await self._cards.reply(turn, draft)]

    async def _copy(self, turn: Turn, row: Answer) -> Answer:
        today = _today(turn)
        draft = Answer(
            code=await store.free_code(turn.session, f"{row.code}-revision"),
            state=State.DRAFT.value,
            question=row.question,
            answer=row.answer,
            sources=row.sources,
            theme_id=row.theme_id,
            stated_on=today,
            review_on=months_after(today, self._settings.review_months),
            question_id=row.question_id,
            asker_id=row.asker_id,
            revises=row.id,
            drafted_by=turn.sender.person_id,
            created_at=turn.now,
            updated_at=turn.now,
        )
        turn.session.add(draft)
        await turn.session.flush()
        await store.set_variants(turn.session, draft.id, await store.variants(turn.session, row.id))
        return draft

    async def discard(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Ask before a draft is removed."""
        row = await self._cards.open(turn, subject, version, UNDER_WAY)
        if not isinstance(row, Answer):
            return row
        return [Reply(text("discard", draft=row), discard_keyboard(row))]

    async def discarded(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Remove a draft for good."""
        row = await self._cards.open(turn, subject, version, UNDER_WAY)
        if not isinstance(row, Answer):
            return row
        record(turn.session, actor(turn), "answer.discard", reference(row.id), turn.now)
        await remove(turn.session, row, "discarded", turn.now)
        return [Redraw(text("discarded"))]


def touch(turn: Turn, row: Answer) -> None:
    """Make who acts the author of a draft as it stands now."""
    row.state, row.drafted_by = State.DRAFT.value, turn.sender.person_id
    row.version += 1
    row.updated_at = turn.now


def _today(turn: Turn) -> date:
    return turn.now.astimezone(PARIS).date()
