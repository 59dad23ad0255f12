"""The welcome of a new member: their data, colleagues to know, the next meeting, useful answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.decide import State
from bot.answers.models import Answer
from bot.entrance.menus import Menus
from bot.entrance.rules import Colleague, colleagues
from bot.entrance.words import text
from bot.hotline.models import Question
from core.agenda import NextMeeting
from core.chat import Button, Reply
from core.parts import Parts
from core.people.directory import Listed, everybody
from core.people.fiche import Contacts
from core.people.models import Person
from core.people.roles import Role
from core.people.store import roles_of
from core.reference import Reference

ANSWERS = 10
ANSWER = "answers:answer:"
SOME_WITHDRAWN = 10
"""How many times more answers are looked at than shown: what was enough may be withdrawn since."""


class Welcome:
    """Composes what somebody reads when their account has just been linked."""

    def __init__(
        self, parts: Parts, menus: Menus, next_meeting: NextMeeting, contacts: Contacts
    ) -> None:
        self._parts = parts
        self._menus = menus
        self._next_meeting = next_meeting
        self._contacts = contacts

    def notice_values(self) -> dict[str, object]:
        """Return what the notice about personal data tells of the configuration."""
        return {"days": self._parts.settings.hotline.access_request_days}

    async def messages(
        self, session: AsyncSession, person: Person, now: datetime
    ) -> Sequence[Reply]:
        """Return the messages that welcome a person; the first is the notice about their data."""
        roles = await roles_of(session, person.id, now)
        first = Reply(text("welcome", name=person.given_name, **self.notice_values()))
        if not roles:
            return [first, Reply(text("departed"))]
        if Role.AGENT not in roles:
            return [first, Reply(text("help_team"), self._menus.keyboard(roles))]
        met = await self._colleagues(session, person.id, now)
        meeting = await self._meeting(session, person.language, now)
        words = text("to_begin_with", colleagues=met, meeting=meeting)
        second = Reply(words, self._menus.keyboard(roles))
        answers = await useful_answers(session, ANSWERS)
        if not answers:
            return [first, second]
        return [first, second, Reply(text("useful_answers"), tuple((one,) for one in answers))]

    async def _colleagues(
        self, session: AsyncSession, person_id: int, now: datetime
    ) -> list[dict[str, str]]:
        """Return a few agents to know; how to reach them only where they agreed to it."""
        listed = {one.person_id: one for one in await everybody(session, now)}
        newcomer = listed.get(person_id)
        if newcomer is None:
            return []
        agents = [_weighed(one) for one in listed.values() if Role.AGENT in one.roles]
        return [
            {
                "name": listed[number].name,
                "places": ", ".join(listed[number].places),
                "contact": await self._contacts(session, number),
            }
            for number in colleagues(_weighed(newcomer), agents)
        ]

    async def _meeting(
        self, session: AsyncSession, language: str, now: datetime
    ) -> dict[str, Any] | None:
        found = await self._next_meeting(session, now)
        if found is None:
            return None
        kind = self._parts.renderer.plain(found.kind, language)
        return {**vars(found), "kind": kind}


async def useful_answers(session: AsyncSession, most: int) -> list[Button]:
    """Return buttons to the validated answers that were enough most often, then to the newest."""
    uses = await session.execute(
        select(Question.answered_by, func.count())
        .where(Question.answered_by.startswith(ANSWER, autoescape=True))
        .group_by(Question.answered_by)
        .order_by(func.count().desc(), Question.answered_by)
        .limit(most * SOME_WITHDRAWN)
    )
    numbers = [Reference.parse(reference).number for reference, _ in uses if reference]
    validated = select(Answer.id, Answer.question).where(Answer.state == State.VALIDATED.value)
    used = await session.execute(validated.where(Answer.id.in_(numbers)))
    questions = {row.id: row.question for row in used}
    newest = await session.execute(
        validated.order_by(Answer.updated_at.desc(), Answer.id).limit(most + len(numbers))
    )
    ranked = {number: questions[number] for number in numbers if number in questions}
    for number, question in newest:
        ranked.setdefault(number, question)
    return [_answer_button(*one) for one in list(ranked.items())[:most]]


def _answer_button(number: int, question: str) -> Button:
    label = text("answer_button", question=question)
    return Button(label, "answers.answer", Reference("answers", "answer", str(number)))


def _weighed(one: Listed) -> Colleague:
    return Colleague(one.person_id, one.territories, one.departments)
