"""« Invités » in the animators' chat: the groups of a meeting, chosen by buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.chat import Action, Ask, Button, Field, Form, Reply, Response, Toast, Turn
from core.errors import InputError
from core.people.roles import Role
from core.reference import Reference
from digest.seminars.decide import is_committee
from digest.seminars.desk import actor_of
from digest.seminars.inviting import choosing, names, reading, store
from digest.seminars.inviting.choosing import Choice
from digest.seminars.inviting.decide import Audience, Group, GroupKind
from digest.seminars.inviting.opening import KINDS, Opening, Place, Screen, act, words
from digest.seminars.inviting.rules import ON_A_PAGE, Page, one_page, page_of
from digest.seminars.models import Seminar

SEARCHED = frozenset({GroupKind.TERRITORY, GroupKind.STRUCTURE, GroupKind.THEME, GroupKind.AGENDA})
"""The kinds of which there may be many: one is found by typing."""

LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Choosing:
    """Answers the presses that choose groups."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do: each says what it sets, so that twice is once."""
        handlers = {
            "open": self.open,
            "overview": self.overview,
            "choose": self.choose,
            "search": self.search,
            "add": self.add,
            "remove": self.remove,
            "audience": self.audience,
            "restrict": self.restrict,
            "extend": self.extend,
            "inner": self.inner,
            "outer": self.outer,
        }
        return tuple(
            Action(f"invitations.{name}", handler, Role.ANIMATOR)
            for name, handler in handlers.items()
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that looks for a group by its name."""
        field = Field("words", words("search_question"), parse_search)
        return (Form(names.SEARCH_FORM, (field,), self.searched, Role.ANIMATOR),)

    async def open(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show the groups in a message of their own: the meeting's card stays."""
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        screen = await self.opening.overview(turn, place.seminar)
        return [screen.replied(place.seminar)]

    async def overview(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show the groups again."""
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        return (await self.opening.overview(turn, place.seminar)).redrawn()

    async def choose(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show what can be chosen among a kind of groups, a page of it."""
        place = await self.opening.press(turn, reference, version, 3)
        if not isinstance(place, Place):
            return place
        kind, page = self._kind(place), place.numbers[1]
        return (await self.chooser(turn, place.seminar, kind, page)).redrawn()

    async def search(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for the name of a group."""
        place = await self.opening.press(turn, reference, version, 2)
        if not isinstance(place, Place):
            return place
        return [Ask(names.SEARCH_FORM, {"seminar": place.seminar.id, "kind": self._kind(place)})]

    async def searched(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show the groups whose name was typed."""
        seminar = await self.opening.of_form(turn, values)
        if not isinstance(seminar, Seminar):
            return seminar
        kind = GroupKind(values["kind"])
        every = await choosing.choices(turn.session, seminar, kind)
        found = choosing.matching(every, values["words"], ON_A_PAGE)
        chosen = await self._chosen(turn, seminar)
        buttons = [self._button(seminar, one, chosen) for one in found]
        again = act(words("search_button"), "search", seminar, KINDS.index(kind))
        back = act(words("back_button"), "overview", seminar)
        block = "found" if found else "not_found"
        text = words(block, {**self.opening.facts(seminar), "kind": kind.value})
        return [Reply(text, (*((each,) for each in buttons), (again, back)))]

    async def add(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Invite a group."""
        return await self._set(turn, reference, version, wanted=True)

    async def remove(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take a group out."""
        return await self._set(turn, reference, version, wanted=False)

    async def _set(
        self, turn: Turn, reference: Reference, version: int, *, wanted: bool
    ) -> Sequence[Response]:
        place = await self.opening.press(turn, reference, version, 3)
        if not isinstance(place, Place):
            return place
        seminar, kind = place.seminar, self._kind(place)
        group = await choosing.choice(turn.session, seminar, kind, place.numbers[1])
        if group is None:
            return [Toast(words("group_gone"), alert=True)]
        change = store.add_group if wanted else store.remove_group
        await change(turn.session, seminar, group, turn.now, actor_of(turn))
        if kind is GroupKind.EVERYBODY:
            return (await self.opening.overview(turn, seminar)).redrawn()
        every = await choosing.choices(turn.session, seminar, kind)
        where = [one.number for one in every].index(place.numbers[1]) if _has(every, place) else 0
        return (await self.chooser(turn, seminar, kind, where // ON_A_PAGE)).redrawn()

    async def audience(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show which groups of a committee are of its restricted audience, a page of them."""
        place = await self.opening.press(turn, reference, version, 2)
        if not isinstance(place, Place):
            return place
        return (await self._audience(turn, place.seminar, place.numbers[0])).redrawn()

    async def restrict(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Invite the restricted audience."""
        return await self._convene(turn, reference, version, Audience.RESTRICTED)

    async def extend(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Invite the extended audience."""
        return await self._convene(turn, reference, version, Audience.EXTENDED)

    async def _convene(
        self, turn: Turn, reference: Reference, version: int, audience: Audience
    ) -> Sequence[Response]:
        place = await self.opening.press(turn, reference, version)
        if not isinstance(place, Place):
            return place
        if is_committee(place.seminar.kind):
            place.seminar.audience = audience.value
            place.seminar.updated_at = turn.now
        return (await self._audience(turn, place.seminar)).redrawn()

    async def inner(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Put a group in the restricted audience."""
        return await self._move(turn, reference, version, extended=False)

    async def outer(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Keep a group for the extended audience."""
        return await self._move(turn, reference, version, extended=True)

    async def _move(
        self, turn: Turn, reference: Reference, version: int, *, extended: bool
    ) -> Sequence[Response]:
        place = await self.opening.press(turn, reference, version, 2)
        if not isinstance(place, Place):
            return place
        seminar, number = place.seminar, place.numbers[0]
        await store.set_extended(turn.session, seminar, number, turn.now, extended=extended)
        await turn.session.flush()
        numbers = list(await reading.groups_of(turn.session, seminar.id))
        where = numbers.index(number) if number in numbers else 0
        return (await self._audience(turn, seminar, where // ON_A_PAGE)).redrawn()

    async def _audience(self, turn: Turn, seminar: Seminar, number: int = 0) -> Screen:
        every = list((await reading.groups_of(turn.session, seminar.id)).items())
        page = page_of(number, len(every))
        groups = dict(one_page(every, page))
        labels = await choosing.labels(turn.session, groups.values())
        facts = self.opening.facts(seminar)
        other = "restrict" if facts["audience"] == Audience.EXTENDED else "extend"
        rows: list[tuple[Button, ...]] = [(act(words(f"{other}_button"), other, seminar),)]
        for identity, group in groups.items():
            label = words("audience_group", {**labels[group], "extended": group.extended})
            action = "inner" if group.extended else "outer"
            rows.append((act(label, action, seminar, identity),))
        rows += around(page, seminar, "audience")
        rows.append((act(words("back_button"), "overview", seminar),))
        return Screen(words("audience", {**facts, "any": bool(every)}), tuple(rows))

    async def chooser(self, turn: Turn, seminar: Seminar, kind: GroupKind, number: int) -> Screen:
        """Return a page of what can be chosen among a kind of groups."""
        every = await choosing.choices(turn.session, seminar, kind)
        chosen = await self._chosen(turn, seminar)
        page, index = page_of(number, len(every)), KINDS.index(kind)
        rows = [(self._button(seminar, one, chosen),) for one in one_page(every, page)]
        last = [act(words("back_button"), "overview", seminar)]
        if kind in SEARCHED and page.last:
            last.insert(0, act(words("search_button"), "search", seminar, index))
        if kind in {GroupKind.PERSON, GroupKind.GUEST}:
            last.insert(0, act(words(f"add_{kind}_button"), f"new_{kind}", seminar))
        values = {
            **self.opening.facts(seminar),
            "kind": kind.value,
            "count": len(every),
            "page": page.number + 1,
            "pages": page.last + 1,
        }
        keyboard = (*rows, *around(page, seminar, "choose", index), tuple(last))
        return Screen(words("chooser", values), keyboard)

    async def _chosen(self, turn: Turn, seminar: Seminar) -> frozenset[Group]:
        groups = (await reading.groups_of(turn.session, seminar.id)).values()
        return frozenset(Group(one.kind, one.value) for one in groups)

    def _button(self, seminar: Seminar, one: Choice, chosen: frozenset[Group]) -> Button:
        there = one.group in chosen
        label = words("choice", {**one.label, "chosen": there})
        action = "remove" if there else "add"
        return act(label, action, seminar, KINDS.index(one.group.kind), one.number)

    def _kind(self, place: Place) -> GroupKind:
        """Return the kind that a button is about; a forged one is about roles."""
        number = place.numbers[0]
        return KINDS[number] if number < len(KINDS) else KINDS[0]


def around(page: Page, seminar: Seminar, action: str, *more: int) -> list[tuple[Button, ...]]:
    """Return the row that leads to the pages before and after; none when there is one page."""
    row = []
    if page.number > 0:
        row.append(act(words("before_button"), action, seminar, *more, page.number - 1))
    if page.number < page.last:
        row.append(act(words("after_button"), action, seminar, *more, page.number + 1))
    return [tuple(row)] if row else []


def _has(every: Sequence[Choice], place: Place) -> bool:
    return any(one.number == place.numbers[1] for one in every)


def parse_search(text: str, _now: datetime) -> str:
    """Read what is looked for. Raises InputError: `search_empty`, `search_long`."""
    line = " ".join(text.split())
    if not line:
        raise InputError("search_empty")
    if len(line) > LONGEST_SEARCH:
        raise InputError("search_long")
    return line
