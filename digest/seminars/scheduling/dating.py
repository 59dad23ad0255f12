"""Dates and places that were typed: echoed in full, and confirmed before they count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from core.chat import Action, Ask, Button, Redraw, Response, Toast, Turn
from core.clock import PARIS
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import store
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.half_days import Hours
from digest.seminars.models import Seminar
from digest.seminars.reminding.decide import MOVED
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.card import Screen, days_of
from digest.seminars.scheduling.decide import Caution, Edited, Step, cautions, step
from digest.seminars.scheduling.names import REST_FORM, read_row, row_reference, words
from digest.seminars.scheduling.opening import Opening, alert, record, redrawn, replied

WHEN, PLACE = "when", "place"


@dataclass(frozen=True)
class Dating:
    """Proposes changes of which people are told, and makes those that are confirmed."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "scheduling.right": self.confirm,
            "scheduling.wrong": self.correct,
            "scheduling.keep": self.keep,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    async def propose(
        self, turn: Turn, seminar: Seminar, hours: Sequence[Hours], asks: str = ""
    ) -> Sequence[Response]:
        """Echo a date, in a message of its own; `asks` says what is asked once it is confirmed."""
        half_days = [each.to_json() for each in hours]
        plans.propose(seminar, WHEN, {"half_days": half_days, "asks": asks})
        return replied(await self.echo(turn, seminar), seminar)

    async def propose_place(
        self, turn: Turn, seminar: Seminar, place: str, video_url: str | None
    ) -> Sequence[Response]:
        """Say how many people would be told of another place, or another link."""
        number = plans.propose(seminar, PLACE, {"place": place, "video_url": video_url})
        after = {"place": place, "video_url": video_url, "remote": video_url is not None}
        told = await self.opening.told(turn, seminar)
        values = {**self.opening.facts(seminar), "after": after, "told": told}
        button = _proposed(seminar, number)
        keyboard = (
            (button("confirm_button", "scheduling.right"),),
            (button("keep_button", "scheduling.keep"),),
        )
        return replied(Screen(words("other_place", values), keyboard), seminar)

    async def echo(self, turn: Turn, seminar: Seminar) -> Screen:
        """Return the screen that says how a date was understood, and what it runs into."""
        hours = plans.waiting_date(seminar)
        others = await plans.others(turn.session, hours, seminar.id)
        zones = self.opening.parts.settings.seminars.zones
        values = {
            **self.opening.facts(seminar),
            "half_days": days_of(hours),
            "cautions": [
                _said(each) for each in cautions(hours, self.opening.school, zones, others)
            ],
            "told": await self.opening.told(turn, seminar, MOVED),
            "published": seminar.state == State.PUBLISHED,
        }
        button = _proposed(seminar, (seminar.proposal or {}).get("number", 0))
        keyboard: list[tuple[Button, ...]] = [
            (
                button("right_button", "scheduling.right"),
                button("wrong_button", "scheduling.wrong"),
            )
        ]
        if seminar.state == State.PUBLISHED:
            keyboard.append((button("keep_button", "scheduling.keep"),))
        return Screen(words("understood", values), tuple(keyboard))

    async def confirm(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Make the change that a message shows, and tell whom it concerns."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Seminar):
            return opened
        change = opened.proposal or {}
        if change["what"] == PLACE:
            return await self._place(turn, opened, change)
        return await self._date(turn, opened, change)

    async def correct(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask the date again."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Seminar):
            return opened
        asks = (opened.proposal or {}).get("asks", "")
        return [Ask("scheduling.when", {"seminar": opened.id, "asks": asks})]

    async def keep(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Leave the meeting as it is."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Seminar):
            return opened
        plans.settle(opened)
        return [await self.opening.redrawn(turn, opened)]

    async def _open(
        self, turn: Turn, reference: Reference, version: int
    ) -> Seminar | Sequence[Response]:
        """Return the meeting of a change that waits still. Raises NotARowError for a forged one."""
        identity, number = read_row(reference)
        opened = await self.opening.press(turn, identity, version)
        if isinstance(opened, Seminar) and plans.proposed(opened, number) is None:
            return [
                Toast(words("replaced"), alert=True),
                await self.opening.redrawn(turn, opened),
            ]
        return opened

    async def _date(
        self, turn: Turn, seminar: Seminar, change: Mapping[str, Any]
    ) -> Sequence[Response]:
        state, now = State(seminar.state), turn.now
        hours = plans.waiting_date(seminar)
        late = step(Edited.WHEN, state, seminar.starts_at, seminar.ends_at, now) is Step.LATE
        if late or hours[0].starts_at <= now:
            plans.settle(seminar)
            return alert(words("begun"))
        plans.settle(seminar)
        before = await store.half_days(turn.session, seminar.id)
        told = 0
        if plans.hours_of(before) != list(hours):
            told = await self.opening.told(turn, seminar, MOVED)
            parts, actor = self.opening.parts, actor_of(turn)
            await store.reschedule(turn.session, parts, seminar, hours, now, actor)
        values = {**self.opening.facts(seminar), "half_days": days_of(hours)}
        if change.get("asks") == "rest":
            return [Redraw(words("noted", values)), Ask(REST_FORM, {"seminar": seminar.id})]
        return [*_told(told), await self.opening.redrawn(turn, seminar)]

    async def _place(
        self, turn: Turn, seminar: Seminar, change: Mapping[str, Any]
    ) -> Sequence[Response]:
        told = await self.opening.told(turn, seminar)
        plans.settle(seminar)
        seminar.place, seminar.video_url = change["place"], change["video_url"]
        await store.rise(turn.session, self.opening.parts, seminar, PLACE, turn.now)
        record(turn, seminar, "seminars.placed")
        return [*_told(told), await self.opening.redrawn(turn, seminar)]


def echoed(screen: Screen) -> Sequence[Response]:
    """Ask to confirm a date before anything else."""
    return [Toast(words("confirm_date_first"), alert=True), *redrawn(screen)]


def _proposed(seminar: Seminar, number: int) -> Callable[[str, str], Button]:
    reference = row_reference(seminar.id, number)

    def button(block: str, action: str) -> Button:
        return Button(words(block), action, reference, seminar.version)

    return button


def _told(count: int) -> Sequence[Response]:
    return [Toast(words("told", {"count": count}))] if count else []


def _said(caution: Caution) -> dict[str, object]:
    """Return a caution as templates say it: the day is an instant there."""
    noon = datetime.combine(caution.day, time(12), PARIS).astimezone(UTC)
    what = caution.what.value
    return {"what": what, "at": noon, "name": caution.name, "zones": caution.zones}
