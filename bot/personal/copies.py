"""What the animators' group shows of somebody who is erased: removed, or said without a name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.naming import Naming
from bot.by_mail.personal import threads_of
from bot.hotline import personal as hotline
from bot.hotline import store
from bot.hotline.decide import State
from bot.hotline.models import Question
from bot.hotline.posts import CARD, RELAY, RELAY_EDIT, TOPIC, Composer
from bot.personal import posts
from bot.personal.models import ErasureRequest
from bot.personal.words import text
from core.chat import Post
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.parts import Parts
from core.people.models import Person
from core.posts import render_post
from core.reference import Party

COPY = "personal.copy"


class Copies:
    """Writes the drafts that change what was shown in the animators' group."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._language = parts.settings.network.language
        self._composer = Composer(parts.renderer, self._language)
        self._naming = Naming(parts.renderer, self._language)

    async def of_questions(
        self, session: AsyncSession, request: ErasureRequest, now: datetime
    ) -> Sequence[Draft]:
        """Return what removes the topics of a person's questions.

        Where a question has no topic, each message about it that was posted is removed.
        """
        person = Party("person", str(request.person_id))
        by_mail = [row.question_id for row in await threads_of(session, person)]
        theirs = or_(Question.asker_id == request.person_id, Question.id.in_(by_mail))
        questions = await session.scalars(select(Question).where(theirs).order_by(Question.id))
        group_id = self._parts.settings.telegram.group_id
        drafts: list[Draft] = []
        for question in questions:
            whom = Party("question", str(question.id))
            if question.thread_id is not None:
                target = f"topic:{group_id}:{question.thread_id}"
                drafts.append(_change(request, whom, Post("delete_topic"), target, now))
            else:
                shown = await _shown(session, whom)
                drafts += [_change(request, whom, Post("delete"), target, now) for target in shown]
        return drafts

    async def handed_on(
        self, session: AsyncSession, request: ErasureRequest, now: datetime
    ) -> Sequence[Draft]:
        """Return what takes a person's name out of the topics of their successor's questions.

        Their words stay under the successor's name as long as the question is not closed.
        """
        drafts: list[Draft] = []
        person = Party("person", str(request.person_id))
        for question in await hotline.handed_on(session, person):
            closed = question.state == State.CLOSED
            if not closed:
                drafts += await self._renamed(session, question, person, request, now)
            kept = {TOPIC, CARD} if closed else {TOPIC, CARD, RELAY, RELAY_EDIT}
            drafts += [
                _change(request, Party.parse(row.recipient), Post("delete"), row.external_id, now)
                for row in await hotline.naming(session, question, person)
                if row.external_id and row.kind not in kept
            ]
        return drafts

    async def notices(
        self, session: AsyncSession, request: ErasureRequest, now: datetime
    ) -> Sequence[Draft]:
        """Return what removes, from any topic, what the team was told of a person by name."""
        person = Party("person", str(request.person_id))
        return [
            _change(request, Party.parse(row.recipient), Post("delete"), row.external_id, now)
            for row in await hotline.notices(session, person)
            if row.external_id
        ]

    async def of_requests(
        self, session: AsyncSession, request: ErasureRequest, now: datetime
    ) -> Sequence[Draft]:
        """Return what says without a name, wherever a request was shown, that it was accepted."""
        decider = await session.get(Person, request.decided_by) if request.decided_by else None
        words = text("accepted", request=request, by=decider.name if decider else "")
        post = render_post(self._parts.renderer, words, language=self._language)
        edit = Post("edit", post.text)
        rows = await session.scalars(
            select(ErasureRequest.id).where(ErasureRequest.person_id == request.person_id)
        )
        drafts: list[Draft] = []
        for identity in rows.all():
            whom = posts.party(identity)
            change = edit if identity == request.id else Post("delete")
            shown = await _shown(session, whom)
            drafts += [_change(request, whom, change, target, now) for target in shown]
        return drafts

    async def _renamed(
        self,
        session: AsyncSession,
        question: Question,
        person: Party,
        request: ErasureRequest,
        now: datetime,
    ) -> Sequence[Draft]:
        fiche = await store.fiche(session, question, now)
        drafts: list[Draft] = []
        for message in await store.messages(session, question.id):
            if message.author == str(person):
                drafts += await self._composer.relay_edits(
                    session, fiche, message, -request.id, now
                )
        return drafts

    async def unname(self, session: AsyncSession, request: ErasureRequest) -> None:
        """Replace a person's names in their own words of questions that are a colleague's now."""
        person = await session.get_one(Person, request.person_id)
        author = Party("person", str(person.id))
        for question in await hotline.handed_on(session, author):
            question.text = self._naming.without(question.text, person)
            question.version += 1  # what is shown has changed
            for message in await store.messages(session, question.id):
                words = self._naming.without(message.text, person)
                if message.author == str(author) and words != message.text:
                    message.text, message.entities = words, []
        await session.flush()


async def _shown(session: AsyncSession, whom: Party) -> Sequence[str]:
    """Return the messages in which what was sent for a party is shown."""
    rows = await session.scalars(
        select(Delivery.external_id)
        .where(Delivery.recipient == str(whom), Delivery.external_id.is_not(None))
        .order_by(Delivery.id)
    )
    return [each for each in rows if each and not each.startswith("topic:")]


def _change(
    request: ErasureRequest, whom: Party, change: Post, target: str, now: datetime
) -> Draft:
    return Draft(
        kind=COPY,
        slot=f"request:{request.id}/{target}",
        recipient=whom,
        content=change.content(),
        cause=posts.reference(request),
        due_at=now,
        values={"target": target},
        stream=str(whom),
    )
