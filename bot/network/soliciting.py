"""« Solliciter le réseau », from a question's topic: written, shown, sent or given up."""

from collections import Counter
from collections.abc import Sequence

from bot.hotline import store as hotline
from bot.hotline.decide import State
from bot.hotline.models import Question
from bot.hotline.posts import reference as question_reference
from bot.network import names, store
from bot.network.decide import Chosen, Reason, choose
from bot.network.hiding import Hiding
from bot.network.models import Solicitation, Solicited
from bot.network.rules import LONGEST_QUESTION, SHORTEST
from bot.network.words import STALE, text
from core.acts import record
from core.chat import (
    Action,
    Button,
    Keyboard,
    Redraw,
    Reply,
    ReplyRoute,
    Response,
    Text,
    Toast,
    Turn,
)
from core.db import alone
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.posts import render_post
from core.reference import Reference


class Soliciting:
    """What animators do to put a question to the network; only in their group."""

    def __init__(self, parts: Parts) -> None:
        self._renderer = parts.renderer
        self._hiding = Hiding(parts.renderer, parts.settings.network.language)
        self._group_id = parts.settings.telegram.group_id
        self._most = parts.settings.hotline.solicited_at_once

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do; `network.ask` is for the question's card."""
        return (
            Action("network.ask", self.ask, Role.ANIMATOR),
            Action("network.send", self.send, Role.ANIMATOR),
            Action("network.modify", self.modify, Role.ANIMATOR),
            Action("network.cancel", self.cancel, Role.ANIMATOR),
        )

    def replies(self) -> tuple[ReplyRoute, ...]:
        """Return what takes the words of the question, as a reply to what asks for them."""
        return (ReplyRoute("network", "draft", self.write, Role.ANIMATOR),)

    async def ask(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Open the writing of a question for the network, or show the one being written."""
        question = await hotline.question(turn.session, reference.number)
        if question is None or turn.incoming.place.chat_id != self._group_id:
            return [Toast(STALE, alert=True)]
        if question.state == State.CLOSED:
            return [Toast(text("question_closed"), alert=True)]
        draft = await store.draft_of(turn.session, question.id)
        draft = draft or await self._new(turn, question)
        if draft.text:
            return [_reply(draft, *await self._preview(turn, draft, question))]
        words = text("solicitation_write", number=question.id)
        return [_reply(draft, words, ((_cancel(draft),),))]

    async def _new(self, turn: Turn, question: Question) -> Solicitation:
        """Begin a solicitation; of a discreet question, the team finds the words itself."""
        hidden = "" if question.discreet else await self._hiding.hidden(turn.session, question)
        draft = Solicitation(
            question_id=question.id,
            asked_by=turn.sender.person_id,
            text=hidden if SHORTEST <= len(hidden) <= LONGEST_QUESTION else "",
            created_at=turn.now,
            version=1,
        )
        turn.session.add(draft)
        await turn.session.flush()
        return draft

    async def modify(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for other words."""
        draft = await self._fresh(turn, reference, version)
        if draft is None:
            return [Toast(STALE, alert=True)]
        words = text("solicitation_rewrite", number=draft.question_id)
        return [_reply(draft, words, ((_cancel(draft),),))]

    async def write(self, turn: Turn) -> Sequence[Response]:
        """Take the words in which the network will read the question; show who will."""
        about = turn.incoming.about
        draft = await store.solicitation(turn.session, about.number) if about else None
        if draft is None or turn.incoming.place.chat_id != self._group_id:
            return []
        if draft.state != "draft":
            return [Reply(text("solicitation_settled"))]
        words = turn.incoming.text.strip()
        if not SHORTEST <= len(words) <= LONGEST_QUESTION or turn.incoming.files:
            return [_reply(draft, text("solicitation_words", most=LONGEST_QUESTION), ())]
        question = await hotline.question(turn.session, draft.question_id)
        if question is None or question.state == State.CLOSED:
            return [Reply(text("question_closed"))]
        draft.text, draft.asked_by = words, turn.sender.person_id
        return [_reply(draft, *await self._preview(turn, draft, question))]

    async def cancel(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give it up: nothing leaves."""
        draft = await self._fresh(turn, reference, version)
        if draft is None:
            return [Toast(STALE, alert=True)]
        draft.state, draft.version = "cancelled", draft.version + 1
        return [Redraw(text("solicitation_cancelled", number=draft.question_id))]

    async def send(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Send it to those whom the animator saw, as far as they may still be asked."""
        await alone(turn.session, store.ALONE)
        draft = await self._fresh(turn, reference, version)
        if draft is None or not draft.text:
            return [Toast(STALE, alert=True)]
        question = await hotline.question(turn.session, draft.question_id)
        if question is None or question.state == State.CLOSED:
            return [Toast(text("question_closed"), alert=True)]
        chosen = await self._chosen(turn, question, only=frozenset(draft.proposed))
        if not chosen:
            preview = await self._preview(turn, draft, question)
            return [Toast(text("nobody_left"), alert=True), Redraw(*preview)]
        await self._post(turn, draft, chosen)
        return [Redraw(text("solicitation_sent", **await self._shown(turn, draft, chosen)))]

    async def _post(self, turn: Turn, draft: Solicitation, chosen: Sequence[Chosen]) -> None:
        """Write who is asked, and what leaves to each, in the transaction of the press."""
        session, now = turn.session, turn.now
        draft.state, draft.sent_at, draft.version = "sent", now, draft.version + 1
        drafts = []
        for one in chosen:
            asked = await session.get_one(Person, one.person_id)
            session.add(
                Solicited(
                    solicitation_id=draft.id,
                    person_id=one.person_id,
                    reason=one.reason.value,
                    asked_at=now,
                )
            )
            drafts.append(self._draft(turn, draft, asked))
        await session.flush()
        await post(session, drafts, now)
        actor, subject = names.person(turn.sender.person_id or 0), draft.question_id
        record(
            session,
            actor,
            "question.solicit",
            question_reference(subject),
            now,
            solicitation=draft.id,
            people=len(chosen),
        )

    def _draft(self, turn: Turn, draft: Solicitation, asked: Person) -> Draft:
        said = render_post(
            self._renderer, question_text(draft), question_keyboard(draft), asked.language
        )
        party = names.person(asked.id)
        return Draft(
            names.SOLICITATION,
            f"solicitation:{draft.id}",
            party,
            said.content(),
            names.named("solicitation", draft.id),
            turn.now,
            stream=str(party),
        )

    async def _fresh(self, turn: Turn, reference: Reference, version: int) -> Solicitation | None:
        """Return the draft that a pressed message shows; None when it is another, or sent."""
        draft = await store.solicitation(turn.session, reference.number)
        if draft is None or draft.state != "draft" or draft.version != version:
            return None
        return draft if turn.incoming.place.chat_id == self._group_id else None

    async def _chosen(
        self, turn: Turn, question: Question, only: frozenset[int] | None = None
    ) -> tuple[Chosen, ...]:
        """Choose whom to ask, at this very instant; `only` among some."""
        people = await store.candidates(turn.session, turn.now)
        if only is not None:
            people = [one for one in people if one.person_id in only]
        return choose(people, await store.subject(turn.session, question, turn.now), self._most)

    async def _preview(
        self, turn: Turn, draft: Solicitation, question: Question
    ) -> tuple[Text, Keyboard]:
        """Show the words and who would get them; older messages of it are stale."""
        chosen = await self._chosen(turn, question)
        draft.proposed = [one.person_id for one in chosen]
        draft.version += 1
        await turn.session.flush()
        shown = await self._shown(turn, draft, chosen)
        warned = await self._hiding.telling(turn.session, question, draft.text)
        send = names.button(text("send_button"), "send", "draft", draft.id, draft.version)
        modify = names.button(text("modify_button"), "modify", "draft", draft.id, draft.version)
        first = (send, modify) if chosen else (modify,)
        return text("solicitation_preview", warned=warned, **shown), (first, (_cancel(draft),))

    async def _shown(
        self, turn: Turn, draft: Solicitation, chosen: Sequence[Chosen]
    ) -> dict[str, object]:
        people = await store.listed(turn.session, [one.person_id for one in chosen], turn.now)
        counts = Counter(one.reason for one in chosen)
        return {
            "number": draft.question_id,
            "words": draft.text,
            "people": [people[one.person_id] for one in chosen],
            "counts": [(reason.value, counts[reason]) for reason in Reason if counts[reason]],
        }


def question_text(draft: Solicitation, *, state: str = "asked") -> Text:
    """Return what somebody of the network is asked, and where their answer stands."""
    return text("solicitation", words=draft.text, state=state)


def question_keyboard(draft: Solicitation, *, unknown: bool = True) -> Keyboard:
    """Return the answers that somebody may give by a button."""

    def button(block: str, action: str) -> Button:
        return names.button(text(block), action, "solicitation", draft.id)

    middle = ((button("unknown_button", "unknown"),),) if unknown else ()
    return ((button("reply_button", "answer"),), *middle, (button("stop_button", "stop"),))


def _reply(draft: Solicitation, words: Text, keyboard: Keyboard) -> Reply:
    """Reply with a message to which the words of the question can be replied."""
    return Reply(words, keyboard, about=names.named("draft", draft.id))


def _cancel(draft: Solicitation) -> Button:
    return names.button(text("cancel_button"), "cancel", "draft", draft.id, draft.version)
