"""The vocabulary of chat that every room speaks; Telegram is one adapter of it.

Rooms receive a `Turn`, and answer with replies whose words are blocks of templates. What must
reach somebody else goes through the ledger as an encoded `Post`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, Content
from core.people.roles import Role
from core.reference import Reference


@dataclass(frozen=True)
class Text:
    """Words for people: a named block of a template under `templates/`, and its values."""

    template: str
    block: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Button:
    """A button: either an action on a reference at a version, or a link."""

    label: Text
    action: str = ""
    reference: Reference | None = None
    version: int = 0
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""

KEPT = "kept:"
"""What the handle of a file begins with that is kept here: the hash of `core.files` follows."""

COMMAND = "command"
"""The action of a button that runs a command; the adapter's own."""

TOO_BIG = 20_000_000
"""Bytes above which a file can be relayed, but not fetched nor given back (Bot API, getFile)."""


def command_button(label: Text, name: str) -> Button:
    """Return a button that does what the command `name` does when it is typed."""
    return Button(label, COMMAND, Reference("chat", "command", name))


@dataclass(frozen=True)
class File:
    """A file that somebody sent; `file_id` is the channel's own handle on it, or `kept:HASH`."""

    kind: Literal["photo", "document", "voice", "audio", "video"]
    file_id: str
    unique_id: str
    name: str = ""
    mime_type: str = ""
    size: int = 0


@dataclass(frozen=True)
class Place:
    """Where something was said."""

    chat_id: int
    private: bool
    thread_id: int | None = None


@dataclass(frozen=True)
class Sender:
    """Who said it. A chat id is not an identity: `person_id` is None unless an account is linked.

    `roles` are those held at the time of this very turn.
    """

    account: str
    name: str
    language: str = "fr"
    person_id: int | None = None
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Incoming:
    """Something a person did in chat.

    `entities` is the channel's own formatting of `text` (JSON-ready), to relay it faithfully.
    `reply_to` is the message id it answers; `about` is what that message was sent for, if ours.
    `album` is the same for all the files that were sent together, empty for a lone message.
    """

    update_id: int
    kind: Literal["text", "command", "press", "file"]
    place: Place
    message_id: int
    at: datetime
    text: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()
    files: tuple[File, ...] = ()
    reply_to: int | None = None
    about: Reference | None = None
    command: str = ""
    argument: str = ""
    edited: bool = False
    album: str = ""


@dataclass(frozen=True)
class Turn:
    """One thing to handle: who did what, inside the transaction that will record it."""

    session: AsyncSession
    incoming: Incoming
    sender: Sender
    now: datetime


@dataclass(frozen=True)
class Reply:
    """A message back to where the person is."""

    text: Text
    keyboard: Keyboard = ()
    about: Reference | None = None


@dataclass(frozen=True)
class Toast:
    """A short notice shown to the one who pressed; an `alert` must be dismissed."""

    text: Text
    alert: bool = False


@dataclass(frozen=True)
class Redraw:
    """The pressed message takes a new text and buttons."""

    text: Text
    keyboard: Keyboard = ()


@dataclass(frozen=True)
class Ask:
    """Open a form, with some of its values known already; its first question is asked next."""

    form: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A file given back to the person who is typing, with a few words; 20 MB at most."""

    name: str
    data: bytes
    text: Text


@dataclass(frozen=True)
class DocumentToMake:
    """A file like a `Document`, whose content takes long: a typeset PDF.

    `make` runs in a thread of its own once the turn's transaction is committed, so that nobody
    waits for the database meanwhile: it must hold all that it needs. After a crash at that very
    moment, a failure, or None, the person is told to ask again.
    """

    name: str
    make: Callable[[], bytes | None]
    text: Text


Response = Reply | Toast | Redraw | Ask | Document | DocumentToMake
Handler = Callable[[Turn], Awaitable[Sequence[Response]]]
PressHandler = Callable[[Turn, Reference, int], Awaitable[Sequence[Response]]]


@dataclass(frozen=True)
class Command:
    """A command, its other names, and the role it needs (None: anybody, even unknown).

    Who holds the role `also` may give it too. Names carry no slash; matching ignores case,
    accents and a final plural. `menu` is its line in the menu of commands, if it has one.
    """

    name: str
    handler: Handler
    role: Role | None
    aliases: tuple[str, ...] = ()
    menu: Text | None = None
    also: Role | None = None


@dataclass(frozen=True)
class Action:
    """What a button does; the presser's role is checked anew at each press."""

    name: str
    handler: PressHandler
    role: Role | None


@dataclass(frozen=True)
class ReplyRoute:
    """Who handles a reply to a message that was sent about references of `room:kind`."""

    room: str
    kind: str
    handler: Handler
    role: Role | None


@dataclass(frozen=True)
class Field:
    """A question of a form. `parse` reads the answer, or raises InputError with a block's name.

    `parse` gets the text and the present instant, and returns a JSON-ready value. When what it
    raises is an `InputError`, its `what` names the block of `question.template` that explains.
    With `takes_files` a message with files is an answer too, and the value is then always
    `{"text": what parse returned, "files": [core.chat.File as a dict, …]}`.
    """

    name: str
    question: Text
    parse: Callable[[str, datetime], Any]
    choices: Keyboard = ()
    takes_files: bool = False


@dataclass(frozen=True)
class Form:
    """Questions asked one after the other; state survives restarts in a `conversations` row."""

    name: str
    fields: tuple[Field, ...]
    finish: Callable[[Turn, Mapping[str, Any]], Awaitable[Sequence[Response]]]
    role: Role | None


# --- Posts: what the ledger's chat deliveries hold -------------------------------------------


@dataclass(frozen=True)
class PostButton:
    """A rendered button: `data` for a press, or `url` for a link."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True)
class Post:
    """One call to the chat channel, ready to be stored as a delivery's content.

    `text` posts carry HTML, or plain text with `entities`; `copy` repeats a message of another
    chat; `file` sends a `file_id` with a caption; `topic` opens a forum topic named `text`.
    `edit` gives a message sent earlier its new text (or caption, when there is a `file`) and
    buttons; `delete` removes one; `delete_topic` removes a topic with all that it holds. Which
    one is said by the delivery's value `target`, as its first sending named it
    (`chat_id:message_id`, `topic:chat_id:thread_id`). `pinned` asks for a view to be pinned.
    """

    kind: Literal["text", "copy", "file", "topic", "edit", "delete", "delete_topic"]
    text: str = ""
    entities: tuple[Mapping[str, Any], ...] | None = None
    keyboard: tuple[tuple[PostButton, ...], ...] = ()
    file: File | None = None
    copy_from: tuple[int, int] | None = None
    pinned: bool = False

    def content(self) -> Content:
        """Encode for the ledger."""
        body = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return Content(Channel.CHAT, body.encode())

    @classmethod
    def decode(cls, body: bytes) -> "Post":
        """Read back what `content` wrote."""
        raw = json.loads(body)
        raw["keyboard"] = tuple(tuple(PostButton(**b) for b in row) for row in raw["keyboard"])
        raw["file"] = File(**raw["file"]) if raw["file"] else None
        raw["entities"] = None if raw["entities"] is None else tuple(raw["entities"])
        raw["copy_from"] = tuple(raw["copy_from"]) if raw["copy_from"] else None
        return cls(**raw)
