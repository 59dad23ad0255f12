"""The « bon à diffuser » in chat: asked for, given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.chat import Action, Redraw, Response, Toast, Turn
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference
from digest.letter import names as letter
from digest.letter.approving import names, store
from digest.letter.approving.rules import Outcome, Refusal
from digest.letter.decide import State
from digest.letter.desk import screens
from digest.letter.desk.opening import Opening, Place, closed
from digest.letter.examining.rules import with_dates_of
from digest.letter.rendering import words


@dataclass(frozen=True)
class Approvals:
    """Answers the presses that ask for it, and that give it."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("letter.ask", self.ask, Role.ANIMATOR),
            Action("letter.approve", self.approve, Role.ANIMATOR),
        )

    async def ask(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for it, by mail too; what is not ready says what to mend."""
        opened = await self._ready(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        asker = store.Asker(letter.actor_of(turn), turn.sender.name)
        count = await store.ask(turn.session, self.opening.parts, opened.edition, asker, turn.now)
        screen = await self.opening.overview(turn.session, opened.edition)
        toast = Toast(words("asked", {"count": count}), alert=True)
        return [toast, Redraw(screen.text, screen.keyboard)]

    async def approve(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give it to the version that the pressed message shows."""
        opened = await self._ready(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        parts, edition = self.opening.parts, opened.edition
        by = store.Decider(await self._party(turn), turn.sender.name, "chat")
        outcome = await store.give(turn.session, parts, edition, by, turn.now)
        if outcome is Outcome.ALREADY:
            return [Toast(words("already_given"), alert=True)]
        shown = await self.opening.shown(turn.session, edition)
        screen = screens.overview(parts, shown)
        if outcome is Outcome.ONE_MORE:
            toast = Toast(words("one_more", {"count": shown.standing.missing}), alert=True)
            return [toast, Redraw(screen.text, screen.keyboard)]
        values = {"number": edition.number, "name": by.name, "at": turn.now}
        text = words("approved", {**values, "given_by": shown.standing.names})
        return [Redraw(text, screen.keyboard)]

    async def _ready(
        self, turn: Turn, reference: Reference, version: int
    ) -> Place | Sequence[Response]:
        """Return the edition of a press, ready for it; else what says what to mend."""
        opened = await self.opening.press(turn, reference, version, State.APPROVED)
        if not isinstance(opened, Place):
            return opened
        return self._refused(opened, turn.now) or opened

    def _refused(self, opened: Place, now: datetime) -> Sequence[Response]:
        """Say why it can be neither asked for nor given; what blocks is shown whole."""
        refusal = store.refusal_of(opened.edition)
        if refusal is None:
            return self._dates_passed(opened, now)
        if refusal is Refusal.CLOSED:
            return [Toast(closed(opened.edition), alert=True)]
        toast = Toast(words(refusal.value), alert=True)
        if refusal is not Refusal.BLOCKED:
            return [toast]
        screen = screens.examination_screen(self.opening.parts, opened.shown)
        return [toast, Redraw(screen.text, screen.keyboard)]

    def _dates_passed(self, opened: Place, now: datetime) -> Sequence[Response]:
        """Show once the dates that came near since the examination: the next press goes on."""
        found = opened.shown.examination
        if found is None:
            return []
        renewed, since = with_dates_of(found, opened.shown.items, now)
        if not since:
            return []
        opened.edition.examined = renewed.to_json()
        shown = replace(opened.shown, examination=renewed)
        screen = screens.examination_screen(self.opening.parts, shown)
        return [Toast(words("dates_passed"), alert=True), Redraw(screen.text, screen.keyboard)]

    async def _party(self, turn: Turn) -> Party:
        person = await turn.session.get(Person, turn.sender.person_id or 0)
        email = person.email if person else None
        return names.party_of(self.opening.parts, letter.actor_of(turn), email)
