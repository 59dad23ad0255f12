"""The animators' screen about reminders: what was said, what will be, and changing that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core import acts
from core.chat import Action, Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party, Reference
from digest.seminars import names, store
from digest.seminars.models import Announcement, Seminar
from digest.seminars.reminding import announcements, register
from digest.seminars.reminding.contents import words
from digest.seminars.reminding.decide import (
    BY_OFFSET,
    REMOVED,
    Progress,
    Refusal,
    What,
    chase_name,
    chase_refusal,
    opening,
)
from digest.seminars.reminding.register import Line
from digest.seminars.rendering import shown

MOST_SHOWN = 14
"""How many announcements fit in a message; the oldest are left out."""

MOST_BUTTONS = 4
"""How many of those to come have their buttons."""

Work = Callable[[Turn, Seminar, Announcement], Awaitable[Sequence[Response]]]


class Desk:
    """Answers the animators about what is said of a meeting."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        animator = Role.ANIMATOR
        return (
            Action("reminders.open", self.open, animator),
            Action("reminders.back", self.back, animator),
            Action("reminders.advance", self.ask_advance, animator),
            Action("reminders.advance_now", self.advance, animator),
            Action("reminders.remove", self.remove, animator),
            Action("reminders.restore", self.restore, animator),
            Action("reminders.chase", self.ask_chase, animator),
            Action("reminders.chase_now", self.chase, animator),
        )

    async def open(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show what was and will be said of a meeting."""
        seminar = await store.by_id(turn.session, reference.number)
        if seminar is None:
            return [Toast(words("gone"), alert=True)]
        screen = await self._screen(turn, seminar)
        return [Reply(screen.text, screen.keyboard, names.seminar_reference(seminar.id))]

    async def back(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show it again, in the place of the pressed message."""
        seminar = await store.by_id(turn.session, reference.number)
        if seminar is None:
            return [Toast(words("gone"), alert=True)]
        return [await self._screen(turn, seminar)]

    async def ask_advance(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Show what leaving now would mean, before it counts."""

        async def ask(turn: Turn, seminar: Seminar, row: Announcement) -> Sequence[Response]:
            found = await register.lines(turn.session, seminar)
            people = next(line.people for line in found if line.row.id == row.id)
            given = {**_said(row), "people": people, "leaves_at": self._leaves(seminar, turn)}
            confirm = _button("advance_now_button", "reminders.advance_now", _of(row), seminar)
            return [Redraw(words("advance", given), ((confirm,), (_back(seminar),)))]

        return await self._planned(turn, reference, version, ask)

    async def advance(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Have a reminder leave at once, or as soon as people are written to."""

        async def bring(turn: Turn, seminar: Seminar, row: Announcement) -> Sequence[Response]:
            row.due_at = min(row.due_at, self._leaves_at(seminar, turn.now))
            self._record(turn, seminar, "seminars.reminder_advanced", row)
            return [Toast(words("advanced")), await self._screen(turn, seminar)]

        return await self._planned(turn, reference, version, bring)

    async def remove(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give up a reminder; it can be put back while it is still to come."""

        async def give_up(turn: Turn, seminar: Seminar, row: Announcement) -> Sequence[Response]:
            row.state, row.reason = Progress.DROPPED.value, REMOVED
            row.settled_at = turn.now
            self._record(turn, seminar, "seminars.reminder_removed", row)
            return [Toast(words("removed")), await self._screen(turn, seminar)]

        return await self._planned(turn, reference, version, give_up)

    async def restore(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Put back a reminder that was given up."""

        async def put_back(turn: Turn, seminar: Seminar, row: Announcement) -> Sequence[Response]:
            row.state, row.reason, row.settled_at = Progress.PLANNED.value, None, None
            self._record(turn, seminar, "seminars.reminder_restored", row)
            return [Toast(words("restored")), await self._screen(turn, seminar)]

        return await self._planned(turn, reference, version, put_back, state=Progress.DROPPED)

    async def ask_chase(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show whom a chase would reach, before it counts."""
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        refused = await self._chase_refused(turn, seminar, version)
        if seminar is None or refused is not None:
            return [Toast(refused or words("gone"), alert=True)]
        silent = await register.count_invited(turn.session, seminar.id)
        given = {
            **shown(self._parts, seminar),
            "people": silent,
            "leaves_at": self._leaves(seminar, turn),
        }
        own = names.seminar_reference(seminar.id)
        confirm = _button("chase_now_button", "reminders.chase_now", own, seminar)
        return [Redraw(words("chase_asked", given), ((confirm,), (_back(seminar),)))]

    async def chase(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask again those who have not answered: once a day at most."""
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        refused = await self._chase_refused(turn, seminar, version)
        if seminar is None or refused is not None:
            return [Toast(refused or words("gone"), alert=True)]
        leaves_at = self._leaves_at(seminar, turn.now)
        name = chase_name(leaves_at)
        await announcements.plan(turn.session, seminar, What.CHASE, name, leaves_at)
        own = names.seminar_reference(seminar.id)
        acts.record(turn.session, _actor(turn), "seminars.chased", own, turn.now)
        return [Toast(words("chased")), await self._screen(turn, seminar)]

    async def _chase_refused(
        self, turn: Turn, seminar: Seminar | None, version: int
    ) -> Text | None:
        if seminar is None:
            return words("gone")
        if seminar.version != version:
            return words("stale")
        found = await register.lines(turn.session, seminar)
        refusal = chase_refusal(
            open_to_answers=store.takes_registrations(seminar, turn.now),
            silent=await register.count_invited(turn.session, seminar.id),
            chased=register.chased_at(found),
            leaves_at=self._leaves_at(seminar, turn.now),
        )
        return None if refusal is None else words(f"refused_{refusal}")

    async def _planned(
        self,
        turn: Turn,
        reference: Reference,
        version: int,
        work: Work,
        *,
        state: Progress = Progress.PLANNED,
    ) -> Sequence[Response]:
        """Do something about an announcement that is still to come, its meeting being locked."""
        found = await turn.session.get(Announcement, reference.number)
        seminar = found and await store.by_id(turn.session, found.seminar_id, lock=True)
        if found is None or not seminar or seminar.version != version:
            return [Toast(words("stale"), alert=True)]
        row = await turn.session.get_one(
            Announcement, found.id, with_for_update=True, populate_existing=True
        )
        if not store.takes_registrations(seminar, turn.now):
            return [Toast(words(f"refused_{Refusal.BEGUN}"), alert=True)]
        late = state is Progress.DROPPED and (row.reason != REMOVED or row.due_at <= turn.now)
        if What(row.what) not in BY_OFFSET or row.state != state or late:
            return [Toast(words("settled"), alert=True), await self._screen(turn, seminar)]
        return await work(turn, seminar, row)

    async def _screen(self, turn: Turn, seminar: Seminar) -> Redraw:
        found = await register.lines(turn.session, seminar)
        given = {
            **shown(self._parts, seminar),
            "state": seminar.state,
            "begun": turn.now >= seminar.starts_at,
            "lines": [_shown(line) for line in found[-MOST_SHOWN:]],
            "silent": await register.count_invited(turn.session, seminar.id),
        }
        return Redraw(words("screen", given), self._keyboard(turn, seminar, found))

    def _keyboard(self, turn: Turn, seminar: Seminar, found: Sequence[Line]) -> Keyboard:
        if not store.takes_registrations(seminar, turn.now):
            return ()
        own = names.seminar_reference(seminar.id)
        rows = [
            _buttons(line.row, seminar)
            for line in found
            if What(line.row.what) in BY_OFFSET and _can_change(line.row, turn.now)
        ]
        chase = _button("chase_button", "reminders.chase", own, seminar)
        return (*rows[:MOST_BUTTONS], (chase,))

    def _leaves_at(self, seminar: Seminar, now: datetime) -> datetime:
        return opening(self._parts.settings.seminars.reminder_hour, seminar.starts_at, now)

    def _leaves(self, seminar: Seminar, turn: Turn) -> datetime | None:
        """Return when it would leave, when that is not at once."""
        leaves_at = self._leaves_at(seminar, turn.now)
        return leaves_at if leaves_at > turn.now else None

    def _record(self, turn: Turn, seminar: Seminar, verb: str, row: Announcement) -> None:
        own = names.seminar_reference(seminar.id)
        acts.record(turn.session, _actor(turn), verb, own, turn.now, name=row.name)


def _can_change(row: Announcement, now: datetime) -> bool:
    if row.state == Progress.DROPPED:
        return row.due_at > now
    return row.state == Progress.PLANNED


def _buttons(row: Announcement, seminar: Seminar) -> tuple[Button, ...]:
    if row.state == Progress.DROPPED:
        return (_button("restore_button", "reminders.restore", _of(row), seminar, _said(row)),)
    remove = _button("remove_button", "reminders.remove", _of(row), seminar, _said(row))
    if not _said(row)["days"]:  # a chase that was asked for leaves as soon as it can
        return (remove,)
    return _button("advance_button", "reminders.advance", _of(row), seminar, _said(row)), remove


def _button(
    block: str,
    action: str,
    reference: Reference,
    seminar: Seminar,
    values: Mapping[str, Any] | None = None,
) -> Button:
    return Button(words(block, values), action, reference, seminar.version)


def _back(seminar: Seminar) -> Button:
    own = names.seminar_reference(seminar.id)
    return _button("back_button", "reminders.back", own, seminar)


def _of(row: Announcement) -> Reference:
    return Reference("reminders", "announcement", str(row.id))


def _said(row: Announcement) -> dict[str, Any]:
    """Return how an announcement is named: `days` before, or what it says."""
    days = row.name.partition("/")[0].removeprefix("J-") if row.name.startswith("J-") else ""
    return {"what": row.what, "days": days}


def _shown(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        **_said(row),
        "progress": row.state,
        "reason": row.reason or "",
        "at": row.settled_at if row.state == Progress.POSTED else row.due_at,
        "people": line.people,
        "sent": line.sent,
        "waiting": line.waiting,
        "doubtful": line.doubtful,
        "resent": line.resent,
        "unsent": list(line.unsent.items()),
    }


def _actor(turn: Turn) -> Party:
    if turn.sender.person_id is None:
        return Party("account", turn.sender.account)
    return names.person_party(turn.sender.person_id)
