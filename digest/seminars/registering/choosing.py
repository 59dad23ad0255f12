"""Somebody's own answer in chat: small screens of buttons, only what the meeting asks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.chat import Action, Ask, Field, Form, Redraw, Reply, Response, Text, Toast, Turn
from core.errors import InputError
from core.ledger.draft import Channel
from core.parts import Parts
from core.people.models import Person
from core.reference import NotARowError, Reference
from core.text import visible
from digest.seminars import names, store
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.registering import picks, places, screens, standing
from digest.seminars.registering.decide import COMING, Choice, Mode
from digest.seminars.registering.picks import Pick, read_pick
from digest.seminars.registering.rendering import words
from digest.seminars.registering.rules import LONGEST_ANSWER, OFFERS, SEEKS
from digest.seminars.registering.screens import Mine, Screen
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import parse_name

UNLINKED = Text("chat/common.html", "refused_unlinked")
FORMER = Text("chat/common.html", "refused")
"""For an account that is linked still, of somebody who has left the network."""

QUESTION_FORM = "registrations.question"
NAME_FORM = "registrations.represented"

Show = Callable[[Turn, Seminar], Awaitable[Sequence[Response]]]


class Choosing:
    """Answers anybody of the network about their own answer; each press is checked anew."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for anybody whose account is linked."""
        shows: Mapping[str, Show] = {
            "mine": self._mine,
            "card": self._card,
            "half_days": self._half_days,
            "meals": self._meals,
            "cars": self._cars,
            "others": self._others,
            "represent": self._represent,
        }
        return (
            *(
                Action(f"registrations.{name}", self._open(show), None)
                for name, show in shows.items()
            ),
            Action(screens.CHOOSE, self.choose, None),
            Action("registrations.excuse", self.excuse, None),
            Action("registrations.channel", self.channel, None),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that ask for words."""
        return (
            Form(
                QUESTION_FORM,
                (Field("answer", words("answer_question"), parse_answer),),
                self.answered,
                None,
            ),
            Form(
                NAME_FORM,
                (Field("name", words("name_question"), lambda text, _now: parse_name(text)),),
                self.represented,
                None,
            ),
        )

    async def choose(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take one choice, and show where it was made."""
        pick = read_pick(reference)
        seminar = await store.by_id(turn.session, pick.seminar, lock=True)
        refusal = self._refusal(turn, seminar)
        if seminar is None or refusal is not None:
            return [refusal or Toast(words("closed"), alert=True)]
        if seminar.version != version:
            return [Toast(words("stale"), alert=True), *await self._mine(turn, seminar)]
        if pick.what == picks.PERSON:
            return await self._bring(turn, seminar, pick)
        return await self._chosen(turn, seminar, pick)

    async def excuse(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Note that somebody will not come, to the meeting that their message shows."""
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        refusal = self._refusal(turn, seminar)
        if seminar is None or refusal is not None:
            return [refusal or Toast(words("closed"), alert=True)]
        if seminar.version != version:
            return [Toast(words("stale"), alert=True), *await self._mine(turn, seminar)]
        if not await standing.may_come(turn.session, seminar, actor_of(turn)):
            return [Toast(words("on_invitation"), alert=True)]
        await places.excuse(turn.session, self._parts, seminar, actor_of(turn), _doing(turn))
        return [Toast(words("now_excused"), alert=True), *await self._mine(turn, seminar)]

    async def channel(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note where somebody would rather be told."""
        if turn.sender.person_id is None:
            return [Toast(UNLINKED, alert=True)]
        try:
            wanted = Channel(reference.id)
        except ValueError as error:
            raise NotARowError(f"not a channel: {reference}") from error
        person = await turn.session.get_one(Person, turn.sender.person_id)
        person.preferred_channel = wanted.value
        return [Toast(words(f"preferred_{wanted}"), alert=True)]

    async def answered(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Keep the answer to a free question."""
        seminar = await store.by_id(turn.session, int(values["seminar"]), lock=True)
        refusal = self._refusal(turn, seminar)
        if seminar is None or refusal is not None:
            return [Reply(refusal.text if refusal else words("closed"))]
        mine = await screens.read_mine(turn.session, seminar, actor_of(turn))
        if not mine.holds:
            return [Reply(words("left_already"))]
        answers = {**mine.choice.answers, str(values["question"]): str(values["answer"])}
        await self._take(turn, seminar, replace(mine.choice, answers=answers))
        return await self._replied(turn, seminar)

    async def represented(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Note who comes instead of somebody."""
        seminar = await store.by_id(turn.session, int(values["seminar"]), lock=True)
        refusal = self._refusal(turn, seminar)
        if seminar is None or refusal is not None:
            return [Reply(refusal.text if refusal else words("closed"))]
        if not await standing.may_come(turn.session, seminar, actor_of(turn)):
            return [Reply(words("on_invitation"))]
        name, doing = str(values["name"]), _doing(turn)
        await places.represent(turn.session, self._parts, seminar, actor_of(turn), name, doing)
        return await self._replied(turn, seminar)

    async def _chosen(self, turn: Turn, seminar: Seminar, pick: Pick) -> Sequence[Response]:
        mine = await screens.read_mine(turn.session, seminar, actor_of(turn))
        if not mine.holds:
            return [Toast(words("left_already"), alert=True)]
        if pick.what == picks.QUESTION:
            return self._ask(mine, pick)
        choice = chosen(mine, pick)
        if choice is None:
            return [Toast(words("stale"), alert=True), *await self._mine(turn, seminar)]
        before = mine.state, mine.waits
        await self._take(turn, seminar, choice)
        show = {
            picks.HALF_DAY: self._half_days,
            picks.DEPARTMENT: self._cars if choice.carpool else self._mine,
            picks.CAR: self._cars,
        }.get(pick.what, self._mine)
        after = await screens.read_mine(turn.session, seminar, actor_of(turn))
        changed = (after.state, after.waits) != before
        said = [Toast(words("now_waiting"), alert=True)] if changed else []
        return [*said, *await show(turn, seminar)]

    def _open(self, show: Show) -> Callable[[Turn, Reference, int], Awaitable[Sequence[Response]]]:
        """Return what handles a button about a meeting: checked, then shown or done."""

        async def handle(turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
            seminar = await store.by_id(turn.session, reference.number, lock=True)
            refusal = self._refusal(turn, seminar)
            if seminar is None or refusal is not None:
                return [refusal or Toast(words("closed"), alert=True)]
            return await show(turn, seminar)

        return handle

    def _refusal(self, turn: Turn, seminar: Seminar | None) -> Toast | None:
        """Say why somebody cannot answer here and now."""
        if turn.sender.person_id is None:
            return Toast(UNLINKED, alert=True)
        if not turn.sender.roles:
            return Toast(FORMER, alert=True)
        if not turn.incoming.place.private:
            return Toast(words("in_private"), alert=True)
        if seminar is None or not store.takes_registrations(seminar, turn.now):
            return Toast(words("closed"), alert=True)
        return None

    async def _read(self, turn: Turn, seminar: Seminar) -> Mine:
        return await screens.read_mine(turn.session, seminar, actor_of(turn))

    async def _mine(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        return _redraw(screens.answer(turn, self._parts, await self._read(turn, seminar)))

    async def _card(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        return _redraw(screens.card(turn, self._parts, await self._read(turn, seminar)))

    async def _half_days(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        rows = await store.half_days(turn.session, seminar.id)
        return _redraw(screens.half_days(await self._read(turn, seminar), rows))

    async def _meals(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        return _redraw(screens.meals(await self._read(turn, seminar)))

    async def _cars(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        mine = await self._read(turn, seminar)
        departments = await standing.department_names(turn.session)
        comes = mine.state in COMING and not mine.waits
        if mine.registration is None or mine.choice.carpool is None or not comes:
            return _redraw(screens.cars(seminar, departments))
        others = await standing.travellers(turn.session, seminar, turn.now, mine.registration.id)
        car = mine.choice.carpool.partition(":")[2]
        return _redraw(screens.sharing(seminar, departments, others, car))

    async def _others(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        person = actor_of(turn).number
        found = await standing.colleagues(turn.session, seminar, person, turn.now)
        return _redraw(screens.others(seminar, found))

    async def _represent(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        del turn
        return [Ask(NAME_FORM, {"seminar": seminar.id})]

    async def _bring(self, turn: Turn, seminar: Seminar, pick: Pick) -> Sequence[Response]:
        """Register a colleague, who is told so."""
        me = actor_of(turn)
        known = await standing.colleagues(turn.session, seminar, me.number, turn.now)
        found = [one for one in known if one.person_id == pick.number]
        if not found:
            return [Toast(words("not_colleague"), alert=True)]
        party = names.person_party(pick.number)
        doing = Doing(turn.now, by=me)
        state = await places.take(turn.session, self._parts, seminar, party, None, doing)
        said = words(f"brought_{state}", {"name": found[0].name})
        return [Toast(said, alert=True), *await self._others(turn, seminar)]

    def _ask(self, mine: Mine, pick: Pick) -> Sequence[Response]:
        if pick.number >= len(mine.offer.questions):
            return [Toast(words("stale"), alert=True)]
        question = mine.offer.questions[pick.number]
        asked = Reply(words("asked_question", {"question": question}))
        return [asked, Ask(QUESTION_FORM, {"seminar": mine.seminar.id, "question": question})]

    async def _take(self, turn: Turn, seminar: Seminar, choice: Choice) -> None:
        party, doing = actor_of(turn), _doing(turn)
        await places.take(turn.session, self._parts, seminar, party, choice, doing)

    async def _replied(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        screen = screens.answer(turn, self._parts, await self._read(turn, seminar))
        return [Reply(screen.text, screen.keyboard, names.seminar_reference(seminar.id))]


def _doing(turn: Turn) -> Doing:
    """Return what somebody does for themselves, answered in chat right away."""
    return Doing(turn.now, answered=Channel.CHAT)


def chosen(mine: Mine, pick: Pick) -> Choice | None:
    """Return the choice that a press makes; None when the meeting no longer proposes it."""
    offer, choice = mine.offer, mine.choice
    if pick.what == picks.MODE:
        found = [mode for mode in offer.modes if mode == pick.value]
        if not found:
            return None
        on_site = found[0] is Mode.SITE
        meal, carpool = (choice.meal, choice.carpool) if on_site else (None, None)
        return replace(choice, mode=found[0], meal=meal, carpool=carpool)
    if pick.what == picks.HALF_DAY:
        return screens.toggled(choice, offer, pick.number)
    if pick.what == picks.MEAL:
        if pick.number > len(offer.meals):
            return None
        return replace(choice, meal=offer.meals[pick.number - 1] if pick.number else None)
    return _car(mine, pick)


def _car(mine: Mine, pick: Pick) -> Choice | None:
    choice = mine.choice
    if pick.what == picks.DEPARTMENT and pick.value == picks.NOTHING:
        return replace(choice, carpool=None)
    if pick.what == picks.DEPARTMENT and pick.value in mine.offer.departments:
        return replace(choice, carpool=f"{pick.value}:{SEEKS}")
    if pick.what == picks.CAR and choice.carpool:
        way = OFFERS if pick.value == "1" else SEEKS
        return replace(choice, carpool=f"{choice.carpool.partition(':')[0]}:{way}")
    return None


def parse_answer(text: str, _now: datetime) -> str:
    """Read the answer to a free question. Raises InputError: `answer_long` or `answer_empty`."""
    if len(text) > LONGEST_ANSWER:
        raise InputError("answer_long")
    answer = visible(text).strip()
    if not answer:
        raise InputError("answer_empty")
    return answer


def _redraw(screen: Screen) -> Sequence[Response]:
    return [Redraw(screen.text, screen.keyboard)]
