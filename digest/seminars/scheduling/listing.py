"""`/rencontre`: what is planned, and planning something more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Action, Ask, Button, Command, Form, Keyboard, Reply, Response, Turn
from core.errors import InputError
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import names, store
from digest.seminars.decide import Kind
from digest.seminars.desk import actor_of
from digest.seminars.half_days import Hours
from digest.seminars.models import Seminar
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.card import Screen
from digest.seminars.scheduling.dating import Dating
from digest.seminars.scheduling.decide import follow
from digest.seminars.scheduling.forms import again_form, new_form
from digest.seminars.scheduling.names import (
    AGAIN_FORM,
    DESK,
    NEW_FORM,
    page_reference,
    read_page,
    words,
)
from digest.seminars.scheduling.opening import Opening, alert, redrawn


@dataclass(frozen=True)
class Listing:
    """Lists meetings, and begins new ones."""

    opening: Opening
    dating: Dating

    def commands(self) -> tuple[Command, ...]:
        """Return the command that shows meetings."""
        menu = words("menu")
        return (Command("rencontre", self.show, Role.ANIMATOR, ("seminaire",), menu=menu),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "scheduling.list": self.redraw,
            "scheduling.new": self.begin,
            "scheduling.like": self.like,
            "scheduling.again": self.ask_again,
            "scheduling.card": self.card,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def forms(self) -> tuple[Form, ...]:
        """Return what is asked about a new meeting."""
        return (new_form(self.create), again_form(self.create_again))

    async def show(self, turn: Turn) -> Sequence[Response]:
        """List meetings in a message of its own."""
        screen = await self._screen(turn)
        return [Reply(screen.text, screen.keyboard)]

    async def redraw(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """List meetings in the place of the pressed message, the page that the button says."""
        return redrawn(await self._screen(turn, read_page(reference)))

    async def card(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show a meeting as it is now, whatever the message showed."""
        seminar = await store.by_id(turn.session, reference.number)
        if seminar is None:
            return alert(words("unknown"))
        return [await self.opening.redrawn(turn, seminar)]

    async def begin(self, _turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Ask about a new meeting."""
        return [Ask(NEW_FORM)]

    async def like(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Ask which kind of meeting the new one is like."""
        last = await plans.last_of_each_kind(turn.session)
        if not last:
            return alert(words("like_none"))
        choices = tuple((_choice(each),) for each in last)
        back = ((Button(words("back_button"), "scheduling.list", DESK),),)
        return redrawn(Screen(words("like"), (*choices, *back)))

    async def ask_again(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Ask the date of a meeting like another."""
        seminar = await store.by_id(turn.session, reference.number)
        if seminar is None:
            return alert(words("unknown"))
        return [Ask(AGAIN_FORM, {"like": seminar.id})]

    async def create(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write the draft, and echo its date before it counts; the rest is asked afterwards."""
        hours = [Hours.from_json(raw) for raw in values["when"]]
        seminar = await plans.create(
            turn.session,
            kind=Kind(values["kind"]),
            title=values["title"],
            hours=hours,
            now=turn.now,
            actor=actor_of(turn),
        )
        return await self.dating.propose(turn, seminar, hours, asks="rest")

    async def create_again(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write a draft like another meeting, and echo its date before it counts."""
        last = await store.by_id(turn.session, values["like"])
        if last is None:
            return [Reply(words("unknown"))]
        before = await store.half_days(turn.session, last.id)
        try:
            found = follow(values["date"], turn.now, plans.hours_of(before))
        except InputError as error:
            return [Reply(words(error.what)), Ask(AGAIN_FORM, {"like": last.id})]
        seminar = await plans.copy(turn.session, last, found, turn.now, actor_of(turn))
        return await self.dating.propose(turn, seminar, found)

    async def _screen(self, turn: Turn, number: int = 0) -> Screen:
        page = await plans.listed(turn.session, turn.now, number)
        shown = [
            {
                "kind": each.kind,
                "title": each.title,
                "starts_at": each.starts_at,
                "state": each.state,
                "over": each.ends_at <= turn.now,
            }
            for each in page.seminars
        ]
        new = Button(words("new_button"), "scheduling.new", DESK)
        like = Button(words("like_button"), "scheduling.like", DESK)
        rows = tuple((_listed(each),) for each in page.seminars)
        return Screen(words("list", {"listed": shown}), ((new, like), *rows, *_around(page)))


def _around(page: plans.Listed) -> Keyboard:
    """Return the row that leads to the pages before and after; none when there is one page."""
    row = []
    if page.page > 0:
        before = page_reference(page.page - 1)
        row.append(Button(words("before_button"), "scheduling.list", before))
    if page.page < page.last:
        after = page_reference(page.page + 1)
        row.append(Button(words("after_button"), "scheduling.list", after))
    return (tuple(row),) if row else ()


def _listed(seminar: Seminar) -> Button:
    values = {"title": seminar.title, "starts_at": seminar.starts_at}
    reference = names.seminar_reference(seminar.id)
    return Button(words("listed_button", values), "scheduling.card", reference, seminar.version)


def _choice(seminar: Seminar) -> Button:
    values = {"kind": seminar.kind, "starts_at": seminar.starts_at}
    reference = names.seminar_reference(seminar.id)
    return Button(words("like_choice", values), "scheduling.again", reference, seminar.version)
