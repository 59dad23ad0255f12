"""Who speaks at a meeting, and who animates it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Action, Ask, Button, Form, Response, Turn
from core.people.roles import Role
from core.reference import Reference
from digest.seminars.models import Seminar, Speaker
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.card import Screen, back
from digest.seminars.scheduling.forms import Finish, speaker_form
from digest.seminars.scheduling.names import (
    field_reference,
    read_field,
    read_row,
    row_reference,
    words,
)
from digest.seminars.scheduling.opening import Opening, note, redrawn, replied


@dataclass(frozen=True)
class Speakers:
    """Lists, adds and removes speakers and animators."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "scheduling.speakers": self.show,
            "scheduling.add": self.ask,
            "scheduling.remove": self.remove,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def forms(self) -> tuple[Form, ...]:
        """Return what is asked of somebody who speaks or animates."""
        return (
            speaker_form("speaker", self._finish("speaker")),
            speaker_form("animator", self._finish("animator")),
        )

    async def show(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """List them."""
        identity, _field = read_field(reference)
        opened = await self.opening.press(turn, identity, version)
        return redrawn(await self._screen(turn, opened)) if isinstance(opened, Seminar) else opened

    async def ask(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask who speaks, or animates."""
        identity, part = read_field(reference)
        opened = await self.opening.press(turn, identity, version)
        if not isinstance(opened, Seminar):
            return opened
        known = {"seminar": opened.id}
        if part == "animator":
            return [Ask("scheduling.animator", known)]
        return [Ask("scheduling.speaker", known)]

    async def remove(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take somebody off the list."""
        identity, number = read_row(reference)
        opened = await self.opening.press(turn, identity, version)
        if not isinstance(opened, Seminar):
            return opened
        row = await turn.session.get(Speaker, number)
        if row is not None and row.seminar_id == opened.id:
            await turn.session.delete(row)
            await turn.session.flush()
            note(turn, opened, "speakers")
        return redrawn(await self._screen(turn, opened))

    def _finish(self, part: str) -> Finish:
        async def finish(turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
            opened = await self.opening.of_form(turn, int(values["seminar"]))
            if not isinstance(opened, Seminar):
                return opened
            name, function, organisation = values["value"]
            turn.session.add(
                Speaker(
                    seminar_id=opened.id,
                    name=name,
                    function=function,
                    organisation=organisation,
                    part=part,
                    party=await plans.party_named(turn.session, name),
                )
            )
            await turn.session.flush()
            note(turn, opened, "speakers")
            return replied(await self._screen(turn, opened), opened)

        return finish

    async def _screen(self, turn: Turn, seminar: Seminar) -> Screen:
        people = await plans.speakers(turn.session, seminar.id)
        said = [
            {
                "part": each.part,
                "who": ", ".join(filter(None, (each.name, each.function, each.organisation))),
            }
            for each in people
        ]
        rows = tuple(
            (Button(words("remove_button", {"name": each.name}), "scheduling.remove",
                    row_reference(seminar.id, each.id), seminar.version),)
            for each in people
        )  # fmt: skip
        add = tuple(
            (Button(words(f"add_{part}_button"), "scheduling.add",
                    field_reference(seminar.id, part), seminar.version),)
            for part in ("speaker", "animator")
        )  # fmt: skip
        values = {**self.opening.facts(seminar), "people": said}
        return Screen(words("speakers", values), (*add, *rows, back(seminar)))
