"""The letter in the animators' chat: `/lettre`, and what is done to an edition as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.chat import Action, Ask, Button, Command, Form, Redraw, Reply, Response, Toast, Turn
from core.ledger import store as ledger
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from digest.letter import editions, names, slots
from digest.letter.approving.presses import Approvals
from digest.letter.decide import State
from digest.letter.desk import forms, screens
from digest.letter.desk.items import Items
from digest.letter.desk.opening import Opening, Place, closed, redrawn
from digest.letter.desk.opening_words import OpeningWords
from digest.letter.desk.testing import Testing
from digest.letter.editions import Contributors
from digest.letter.rendering import words
from digest.letter.sending.desk import standing
from digest.letter.sending.shown import correct_button


class Desk:
    """Answers the animators about the letter."""

    def __init__(self, parts: Parts, contributors: Contributors) -> None:
        self._parts = parts
        self._contributors = contributors
        self._opening = Opening(parts)
        self._items = Items(self._opening)
        self._words = OpeningWords(self._opening)
        self._approvals = Approvals(self._opening)
        self._testing = Testing(self._opening)

    def commands(self) -> tuple[Command, ...]:
        """Return the commands of the letter."""
        return (Command("lettre", self.show, Role.ANIMATOR, menu=words("menu")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "letter.compose": self.compose,
            "letter.desk": self.redraw,
            "letter.open": self.open,
            "letter.again": self.again,
            "letter.recompose": self.recompose,
            "letter.examination": self.examination,
            "letter.add": self.add,
            "letter.cancel": self.ask_to_cancel,
            "letter.cancel_for_good": self.cancel,
            "letter.resend": self.resend,
            "letter.leave": self.leave,
        }
        own = (Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())
        others = (self._items, self._words, self._approvals, self._testing)
        return (*own, *(action for part in others for action in part.actions()))

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that ask for words, a picture, an item."""
        return (
            forms.editorial_form(self._words.written),
            forms.picture_form(self._words.pictured),
            forms.picture_words_form(self._words.described),
            forms.words_form("title", self._items.written_title),
            forms.words_form("text", self._items.written_text),
            forms.words_form("note", self._items.written_note),
            forms.free_form(self._items.add),
        )

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Say where the letter stands, with what can be done about it."""
        edition = await editions.current(turn.session)
        if edition is None:
            return [await self._nothing_at_work(turn)]
        leaving = await standing(turn.session, self._parts, edition, turn.now)
        if leaving is not None:
            return [leaving]
        screen = await self._opening.overview(turn.session, edition)
        return [Reply(screen.text, screen.keyboard, names.edition_reference(edition.number))]

    async def redraw(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show an edition as it stands now, whatever the message showed."""
        edition = await editions.by_number(turn.session, reference.number)
        if edition is None or edition.state not in {State.IN_REVIEW, State.APPROVED}:
            return [Toast(closed(edition), alert=True)]
        return redrawn(await self._opening.overview(turn.session, edition))

    async def open(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Show where the letter stands in a message of its own: what was pressed stays."""
        return await self.show(turn)

    async def compose(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Compose the next edition now; its review arrives by the ledger."""
        await editions.alone_composing(turn.session)
        if await editions.current(turn.session) is not None:
            return [Toast(words("already_at_work"), alert=True)]
        edition = await editions.compose_edition(
            turn.session, self._parts, self._contributors, turn.now, names.actor_of(turn)
        )
        if edition is None:
            return [Toast(words("nothing_new"), alert=True)]
        return [Toast(words("composed", {"number": edition.number}))]

    async def again(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Say what composing again keeps and loses."""
        opened = await self._opening.press(turn, reference, version)
        return redrawn(screens.again_screen(opened.shown)) if isinstance(opened, Place) else opened

    async def recompose(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Choose the items of an edition again; an approval given before falls."""
        opened = await self._opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        changed = await editions.recompose(
            turn.session, self._parts, self._contributors, opened.edition, turn.now
        )
        if not changed:
            return [Toast(words("nothing_new"), alert=True)]
        await self._opening.changed(turn, opened.edition, "letter.recomposed")
        return [Redraw(words("replaced", {"number": opened.edition.number}))]

    async def examination(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Show what the examination found."""
        opened = await self._opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return redrawn(screens.examination_screen(self._parts, opened.shown))

    async def add(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for an item written by hand."""
        opened = await self._opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return [Ask("letter.free", {"edition": opened.edition.number})]

    async def ask_to_cancel(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Ask whether an edition that has not left is really to be given up."""
        opened = await self._opening.press(turn, reference, version, State.CANCELLED)
        return redrawn(screens.cancel_screen(opened.shown)) if isinstance(opened, Place) else opened

    async def cancel(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give up an edition that has not left."""
        opened = await self._opening.press(turn, reference, version, State.CANCELLED)
        if not isinstance(opened, Place):
            return opened
        editions.cancel(turn.session, opened.edition, names.actor_of(turn), turn.now)
        keyboard = ((Button(words("compose_button"), "letter.compose", names.NEXT_EDITION),),)
        return [Redraw(words("cancelled", {"number": opened.edition.number}), keyboard)]

    async def resend(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Send again the rows of which nobody knows whether they arrived."""
        ids = await _in_doubt(turn, reference)
        count = await ledger.resend(turn.session, ids, turn.now)
        return [Toast(words("resent" if count else "no_doubt", {"count": count}), alert=True)]

    async def leave(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Leave those rows as they are, for good."""
        ids = await _in_doubt(turn, reference)
        count = await ledger.leave(turn.session, ids, turn.now)
        return [Toast(words("left" if count else "no_doubt", {"count": count}), alert=True)]

    async def _nothing_at_work(self, turn: Turn) -> Reply:
        sent = await editions.archive(turn.session)
        values: Mapping[str, Any] = {
            "last": sent[0].number if sent else None,
            "last_at": sent[0].sending_at if sent else None,
            "next_at": await slots.due_at(turn.session, self._parts),
        }
        button = Button(words("compose_button"), "letter.compose", names.NEXT_EDITION)
        corrects = ((correct_button(sent[0].number),),) if sent and sent[0].sent_at else ()
        return Reply(words("at_rest", values), ((button,), *corrects))


async def _in_doubt(turn: Turn, reference: Reference) -> list[int]:
    held = await ledger.uncertain(turn.session, [names.EDITION, names.CORRECTION])
    return [row.id for row in held if row.cause == reference]
