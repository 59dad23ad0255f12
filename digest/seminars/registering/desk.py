"""« Inscriptions » in the animators' chat: how many come, who, and answering for who phoned."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from core.chat import (
    Action,
    Ask,
    Button,
    Document,
    Field,
    Form,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Toast,
    Turn,
)
from core.parts import Parts
from core.people import directory
from core.people.roles import Role
from core.reference import NotARowError, Party, Reference
from digest.seminars import names, registrations, store
from digest.seminars.desk import actor_of
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import (
    counting,
    personal_desk,
    picks,
    places,
    screens,
    standing,
)
from digest.seminars.registering.choosing import chosen
from digest.seminars.registering.decide import HOLDING, Mode
from digest.seminars.registering.desk_screens import (
    EDIT,
    LIST,
    REPRESENTED,
    STATE,
    edited,
    edits,
    page_button,
)
from digest.seminars.registering.picks import Pick, read_pick
from digest.seminars.registering.rendering import words
from digest.seminars.registering.screens import Screen, act
from digest.seminars.registering.telling import Doing
from digest.seminars.rendering import shown
from digest.seminars.rules import RegistrationState, parse_name

PAGE = 8
"""How many people a screen lists."""

MOST_FOUND = 6

FIND_FORM = "registrations.find"
NAME_FORM = "registrations.instead"
ADD = "registrations.add"

Show = Callable[[Turn, Seminar], Awaitable[Sequence[Response]]]


class Desk:
    """Answers the animators about who comes to a meeting."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for animators."""
        shows: Mapping[str, Show] = {
            "desk": self._desk,
            "list": self._list,
            "table": self._table,
            "find": self._find,
        }
        return (
            *(
                Action(f"registrations.{name}", self._open(show), Role.ANIMATOR)
                for name, show in shows.items()
            ),
            Action("registrations.page", self.page, Role.ANIMATOR),
            Action("registrations.one", self.one, Role.ANIMATOR),
            Action(EDIT, self.edit, Role.ANIMATOR),
            Action(ADD, self.add, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that ask for a name."""
        name = Field("name", words("find_question"), lambda text, _now: parse_name(text))
        instead = Field("name", words("instead_question"), lambda text, _now: parse_name(text))
        return (
            Form(FIND_FORM, (name,), self.found, Role.ANIMATOR),
            Form(NAME_FORM, (instead,), self.instead, Role.ANIMATOR),
        )

    async def page(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show a page of the list."""
        pick = read_pick(reference)
        seminar = await store.by_id(turn.session, pick.seminar)
        if seminar is None or not self._among_animators(turn):
            return [Toast(words("stale"), alert=True)]
        return _redraw(await self._listed(turn, seminar, pick.number))

    async def one(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show somebody's answer."""
        pick = read_pick(reference)
        seminar = await store.by_id(turn.session, pick.seminar)
        if seminar is None or not self._among_animators(turn):
            return [Toast(words("stale"), alert=True)]
        registration = await self._of(turn, seminar, pick)
        return _redraw(await self._person(turn, seminar, registration))

    async def edit(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Change somebody's answer, as they said by phone; they are told so."""
        registration_id, what, value = edited(reference)
        seminar = await store.of_registration(turn.session, registration_id, lock=True)
        if seminar is None or not self._among_animators(turn):
            return [Toast(words("stale"), alert=True)]
        if not store.takes_registrations(seminar, turn.now):
            return [Toast(words("closed"), alert=True)]
        registration = await registrations.by_id(turn.session, registration_id, lock=True)
        if registration is None or seminar.version != version:
            return [Toast(words("stale"), alert=True)]
        if what == REPRESENTED:
            return [Ask(NAME_FORM, {"registration": registration_id})]
        await self._change(turn, seminar, registration, Pick(seminar.id, what, value))
        return _redraw(await self._person(turn, seminar, registration))

    async def add(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Register somebody of the directory who phoned."""
        pick = read_pick(reference)
        seminar = await store.by_id(turn.session, pick.seminar, lock=True)
        if seminar is None or not self._among_animators(turn):
            return [Toast(words("stale"), alert=True)]
        if not store.takes_registrations(seminar, turn.now):
            return [Toast(words("closed"), alert=True)]
        party = names.person_party(pick.number)
        people = await directory.everybody(turn.session, turn.now)
        if pick.number not in {one.person_id for one in people}:
            return [Toast(words("stale"), alert=True)]
        registration = await registrations.opened(turn.session, seminar.id, party)
        if RegistrationState(registration.state) not in HOLDING:
            await places.take(
                turn.session, self._parts, seminar, party, None, Doing(turn.now, by=actor_of(turn))
            )
        return _redraw(await self._person(turn, seminar, registration))

    async def found(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show whom a name may be, each with a button."""
        seminar = await store.by_id(turn.session, int(values["seminar"]))
        if seminar is None:
            return [Reply(words("stale"))]
        people = await directory.find(turn.session, str(values["name"]), turn.now, MOST_FOUND)
        rows = tuple(
            (
                picks.pick_button(
                    words("person", {"name": f"{one.name}, {', '.join(one.places)}".strip(", ")}),
                    ADD, seminar, picks.PERSON, str(one.person_id),
                ),
            )
            for one in people
        )  # fmt: skip
        back = (act("desk_back", "registrations.desk", seminar),)
        return [Reply(words("found", {"count": len(people)}), (*rows, back))]

    async def instead(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Note who comes instead of somebody who phoned."""
        identity = int(values["registration"])
        seminar = await store.of_registration(turn.session, identity, lock=True)
        registration = await registrations.by_id(turn.session, identity, lock=True)
        if seminar is None or registration is None:
            return [Reply(words("stale"))]
        if not store.takes_registrations(seminar, turn.now):
            return [Reply(words("closed"))]
        party = Party.parse(registration.party)
        name, doing = str(values["name"]), Doing(turn.now, by=actor_of(turn))
        await places.represent(turn.session, self._parts, seminar, party, name, doing)
        screen = await self._person(turn, seminar, registration)
        return [Reply(screen.text, screen.keyboard, names.seminar_reference(seminar.id))]

    def _open(self, show: Show) -> Callable[[Turn, Reference, int], Awaitable[Sequence[Response]]]:
        async def handle(turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
            seminar = await store.by_id(turn.session, reference.number)
            if seminar is None or not self._among_animators(turn):
                return [Toast(words("stale"), alert=True)]
            return await show(turn, seminar)

        return handle

    def _among_animators(self, turn: Turn) -> bool:
        """Say whether names may be shown there: in private, or in our own group."""
        return screens.among_us(turn, self._parts)

    async def _desk(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        found = await counting.counts(turn.session, seminar)
        half_days = await store.half_days(turn.session, seminar.id)
        departments = await standing.department_names(turn.session)
        room = await registrations.room_of(turn.session, seminar)
        values = {
            **shown(self._parts, seminar),
            "states": found.states,
            "wishing": found.wishing,
            "modes": found.modes,
            "several_modes": len(found.modes) > 1,
            "half_days": [(one, found.half_days[one.id]) for one in half_days],
            "meals": [(meal, found.meals.get(meal, 0)) for meal in seminar.meals]
            if found.meals
            else [],
            "cars": [(departments.get(one, one), number) for one, number in found.cars.items()],
            "capacity": seminar.capacity,
            "free": room.free,
        }
        rows: list[tuple[Button, ...]] = [
            (
                act("list_button", "registrations.list", seminar),
                act("table_button", "registrations.table", seminar),
            )
        ]
        if store.takes_registrations(seminar, turn.now):
            rows.append((act("find_button", "registrations.find", seminar),))
        rows.append((act("card_button", "scheduling.card", seminar),))
        return _redraw(Screen(words("desk", values), tuple(rows)))

    async def _list(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        return _redraw(await self._listed(turn, seminar, 0))

    async def _table(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        people = await counting.lines(turn.session, seminar, turn.now)
        plain = self._parts.renderer.plain
        header = plain(words("table_header")).splitlines()
        states = {
            one.value: plain(words("state", {"state": one.value})) for one in RegistrationState
        }
        modes = {one.value: plain(words("mode_words", {"mode": one.value})) for one in Mode}
        data = counting.table(people, header, states, modes)
        text = words("table_caption", {"count": len(people)})
        return [Document(f"inscriptions-{seminar.id}.csv", data, text)]

    async def _find(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        del turn
        return [Ask(FIND_FORM, {"seminar": seminar.id})]

    async def _listed(self, turn: Turn, seminar: Seminar, page: int) -> Screen:
        count = await counting.total(turn.session, seminar.id)
        people = await counting.lines(
            turn.session, seminar, turn.now, start=page * PAGE, limit=PAGE
        )
        rows = tuple(
            (
                picks.pick_button(
                    words("line", {"name": one.name, "state": one.registration.state}),
                    "registrations.one", seminar, LIST, str(one.registration.id),
                ),
            )
            for one in people
        )  # fmt: skip
        around = []
        if page:
            around.append(page_button("page_before", seminar, page - 1))
        if (page + 1) * PAGE < count:
            around.append(page_button("page_after", seminar, page + 1))
        pages = max(1, -(-count // PAGE))
        text = words("list", {"count": count, "page": page + 1, "pages": pages})
        back = (act("desk_back", "registrations.desk", seminar),)
        return Screen(text, (*rows, *((tuple(around),) if around else ()), back))

    async def _person(self, turn: Turn, seminar: Seminar, registration: Registration) -> Screen:
        line = await counting.line(turn.session, registration, turn.now)
        party = Party.parse(registration.party)
        mine = await screens.read_mine(turn.session, seminar, party)
        half_days = await store.half_days(turn.session, seminar.id)
        values = {
            "name": line.name,
            "organisation": line.organisation,
            "state": registration.state,
            "rank": mine.rank,
            "represented_by": registration.represented_by,
            "mode": registration.mode if mine.holds and len(mine.offer.modes) > 1 else "",
            "meal": registration.meal or "",
            "half_days": [
                one for one in half_days
                if registration.half_days and one.id in registration.half_days
            ],
            "answers": list(registration.answers.items()),
            "by_other": registration.registered_by is not None,
        }  # fmt: skip
        keyboard: Keyboard = ()
        if store.takes_registrations(seminar, turn.now) and line.name:
            keyboard = edits(mine, registration, half_days)
        erasing = await personal_desk.button(turn, seminar, registration)
        back = (act("list_back", "registrations.list", seminar),)
        return Screen(words("one", values), (*keyboard, *erasing, back))

    async def _change(
        self, turn: Turn, seminar: Seminar, registration: Registration, pick: Pick
    ) -> None:
        """Do what a button says; what is no longer proposed changes nothing."""
        party, doing = Party.parse(registration.party), Doing(turn.now, by=actor_of(turn))
        session, parts = turn.session, self._parts
        if pick.what == STATE:
            if pick.value == "come":
                await places.take(session, parts, seminar, party, None, doing)
            elif pick.value == "leave":
                await places.leave(session, parts, seminar, party, doing)
            elif pick.value == "excuse":
                await places.excuse(session, parts, seminar, party, doing)
            return
        mine = await screens.read_mine(session, seminar, party)
        choice = chosen(mine, pick)
        if choice is not None and mine.holds:
            await places.take(session, parts, seminar, party, choice, doing)

    async def _of(self, turn: Turn, seminar: Seminar, pick: Pick) -> Registration:
        found = await registrations.by_id(turn.session, pick.number)
        if found is None or found.seminar_id != seminar.id:
            raise NotARowError("not a registration of that meeting")
        return found


def _redraw(screen: Screen) -> Sequence[Response]:
    return [Redraw(screen.text, screen.keyboard)]
