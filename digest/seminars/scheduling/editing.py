"""Changing what is known of a meeting, before it is published and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Action, Ask, Button, Form, Keyboard, Reply, Response, Toast, Turn
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import store
from digest.seminars.decide import State, is_committee
from digest.seminars.half_days import Hours
from digest.seminars.models import Seminar
from digest.seminars.registering.places import promote
from digest.seminars.reminding import announcements
from digest.seminars.scheduling.card import Screen, back
from digest.seminars.scheduling.dating import Dating
from digest.seminars.scheduling.decide import Edited, Step, grows, step
from digest.seminars.scheduling.forms import Finish, edit_forms, rest_form
from digest.seminars.scheduling.names import field_reference, read_field, words
from digest.seminars.scheduling.opening import Opening, alert, note, record, redrawn
from digest.seminars.scheduling.programmes import Programmes

PAIRS = (
    (Edited.TITLE, Edited.KIND),
    (Edited.WHEN, Edited.PLACE),
    (Edited.ACCESS, Edited.LINK),
    (Edited.PROGRAMME, Edited.CAPACITY),
    (Edited.MEALS, Edited.QUESTIONS),
    (Edited.REMINDERS, Edited.CHASES),
)
"""The buttons of the screen, two in a row."""

COLUMNS = {
    Edited.TITLE: "title",
    Edited.KIND: "kind",
    Edited.ACCESS: "access",
    Edited.MEALS: "meals",
    Edited.QUESTIONS: "questions",
    Edited.REMINDERS: "reminder_days",
    Edited.CHASES: "chase_days",
}
"""What is only written down."""

SWITCHES = ("open_to_all", "carpool", "audience")


@dataclass(frozen=True)
class Editing:
    """Answers the presses of the screen « Modifier »."""

    opening: Opening
    dating: Dating
    programmes: Programmes

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "scheduling.menu": self.menu,
            "scheduling.edit": self.ask,
            "scheduling.switch": self.switch,
            "scheduling.tell": self.tell,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def forms(self) -> tuple[Form, ...]:
        """Return what is asked about each thing."""
        return (rest_form(self.complete), *edit_forms(self._finish))

    async def menu(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show what can be changed."""
        opened = await self.opening.press(turn, reference.number, version)
        return redrawn(self._screen(opened)) if isinstance(opened, Seminar) else opened

    async def ask(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for another value of one thing. Raises NotARowError for a forged button."""
        identity, field = read_field(reference)
        opened = await self.opening.press(turn, identity, version)
        if not isinstance(opened, Seminar):
            return opened
        if field not in set(Edited):
            return alert(words("unknown"))
        if _step(opened, Edited(field), turn) is Step.LATE:
            return alert(words("begun"))
        return [Ask(f"scheduling.{field}", {"seminar": opened.id})]

    async def switch(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Turn one thing into its contrary. Raises NotARowError for a forged button."""
        identity, field = read_field(reference)
        opened = await self.opening.press(turn, identity, version)
        if not isinstance(opened, Seminar):
            return opened
        if field == "audience" and is_committee(opened.kind):
            opened.audience = "restricted" if opened.audience == "extended" else "extended"
        elif field == "open_to_all":
            opened.open_to_all = not opened.open_to_all
        elif field == "carpool":
            opened.carpool = not opened.carpool
        note(turn, opened, field)
        return redrawn(self._screen(opened))

    async def tell(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Tell whom it concerns that the programme changed."""
        opened = await self.opening.press(turn, reference.number, version)
        if not isinstance(opened, Seminar):
            return opened
        told = await self.opening.told(turn, opened)
        if not told:
            return [await self.opening.redrawn(turn, opened)]
        await store.rise(turn.session, self.opening.parts, opened, "programme", turn.now)
        record(turn, opened, "seminars.programme_told")
        return [
            Toast(words("told", {"count": told})),
            await self.opening.redrawn(turn, opened),
        ]

    async def complete(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write the place, the number of places and the programme of a new draft.

        What was passed is left as it is, and all of it is changed as one by one: another animator
        may have prepared, even published it meanwhile.
        """
        opened = await self.opening.of_form(turn, int(values["seminar"]))
        if not isinstance(opened, Seminar):
            return opened
        published, said = opened.state == State.PUBLISHED, list[Response]()
        if values["capacity"] is not None:
            said = [*await self._written(turn, opened, Edited.CAPACITY, values["capacity"])]
        if any(values["place"]):
            said = [*await self._written(turn, opened, Edited.PLACE, values["place"])]
        if any(values["programme"].values()):
            asked = said if published else []
            said = [*asked, *await self.programmes.given(turn, opened, values["programme"])]
        return said or await self.opening.shown(turn, opened)

    def _finish(self, edited: Edited) -> Finish:
        async def finish(turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
            opened = await self.opening.of_form(turn, int(values["seminar"]))
            if not isinstance(opened, Seminar):
                return opened
            if _step(opened, edited, turn) is Step.LATE:
                return [Reply(words("begun"))]
            if edited is Edited.WHEN:
                hours = [Hours.from_json(raw) for raw in values["value"]]
                return await self.dating.propose(turn, opened, hours, values.get("asks", ""))
            if edited is Edited.PROGRAMME:
                return await self.programmes.given(turn, opened, values["value"])
            return await self._written(turn, opened, edited, values["value"])

        return finish

    async def _written(
        self, turn: Turn, seminar: Seminar, edited: Edited, value: Any
    ) -> Sequence[Response]:
        if edited in {Edited.PLACE, Edited.LINK}:
            return await self._placed(turn, seminar, edited, value)
        before, was_committee = seminar.capacity, is_committee(seminar.kind)
        setattr(seminar, COLUMNS.get(edited, edited.value), value)
        if is_committee(seminar.kind) is not was_committee:
            seminar.audience, seminar.open_to_all = "", was_committee
        note(turn, seminar, edited.value)
        if seminar.state == State.PUBLISHED:
            parts, session = self.opening.parts, turn.session
            if edited is Edited.CAPACITY and grows(before, value):
                await promote(session, parts, seminar, turn.now)
            if edited in {Edited.REMINDERS, Edited.CHASES}:
                await announcements.replan(session, parts, seminar, turn.now)
        return await self.opening.shown(turn, seminar)

    async def _placed(
        self, turn: Turn, seminar: Seminar, edited: Edited, value: Any
    ) -> Sequence[Response]:
        """Write a place or a link, or say first who would be told; a link stays unless typed."""
        place, video_url = (seminar.place, value) if edited is Edited.LINK else value
        if edited is Edited.PLACE and video_url is None:
            video_url = seminar.video_url
        if (place, video_url) == (seminar.place, seminar.video_url):
            return await self.opening.shown(turn, seminar)
        if _step(seminar, edited, turn) is Step.CONFIRMED:
            return await self.dating.propose_place(turn, seminar, place, video_url)
        seminar.place, seminar.video_url = place, video_url
        note(turn, seminar, edited.value)
        return await self.opening.shown(turn, seminar)

    def _screen(self, seminar: Seminar) -> Screen:
        def edit(edited: Edited) -> Button:
            reference = field_reference(seminar.id, edited.value)
            label = words(f"edit_{edited}")
            return Button(label, "scheduling.edit", reference, seminar.version)

        rows = tuple((edit(first), edit(second)) for first, second in PAIRS)
        published = seminar.state == State.PUBLISHED
        values = {**self.opening.facts(seminar), "published": published}
        return Screen(words("menu_of_edits", values), (*rows, *_switches(seminar), back(seminar)))


def _switches(seminar: Seminar) -> Keyboard:
    """Return the buttons that turn something into its contrary, and the speakers' one."""
    labels = {
        "open_to_all": "open_button" if seminar.open_to_all else "closed_button",
        "carpool": "carpool_button" if seminar.carpool else "no_carpool_button",
        "audience": "extended_button" if seminar.audience == "extended" else "restricted_button",
    }
    shown = SWITCHES if is_committee(seminar.kind) else SWITCHES[:2]
    people = Button(
        words("edit_speakers"),
        "scheduling.speakers",
        field_reference(seminar.id, "speakers"),
        seminar.version,
    )
    switches = tuple(
        (Button(words(labels[name]), "scheduling.switch", field_reference(seminar.id, name),
                seminar.version),)
        for name in shown
    )  # fmt: skip
    return ((people,), *switches)


def _step(seminar: Seminar, edited: Edited, turn: Turn) -> Step:
    return step(edited, State(seminar.state), seminar.starts_at, seminar.ends_at, turn.now)
