"""Where an update goes: the routing order, as a pure function."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.people.roles import Role

CANCEL = "annuler"
"""The command that leaves a form; the adapter's own."""

CHOOSE = "choose"
"""The action of a form's choice; the adapter's own."""

ABANDON = "abandon"
"""The action of a form's way out; the adapter's own."""

REPEATED = "repeated"
"""The action of the mark that a copied message may be seen twice; the adapter's own."""


RUN = "command"
"""The action of a button that runs a command, as `core.chat.command_button` makes it."""


class Target(enum.Enum):
    """What to do with an update."""

    ACTION = enum.auto()
    COMMAND = enum.auto()
    REPLY = enum.auto()
    FORM_ANSWER = enum.auto()
    FORM_CHOICE = enum.auto()
    FORM_CANCEL = enum.auto()
    FALLBACK = enum.auto()
    LINK = enum.auto()
    REFUSED = enum.auto()
    STALE = enum.auto()
    REPEATED = enum.auto()
    ALBUM = enum.auto()
    UNKNOWN_COMMAND = enum.auto()
    NOT_TEXT = enum.auto()
    NOTHING = enum.auto()


@dataclass(frozen=True)
class Route:
    """Where to go; `name` is the command or action, in its own spelling."""

    target: Target
    name: str = ""


@dataclass(frozen=True)
class Named:
    """A command's or action's own name, and the role that it needs (None: anybody), or `also`."""

    name: str
    role: Role | None
    also: Role | None = None


@dataclass(frozen=True)
class Routes:
    """All that the rooms take: commands by key, actions by name, replies by (room, kind)."""

    commands: Mapping[str, Named] = field(default_factory=dict)
    actions: Mapping[str, Named] = field(default_factory=dict)
    replies: Mapping[tuple[str, str], Role | None] = field(default_factory=dict)
    forms: Mapping[str, Role | None] = field(default_factory=dict)
    fallback: bool = False
    links: bool = False


@dataclass(frozen=True)
class Approach:
    """Someone's move, as far as routing looks at it.

    `word` is the command after a slash or on a button, or the whole of a one-word text;
    `action` is what a pressed button carried ("" when unreadable); `about` is (room, kind) of
    the message answered; `form` is the name of the form open here for this person, and
    `takes_files` whether what it asks may be answered by files; `same_album` says that the
    first files of this album answered a form here; `link` that it begins with a web address.
    """

    kind: Literal["text", "command", "press", "file"]
    private: bool
    roles: frozenset[Role] = frozenset()
    word: str = ""
    action: str = ""
    about: tuple[str, str] | None = None
    form: str = ""
    takes_files: bool = False
    same_album: bool = False
    edited: bool = False
    link: bool = False


def begins_with_link(text: str) -> bool:
    """Say whether a message begins with a web address."""
    return re.match(r"\s*https?://\S", text, re.IGNORECASE) is not None


def command_key(word: str) -> str:
    """Return how commands are compared: without case, accents, spaces, or a final plural.

    « Mes questions », as the menu says it, is `mesquestions`.
    """
    decomposed = unicodedata.normalize("NFKD", "".join(word.split()).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare[:-1] if len(bare) > 1 and bare.endswith("s") else bare


def route(approach: Approach, routes: Routes) -> Route:
    """Apply the order: button, command, reply to a known message, open form, default.

    A command's word without its slash comes after replies and forms, so that it can be said
    there as an ordinary word. An edited message never runs a command or fills a form again.
    """
    if approach.kind == "press":
        return _press(approach, routes)
    if approach.kind == "command":
        return _command(approach, routes)
    if approach.same_album and not approach.edited:
        return Route(Target.ALBUM)
    return _words(approach, routes)


def _words(approach: Approach, routes: Routes) -> Route:
    if approach.about is not None and approach.about in routes.replies:
        return _allowed(Route(Target.REPLY), routes.replies[approach.about], approach)
    if approach.edited:
        return _default(approach, routes)
    if approach.form in routes.forms:
        return _form(approach, routes)
    return _bare_word(approach, routes) or _default(approach, routes)


def _press(approach: Approach, routes: Routes) -> Route:
    if approach.action == REPEATED:
        return Route(Target.REPEATED)
    if approach.action in {CHOOSE, ABANDON}:
        return _form_press(approach, routes)
    if approach.action == RUN:
        return _command_press(approach, routes)
    action = routes.actions.get(approach.action)
    if action is None:
        return Route(Target.STALE)
    return _allowed(Route(Target.ACTION, action.name), action.role, approach)


def _form_press(approach: Approach, routes: Routes) -> Route:
    if approach.form not in routes.forms:
        return Route(Target.STALE)
    if approach.action == ABANDON:
        return Route(Target.FORM_CANCEL)
    return _allowed(Route(Target.FORM_CHOICE), routes.forms[approach.form], approach)


def _command_press(approach: Approach, routes: Routes) -> Route:
    command = routes.commands.get(command_key(approach.word)) if approach.word else None
    if command is None:
        return Route(Target.STALE)
    return _allowed(Route(Target.COMMAND, command.name), command.role, approach, command.also)


def _command(approach: Approach, routes: Routes) -> Route:
    if approach.edited:
        return Route(Target.NOTHING)
    key = command_key(approach.word)
    if key == command_key(CANCEL):
        return Route(Target.FORM_CANCEL)
    command = routes.commands.get(key)
    if command is None:
        return Route(Target.UNKNOWN_COMMAND if approach.private else Target.NOTHING)
    return _allowed(Route(Target.COMMAND, command.name), command.role, approach, command.also)


def _form(approach: Approach, routes: Routes) -> Route:
    if command_key(approach.word) == command_key(CANCEL):
        return Route(Target.FORM_CANCEL)
    answers = approach.kind == "text" or approach.takes_files
    target = Target.FORM_ANSWER if answers else Target.NOT_TEXT
    return _allowed(Route(target), routes.forms[approach.form], approach)


def _bare_word(approach: Approach, routes: Routes) -> Route | None:
    """Take a command without its slash; in a group, only from who may give it."""
    command = routes.commands.get(command_key(approach.word)) if approach.word else None
    if command is None or approach.kind != "text":
        return None
    found = _allowed(Route(Target.COMMAND, command.name), command.role, approach, command.also)
    return found if approach.private or found.target is Target.COMMAND else None


def _default(approach: Approach, routes: Routes) -> Route:
    if approach.private and routes.fallback:
        return Route(Target.FALLBACK)
    return Route(Target.LINK if _is_for_links(approach, routes) else Target.NOTHING)


def _is_for_links(approach: Approach, routes: Routes) -> bool:
    """Tell a web address said among animators from one said about something, or by others."""
    said = approach.kind == "text" and approach.link and not approach.edited
    among = not approach.private and approach.about is None and Role.ANIMATOR in approach.roles
    return routes.links and said and among


def _allowed(
    wanted: Route, role: Role | None, approach: Approach, also: Role | None = None
) -> Route:
    if role is None or {role, also} & approach.roles:
        return wanted
    return Route(Target.REFUSED, wanted.name)
