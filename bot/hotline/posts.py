"""What the hotline hands to the ledger: the topic, the card, relays, answers, notices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.hotline.decide import State
from bot.hotline.models import QuestionMessage
from bot.hotline.pieces import Lead, cut
from core.chat import Button, File, Keyboard, Post, Text
from core.ledger.draft import Draft
from core.posts import render_post
from core.reference import Party, Reference
from core.render import Renderer

TEMPLATE = "chat/hotline.html"
DESK = "chat/desk.html"
TOPIC = "hotline.topic"
CARD = "hotline.card"
RELAY = "hotline.relay"
ANSWER = "hotline.answer"
NOTICE = "hotline.notice"
TITLE_LIMIT = 128


@dataclass(frozen=True)
class Fiche:
    """What the animators are shown of a question; empty where there is nothing to say."""

    number: int
    version: int
    state: State
    name: str
    roles: tuple[str, ...]
    territory: str
    theme: str
    taken_by: str


def text(block: str, **values: object) -> Text:
    """Return words of the hotline's template."""
    return Text(TEMPLATE, block, values)


def desk_text(block: str, **values: object) -> Text:
    """Return words of the animators' side."""
    return Text(DESK, block, values)


def reference(number: int) -> Reference:
    """Return how the house names a question."""
    return Reference("hotline", "question", str(number))


def topic_reference(number: int) -> Reference:
    """Return how the house names a question's topic: what is said about it is a note."""
    return Reference("hotline", "topic", str(number))


def card(fiche: Fiche) -> tuple[Text, Keyboard]:
    """Return the card of a question and the buttons that its state allows."""
    subject = reference(fiche.number)
    take = Button(desk_text("take_button"), "desk.take", subject, fiche.version)
    close = Button(desk_text("close_button"), "desk.close", subject, fiche.version)
    words = desk_text("card", fiche=fiche)
    if fiche.state is State.CLOSED:
        return words, ()
    return words, ((close,),) if fiche.taken_by else ((take, close),)


@dataclass(frozen=True)
class Composer:
    """Writes drafts in the words of the templates; `language` is that of the animators."""

    renderer: Renderer
    language: str

    def topic(self, fiche: Fiche, now: datetime, slot: str = "") -> Draft:
        """Open the question's forum topic; `slot` tells a second one from the first."""
        title = self.renderer.plain(desk_text("topic_title", fiche=fiche), self.language)
        post = Post("topic", title[:TITLE_LIMIT])
        return self._draft(TOPIC, slot or f"question:{fiche.number}", fiche.number, post, now)

    def card(self, fiche: Fiche, now: datetime) -> Draft:
        """Show the question's card, with its buttons, in the topic."""
        post = render_post(self.renderer, *card(fiche), self.language)
        slot = f"question:{fiche.number}/version:{fiche.version}"
        return self._draft(CARD, slot, fiche.number, post, now)

    def relay(self, fiche: Fiche, message: QuestionMessage, now: datetime) -> list[Draft]:
        """Carry a message of the agent, with its formatting and files, to the topic."""
        lead = self._lead(
            desk_text, "relay_lead", self.language, fiche=fiche, edited=message.edited
        )
        return [
            self._draft(RELAY, slot, fiche.number, post, now)
            for slot, post in _posts(message, lead)
        ]

    def answer(
        self, message: QuestionMessage, asker_id: int, name: str, language: str, now: datetime
    ) -> list[Draft]:
        """Carry an animator's answer, with its formatting and files, to the agent."""
        number = message.question_id or 0
        lead = self._lead(
            text, "answer_lead", language, number=number, name=name, edited=message.edited
        )
        asker = Party("person", str(asker_id))
        return [
            Draft(ANSWER, slot, asker, post.content(), reference(number), now, stream=str(asker))
            for slot, post in _posts(message, lead)
        ]

    def notice(self, slot: str, number: int, words: Text, now: datetime) -> Draft:
        """Tell the topic something; a reply to it is a note, hence its cause."""
        post = render_post(self.renderer, words, (), self.language)
        return self._draft(NOTICE, slot, number, post, now)

    def _lead(
        self, words: Callable[..., Text], block: str, language: str, **values: object
    ) -> Lead:
        first = self.renderer.plain(words(block, again=False, **values), language)
        return Lead(first, self.renderer.plain(words(block, again=True, **values), language))

    def _draft(self, kind: str, slot: str, number: int, post: Post, now: datetime) -> Draft:
        recipient = Party("question", str(number))
        cause = topic_reference(number) if kind in {TOPIC, NOTICE} else reference(number)
        stream = f"question:{number}"
        return Draft(kind, slot, recipient, post.content(), cause, now, stream=stream)


def _posts(message: QuestionMessage, lead: Lead) -> Iterator[tuple[str, Post]]:
    """Give each piece of a message its own slot: one delivery is one call."""
    slot = f"question:{message.question_id}/message:{message.id}"
    files = [File(**file) for file in message.files]
    for index, piece in enumerate(cut(lead, message.text, message.entities, files), start=1):
        kind: Literal["file", "text"] = "file" if piece.file else "text"
        post = Post(kind, piece.text, piece.entities, file=piece.file)
        yield slot if index == 1 else f"{slot}/{index}", post
