"""« Ajouter une source »: an address is tried, what was found is shown, a press adds it.

The network is reached by a tick (`watch.sources.trials`), never by who types.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from core.chat import Action, Ask, Field, Form, PressHandler, Redraw, Reply, Response, Toast, Turn
from core.errors import InputError
from core.people.roles import Role
from core.reference import Reference
from watch.sources import changing
from watch.sources.cards import card
from watch.sources.changing import AlreadyWatchedError, Wanted
from watch.sources.desk import actor_of
from watch.sources.editing import pair, section_field
from watch.sources.models import Trial
from watch.sources.rules import name_for, parse_address
from watch.sources.words import text

CHAT = "chat"
"""The origin of what is added here."""

MOST_AT_ONCE = 5
"""How many addresses of one person wait to be tried at most."""

_STALE = Toast(text("trial_stale"), alert=True)

OnTrial = Callable[[Turn, Trial], Awaitable[Sequence[Response]]]


class Adding:
    """Takes an address, then what the animator chooses of what was found there."""

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("sources.add", self.ask, Role.ANIMATOR),
            Action("sources.feed", self.feed, Role.ANIMATOR),
            Action("sources.confirm", _on_trial(self.confirm), Role.ANIMATOR),
            Action("sources.retry", _on_trial(self.retry), Role.ANIMATOR),
            Action("sources.give_up", _on_trial(self.give_up), Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms: the address, then the section."""
        address = Field("address", text("ask_address"), lambda words, _now: parse_address(words))
        return (
            Form("sources.add", (address,), self.given, Role.ANIMATOR),
            Form("sources.new", (section_field(),), self.added, Role.ANIMATOR),
        )

    async def ask(self, _turn: Turn, _new: Reference, _seen: int) -> Sequence[Response]:
        """Ask for the address."""
        return [Ask("sources.add")]

    async def typed(self, turn: Turn, words: str) -> Sequence[Response]:
        """Take the address that follows the command."""
        try:
            return await self.given(turn, {"address": parse_address(words)})
        except InputError as error:
            return [Reply(text(error.what))]

    async def given(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Have an address tried; what is found comes in a message of its own."""
        address, person = str(values["address"]), turn.sender.person_id
        there = await changing.watched(turn.session, address)
        if there is not None:
            return [Reply(text("watched_already", name=there.name)), await card(turn, there)]
        waiting = select(func.count()).where(Trial.person_id == person, Trial.due_at.is_not(None))
        if person is None or (await turn.session.scalar(waiting) or 0) >= MOST_AT_ONCE:
            return [Reply(text("too_many"))]
        place = turn.incoming.place
        turn.session.add(
            Trial(
                url=address,
                person_id=person,
                chat_id=place.chat_id,
                thread_id=place.thread_id,
                asked_at=turn.now,
                due_at=turn.now,
            )
        )
        await turn.session.flush()
        return [Reply(text("looking", address=address))]

    async def feed(self, turn: Turn, subject: Reference, seen: int) -> Sequence[Response]:
        """Try one of the feeds that a page names."""
        number, chosen = pair(subject)
        trial = await _held(turn, number, seen)
        feeds = trial.found.get("feeds", []) if trial else []
        if trial is None or chosen >= len(feeds):
            return [_STALE]
        return _again(trial, turn, feeds[chosen]["url"])

    async def retry(self, turn: Turn, trial: Trial) -> Sequence[Response]:
        """Try the same address again."""
        return _again(trial, turn, trial.url)

    async def give_up(self, turn: Turn, trial: Trial) -> Sequence[Response]:
        """Add nothing."""
        _close(trial, turn)
        return [Redraw(text("given_up"))]

    async def confirm(self, _turn: Turn, trial: Trial) -> Sequence[Response]:
        """Ask the one thing that nobody can guess: the section."""
        if trial.found.get("kind") not in {"feed", "page"}:
            return [_STALE]
        return [Ask("sources.new", {"trial": trial.id, "version": trial.version})]

    async def added(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Add the source, and show its card."""
        trial = await _held(turn, int(values["trial"]), int(values["version"]))
        if trial is None:
            return [Reply(_STALE.text)]
        names = await changing.names(turn.session)
        wanted = Wanted(
            name=name_for(trial.found["title"], trial.url, names),
            url=trial.found["address"],
            kind="feed" if trial.found["kind"] == "feed" else "change",
            section=values["section"],
            owner_id=turn.sender.person_id,
        )
        _close(trial, turn)
        try:
            source = await changing.add(turn.session, wanted, CHAT, actor_of(turn), turn.now)
        except AlreadyWatchedError as error:
            there = error.source
            return [Reply(text("watched_already", name=there.name)), await card(turn, there)]
        return [Reply(text("added")), await card(turn, source)]


def _again(trial: Trial, turn: Turn, url: str) -> Sequence[Response]:
    trial.url, trial.due_at = url, turn.now
    trial.version += 1
    return [Redraw(text("looking", address=url))]


def _close(trial: Trial, turn: Turn) -> None:
    trial.closed_at, trial.due_at = turn.now, None
    trial.version += 1


def _on_trial(handler: OnTrial) -> PressHandler:
    async def press(turn: Turn, subject: Reference, seen: int) -> Sequence[Response]:
        trial = await _held(turn, subject.number, seen)
        return [_STALE] if trial is None else await handler(turn, trial)

    return press


async def _held(turn: Turn, number: int, seen: int) -> Trial | None:
    """Return what was tried, as its message shows it still; None when that is over."""
    trial = await turn.session.get(Trial, number, with_for_update=True)
    if trial is None or trial.closed_at is not None or trial.version != seen:
        return None
    return trial
