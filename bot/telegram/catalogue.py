"""All that the mounted rooms take from chat, found by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.telegram.decide import (
    ABANDON,
    CANCEL,
    CHOOSE,
    REPEATED,
    RUN,
    Named,
    Routes,
    command_key,
)
from core.chat import Action, Command, Form, Handler, ReplyRoute
from core.room import Room


@dataclass(frozen=True)
class Catalogue:
    """The rooms' handlers by name, and the routes that lead to them."""

    routes: Routes
    commands: Mapping[str, Command]
    actions: Mapping[str, Action]
    replies: Mapping[tuple[str, str], ReplyRoute]
    forms: Mapping[str, Form]
    fallback: Handler | None
    links: Handler | None


def mount(rooms: Sequence[Room]) -> Catalogue:
    """Gather what rooms take. Raises ValueError when two claim the same name."""
    commands = [command for room in rooms for command in room.commands]
    actions = {action.name: action for room in rooms for action in room.actions}
    replies = {(reply.room, reply.kind): reply for room in rooms for reply in room.replies}
    forms = {form.name: form for room in rooms for form in room.forms}
    fallbacks = [room.fallback for room in rooms if room.fallback]
    links = [room.links for room in rooms if room.links]
    _refuse_twins("command", [CANCEL, *(word for c in commands for word in _words(c))])
    _refuse_twins(
        "action",
        [
            CHOOSE,
            ABANDON,
            REPEATED,
            RUN,
            *(action.name for room in rooms for action in room.actions),
        ],
    )
    _refuse_twins("form", [form.name for room in rooms for form in room.forms])
    _refuse_twins("reply", [f"{r.room}:{r.kind}" for room in rooms for r in room.replies])
    _refuse_twins("fallback", ["fallback" for _ in fallbacks])
    _refuse_twins("links", ["links" for _ in links])
    return Catalogue(
        routes=Routes(
            commands={
                command_key(word): Named(command.name, command.role, command.also)
                for command in commands
                for word in _words(command)
            },
            actions={name: Named(name, action.role) for name, action in actions.items()},
            replies={key: reply.role for key, reply in replies.items()},
            forms={name: form.role for name, form in forms.items()},
            fallback=bool(fallbacks),
            links=bool(links),
        ),
        commands={command.name: command for command in commands},
        actions=actions,
        replies=replies,
        forms=forms,
        fallback=fallbacks[0] if fallbacks else None,
        links=links[0] if links else None,
    )


def _words(command: Command) -> set[str]:
    """Return a command's names, those that are read alike counted once."""
    return {command_key(word) for word in (command.name, *command.aliases)}


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in map(command_key if what == "command" else str, names):
        if name in seen:
            raise ValueError(f"two rooms claim the {what} {name!r}")
        seen.add(name)
