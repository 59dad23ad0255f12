"""Canned answers, « réponses types »: written once, put in a question's topic as a note to send."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.desk.models import CannedAnswer
from bot.desk.rules import filled, read_canned, read_title
from bot.desk.sending import noted
from bot.hotline import store
from bot.hotline.decide import Direction
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.words import topic_reference
from core.acts import record
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference

TEMPLATE = "chat/canned.html"
FORM = "desk.canned"
MOST = 40


class Canned:
    """What animators do with canned answers."""

    def __init__(self, parts: Parts) -> None:
        self._network = parts.settings.network.name

    def commands(self) -> tuple[Command, ...]:
        """Return the command that lists them."""
        return (Command("reponsestypes", self.list, Role.ANIMATOR, menu=words("menu")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "desk.canned": self.choose,
            "desk.canned_use": self.use,
            "desk.canned_show": self.show,
            "desk.canned_add": self.add,
            "desk.canned_edit": self.edit,
            "desk.canned_remove": self.remove,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def form(self) -> Form:
        """Return what is asked of a canned answer: a title and its text."""
        fields = (
            Field("title", words("title_question"), lambda said, _now: read_title(said)),
            Field("text", words("text_question"), _text),
        )
        return Form(FORM, fields, self.save, Role.ANIMATOR)

    async def list(self, turn: Turn) -> Sequence[Response]:
        """List the canned answers, each a button, and offer to write another."""
        rows = await _all(turn)
        keyboard: Keyboard = tuple(
            (_button(row.title, "desk.canned_show", row.id),) for row in rows
        )
        add = Button(words("add_button"), "desk.canned_add", Reference("desk", "canned", "0"))
        return [Reply(words("list", count=len(rows)), (*keyboard, (add,)))]

    async def show(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show one as it is written, placeholders included."""
        row = await _one(turn, subject)
        if row is None:
            return [Toast(words("gone"), alert=True)]
        edit = Button(words("edit_button"), "desk.canned_edit", subject)
        remove = Button(words("remove_button"), "desk.canned_remove", subject)
        return [Reply(words("canned", title=row.title, body=row.text), ((edit, remove),))]

    async def add(self, _turn: Turn, _subject: Reference, _version: int) -> Sequence[Response]:
        """Ask for a new one."""
        return [Ask(FORM, {"id": 0})]

    async def edit(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask for the text anew; the title stays."""
        row = await _one(turn, subject)
        if row is None:
            return [Toast(words("gone"), alert=True)]
        return [Ask(FORM, {"id": row.id, "title": row.title})]

    async def save(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write a new one, or the new text of one."""
        subject = Reference("desk", "canned", str(values["id"]))
        row = await _one(turn, subject)
        if row is None:
            row = CannedAnswer(title=values["title"], text="", updated_at=turn.now)
            turn.session.add(row)
        row.text, row.written_by, row.updated_at = values["text"], turn.sender.person_id, turn.now
        await turn.session.flush()
        _act(turn, "canned.save", row)
        return [Reply(words("saved", title=row.title))]

    async def remove(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Take one out of the list."""
        row = await _one(turn, subject)
        if row is None:
            return [Toast(words("gone"), alert=True)]
        row.removed_at = turn.now
        _act(turn, "canned.remove", row)
        return [Redraw(words("removed", title=row.title))]

    async def choose(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """List them under a question, each a button that fills it in."""
        question = await store.question(turn.session, subject.number)
        if question is None:
            return [Toast(words("gone"), alert=True)]
        rows = await _all(turn)
        if not rows:
            return [Toast(words("none"), alert=True)]
        keyboard: Keyboard = tuple(
            (_button(row.title, "desk.canned_use", f"{question.id}-{row.id}"),) for row in rows
        )
        about = topic_reference(question.id)
        return [Reply(words("which", number=question.id), keyboard, about=about)]

    async def use(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Fill one in for a question, as a note: an animator reads it before it leaves."""
        number, _, identity = subject.id.partition("-")
        question = await store.question(turn.session, _canned(number).number)
        row = await _one(turn, _canned(identity))
        if question is None or row is None:
            return [Toast(words("gone"), alert=True)]
        body = filled(row.text, await self._values(turn, question))
        message = QuestionMessage(
            question_id=question.id,
            author=str(Party("person", str(turn.sender.person_id))),
            direction=Direction.NOTE.value,
            text=body,
            update_id=turn.incoming.update_id,
            at=turn.now,
        )
        turn.session.add(message)
        await turn.session.flush()
        _, keyboard = noted(message, question)
        return [Redraw(words("ready", title=row.title, body=body), keyboard)]

    async def _values(self, turn: Turn, question: Question) -> Mapping[str, str]:
        """Return what placeholders stand for; who asks discreetly is not named in the topic."""
        known = {
            "numero": str(question.id),
            "animateur": turn.sender.name,
            "reseau": self._network,
        }
        if question.discreet or question.asker_id is None:  # nothing is known of who writes mails
            return known
        asker = await turn.session.get_one(Person, question.asker_id)
        territory = await store.territory_name(turn.session, question.territory_id)
        return known | {
            "prenom": asker.given_name,
            "nom": asker.family_name,
            "territoire": territory,
        }


def words(block: str, **values: object) -> Text:
    """Return words of the template of canned answers."""
    return Text(TEMPLATE, block, values)


async def _all(turn: Turn) -> Sequence[CannedAnswer]:
    rows = await turn.session.scalars(
        select(CannedAnswer)
        .where(CannedAnswer.removed_at.is_(None))
        .order_by(CannedAnswer.title, CannedAnswer.id)
        .limit(MOST)
    )
    return rows.all()


async def _one(turn: Turn, subject: Reference) -> CannedAnswer | None:
    row = await turn.session.get(CannedAnswer, subject.number, with_for_update=True)
    return row if row is not None and row.removed_at is None else None


def _button(title: str, action: str, identity: int | str) -> Button:
    return Button(words("title_button", title=title), action, _canned(identity))


def _canned(identity: int | str) -> Reference:
    return Reference("desk", "canned", str(identity) or "-")


def _act(turn: Turn, verb: str, row: CannedAnswer) -> None:
    actor = Party("person", str(turn.sender.person_id))
    record(turn.session, actor, verb, _canned(row.id), turn.now)


def _text(said: str, _now: datetime) -> str:
    return read_canned(said)
