"""Single people and outside guests, typed by animators; somebody's nominative invitation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from core.chat import Action, Ask, Button, DocumentToMake, Field, Form, Reply, Response, Toast, Turn
from core.people.directory import Listed, find
from core.people.roles import Role
from core.people.rules import resemblance
from core.printing import prints
from core.reference import Reference
from digest.seminars.desk import actor_of
from digest.seminars.inviting import names, paper, store
from digest.seminars.inviting.decide import Group, GroupKind
from digest.seminars.inviting.desk import Choosing, parse_search
from digest.seminars.inviting.opening import KINDS, Opening, Place, act, words
from digest.seminars.inviting.rules import (
    ON_A_PAGE,
    BadLine,
    TypedGuest,
    TypedGuests,
    parse_guests,
    read_guest,
)
from digest.seminars.models import Seminar

KEEP = "="
"""The answer that keeps the lines that were understood: nobody types it as a guest."""

SHOWN_LINES = 12
"""How many of the lines that were not understood are explained at once."""


@dataclass(frozen=True)
class Singling:
    """Answers the presses and the forms about people taken one by one."""

    opening: Opening
    choosing: Choosing

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "new_person": self.new_person,
            "new_guest": self.new_guest,
            "paper": self.paper,
            "pdf": self.pdf,
        }
        return tuple(
            Action(f"invitations.{name}", handler, Role.ANIMATOR)
            for name, handler in handlers.items()
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that ask for people."""
        keep = ((Button(words("keep_button"), KEEP),),)
        fields = {
            names.PERSON_FORM: (
                Field("words", words("person_question"), parse_search),
                self.found_people,
            ),
            names.PAPER_FORM: (
                Field("words", words("paper_question"), parse_search),
                self.found_papers,
            ),
            names.GUESTS_FORM: (Field("lines", words("guests_question"), read_lines), self.typed),
            names.AGAIN_FORM: (
                Field("lines", words("again_question"), read_lines, keep),
                self.typed,
            ),
        }
        return tuple(
            Form(name, (field,), finish, Role.ANIMATOR) for name, (field, finish) in fields.items()
        )

    async def new_person(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Ask for the name of somebody of the directory."""
        return await self._ask(turn, reference, version, names.PERSON_FORM)

    async def new_guest(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for people outside the directory."""
        return await self._ask(turn, reference, version, names.GUESTS_FORM)

    async def paper(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask whose nominative invitation is wanted."""
        return await self._ask(turn, reference, version, names.PAPER_FORM)

    async def _ask(
        self, turn: Turn, reference: Reference, version: int, form: str
    ) -> Sequence[Response]:
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        return [Ask(form, {"seminar": place.seminar.id})]

    async def found_people(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show who answers to what was typed, to be chosen among."""
        seminar = await self.opening.of_form(turn, values)
        if not isinstance(seminar, Seminar):
            return seminar
        found = await find(turn.session, values["words"], turn.now, ON_A_PAGE)
        there = [one for one in found if one.roles]
        index = KINDS.index(GroupKind.PERSON)
        rows = [
            (act(words("person_choice", _listed(one)), "add", seminar, index, one.person_id),)
            for one in there
        ]
        last = (
            act(words("again_person_button"), "new_person", seminar),
            act(words("back_button"), "overview", seminar),
        )
        text = words("people_found" if there else "people_not_found")
        return [Reply(text, (*rows, last))]

    async def typed(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Invite the guests who were typed; explain the lines that were not understood.

        While some are not, those that are wait: they are kept when the animator says so, or with
        the lines that were typed again.
        """
        seminar = await self.opening.of_form(turn, values)
        if not isinstance(seminar, Seminar):
            return seminar
        known = [read_guest(raw) for raw in values.get("good", ())]
        if values["lines"] == KEEP:
            return await self._invite(turn, seminar, known)
        read = parse_guests(values["lines"], known)
        if not read.bad:
            return await self._invite(turn, seminar, read.good)
        kept = {"seminar": seminar.id, "good": [one.as_json() for one in read.good]}
        explained = Reply(words("bad_lines", _explained(read)))
        if not read.good:
            return [explained, Ask(names.GUESTS_FORM, {"seminar": seminar.id})]
        return [explained, Ask(names.AGAIN_FORM, kept)]

    async def _invite(
        self, turn: Turn, seminar: Seminar, guests: Sequence[TypedGuest]
    ) -> Sequence[Response]:
        people = 0
        for guest in guests:
            party = await store.guest_group(turn.session, self.opening.parts, guest, turn.now)
            kind = GroupKind(party.kind)
            people += kind is GroupKind.PERSON
            group = Group(kind, str(party))
            await store.add_group(turn.session, seminar, group, turn.now, actor_of(turn))
        screen = await self.choosing.chooser(turn, seminar, GroupKind.GUEST, 0)
        told = words("guests_added", {"count": len(guests), "people": people})
        return [Reply(told), screen.replied(seminar)]

    async def found_papers(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show the invited people who answer to what was typed."""
        seminar = await self.opening.of_form(turn, values)
        if not isinstance(seminar, Seminar):
            return seminar
        every = await paper.addressees(turn.session, self.opening.parts, seminar, turn.now)
        found = [
            one
            for one in every
            if resemblance(values["words"], one.name, one.structure) is not None
        ][:ON_A_PAGE]
        rows = [
            (
                act(
                    words("person_choice", {"name": one.name, "places": one.structure}),
                    "pdf",
                    seminar,
                    one.registration,
                ),
            )
            for one in found
        ]
        back = (act(words("back_button"), "overview", seminar),)
        text = words("papers_found" if found else "papers_not_found")
        return [Reply(text, (*rows, back))]

    async def pdf(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give somebody's nominative invitation."""
        place = await self.opening.press(turn, reference, version, 2)
        if not isinstance(place, Place):
            return place
        parts, number = self.opening.parts, place.numbers[0]
        found = await paper.of_registration(turn.session, parts, number, turn.now)
        if found is None or found.seminar != place.seminar.id:
            return [Toast(words("papers_not_found"), alert=True)]
        if not prints():
            url = names.paper_url(parts, number)
            button = Button(words("print_button"), url=url)
            return [Reply(words("print_page"), ((button,),))]
        text = words("paper_caption", {"name": found.name})
        return [DocumentToMake(paper.FILE_NAME, partial(paper.pdf, parts, found, turn.now), text)]


def read_lines(text: str, _now: datetime) -> str:
    """Keep the lines that were typed; raise as `parse_guests` does when there are none, or many."""
    if text.strip() != KEEP:
        parse_guests(text)
    return text.strip()


def _listed(one: Listed) -> dict[str, str]:
    return {"name": one.name, "places": ", ".join(one.places)}


def _explained(read: TypedGuests) -> dict[str, Any]:
    def line(one: BadLine) -> dict[str, Any]:
        return {"number": one.number, "begins": one.begins, "reason": one.reason}

    return {
        "lines": [line(one) for one in read.bad[:SHOWN_LINES]],
        "more": max(0, len(read.bad) - SHOWN_LINES),
        "good": len(read.good),
    }
