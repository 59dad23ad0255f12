"""The buttons of a sending: pause, go on, stop for good, let leave late."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Action, Redraw, Reply, Response, Toast, Turn
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from digest.letter import editions, names
from digest.letter.decide import State, Verdict, judge, may_become
from digest.letter.models import Edition
from digest.letter.sending import overdue, pausing, shown
from digest.letter.sending.counting import tally
from digest.letter.sending.progress import Progress
from digest.letter.sending.rules import stamp
from digest.letter.sending.shown import words


class SendingDesk:
    """Answers the animators about a sending."""

    def __init__(self, parts: Parts, progress: Progress) -> None:
        self._parts = parts
        self._progress = progress

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "letter.pause": self.pause,
            "letter.resume": self.resume,
            "letter.stop": self.stop,
            "letter.stop_for_good": self.stop_for_good,
            "letter.stop_not": self.stop_not,
            "letter.send_late": self.send_late,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    async def pause(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Let nothing more leave for now."""
        edition = await editions.by_number(turn.session, reference.number, lock=True)
        if edition is None or not may_become(State(edition.state), State.PAUSED):
            return [_too_late(edition)]
        await pausing.pause(turn.session, edition, names.actor_of(turn), turn.now)
        await self._progress.redraw(turn.session, edition, turn.now)
        return [Toast(words("paused"))]

    async def resume(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Go on."""
        edition = await self._paused(turn, reference, version)
        if edition is None:
            return [await self._not_paused(turn, reference)]
        await pausing.resume(turn.session, edition, names.actor_of(turn), turn.now)
        await self._progress.redraw(turn.session, edition, turn.now)
        return [Toast(words("resumed"))]

    async def stop(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask whether the rest is really not to leave."""
        edition = await self._paused(turn, reference, version)
        if edition is None:
            return [await self._not_paused(turn, reference)]
        count = await tally(turn.session, edition.number)
        text, keyboard = shown.stopping(edition, count, version)
        return [Reply(text, keyboard, reference)]

    async def stop_for_good(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Cancel what has not left."""
        edition = await self._paused(turn, reference, version)
        if edition is None:
            return [await self._not_paused(turn, reference)]
        count = await pausing.stop(turn.session, edition, names.actor_of(turn), turn.now)
        await self._progress.redraw(turn.session, edition, turn.now)
        values = {"number": edition.number, "count": count, "name": turn.sender.name}
        return [Redraw(words("stopped", values))]

    async def stop_not(
        self, _turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Leave the sending as it is."""
        return [Redraw(words("not_stopped", {"number": reference.number}))]

    async def send_late(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Let an overdue edition leave after all."""
        edition = await editions.by_number(turn.session, reference.number, lock=True)
        if edition is None:
            return [_too_late(edition)]
        verdict = judge(State(edition.state), edition.version, version, State.SENDING)
        if verdict is not Verdict.GO or edition.state != State.APPROVED:
            return [_too_late(edition)]
        overdue.confirm(turn.session, edition, names.actor_of(turn), turn.now)
        values = {"number": edition.number, "name": turn.sender.name}
        return [Redraw(words("confirmed_late", values))]

    async def _paused(self, turn: Turn, reference: Reference, version: int) -> Edition | None:
        """Return the edition, if it is in the very pause that a button was shown for."""
        edition = await editions.by_number(turn.session, reference.number, lock=True)
        if edition is None or edition.state != State.PAUSED or edition.paused_at is None:
            return None
        return edition if stamp(edition.paused_at) == version else None

    async def _not_paused(self, turn: Turn, reference: Reference) -> Toast:
        return _too_late(await editions.by_number(turn.session, reference.number))


async def standing(
    session: AsyncSession, parts: Parts, edition: Edition, now: datetime
) -> Reply | None:
    """Return what `/lettre` says of an edition that is being sent, paused or overdue; else None."""
    reference = names.edition_reference(edition.number)
    if edition.state in {State.SENDING, State.PAUSED}:
        count = await tally(session, edition.number, now)
        return Reply(shown.progress(edition, count, now), shown.keyboard(edition), reference)
    if edition.state == State.APPROVED and overdue.is_overdue(parts, edition, now):
        text, keyboard = overdue.question(edition)
        return Reply(text, keyboard, reference)
    return None


def _too_late(edition: Edition | None) -> Toast:
    state = edition.state if edition else State.CANCELLED.value
    return Toast(words("no_more", {"state": state}), alert=True)
