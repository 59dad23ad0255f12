"""How a press or a form finds the meeting whose invitations it is about; the screens' words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.followers import Followers
from core.ledger import views
from core.parts import Parts
from core.reference import Reference
from digest.seminars import names as seminar_names
from digest.seminars import store
from digest.seminars.decide import State, is_committee
from digest.seminars.inviting import choosing, names, reading
from digest.seminars.inviting import store as rounds
from digest.seminars.inviting.decide import GroupKind, audience_of
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.inviting.reading import Invited
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown

WORDS = "chat/seminar_invitations.html"

MOST_GROUPS = 25
"""How many groups a message lists: it holds 4,096 characters."""

KINDS = tuple(GroupKind)

CHOOSERS = (
    (GroupKind.ROLE, GroupKind.TERRITORY),
    (GroupKind.STRUCTURE, GroupKind.THEME),
    (GroupKind.AGENDA, GroupKind.EVERYBODY),
    (GroupKind.PERSON, GroupKind.GUEST),
)
"""The rows of buttons that choose groups."""


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the invitations' chat texts."""
    return Text(WORDS, block, values or {})


def act(label: Text, action: str, seminar: Seminar, *more: int) -> Button:
    """Return a button about a meeting as it is now."""
    return Button(label, f"invitations.{action}", names.about(seminar.id, *more), seminar.version)


@dataclass(frozen=True)
class Screen:
    """What a message shows."""

    text: Text
    keyboard: Keyboard = ()

    def redrawn(self) -> Sequence[Response]:
        """Show it in the place of the pressed message."""
        return [Redraw(self.text, self.keyboard)]

    def replied(self, seminar: Seminar) -> Reply:
        """Show it in a message of its own."""
        return Reply(self.text, self.keyboard, seminar_names.seminar_reference(seminar.id))


@dataclass(frozen=True)
class Place:
    """A meeting that can still be prepared, locked, and the numbers that a button carries."""

    seminar: Seminar
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Opening:
    """Finds meetings for handlers, and shows whom they invite."""

    parts: Parts
    followers: Followers

    async def press(
        self, turn: Turn, reference: Reference, version: int, many: int = 1
    ) -> Place | Sequence[Response]:
        """Return the meeting of a press that is still good, locked; else what says why not.

        Raises NotARowError for a forged button.
        """
        found = names.numbers(reference, many)
        seminar = await store.by_id(turn.session, found[0], lock=True)
        closed = self._closed(turn, seminar)
        if closed is not None or seminar is None:
            return [Toast(closed or words("closed_cancelled"), alert=True)]
        await views.drop(turn.session, names.waiting_view(names.message(turn.incoming)))
        if seminar.version != version:
            screen = await self.overview(turn, seminar)
            return [Toast(words("stale"), alert=True), *screen.redrawn()]
        return Place(seminar, found[1:])

    async def of_form(self, turn: Turn, values: Mapping[str, Any]) -> Seminar | Sequence[Response]:
        """Return the meeting that a form is about, locked; else what says that it is too late."""
        seminar = await store.by_id(turn.session, int(values["seminar"]), lock=True)
        closed = self._closed(turn, seminar)
        if closed is not None or seminar is None:
            return [Reply(closed or words("closed_cancelled"))]
        return seminar

    async def invited(self, turn: Turn, seminar: Seminar) -> Invited:
        """Return whom a meeting invites now."""
        return await reading.invited(turn.session, seminar, self.followers, turn.now)

    def facts(self, seminar: Seminar) -> dict[str, Any]:
        """Return what every screen says of a meeting."""
        return {
            **shown(self.parts, seminar, inside=True),
            "committee": is_committee(seminar.kind),
            "audience": audience_of(seminar.kind, seminar.audience).value,
            "published": seminar.state == State.PUBLISHED,
        }

    async def overview(self, turn: Turn, seminar: Seminar) -> Screen:
        """Return the screen that lists the groups of a meeting."""
        found = await self.invited(turn, seminar)
        labels = await choosing.labels(turn.session, found.groups.values())
        waiting = await rounds.waiting_round(turn.session, seminar.id)
        groups = [
            {
                **labels[group],
                "extended": group.extended,
                "count": len(found.resolved.of.get(group, ())),
                "out": group not in found.resolved.of,
            }
            for group in found.groups.values()
        ]
        values = {
            **self.facts(seminar),
            "groups": groups[:MOST_GROUPS],
            "more": max(0, len(groups) - MOST_GROUPS),
            "total": len(found.people),
            "new": len(found.new),
            "leaving_at": waiting.due_at if waiting else None,
        }
        return Screen(words("overview", values), self._overview_keyboard(seminar, found, waiting))

    def _overview_keyboard(
        self, seminar: Seminar, found: Invited, waiting: InvitationRound | None
    ) -> Keyboard:
        rows = [tuple(self._chooser(seminar, found, kind) for kind in row) for row in CHOOSERS]
        if is_committee(seminar.kind):
            rows.append((act(words("audience_button"), "audience", seminar, 0),))
        if waiting is not None:
            rows.append((act(words("hold_button"), "hold", seminar, waiting.id),))
        elif found.people:
            rows.append((act(words("preview_button"), "preview", seminar),))
        if seminar.state == State.PUBLISHED and seminar.invited_at is not None:
            rows.append((act(words("paper_button"), "paper", seminar),))
        reference = seminar_names.seminar_reference(seminar.id)
        card = Button(words("to_card_button"), "scheduling.card", reference, seminar.version)
        return (*rows, (card,))

    def _chooser(self, seminar: Seminar, found: Invited, kind: GroupKind) -> Button:
        label = words(f"choose_{kind}")
        if kind is not GroupKind.EVERYBODY:
            return act(label, "choose", seminar, KINDS.index(kind), 0)
        there = any(group.kind is kind for group in found.groups.values())
        action = "remove" if there else "add"
        marked = words("chosen_everybody") if there else label
        return act(marked, action, seminar, KINDS.index(kind), 0)

    def _closed(self, turn: Turn, seminar: Seminar | None) -> Text | None:
        if seminar is None or seminar.state == State.CANCELLED:
            return words("closed_cancelled")
        return words("closed_begun") if turn.now >= seminar.starts_at else None
