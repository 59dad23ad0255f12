"""The buttons of a question's card: take charge, hand over, wait, close, reopen, theme."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from bot.answers.search import AnswerSearch
from bot.desk.decide import topic_link
from bot.desk.words import text
from bot.hotline import standing, store
from bot.hotline.card import card, pair
from bot.hotline.decide import State, choice
from bot.hotline.dossier import dossier
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from bot.hotline.telling import Telling
from bot.hotline.words import reference, topic_reference
from bot.hotline.words import text as hotline_text
from core.acts import record
from core.chat import Button, Redraw, Reply, Response, Toast, Turn
from core.ledger.draft import Draft
from core.ledger.store import post
from core.people.models import Person, Theme
from core.people.roles import Role
from core.people.store import TELEGRAM, account_of, people_with_role, roles_of
from core.posts import render_post
from core.reference import Party, Reference

HANDED = "desk.handed"
"""The kind of delivery that tells an animator that a question is handed to them."""

MOST_CHOICES = 90
"""A keyboard of the Bot API takes a hundred."""


class Pressing:
    """What animators press. Every button carries the version that it was shown with."""

    def __init__(
        self, composer: Composer, search: AnswerSearch, telling: Telling, group_id: int
    ) -> None:
        self._composer = composer
        self._search = search
        self._telling = telling
        self._group_id = group_id

    async def take(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Take charge of a question."""
        question = await self._fresh(turn, subject, version)
        if question is None or question.state == State.CLOSED:
            return await self._stale(turn, subject)
        await self._given(turn, question, turn.sender.person_id, "question.take")
        return [await self._card(turn, question)]

    async def hand(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Ask to whom a question is to be handed."""
        question = await self._fresh(turn, subject, version)
        if question is None or question.state == State.CLOSED:
            return await self._stale(turn, subject)
        team = await people_with_role(turn.session, Role.ANIMATOR, turn.now)
        others = [each for each in team if each.id != question.taken_by][:MOST_CHOICES]
        if not others:
            return [Toast(text("hand_to_nobody"), alert=True)]
        keyboard = tuple(
            (_choice("desk.hand_to", question, each.id, each.name),) for each in others
        )
        words = text("hand_to", number=question.id)
        return [Reply(words, keyboard, about=topic_reference(question.id))]

    async def hand_to(self, turn: Turn, chosen: Reference, version: int) -> Sequence[Response]:
        """Hand a question to an animator, who is told in private when they can be."""
        question, other = await self._chosen(turn, chosen, version)
        person = await turn.session.get(Person, other) if question else None
        roles = await roles_of(turn.session, other, turn.now) if person else frozenset()
        if question is None or person is None or Role.ANIMATOR not in roles:
            return [Toast(text("stale"), alert=True)]
        await self._given(turn, question, person.id, "question.hand_over", to=person.id)
        account = await account_of(turn.session, person.id, TELEGRAM)
        reachable = account is not None and account.blocked_at is None
        if person.id != turn.sender.person_id and reachable:
            await self._tell(turn, question, person)
        words = text(
            "handed",
            number=question.id,
            name=person.name,
            by=turn.sender.name,
            reachable=reachable,
        )
        return [Redraw(words)]

    async def wait(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Wait for what the agent has to say; they are told so."""
        question = await self._fresh(turn, subject, version)
        if question is None or question.state not in {State.OPEN, State.ANSWERED}:
            return await self._stale(turn, subject)
        standing.waiting(question)
        await self._changed(turn, question, "question.wait")
        await self._telling.waiting(turn.session, question, turn.now)
        return [await self._card(turn, question)]

    async def close(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Close a question; the agent is told, and asked whether that helped."""
        question = await self._fresh(turn, subject, version)
        if question is None or question.state == State.CLOSED:
            return await self._stale(turn, subject)
        standing.closed(question, turn.now, "team")
        await self._changed(turn, question, "question.close")
        await self._telling.closed(turn.session, question, turn.now)
        return [await self._card(turn, question)]

    async def reopen(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Open a closed question again: an answer is owed from now on."""
        question = await self._fresh(turn, subject, version)
        if question is None or question.state != State.CLOSED:
            return await self._stale(turn, subject)
        standing.owed(question, turn.now)
        await self._changed(turn, question, "question.reopen")
        await self._telling.reopened(turn.session, question, turn.now)
        return [await self._card(turn, question)]

    async def theme(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Ask what a question is about."""
        question = await self._fresh(turn, subject, version)
        if question is None or question.state == State.CLOSED:
            return await self._stale(turn, subject)
        rows = await turn.session.scalars(select(Theme).order_by(Theme.id).limit(MOST_CHOICES))
        keyboard = tuple((_choice("desk.set_theme", question, row.id, row.name),) for row in rows)
        if not keyboard:
            return [Toast(text("no_theme"), alert=True)]
        words = text("which_theme", number=question.id)
        return [Reply(words, keyboard, about=topic_reference(question.id))]

    async def set_theme(self, turn: Turn, chosen: Reference, version: int) -> Sequence[Response]:
        """Say what a question is about; its topic is titled so."""
        question, other = await self._chosen(turn, chosen, version)
        theme = await turn.session.get(Theme, other) if question else None
        if question is None or theme is None:
            return [Toast(text("stale"), alert=True)]
        question.theme_id, question.theme_settled = theme.id, True
        await self._changed(turn, question, "question.theme", theme=theme.id)
        return [Redraw(text("theme_set", name=turn.sender.name, theme=theme.name))]

    async def who(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Tell an animator, and nobody else, who asks a discreet question."""
        question = await store.question(turn.session, subject.number)
        asker_id = question.asker_id if question else None
        asker = await turn.session.get(Person, asker_id) if asker_id else None
        if question is None or asker is None:
            return await self._stale(turn, subject)
        record(turn.session, _actor(turn), "question.who", reference(question.id), turn.now)
        fiche = await store.fiche(turn.session, question, turn.now)
        return [Toast(text("who", name=asker.name, fiche=fiche), alert=True)]

    async def _given(
        self, turn: Turn, question: Question, person_id: int | None, verb: str, **kept: int
    ) -> None:
        """Put somebody in charge; the agent is told who it is."""
        question.taken_by = person_id
        await self._changed(turn, question, verb, **kept)
        person = await turn.session.get_one(Person, person_id)
        await self._telling.taken(turn.session, question, person.name, turn.now)

    async def _tell(self, turn: Turn, question: Question, person: Person) -> None:
        """Tell an animator that a question is theirs now; in private, no discreet place."""
        fiche = await store.fiche(turn.session, question, turn.now)
        if fiche.discreet:
            fiche = replace(fiche, territory="")
        words = text("handed_to_you", fiche=fiche, by=turn.sender.name)
        link = topic_link(self._group_id, question.thread_id)
        keyboard = ((Button(text("topic_button"), url=link),),) if link else ()
        said = render_post(self._composer.renderer, words, keyboard, person.language)
        to = Party("person", str(person.id))
        slot = f"question:{question.id}/version:{question.version}"
        about = topic_reference(question.id)
        draft = Draft(HANDED, slot, to, said.content(), about, turn.now, stream=str(to))
        await post(turn.session, [draft], turn.now)

    async def _fresh(self, turn: Turn, subject: Reference, version: int) -> Question | None:
        """Return the question of a button; None when it has changed since it was shown."""
        question = await store.question(turn.session, subject.number)
        return question if question is not None and question.version == version else None

    async def _chosen(
        self, turn: Turn, chosen: Reference, version: int
    ) -> tuple[Question | None, int]:
        """Return the question that a choice is about, and what was chosen."""
        found = choice(chosen.id)
        question = await store.question(turn.session, found[0]) if found else None
        if question is None or found is None or question.version != version:
            return None, 0
        return (None if question.state == State.CLOSED else question), found[1]

    async def _changed(self, turn: Turn, question: Question, verb: str, **kept: int) -> None:
        question.version += 1
        await turn.session.flush()
        record(turn.session, _actor(turn), verb, reference(question.id), turn.now, **kept)

    async def _stale(self, turn: Turn, subject: Reference) -> Sequence[Response]:
        question = await store.question(turn.session, subject.number)
        if question is None:
            return [Toast(hotline_text("unknown_question"), alert=True)]
        return [Toast(text("stale"), alert=True), await self._card(turn, question)]

    async def _card(self, turn: Turn, question: Question) -> Redraw:
        return Redraw(*card(await dossier(turn.session, self._search, question, turn.now)))


def _actor(turn: Turn) -> Party:
    return Party("person", str(turn.sender.person_id))


def _choice(action: str, question: Question, other: int, name: str) -> Button:
    carried = pair("choice", question.id, other)
    return Button(text("name_button", name=name), action, carried, question.version)
