"""The preview of invitations, before anything leaves: who, how, what, when; then their hold."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Action, Button, Document, Response, Toast, Turn
from core.ledger.draft import Draft
from core.ledger.store import post
from core.people.models import Person
from core.people.roles import Role
from core.reference import Reference
from core.spreadsheet import guarded
from digest.seminars import names as seminar_names
from digest.seminars import store as seminars
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.inviting import choosing, mails, names, reading, store
from digest.seminars.inviting.decide import (
    Candidate,
    Refusal,
    Way,
    by_way,
    fingerprint,
    refusal,
    way,
)
from digest.seminars.inviting.opening import (
    MOST_GROUPS,
    Opening,
    Place,
    Screen,
    act,
    words,
)
from digest.seminars.inviting.reading import Invited
from digest.seminars.inviting.waiting import Waiting
from digest.seminars.models import Seminar
from digest.seminars.reminding.decide import What, offsets
from digest.seminars.scheduling import store as plans

NAMED = 10
"""How many of those who cannot be reached are named; the list of names has all of them."""


@dataclass(frozen=True)
class Previewing:
    """Answers the presses about what is to leave."""

    opening: Opening
    message: Waiting

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "preview": self.preview,
            "names": self.names,
            "trial": self.trial,
            "publish": self.publish,
            "send": self.publish,
            "hold": self.hold,
        }
        return tuple(
            Action(f"invitations.{name}", handler, Role.ANIMATOR)
            for name, handler in handlers.items()
        )

    async def preview(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Say who will be invited and how, what they will receive and when."""
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        return (await self._screen(turn, place.seminar)).redrawn()

    async def names(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give the list of names, as a spreadsheet without any address."""
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        seminar = place.seminar
        found = await self.opening.invited(turn, seminar)
        data = await self._spreadsheet(turn, seminar, found)
        values = {**self.opening.facts(seminar), "count": len(found.people)}
        return [Document(f"invites-{seminar.id}.csv", data, words("names_caption", values))]

    async def trial(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Send the invitation to the address that the directory has of whoever pressed."""
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        person = await turn.session.get(Person, turn.sender.person_id or 0)
        if person is None or not person.email:
            return [Toast(words("trial_no_address"), alert=True)]
        seminar = place.seminar
        draft = Draft(
            kind=names.TRIAL,
            slot=f"seminar:{seminar.id}/trial/{turn.incoming.update_id}",
            recipient=seminar_names.person_party(person.id),
            content=mails.trial(self.opening.parts, seminar, person.language),
            cause=seminar_names.seminar_reference(seminar.id),
            due_at=turn.now,
        )
        await post(turn.session, [draft], turn.now)
        return [Toast(words("trial_sent"), alert=True)]

    async def publish(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Publish, if need be, and have the invitations leave once the hold is over."""
        place = await self.opening.press(turn, reference, version, 2)
        if not isinstance(place, Place):
            return place
        seminar, seen = place.seminar, place.numbers[0]
        found = await self.opening.invited(turn, seminar)
        refused = refusal(
            State(seminar.state),
            seminar.starts_at,
            turn.now,
            unconfirmed=bool(plans.waiting_date(seminar)),
            waiting=await store.waiting_round(turn.session, seminar.id) is not None,
            seen=seen,
            people=_mark(found),
        )
        if refused is not None:
            return await self._refused(turn, seminar, refused)
        parts, actor = self.opening.parts, actor_of(turn)
        if seminar.state == State.DRAFT:
            await seminars.publish(turn.session, parts, seminar, turn.now, actor)
        row = await store.plan_round(turn.session, parts, seminar, turn.now, actor)
        screen = await self.waiting(turn, seminar)
        await self.message.shown(turn, row, screen)
        return screen.redrawn()

    async def hold(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Hold invitations back, while they have not left."""
        place = await self.opening.press(turn, reference, version, 2)
        if not isinstance(place, Place):
            return place
        seminar, number = place.seminar, place.numbers[0]
        held = await store.hold_back(turn.session, seminar, number, turn.now, actor_of(turn))
        if held is not None:
            await self.message.over(turn.session, seminar, held)
            screen = await self._screen(turn, seminar)
            return [Toast(words("held_back"), alert=True), *screen.redrawn()]
        screen = await self.opening.overview(turn, seminar)
        return [Toast(words("hold_too_late"), alert=True), *screen.redrawn()]

    async def waiting(self, turn: Turn, seminar: Seminar) -> Screen:
        """Return the screen shown while invitations can be held back."""
        waiting = await store.waiting_round(turn.session, seminar.id)
        if waiting is None:
            return await self.opening.overview(turn, seminar)
        found = await self.opening.invited(turn, seminar)
        values = {
            **self.opening.facts(seminar),
            "new": len(found.new),
            "leaving_at": waiting.due_at,
        }
        keyboard = (
            (act(words("hold_button"), "hold", seminar, waiting.id),),
            (act(words("back_button"), "overview", seminar),),
        )
        return Screen(words("waiting", values), keyboard)

    async def _refused(self, turn: Turn, seminar: Seminar, why: Refusal) -> Sequence[Response]:
        """Say why nothing leaves, and show what there is now."""
        screen = (
            await self.waiting(turn, seminar)
            if why is Refusal.WAITING
            else await self._screen(turn, seminar)
        )
        return [Toast(words(f"refused_{why}"), alert=True), *screen.redrawn()]

    async def _screen(self, turn: Turn, seminar: Seminar) -> Screen:
        found = await self.opening.invited(turn, seminar)
        told = found.new
        labels = await choosing.labels(turn.session, found.resolved.of)
        ways = by_way(told)
        new = {one.party for one in told}
        groups = [
            {**labels[group], "count": len(parties & new)}
            for group, parties in found.resolved.of.items()
            if parties & new
        ]
        values = {
            **self.opening.facts(seminar),
            "groups": groups[:MOST_GROUPS],
            "more": max(0, len(groups) - MOST_GROUPS),
            "count": len(told),
            "already": len(found.people) - len(told),
            "mail": len(ways[Way.MAIL]),
            "chat": len(ways[Way.CHAT]),
            "no_address": _some(ways[Way.NO_ADDRESS]),
            "suppressed": _some(ways[Way.SUPPRESSED]),
            "gone": _some(found.resolved.gone),
            "hold": round(self.opening.parts.settings.seminars.hold_minutes),
            "sendings": self._sendings(turn, seminar),
        }
        return Screen(words("preview", values), tuple(self._keyboard(seminar, found)))

    def _keyboard(self, seminar: Seminar, found: Invited) -> list[tuple[Button, ...]]:
        draft = seminar.state == State.DRAFT
        rows: list[tuple[Button, ...]] = []
        if found.new:
            label = words("publish_button" if draft else "send_button", {"count": len(found.new)})
            action = "publish" if draft else "send"
            rows.append((act(label, action, seminar, _mark(found)),))
        rows.append(
            (
                act(words("names_button"), "names", seminar),
                act(words("trial_button"), "trial", seminar),
            )
        )
        rows.append((act(words("back_button"), "overview", seminar),))
        return rows

    def _sendings(self, turn: Turn, seminar: Seminar) -> list[dict[str, Any]]:
        """Return what is sent after the invitation, and when: to who did not answer, to who comes.

        The dates are those of now: a meeting that moves moves them.
        """
        given = self.opening.parts.settings.seminars
        chase = given.chase_days if seminar.chase_days is None else seminar.chase_days
        remind = given.reminder_days if seminar.reminder_days is None else seminar.reminder_days
        found = [
            *offsets(What.CHASE, seminar.starts_at, chase, given.reminder_hour, turn.now),
            *offsets(What.REMINDER, seminar.starts_at, remind, given.reminder_hour, turn.now),
        ]
        return [
            {"what": one.what.value, "due_at": one.due_at}
            for one in sorted(found, key=lambda one: one.due_at)
        ]

    async def _spreadsheet(self, turn: Turn, seminar: Seminar, found: Invited) -> bytes:
        """Return who is invited, as a CSV that spreadsheets open by themselves: no address."""
        labels = await choosing.labels(turn.session, found.resolved.of)
        states = await reading.states(turn.session, seminar.id)
        renderer, new = self.opening.parts.renderer, {one.party for one in found.new}

        def said(block: str, **values: object) -> str:
            return renderer.plain(words(block, values))

        def row(one: Candidate) -> list[str]:
            groups = [g for g, parties in found.resolved.of.items() if one.party in parties]
            reached = way(one)
            return [
                one.name,
                one.function or said("roles", roles=sorted(one.roles)),
                ", ".join(one.places),
                ", ".join(said("group", **labels[group]) for group in groups),
                said(f"way_{reached}"),
                said("state", state="" if one.party in new else states[one.party].value),
            ]

        columns = ("name", "function", "places", "groups", "way", "state")
        written = io.StringIO()
        writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
        writer.writerow([said("column", column=column) for column in columns])
        writer.writerows([guarded(cell) for cell in row(one)] for one in found.people)
        return written.getvalue().encode("utf-8-sig")


def _mark(found: Invited) -> int:
    """Return what stands for those who would be invited: 0 for nobody, never for somebody."""
    return 1 + fingerprint([one.party for one in found.new]) if found.new else 0


def _some(people: Sequence[Candidate]) -> dict[str, Any]:
    """Return how many they are, and the names of the first ones."""
    return {
        "count": len(people),
        "names": [one.name for one in people[:NAMED]],
        "more": max(0, len(people) - NAMED),
    }
