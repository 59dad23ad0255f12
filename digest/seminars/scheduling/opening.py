"""How a press or a form finds the meeting that it is about, and what says that it is too late."""

from collections.abc import Sequence
from dataclasses import dataclass

from core import acts
from core.chat import Redraw, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from digest.seminars import names, store
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.card import Screen, card, card_reply, facts
from digest.seminars.scheduling.decide import SchoolHoliday, is_followed
from digest.seminars.scheduling.names import words


@dataclass(frozen=True)
class Opening:
    """Finds meetings for handlers, and shows them. `school` are the school holidays."""

    parts: Parts
    school: tuple[SchoolHoliday, ...] = ()

    async def press(
        self, turn: Turn, number: int, version: int | None = None
    ) -> Seminar | Sequence[Response]:
        """Return the meeting of a press, held; else what says why it is not what was seen."""
        seminar = await store.by_id(turn.session, number, lock=True)
        if seminar is None:
            return [Toast(words("unknown"), alert=True)]
        if version is not None and seminar.version != version:
            return [Toast(words("stale"), alert=True), await self.redrawn(turn, seminar)]
        if seminar.state == State.CANCELLED:
            return [Toast(words("cancelled_already"), alert=True)]
        return seminar

    async def of_form(self, turn: Turn, number: int) -> Seminar | Sequence[Response]:
        """Return the meeting that a form is about, held; else what says that it is too late."""
        seminar = await store.by_id(turn.session, number, lock=True)
        if seminar is None:
            return [Reply(words("unknown"))]
        if seminar.state == State.CANCELLED:
            return [Reply(words("cancelled_already"))]
        return seminar

    async def redrawn(self, turn: Turn, seminar: Seminar) -> Redraw:
        """Show the card in the place of the pressed message."""
        screen = await card(turn, self.parts, seminar)
        return Redraw(screen.text, screen.keyboard)

    async def shown(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        """Show the card in a message of its own."""
        return [await card_reply(turn, self.parts, seminar)]

    async def told(self, turn: Turn, seminar: Seminar, change: str = "") -> int:
        """Return how many people would be told of a change (`moved`) now; none for a draft."""
        if not is_followed(State(seminar.state), seminar.ends_at, turn.now):
            return 0
        return await plans.count_told(turn.session, seminar.id, change)

    def facts(self, seminar: Seminar) -> dict[str, object]:
        """Return what every screen says of a meeting."""
        return facts(self.parts, seminar, inside=False)


def replied(screen: Screen, seminar: Seminar) -> Sequence[Response]:
    """Show a screen in a message of its own."""
    return [Reply(screen.text, screen.keyboard, names.seminar_reference(seminar.id))]


def redrawn(screen: Screen) -> Sequence[Response]:
    """Show a screen in the place of the pressed message."""
    return [Redraw(screen.text, screen.keyboard)]


def alert(text: Text) -> Sequence[Response]:
    """Say why nothing was done."""
    return [Toast(text, alert=True)]


def note(turn: Turn, seminar: Seminar, field: str) -> None:
    """Note that somebody changed something of a meeting, of which nobody is told."""
    plans.record(turn.session, seminar, field, turn.now, actor_of(turn))


def record(turn: Turn, seminar: Seminar, verb: str) -> None:
    """Record what somebody did."""
    reference = names.seminar_reference(seminar.id)
    acts.record(turn.session, actor_of(turn), verb, reference, turn.now, version=seminar.version)
