"""The contract in chat: `/echeances`, and noting what was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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
    Toast,
    Turn,
)
from core.errors import InputError
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from core.working_time import paris_day
from digest.seminars import names as seminar_names
from digest.seminars import store as seminars
from digest.seminars.desk import actor_of
from digest.seminars.obligations import decide, names, store, words
from digest.seminars.obligations.decide import Standing
from digest.seminars.obligations.models import ObligationDone
from digest.seminars.obligations.words import said
from digest.seminars.rendering import shown
from digest.seminars.scheduling.card import card_reply

FORM = "obligations.note"
LONGEST = 300
SHOWN = 12
"""How many lines fit in one message; what is late comes first."""

NOTHING = "-"


class Desk:
    """Answers the animators about the contract; heads may read."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def commands(self) -> tuple[Command, ...]:
        """Return the command that shows every obligation."""
        menu = words.words("menu")
        return (Command("echeances", self.show, Role.ANIMATOR, ("obligations",), menu, Role.HEAD),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("obligations.show", self.again, Role.ANIMATOR),
            Action("obligations.note", self.ask, Role.ANIMATOR),
            Action("obligations.undo", self.undo, Role.ANIMATOR),
            Action("obligations.report", self.report, Role.ANIMATOR),
            Action("obligations.card", self.card, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks for a few words about what was done."""
        none = ((Button(words.words("no_note_button"), NOTHING),),)
        field = Field("words", words.words("note_question"), parse_note, none)
        return (Form(FORM, (field,), self.note, Role.ANIMATOR),)

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Say where every obligation stands, what is late first."""
        found = await store.standings(turn.session, self._parts.settings, turn.now)
        today = paris_day(turn.now)
        lines = decide.folded(decide.in_order(found, today), today)
        text = words.words(
            "list",
            lines=[{**said(one, today), "others": others} for one, others in lines[:SHOWN]],
            more=max(0, len(lines) - SHOWN),
        )
        keyboard: Keyboard = ()
        if Role.ANIMATOR in turn.sender.roles:
            missing = [one for one, _others in lines[:SHOWN] if one.missing]
            keyboard = tuple((words.done_button(one, "done_of_button"),) for one in missing)
        return [Reply(text, keyboard)]

    async def again(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Say it in a message of its own: what was pressed stays."""
        return await self.show(turn)

    async def ask(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for a few words about what was done."""
        standing = await self._standing(turn, reference)
        if standing is None or standing.by_hand != version:
            return [Toast(words.words("stale"), alert=True)]
        if not standing.missing:
            return [Toast(words.words("met"), alert=True)]
        code, period = standing.obligation.code, standing.period.name
        rank = await store.next_rank(turn.session, code, period)
        return [Ask(FORM, {"reference": str(reference), "rank": rank})]

    async def note(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Note that it is done, unless it was meanwhile."""
        reference = Reference.parse(values["reference"])
        standing = await self._standing(turn, reference)
        if standing is None:
            return [Reply(words.words("stale"))]
        if not standing.missing:
            return [Reply(words.words("met"))]
        row = await store.note(
            turn.session, standing.obligation.code, standing.period.name, values["rank"],
            values["words"], actor_of(turn), turn.now,
        )  # fmt: skip
        if row is None:
            return [Reply(words.words("stale"))]
        after = await self._standing(turn, reference) or standing
        values = {**said(after, paris_day(turn.now)), "note": row.note}
        return [Reply(words.words("noted", **values), ((_undo_button(row),),))]

    async def undo(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Forget what was noted by mistake."""
        row = await store.take_back(turn.session, reference.number, actor_of(turn), turn.now)
        if row is None:
            return [Toast(words.words("undone_already"), alert=True)]
        again = words.every_button()
        if row.reference is not None:
            again = words.report_button(Reference.parse(row.reference))
        return [Redraw(words.words("undone"), ((again,),))]

    async def report(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note that a committee's report was handed over."""
        found = await store.meeting(turn.session, reference.number)
        if found is None:
            return [Toast(words.words("gone"), alert=True)]
        seminar, meeting = found
        code = names.report_code(seminar.id)
        if not meeting.has_report:
            about = seminar_names.seminar_reference(seminar.id)
            await store.note(
                turn.session, code, decide.ONCE, 1, "", actor_of(turn), turn.now, about
            )
        keyboard = tuple(
            (_undo_button(row),) for row in await store.noted(turn.session, code, decide.ONCE)
        )
        return [Redraw(words.words("reported", **shown(self._parts, seminar)), keyboard)]

    async def card(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show the meeting as it is now, in a message of its own: the notice stays."""
        seminar = await seminars.by_id(turn.session, reference.number)
        if seminar is None:
            return [Toast(words.words("gone"), alert=True)]
        return [await card_reply(turn, self._parts, seminar)]

    async def _standing(self, turn: Turn, reference: Reference) -> Standing | None:
        return await store.standing_of(turn.session, self._parts.settings, reference, turn.now)


def _undo_button(row: ObligationDone) -> Button:
    return Button(words.words("undo_button"), "obligations.undo", names.done_reference(row.id))


def parse_note(text: str, _now: datetime) -> str:
    """Read a few words, or none. Raises InputError: `note_long`."""
    note = " ".join(text.split())
    if len(note) > LONGEST:
        raise InputError("note_long")
    return "" if note == NOTHING else note
