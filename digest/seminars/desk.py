"""Seminars in the animators' chat: `/rencontre`, and the buttons under a seminar."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.errors import InputError
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party, Reference
from digest.seminars import names, registrations, store
from digest.seminars.decide import Kind, State
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown, words
from digest.seminars.rules import parse_place, parse_title
from digest.seminars.scheduling.rules import parse_half_days

FORM = "seminars.new"


class Desk:
    """Answers the animators about seminars."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def commands(self) -> tuple[Command, ...]:
        """Return the command that plans a seminar."""
        return (Command("rencontre", self.plan, Role.ANIMATOR, ("seminaire",), menu=words("menu")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("seminars.publish", self.publish, Role.ANIMATOR),
            Action("seminars.cancel", self.cancel, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that plans a seminar."""
        choices = tuple((Button(words(f"kind_{kind}"), kind.value),) for kind in Kind)
        fields = (
            Field("kind", words("kind_question"), parse_kind, choices),
            Field("title", words("title_question"), lambda text, _now: parse_title(text)),
            Field("when", words("when_question"), read_when),
            Field("place", words("place_question"), lambda text, _now: list(parse_place(text))),
        )
        return (Form(FORM, fields, self.create, Role.ANIMATOR),)

    async def plan(self, turn: Turn) -> Sequence[Response]:
        """Show the drafts that wait, then ask about a new seminar."""
        waiting = await store.drafts(turn.session)
        return [*[await self._card(turn, one) for one in waiting], Ask(FORM)]

    async def create(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write the draft, and show it in full before it counts."""
        starts_at, ends_at = (datetime.fromisoformat(instant) for instant in values["when"])
        place, video_url = values["place"]
        seminar = await store.create(
            turn.session,
            kind=Kind(values["kind"]),
            title=values["title"],
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
            video_url=video_url,
            now=turn.now,
            actor=actor_of(turn),
        )
        return [await self._card(turn, seminar)]

    async def publish(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Publish the seminar that the pressed message shows."""
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or seminar.version != version:
            return [Toast(words("stale"), alert=True)]
        if await store.publish(turn.session, self._parts, seminar, turn.now, actor_of(turn)):
            return [await self._redrawn(turn, seminar)]
        return [Toast(_unpublishable(seminar), alert=True)]

    async def cancel(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Cancel the seminar that the pressed message shows."""
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or seminar.version != version:
            return [Toast(words("stale"), alert=True)]
        if await store.cancel(turn.session, seminar, turn.now, actor_of(turn)):
            return [await self._redrawn(turn, seminar)]
        return [Toast(words("cancelled_already"), alert=True)]

    async def _card(self, turn: Turn, seminar: Seminar) -> Reply:
        text, keyboard = await self._face(turn, seminar)
        return Reply(text, keyboard, names.seminar_reference(seminar.id))

    async def _redrawn(self, turn: Turn, seminar: Seminar) -> Redraw:
        return Redraw(*await self._face(turn, seminar))

    async def _face(self, turn: Turn, seminar: Seminar) -> tuple[Text, Keyboard]:
        count = await registrations.count(turn.session, seminar.id)
        values = {
            **shown(self._parts, seminar, inside=True),
            "state": seminar.state,
            "count": count,
        }
        return words("card", values), self._keyboard(seminar)

    def _keyboard(self, seminar: Seminar) -> Keyboard:
        reference = names.seminar_reference(seminar.id)
        cancel = Button(words("cancel_button"), "seminars.cancel", reference, seminar.version)
        if seminar.state == State.DRAFT:
            publish = Button(
                words("publish_button"), "seminars.publish", reference, seminar.version
            )
            return (publish,), (cancel,)
        if seminar.state == State.PUBLISHED:
            url = names.seminar_url(self._parts, seminar.id)
            return (Button(words("page_button"), url=url),), (cancel,)
        return ()


def actor_of(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    if turn.sender.person_id is None:
        return Party("account", turn.sender.account)
    return names.person_party(turn.sender.person_id)


def parse_kind(text: str, _now: datetime) -> str:
    """Read a kind, chosen by its button. Raises InputError: `kind_unknown`."""
    try:
        return Kind(text).value
    except ValueError as error:
        raise InputError("kind_unknown") from error


def read_when(text: str, now: datetime) -> list[str]:
    """Read a day and its hours. Raises InputError as `parse_half_days` does."""
    half_days = parse_half_days(text, now)
    return [half_days[0].starts_at.isoformat(), half_days[-1].ends_at.isoformat()]


def _unpublishable(seminar: Seminar) -> Text:
    blocks = {State.PUBLISHED: "published_already", State.CANCELLED: "cancelled_already"}
    return words(blocks.get(State(seminar.state), "begun"))
