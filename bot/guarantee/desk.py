"""`/absence`: an animator tells, sees and calls off their own absences."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.guarantee import absences, names
from bot.guarantee.days import parse_days
from bot.guarantee.models import Absence
from bot.guarantee.words import text
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
    Toast,
    Turn,
)
from core.errors import InputError
from core.people.models import Person
from core.people.roles import Role
from core.people.store import people_with_role
from core.reference import Reference
from core.working_time import Days, paris_day

FORM = "guarantee.absence"
LONGEST_WORDS = 300
USUAL = "-"
"""What is answered for the usual words of an absence notice."""

NOBODY = 0


class AbsenceDesk:
    """Answers animators about their absences."""

    def commands(self) -> tuple[Command, ...]:
        """Return the command that tells an absence."""
        menu = text("menu")
        return (Command("absence", self.command, Role.ANIMATOR, ("conge",), menu=menu),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons of an absence do."""
        return (
            Action("guarantee.stand", self.choose, Role.ANIMATOR),
            Action("guarantee.off", self.call_off, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form of an absence."""
        usual = ((Button(text("usual_words_button"), USUAL),),)
        fields = (
            Field("days", text("days_question"), read_days),
            Field("words", text("words_question"), read_words, usual),
        )
        return (Form(FORM, fields, self.create, Role.ANIMATOR),)

    async def command(self, turn: Turn) -> Sequence[Response]:
        """Take the days that were given with the command, or show one's absences and ask."""
        if words := turn.incoming.argument.strip():
            try:
                return [Ask(FORM, {"days": read_days(words, turn.now)})]
            except InputError as error:
                return [Reply(text(error.what)), Ask(FORM)]
        rows = await absences.coming(turn.session, turn.sender.person_id or 0, turn.now)
        return [*[Reply(*await self._face(turn, row)) for row in rows], Ask(FORM)]

    async def create(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Note the absence, and show it: who stands in is chosen by a button."""
        session, person_id = turn.session, turn.sender.person_id
        if person_id is None:
            return [Reply(text("not_yours"))]
        days = Days(*(date.fromisoformat(day) for day in values["days"]))
        row = await absences.tell(session, person_id, days, values["words"], turn.now)
        self._record(turn, "absence.tell", row)
        return [Reply(*await self._face(turn, row))]

    async def choose(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Say who stands in during an absence; nobody is the whole team."""
        identity, _, substitute = chosen.id.partition("-")
        row = await self._own(turn, Reference(chosen.room, chosen.kind, identity))
        if isinstance(row, Toast):
            return [row]
        person_id = Reference(chosen.room, chosen.kind, substitute).number
        if person_id not in {NOBODY, *(each.id for each in await self._others(turn))}:
            return [Toast(text("cannot_stand_in"), alert=True)]
        row.substitute_id = person_id or None
        self._record(turn, "absence.substitute", row, substitute=person_id or None)
        return [Redraw(*await self._face(turn, row))]

    async def call_off(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Call an absence off, or come back earlier."""
        row = await self._own(turn, chosen)
        if isinstance(row, Toast):
            return [row]
        absences.call_off(row, turn.now)
        self._record(turn, "absence.cancel", row)
        block = "back" if row.cancelled_at is None else "called_off"
        return [Redraw(text(block, **_dates(row)))]

    async def _own(self, turn: Turn, chosen: Reference) -> Absence | Toast:
        """Return the absence of the person who presses, unless it is over."""
        row = await turn.session.get(Absence, chosen.number, with_for_update=True)
        if row is None or row.person_id != turn.sender.person_id:
            return Toast(text("not_yours"), alert=True)
        if row.cancelled_at is not None or row.last_day < paris_day(turn.now):
            return Toast(text("over"), alert=True)
        return row

    async def _others(self, turn: Turn) -> Sequence[Person]:
        found = await people_with_role(turn.session, Role.ANIMATOR, turn.now)
        return [person for person in found if person.id != turn.sender.person_id]

    async def _face(self, turn: Turn, row: Absence) -> tuple[Any, Keyboard]:
        person = await turn.session.get(Person, row.substitute_id) if row.substitute_id else None
        name = person.name if person else ""
        words = text("absence", substitute=name, words=row.words, **_dates(row))
        stand = [
            (_stand_in(row, each.id, text("stand_in_button", name=each.name)),)
            for each in await self._others(turn)
            if each.id != row.substitute_id
        ]
        if row.substitute_id:
            stand.append((_stand_in(row, NOBODY, text("nobody_button")),))
        begun = row.first_day < paris_day(turn.now)
        label = text("back_button" if begun else "call_off_button")
        off = Button(label, "guarantee.off", names.absence(row.id))
        return words, (*stand, (off,))

    def _record(self, turn: Turn, verb: str, row: Absence, **detail: int | None) -> None:
        actor = names.person(row.person_id)
        record(turn.session, actor, verb, names.absence(row.id), turn.now, **detail)


def read_days(words: str, now: datetime) -> list[str]:
    """Read the days of an absence, as dates. Raises InputError as `parse_days` does."""
    days = parse_days(words, paris_day(now))
    return [days.first.isoformat(), days.last.isoformat()]


def read_words(words: str, _now: datetime) -> str:
    """Read the words of an absence notice; the usual ones are empty. Raises InputError."""
    words = words.strip()
    if len(words) > LONGEST_WORDS:
        raise InputError("words_long")
    return "" if words == USUAL else words


def _stand_in(row: Absence, person_id: int, label: Any) -> Button:
    reference = Reference("guarantee", "absence", f"{row.id}-{person_id}")
    return Button(label, "guarantee.stand", reference)


def _dates(row: Absence) -> dict[str, datetime | bool]:
    days = Days(row.first_day, row.last_day)
    return {
        "first": absences.first_moment(days),
        "last": absences.last_moment(days),
        "single": row.first_day == row.last_day,
    }
