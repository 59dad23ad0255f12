"""How a press or a form finds the minutes that it is about, and what shows them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Redraw, Reply, Response, Toast, Turn
from core.parts import Parts
from core.reference import Reference
from digest.seminars import store as seminars
from digest.seminars.decide import State as MeetingState
from digest.seminars.minutes import names, screens, sending, store
from digest.seminars.minutes.decide import State, may_write
from digest.seminars.minutes.models import Minutes
from digest.seminars.minutes.rendering import words
from digest.seminars.minutes.screens import Screen, Shown
from digest.seminars.models import Seminar

Found = tuple[Seminar, Minutes]


@dataclass(frozen=True)
class Opening:
    """Finds minutes for handlers, and shows them."""

    parts: Parts

    async def of_seminar(self, turn: Turn, reference: Reference) -> Found | None:
        """Return the minutes of a meeting that took place, begun if they are not."""
        seminar = await seminars.by_id(turn.session, reference.number, lock=True)
        if seminar is None or not took_place(seminar, turn):
            return None
        return seminar, await store.opened(turn.session, seminar, turn.now)

    async def of_press(self, turn: Turn, reference: Reference) -> Found | None:
        """Return the minutes of a press, held; the meeting is always held before them."""
        return await self.of_form(turn, reference.number)

    async def of_form(self, turn: Turn, identity: int) -> Found | None:
        """Return the minutes of a form, held."""
        seen = await store.by_id(turn.session, identity)
        if seen is None:
            return None
        seminar = await seminars.by_id(turn.session, seen.seminar_id, lock=True)
        minutes = await store.by_id(turn.session, identity, lock=True)
        return None if seminar is None or minutes is None else (seminar, minutes)

    async def to_write(
        self, turn: Turn, reference: Reference, version: int
    ) -> Found | Sequence[Response]:
        """Return the minutes of a press that changes them; else what says why it does not."""
        found = await self.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        if not may_write(State(found[1].state)):
            return await self.refused(turn, found, "closed")
        if found[1].version != version:
            return await self.refused(turn, found, "stale")
        return found

    async def refused(self, turn: Turn, found: Found, block: str) -> Sequence[Response]:
        """Say why nothing was done, and show the minutes as they stand."""
        return [Toast(words(block), alert=True), *await self.redrawn(turn, found)]

    async def shown(self, session: AsyncSession, found: Found) -> Shown:
        """Return minutes as the chat shows them."""
        seminar, minutes = found
        final = await store.last_version(session, minutes.id, State.FINAL)
        return Shown(
            seminar=seminar,
            minutes=minutes,
            standing=await store.standing(session, minutes),
            counts=await store.counts(session, seminar.id),
            readers=len(await sending.readers(session, seminar)),
            observations=len(await store.observations(session, minutes.id)),
            rectified_at=final.sent_at if final and final.counts.get("reason") else None,
        )

    async def screen(self, session: AsyncSession, found: Found) -> Screen:
        """Return the screen of minutes."""
        return screens.overview(self.parts, await self.shown(session, found))

    async def redrawn(self, turn: Turn, found: Found) -> Sequence[Response]:
        """Show minutes in the place of the pressed message."""
        screen = await self.screen(turn.session, found)
        return [Redraw(screen.text, screen.keyboard)]

    async def replied(self, turn: Turn, found: Found) -> Sequence[Response]:
        """Show minutes below what was written."""
        screen = await self.screen(turn.session, found)
        about = names.minutes_reference(found[1].id)
        return [Reply(screen.text, screen.keyboard, about=about)]


def took_place(seminar: Seminar, turn: Turn) -> bool:
    """Say whether a meeting is over: only then are there minutes of it."""
    return seminar.state == MeetingState.PUBLISHED and turn.now >= seminar.ends_at
