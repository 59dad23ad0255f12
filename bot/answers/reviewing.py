"""What becomes of validated answers: read again, stated anew, withdrawn; and their history."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.cards import Cards
from bot.answers.decide import State, What, morning, tells_until
from bot.answers.models import Answer, AnswerRevision
from bot.answers.posts import Posts
from bot.answers.rules import months_after, pair, parse_words
from bot.answers.words import actor, both, reference, text
from core.acts import record
from core.chat import Action, Ask, Button, Field, Form, Reply, Response, Toast, Turn
from core.clock import PARIS
from core.db import Database
from core.ledger.draft import Draft
from core.ledger.store import post
from core.people.models import Person
from core.people.roles import Role
from core.reference import Reference
from core.room import Tick
from core.settings import HotlineSettings

FEW = 5
"""Up to how many reviews due at once are shown one by one."""

HISTORY = 30
"""How many lines of a history are shown, the last ones."""


class Reviewing:
    """Keeps validated answers right."""

    def __init__(
        self, settings: HotlineSettings, database: Database, cards: Cards, posts: Posts
    ) -> None:
        self._settings = settings
        self._database = database
        self._cards = cards
        self._posts = posts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons under a validated answer do."""
        return (
            Action("answers.still_right", self.still_right, Role.ANIMATOR),
            Action("answers.withdraw", self.withdraw, Role.ANIMATOR),
            Action("answers.history", self.history, Role.ANIMATOR),
            Action("answers.version", self.version, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks why an answer is withdrawn."""
        why = Field("why", text("ask_why_withdrawn"), parse_words)
        return (Form("answers.withdrawal", (why,), self.withdrawn, Role.ANIMATOR),)

    def tick(self) -> Tick:
        """Return what proposes for review what is due, in the morning of its day."""
        return Tick("answers.review", self.propose, next_due, every=60.0)

    async def propose(self, now: datetime) -> None:
        """Tell the animators of the answers to be read again, once for each review date."""
        async with self._database.write() as session:
            rows = (await session.scalars(_untold(tells_until(now)))).all()
            if not rows:
                return
            if len(rows) > FEW:
                last = max(row.review_on for row in rows if row.review_on)
                drafts = [self._posts.many_due(len(rows), last, rows[0].id, now)]
            else:
                drafts = [await self._due(session, row, now) for row in rows]
            for row in rows:
                row.told_review_on = row.review_on
            await post(session, drafts, now)

    async def _due(self, session: AsyncSession, row: Answer, now: datetime) -> Draft:
        return self._posts.due(row, await store.theme_name(session, row.theme_id), now)

    async def still_right(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """State an answer anew, as of today, until the next review."""
        row = await self._cards.open(turn, subject, version, {State.VALIDATED})
        if not isinstance(row, Answer):
            return row
        today = turn.now.astimezone(PARIS).date()
        row.stated_on = today
        row.review_on = months_after(today, self._settings.review_months)
        row.version += 1
        row.updated_at = turn.now
        await store.remember(turn.session, row, What.CONFIRMED, turn.sender.person_id, turn.now)
        record(turn.session, actor(turn), "answer.still_right", reference(row.id), turn.now)
        return [Toast(text("stated_anew")), await self._cards.redraw(turn, row)]

    async def withdraw(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Ask why an answer is withdrawn."""
        row = await self._cards.open(turn, subject, version, {State.VALIDATED})
        if not isinstance(row, Answer):
            return row
        return [Ask("answers.withdrawal", {"answer": row.id, "version": row.version})]

    async def withdrawn(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Withdraw an answer: nobody finds it any more."""
        subject, version = reference(values["answer"]), values["version"]
        row = await self._cards.open(turn, subject, version, {State.VALIDATED})
        if not isinstance(row, Answer):
            return row
        by = turn.sender.person_id
        row.state = State.WITHDRAWN.value
        row.withdrawn_by, row.withdrawn_at, row.updated_at = by, turn.now, turn.now
        row.version += 1
        await store.remember(turn.session, row, What.WITHDRAWN, by, turn.now, why=values["why"])
        record(turn.session, actor(turn), "answer.withdraw", reference(row.id), turn.now)
        await store.changed(turn.session, [row])
        return [await self._cards.reply(turn, row)]

    async def history(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show what an answer has been through, each former wording behind a button."""
        row = await turn.session.get(Answer, subject.number)
        if row is None:
            return [Toast(text("unknown_answer"), alert=True)]
        lines = (await store.history(turn.session, row.id))[-HISTORY:]
        names = await _names(turn.session, lines)
        keyboard = tuple(
            (
                Button(
                    text("version_button", number=line.number),
                    "answers.version",
                    both("version", row.id, line.number),
                ),
            )
            for line in lines
        )
        return [Reply(text("history", answer=row, lines=lines, names=names), keyboard)]

    async def version(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show what an answer said at a point of its history."""
        number, wanted = pair(subject.id) or (0, 0)
        lines = await store.history(turn.session, number)
        found = next((line for line in lines if line.number == wanted), None)
        if found is None:
            return [Toast(text("unknown_answer"), alert=True)]
        return [Reply(text("former_version", line=found))]


async def next_due(session: AsyncSession) -> datetime | None:
    """Return the morning of the next review date of which nobody was told."""
    day = await session.scalar(select(func.min(Answer.review_on)).where(*_to_tell()))
    return morning(day) if day else None


def _to_tell() -> list[ColumnElement[bool]]:
    untold = or_(Answer.told_review_on.is_(None), Answer.told_review_on != Answer.review_on)
    return [Answer.state == State.VALIDATED.value, untold]


def _untold(until: date) -> Select[Answer]:
    due = Answer.review_on <= until
    query = select(Answer).where(*_to_tell(), due).order_by(Answer.review_on, Answer.id)
    return query.with_for_update()


async def _names(session: AsyncSession, lines: Sequence[AnswerRevision]) -> Mapping[int, str]:
    """Return who did what, by person."""
    numbers = {line.by for line in lines if line.by}
    rows = await session.scalars(select(Person).where(Person.id.in_(numbers)))
    return {row.id: row.name for row in rows}
