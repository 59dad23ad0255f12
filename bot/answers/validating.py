"""Submitting a draft, and judging it: by another animator, or an expert who was asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.cards import Cards, button, public
from bot.answers.decide import (
    EXPERTS,
    UNDER_WAY,
    Judge,
    Obstacle,
    State,
    length,
    obstacle,
    refusal,
)
from bot.answers.models import Answer, AnswerReviewer
from bot.answers.naming import Naming, words_of
from bot.answers.posts import Posts
from bot.answers.publishing import publish
from bot.answers.rules import pair, parse_words
from bot.answers.words import actor, both, reference, text
from bot.hotline.models import Question
from core.acts import record
from core.chat import (
    Action,
    Ask,
    Button,
    Field,
    Form,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.ledger.draft import Draft
from core.ledger.store import post
from core.people.models import Person
from core.people.roles import Role
from core.people.store import TELEGRAM, account_of, people_with_role
from core.reference import Reference
from core.settings import Settings

EXPERTS_LISTED = 40


class Validating:
    """What leads from a draft to a validated answer."""

    def __init__(self, settings: Settings, naming: Naming, cards: Cards, posts: Posts) -> None:
        self._validators = settings.hotline.validators
        self._group_id = settings.telegram.group_id
        self._naming = naming
        self._cards = cards
        self._posts = posts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do; who may judge depends on the draft, not on a role alone."""
        return (
            Action("answers.submit", self.submit, Role.ANIMATOR),
            Action("answers.submit_all_the_same", self.submit_all_the_same, Role.ANIMATOR),
            Action("answers.resume", self.resume, Role.ANIMATOR),
            Action("answers.experts", self.experts, Role.ANIMATOR),
            Action("answers.expert", self.ask_expert, Role.ANIMATOR),
            Action("answers.validate", self.validate, None),
            Action("answers.refuse", self.refuse, None),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks why a draft is refused."""
        why = Field("why", text("ask_why_refused"), parse_words)
        return (Form("answers.refusal", (why,), self.refused, None),)

    # --- submitting ---

    async def submit(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Submit a draft, unless something is to be seen to first."""
        return await self._submit(turn, subject, version, confirmed=False)

    async def submit_all_the_same(
        self, turn: Turn, subject: Reference, version: int
    ) -> Sequence[Response]:
        """Submit a draft whose flagged passages somebody has read and keeps."""
        return await self._submit(turn, subject, version, confirmed=True)

    async def _submit(
        self, turn: Turn, subject: Reference, version: int, *, confirmed: bool
    ) -> Sequence[Response]:
        row = await self._cards.open(turn, subject, version, {State.DRAFT})
        if not isinstance(row, Answer):
            return row
        flagged = await self._flagged(turn.session, row)
        found = obstacle(
            row.question, row.answer, row.sources, flagged=bool(flagged), confirmed=confirmed
        )
        if found is Obstacle.FLAGGED:
            keyboard = ((button(row, "replace"),), (button(row, "submit_all_the_same"),))
            return [Reply(text("still_flagged", flagged=flagged), keyboard)]
        if found is not None:
            size = length(row.question, row.answer, row.sources)
            return [Toast(text(found.value, size=size), alert=True)]
        row.state, row.updated_at = State.IN_REVIEW.value, turn.now
        row.version += 1
        record(turn.session, actor(turn), "answer.submit", reference(row.id), turn.now)
        await self._request(turn, row)
        return [await self._cards.redraw(turn, row)]

    async def _flagged(self, session: AsyncSession, row: Answer) -> Mapping[str, str]:
        names = await self._naming.names(session, row.question_id)
        variants = await store.variants(session, row.id)
        return self._naming.flagged(words_of(row, variants), names)

    async def _request(self, turn: Turn, row: Answer) -> None:
        """Show the draft to the other animators, where another than its author validates."""
        if self._validators == 1:
            return
        theme = await store.theme_name(turn.session, row.theme_id)
        await turn.session.flush()
        request = self._posts.review(row, theme, turn.sender.name, turn.now)
        await post(turn.session, [request], turn.now)

    async def resume(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Take a draft back from review, to go on writing it."""
        row = await self._cards.open(turn, subject, version, {State.IN_REVIEW})
        if not isinstance(row, Answer):
            return row
        row.state, row.updated_at = State.DRAFT.value, turn.now
        row.version += 1
        record(turn.session, actor(turn), "answer.resume", reference(row.id), turn.now)
        return [await self._cards.redraw(turn, row)]

    # --- experts ---

    async def experts(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Offer the experts who can be reached."""
        row = await self._cards.open(turn, subject, version, {State.IN_REVIEW})
        if not isinstance(row, Answer):
            return row
        people = await self._reachable(turn)
        if not people:
            return [Toast(text("no_expert"), alert=True)]
        keyboard = tuple(
            (
                Button(
                    text("expert_button", name=person.name),
                    "answers.expert",
                    both("expert", row.id, person.id),
                    row.version,
                ),
            )
            for person in people[:EXPERTS_LISTED]
        )
        return [Reply(text("which_expert"), keyboard)]

    async def _reachable(self, turn: Turn) -> Sequence[Person]:
        found: dict[int, Person] = {}
        for role in sorted(EXPERTS):
            for person in await people_with_role(turn.session, role, turn.now):
                account = await account_of(turn.session, person.id, TELEGRAM)
                if account is not None and account.blocked_at is None:
                    found[person.id] = person
        return sorted(found.values(), key=lambda each: (each.family_name, each.given_name))

    async def ask_expert(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Ask an expert, privately, to validate a draft; they may judge it from then on."""
        number, person_id = pair(subject.id) or (0, 0)
        row = await self._cards.open(turn, reference(number), version, {State.IN_REVIEW})
        if not isinstance(row, Answer):
            return row
        person = {each.id: each for each in await self._reachable(turn)}.get(person_id)
        if person is None:
            return [Toast(text("expert_gone"), alert=True)]
        if await self._tells_who_asks(turn.session, row):
            return [Toast(text("discreet"), alert=True)]
        if not await store.was_asked(turn.session, row.id, person.id):
            turn.session.add(
                AnswerReviewer(
                    answer_id=row.id,
                    person_id=person.id,
                    asked_by=turn.sender.person_id,
                    asked_at=turn.now,
                )
            )
        theme = await store.theme_name(turn.session, row.theme_id)
        request = self._posts.expert(row, person.id, theme, turn.sender.name, turn.now)
        await post(turn.session, [request], turn.now)
        subject = reference(row.id)
        record(turn.session, actor(turn), "answer.ask_expert", subject, turn.now, person=person.id)
        return [Redraw(text("expert_asked", name=person.name))]

    async def _tells_who_asks(self, session: AsyncSession, row: Answer) -> bool:
        """Say whether a discreet question might be recognised outside the team."""
        question = await session.get(Question, row.question_id) if row.question_id else None
        discreet = question is not None and question.discreet
        return discreet and bool(await self._flagged(session, row))

    # --- judging ---

    async def validate(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Validate a draft: it is found from the next search on."""
        row = await self._judged(turn, subject.number, version)
        if not isinstance(row, Answer):
            return row
        subject = reference(row.revises or row.id)
        record(turn.session, actor(turn), "answer.validate", subject, turn.now)
        told = self._posts.judged(row, _told("told_validated", row, turn), turn.now)
        answer = await publish(turn.session, row, turn.sender.person_id, turn.now)
        await self._tell(turn, told)
        if Role.ANIMATOR in turn.sender.roles:
            return [Toast(text("validated")), await self._cards.redraw(turn, answer)]
        return [Toast(text("validated")), Redraw(public(answer, turn))]

    async def refuse(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Ask why a draft is refused."""
        row = await self._judged(turn, subject.number, version)
        if not isinstance(row, Answer):
            return row
        return [Ask("answers.refusal", {"answer": row.id, "version": row.version})]

    async def refused(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Give a draft back to its author, with the reason."""
        row = await self._judged(turn, values["answer"], values["version"])
        if not isinstance(row, Answer):
            return row
        record(turn.session, actor(turn), "answer.refuse", reference(row.id), turn.now)
        words = _told("told_refused", row, turn, why=values["why"])
        told = self._posts.judged(row, words, turn.now)
        row.state, row.updated_at = State.DRAFT.value, turn.now
        row.version += 1
        await self._tell(turn, told)
        if Role.ANIMATOR in turn.sender.roles:
            return [Reply(words), await self._cards.reply(turn, row)]
        return [Reply(text("refusal_told"))]

    async def _judged(self, turn: Turn, number: int, version: int) -> Answer | Sequence[Response]:
        """Return the draft that somebody may judge as it stands, or say why they may not."""
        row = await store.answer(turn.session, number)
        person_id = turn.sender.person_id
        if row is None or person_id is None:
            return [Toast(text("refused_not_asked"), alert=True)]
        judge = Judge(
            author=row.drafted_by == person_id,
            animator=Role.ANIMATOR in turn.sender.roles,
            asked=bool(EXPERTS & turn.sender.roles)
            and await store.was_asked(turn.session, row.id, person_id),
        )
        stale = row.version != version and row.state in UNDER_WAY
        why = "stale" if stale else ""
        if refused := refusal(State(row.state), judge, self._validators):
            why = f"refused_{refused}"
        return [Toast(text(why), alert=True)] if why else row

    async def _tell(self, turn: Turn, told: Draft) -> None:
        """Tell the animators, unless it was said in their group."""
        if turn.incoming.place.chat_id != self._group_id:
            await post(turn.session, [told], turn.now)


def _told(block: str, row: Answer, turn: Turn, **more: object) -> Text:
    return text(block, draft=row, name=turn.sender.name, **more)
