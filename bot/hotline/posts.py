"""What the hotline hands to the ledger: the topic, the card, relays, answers, notices."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.card import Fiche, card
from bot.hotline.edits import Carried, corrected
from bot.hotline.models import QuestionMessage
from bot.hotline.pieces import Lead, cut
from bot.hotline.words import desk_text, reference, text, topic_reference
from core.chat import File, Post, Text
from core.ledger.draft import Draft
from core.posts import render_post
from core.reference import Party
from core.render import Renderer

__all__ = [
    "ANSWER",
    "ANSWER_EDIT",
    "CARD",
    "NOTICE",
    "RELAY",
    "RELAY_EDIT",
    "TOPIC",
    "Addressee",
    "Composer",
    "Fiche",
    "card",
    "desk_text",
    "message_slot",
    "reference",
    "text",
    "topic_reference",
]

TOPIC = "hotline.topic"
CARD = "hotline.card"
RELAY = "hotline.relay"
ANSWER = "hotline.answer"
RELAY_EDIT = "hotline.relay_edit"
ANSWER_EDIT = "hotline.answer_edit"
NOTICE = "hotline.notice"
TITLE_LIMIT = 128


@dataclass(frozen=True)
class Addressee:
    """To whom an answer goes, in which language, and who gives it."""

    person_id: int
    language: str
    answerer: str


@dataclass(frozen=True)
class Composer:
    """Writes drafts in the words of the templates; `language` is that of the animators."""

    renderer: Renderer
    language: str

    def topic(self, fiche: Fiche, now: datetime, slot: str = "") -> Draft:
        """Open the question's forum topic; `slot` tells a second one from the first."""
        post = self.title(fiche)
        return self._draft(TOPIC, slot or f"question:{fiche.number}", fiche.number, post, now)

    def title(self, fiche: Fiche) -> Post:
        """Return the topic as it is to be titled; once closed, the title is ticked."""
        title = self.renderer.plain(desk_text("topic_title", fiche=fiche), self.language)
        return Post("topic", title[:TITLE_LIMIT])

    def card(self, fiche: Fiche, now: datetime, slot: str = "") -> Draft:
        """Show the question's card in the topic, once; `slot` is for that of another topic."""
        post = self.shown_card(fiche)
        return self._draft(CARD, slot or f"question:{fiche.number}", fiche.number, post, now)

    def shown_card(self, fiche: Fiche) -> Post:
        """Return the card as it is to be shown, with its buttons."""
        return render_post(self.renderer, *card(fiche), self.language)

    def relay(
        self, fiche: Fiche, message: QuestionMessage, now: datetime, *, follows: bool = False
    ) -> list[Draft]:
        """Carry a message of the agent, with its formatting and files, to the topic.

        `follows` says that it comes after another of the same album.
        """
        lead = self._relay_lead(fiche, edited=message.edited, follows=follows)
        return [
            self._draft(RELAY, slot, fiche.number, post, now)
            for slot, post in _posts(message, lead)
        ]

    async def relay_edits(
        self,
        session: AsyncSession,
        fiche: Fiche,
        message: QuestionMessage,
        update_id: int,
        now: datetime,
        *,
        edited: bool = True,
    ) -> list[Draft]:
        """Bring what the topic has of a message to what `message` has become.

        What has not left takes the new words in its place. The rest is in the drafts to post:
        edits, and what is new. `update_id` is that of the edit. Nothing for what was not relayed.
        `edited` is whether its author has ever corrected it, which its lead says.
        """
        carried = Carried(
            message=message,
            kind=RELAY,
            edit_kind=RELAY_EDIT,
            recipient=Party("question", str(fiche.number)),
            cause=reference(fiche.number),
            stream=f"question:{fiche.number}",
            fresh=self._relay_lead(fiche, edited=False, follows=False),
            lead=self._relay_lead(fiche, edited=edited, follows=False),
            removed=self.renderer.plain(desk_text("removed"), self.language),
        )
        return await corrected(session, carried, update_id, now)

    def answer(
        self,
        message: QuestionMessage,
        to: Addressee,
        now: datetime,
        *,
        slot: str = "",
        follows: bool = False,
    ) -> list[Draft]:
        """Carry an animator's answer, with its formatting and files, to the agent.

        It leaves from `now`. `slot` (`question:5/message:7/…`) tells a second sending from the
        first. `follows` says that it comes after another of the same album.
        """
        number = message.question_id or 0
        lead = self._answer_lead(number, to, edited=message.edited, follows=follows)
        asker = Party("person", str(to.person_id))
        return [
            Draft(ANSWER, slot, asker, post.content(), reference(number), now, stream=str(asker))
            for slot, post in _posts(message, lead, slot)
        ]

    async def answer_edits(
        self,
        session: AsyncSession,
        message: QuestionMessage,
        to: Addressee,
        update_id: int,
        now: datetime,
    ) -> list[Draft]:
        """Bring what the agent has of an answer to what `message` has become, as `relay_edits`."""
        number = message.question_id or 0
        asker = Party("person", str(to.person_id))
        carried = Carried(
            message=message,
            kind=ANSWER,
            edit_kind=ANSWER_EDIT,
            recipient=asker,
            cause=reference(number),
            stream=str(asker),
            fresh=self._answer_lead(number, to, edited=False, follows=False),
            lead=self._answer_lead(number, to, edited=True, follows=False),
            removed=self.renderer.plain(text("removed"), to.language),
        )
        return await corrected(session, carried, update_id, now)

    def notice(self, slot: str, number: int, words: Text, now: datetime) -> Draft:
        """Tell the topic something; a reply to it is a note, hence its cause."""
        post = render_post(self.renderer, words, (), self.language)
        return self._draft(NOTICE, slot, number, post, now)

    def _relay_lead(self, fiche: Fiche, *, edited: bool, follows: bool) -> Lead:
        words = desk_text("relay_lead", fiche=fiche, edited=edited)
        return self._lead(words, self.language, follows=follows)

    def _answer_lead(self, number: int, to: Addressee, *, edited: bool, follows: bool) -> Lead:
        words = text("answer_lead", number=number, name=to.answerer, edited=edited)
        return self._lead(words, to.language, follows=follows)

    def _lead(self, words: Text, language: str, *, follows: bool) -> Lead:
        first, again = (
            self.renderer.plain(replace(words, values={**words.values, "again": after}), language)
            for after in (follows, True)
        )
        return Lead(first, again)

    def _draft(self, kind: str, slot: str, number: int, post: Post, now: datetime) -> Draft:
        recipient = Party("question", str(number))
        cause = topic_reference(number) if kind in {TOPIC, NOTICE} else reference(number)
        stream = f"question:{number}"
        return Draft(kind, slot, recipient, post.content(), cause, now, stream=stream)


def message_slot(message: QuestionMessage) -> str:
    """Return what all that carries a message has in its slot."""
    return f"question:{message.question_id}/message:{message.id}"


def _posts(message: QuestionMessage, lead: Lead, slot: str = "") -> Iterator[tuple[str, Post]]:
    """Give each piece of a message its own slot: one delivery is one call."""
    slot = slot or message_slot(message)
    files = [File(**file) for file in message.files]
    for index, piece in enumerate(cut(lead, message.text, message.entities, files), start=1):
        yield slot if index == 1 else f"{slot}/{index}", piece.post()
