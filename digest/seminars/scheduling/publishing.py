"""Publishing a meeting, and cancelling it, from its card."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.chat import Action, Redraw, Response, Turn
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import store
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.card import Screen, act
from digest.seminars.scheduling.dating import Dating, echoed
from digest.seminars.scheduling.names import words
from digest.seminars.scheduling.opening import Opening, alert, redrawn


@dataclass(frozen=True)
class Publishing:
    """Answers the presses that publish and cancel."""

    opening: Opening
    dating: Dating

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "seminars.publish": self.publish,
            "seminars.cancel": self.ask_to_cancel,
            "scheduling.cancel": self.cancel,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    async def publish(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Publish the meeting that the pressed message shows."""
        opened = await self.opening.press(turn, reference.number, version)
        if not isinstance(opened, Seminar):
            return opened
        if opened.state == State.DRAFT and plans.waiting_date(opened):
            return echoed(await self.dating.echo(turn, opened))
        parts, actor = self.opening.parts, actor_of(turn)
        if await store.publish(turn.session, parts, opened, turn.now, actor):
            untold = not opened.open_to_all and not await plans.groups(turn.session, opened.id)
            said = alert(words("published_untold")) if untold else ()
            return [*said, await self.opening.redrawn(turn, opened)]
        published = opened.state == State.PUBLISHED
        return alert(words("published_already" if published else "begun"))

    async def ask_to_cancel(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Ask whether a meeting is really to be cancelled, and say who would be told."""
        opened = await self.opening.press(turn, reference.number, version)
        if not isinstance(opened, Seminar):
            return opened
        if opened.state == State.PUBLISHED and turn.now >= opened.ends_at:
            return alert(words("begun"))
        draft = opened.state == State.DRAFT
        values = {**self.opening.facts(opened), "told": await self.opening.told(turn, opened)}
        sure = "delete_for_good_button" if draft else "cancel_for_good_button"
        keyboard = (
            (act(sure, "scheduling.cancel", opened),),
            (act("no_button", "scheduling.card", opened),),
        )
        return redrawn(Screen(words("cancelling", values), keyboard))

    async def cancel(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Cancel a meeting: whom it concerns is told, and nothing else ever leaves."""
        opened = await self.opening.press(turn, reference.number, version)
        if not isinstance(opened, Seminar):
            return opened
        if opened.state == State.PUBLISHED and turn.now >= opened.ends_at:
            return alert(words("begun"))
        plans.settle(opened)
        await store.cancel(turn.session, opened, turn.now, actor_of(turn))
        redraw: Redraw = await self.opening.redrawn(turn, opened)
        return [redraw]
