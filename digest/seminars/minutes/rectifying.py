"""Final minutes put right: written again, then sent with the reason, to those who had them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Action, Ask, Field, Form, Reply, Response, Toast, Turn
from core.people.roles import Role
from core.reference import Reference
from digest.seminars.desk import actor_of
from digest.seminars.minutes import store
from digest.seminars.minutes.decide import Sending, State, judge_rectified
from digest.seminars.minutes.opening import Opening
from digest.seminars.minutes.rendering import words
from digest.seminars.minutes.writing import parse_line

FORM = "minutes.rectified"


@dataclass(frozen=True)
class Rectifying:
    """Answers the presses that put final minutes right."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("minutes.rectify", self.rectify, Role.ANIMATOR),
            Action("minutes.send_rectified", self.ask, Role.ANIMATOR),
            Action("minutes.give_up", self.give_up, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return what asks for the reason."""
        reason = Field("reason", words("reason_question"), parse_line)
        return (Form(FORM, (reason,), self.send, Role.ANIMATOR),)

    async def rectify(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Let final minutes be written again; what was sent still holds."""
        return await self._moved(turn, reference, version, State.FINAL)

    async def give_up(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Leave them as they were sent."""
        return await self._moved(turn, reference, version, State.RECTIFYING)

    async def _moved(
        self, turn: Turn, reference: Reference, version: int, before: State
    ) -> Sequence[Response]:
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        if found[1].state != before or found[1].version != version:
            return await self.opening.refused(turn, found, "stale")
        move = store.reopen if before is State.FINAL else store.give_up
        await move(turn.session, found[1], actor_of(turn), turn.now)
        return await self.opening.redrawn(turn, found)

    async def ask(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask why, before anything leaves."""
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        verdict = judge_rectified(await store.standing(turn.session, found[1]), version)
        if verdict is not Sending.READY:
            return await self.opening.refused(turn, found, verdict.value)
        return [Ask(FORM, {"minutes": found[1].id, "version": version})]

    async def send(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Send what is written in the place of what was final, unless it changed meanwhile."""
        found = await self.opening.of_form(turn, int(values["minutes"]))
        if found is None:
            return [Reply(words("gone"))]
        seminar, minutes = found
        standing = await store.standing(turn.session, minutes)
        verdict = judge_rectified(standing, int(values["version"]))
        if verdict is not Sending.READY:
            return [Reply(words(verdict.value)), *await self.opening.replied(turn, found)]
        parts, by = self.opening.parts, actor_of(turn)
        await store.send(
            turn.session, parts, seminar, minutes, State.FINAL, by, turn.now, values["reason"]
        )
        return await self.opening.replied(turn, found)
