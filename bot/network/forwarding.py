"""An animator takes up what the network replied: a note, which the desk's button sends."""

from collections.abc import Sequence

from bot.by_mail.threads import erased
from bot.hotline import store as hotline
from bot.hotline.decide import Direction
from bot.hotline.models import QuestionMessage
from bot.hotline.words import reference as question_reference
from bot.hotline.words import topic_reference
from bot.network import consents, names
from bot.network.models import Solicitation, SolicitationReply
from bot.network.words import STALE, text
from core.acts import record
from core.chat import Action, Button, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.reference import Reference

SEND = "desk.send"
"""The desk's action that sends a note to the agent, on `hotline:message:ID`."""


class Forwarding:
    """Makes a note of a reply, in the very words that the agent will read."""

    def __init__(self, parts: Parts) -> None:
        self._renderer = parts.renderer
        self._group_id = parts.settings.telegram.group_id
        self._language = parts.settings.network.language

    def actions(self) -> tuple[Action, ...]:
        """Return what the button under a reply does."""
        return (Action("network.forward", self.forward, Role.ANIMATOR),)

    async def forward(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show what would leave, once; the next press sends it, as any note."""
        session = turn.session
        reply = await session.get(SolicitationReply, reference.number, with_for_update=True)
        if reply is None or reply.person_id is None:
            return [Toast(STALE, alert=True)]
        if turn.incoming.place.chat_id != self._group_id:
            return [Toast(STALE, alert=True)]
        if reply.forwarded_at is not None:
            return [Toast(text("forwarded_already"), alert=True)]
        draft = await session.get_one(Solicitation, reply.solicitation_id)
        question = await hotline.question(session, draft.question_id)
        if question is None or await erased(session, question):
            return [Toast(STALE, alert=True)]
        asker = await session.get(Person, question.asker_id) if question.asker_id else None
        language = asker.language if asker else self._language
        note = await self._note(turn, reply, question.id, language, named=asker is not None)
        reply.forwarded_at, reply.forwarded_by = turn.now, turn.sender.person_id
        actor, subject = names.person(turn.sender.person_id or 0), question_reference(question.id)
        record(session, actor, "network.forward", subject, turn.now, reply=reply.id)
        send = Button(text("forward_button"), SEND, Reference("hotline", "message", str(note.id)))
        words = text("forward_note", words=note.text, files=len(note.files))
        return [Reply(words, ((send,),), about=topic_reference(question.id))]

    async def _note(
        self, turn: Turn, reply: SolicitationReply, number: int, language: str, *, named: bool
    ) -> QuestionMessage:
        """Write the note; whoever replied is named only to those who may contact them.

        Nobody is `named` to whoever asked by mail: that is not known to be a member.
        """
        lead = self._renderer.plain(await _lead(turn, reply, named=named), language)
        note = QuestionMessage(
            question_id=number,
            author=str(names.person(turn.sender.person_id or 0)),
            direction=Direction.NOTE.value,
            text=f"{lead}\n\n{reply.text}".strip(),
            entities=[],
            files=reply.files,
            album="",
            edited=False,
            update_id=turn.incoming.update_id,
            at=turn.now,
        )
        turn.session.add(note)
        await turn.session.flush()
        return note


async def _lead(turn: Turn, reply: SolicitationReply, *, named: bool) -> Text:
    person_id = reply.person_id or 0
    found = await consents.reachable(turn.session, [person_id], turn.now) if named else {}
    person = await turn.session.get(Person, person_id)
    name = person.name if person and person_id in found else ""
    return text("forward_lead", name=name, email=found.get(person_id, ""))
