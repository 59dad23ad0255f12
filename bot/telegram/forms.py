"""Forms: one question at a time, their state in a row, so that they survive restarts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.decide import ABANDON, CHOOSE
from bot.telegram.models import Conversation
from core.chat import Button, Field, File, Form, Incoming, Keyboard, Place, Reply, Text
from core.errors import InputError
from core.people.models import Account
from core.people.store import TELEGRAM
from core.posts import Pressed
from core.reference import Reference

COMMON = "chat/common.html"

ALBUM = "/album"
"""Beside the answers of a conversation: the album whose first file answered a question."""


@dataclass(frozen=True)
class Understood:
    """An answer as its field reads it."""

    value: Any


@dataclass(frozen=True)
class Misunderstood:
    """Why an answer was not accepted, in words for the person."""

    explanation: Text


async def conversation(session: AsyncSession, account: str, place: Place) -> Conversation | None:
    """Return somebody's conversation in a place; its `form` is empty when none is open."""
    return await session.scalar(
        select(Conversation)
        .where(
            Conversation.account == account,
            Conversation.chat_id == place.chat_id,
            Conversation.thread_id == (place.thread_id or 0),
        )
        .with_for_update()
    )


async def begin(
    session: AsyncSession,
    account: str,
    place: Place,
    form: Form,
    now: datetime,
) -> Conversation:
    """Put a form in a place, instead of the one that was open there; `advance` starts it."""
    row = await conversation(session, account, place)
    if row is None:
        row = Conversation(
            account=account,
            chat_id=place.chat_id,
            thread_id=place.thread_id or 0,
            version=0,
            updated_at=now,
        )
        session.add(row)
    row.form = form.name
    await session.flush()
    return row


async def expire(session: AsyncSession, before: datetime) -> int:
    """Close the forms that nobody has gone on with since an instant; forget where strangers were.

    What was half said would stay for ever, of others too. Returns how many forms.
    """
    idle = Conversation.updated_at < before
    closed = await session.execute(
        update(Conversation)
        .where(idle, Conversation.form != "")
        .values(form="", step="", values={}, version=Conversation.version + 1)
    )
    known = select(Account.address).where(Account.channel == TELEGRAM)
    await session.execute(delete(Conversation).where(idle, Conversation.account.not_in(known)))
    return closed.rowcount if isinstance(closed, CursorResult) else 0


def advance(row: Conversation, form: Form, values: Mapping[str, Any], now: datetime) -> None:
    """Record what is known and which question comes next; buttons of earlier steps are stale."""
    row.values = dict(values)
    following = next_field(form, values)
    row.step = following.name if following else ""
    row.version += 1
    row.updated_at = now


def close(row: Conversation, now: datetime) -> None:
    """Leave the form; nothing of what was answered stays here."""
    row.form, row.step = "", ""
    row.values = {ALBUM: row.values[ALBUM]} if ALBUM in row.values else {}
    row.version += 1
    row.updated_at = now


def next_field(form: Form, values: Mapping[str, Any]) -> Field | None:
    """Return the first question that is not answered yet."""
    return next((field for field in form.fields if field.name not in values), None)


def current_field(form: Form, row: Conversation) -> Field | None:
    """Return the question being asked, unless the form changed since it was."""
    return next((field for field in form.fields if field.name == row.step), None)


def answered(row: Conversation, field: Field, value: Any, incoming: Incoming) -> dict[str, Any]:
    """Return what is known with the answer to a question; its files go with its words."""
    if not field.takes_files:
        return {**row.values, field.name: value}
    files = [asdict(file) for file in incoming.files]
    album = {ALBUM: {"id": incoming.album, "field": field.name}} if incoming.album else {}
    return {**row.values, field.name: {"text": value, "files": files}, **album}


def same_album(row: Conversation | None, incoming: Incoming) -> bool:
    """Say whether earlier files of the same album answered a question here."""
    album = row.values.get(ALBUM) if row else None
    return album is not None and album["id"] == incoming.album


def add_files(row: Conversation, files: tuple[File, ...]) -> bool:
    """Add the rest of an album to the answer that its first file gave; False when too late."""
    album = row.values[ALBUM]
    given = row.values.get(album["field"])
    if not row.form or given is None:
        return False
    more = {**given, "files": [*given["files"], *(asdict(file) for file in files)]}
    row.values = {**row.values, album["field"]: more}
    return True


def tell_once(row: Conversation) -> bool:
    """Say whether the person has not been told yet that the rest of an album came too late."""
    album = row.values[ALBUM]
    row.values = {**row.values, ALBUM: {**album, "told": True}}
    return "told" not in album


def question(field: Field, row: Conversation) -> Reply:
    """Ask: the choices as buttons, and the way out."""
    identity, choices = 0, []
    for line in field.choices:
        buttons = []
        for choice in line:
            reference = Reference("chat", "choice", f"{row.id}-{identity}")
            buttons.append(Button(choice.label, CHOOSE, reference, row.version))
            identity += 1
        choices.append(tuple(buttons))
    way_out = Button(
        Text(COMMON, "cancel_button"),
        ABANDON,
        Reference("chat", "form", str(row.id)),
        row.version,
    )
    keyboard: Keyboard = (*choices, (way_out,))
    return Reply(field.question, keyboard)


def fresh(row: Conversation, pressed: Pressed) -> bool:
    """Say whether a pressed button belongs to the question being asked."""
    mine = pressed.reference.id.partition("-")[0] == str(row.id)
    return mine and pressed.version == row.version


def chosen(field: Field, pressed: Pressed) -> str | None:
    """Return the answer that a choice stands for, if it is one of the field's."""
    index = pressed.reference.id.partition("-")[2]
    answers = [choice.action for line in field.choices for choice in line]
    known = {str(number): answer for number, answer in enumerate(answers)}
    return known.get(index)


def understand(field: Field, answer: str, now: datetime) -> Understood | Misunderstood:
    """Read an answer; what is not understood is explained by the field's own template."""
    try:
        return Understood(field.parse(answer, now))
    except InputError as error:
        words = field.question
        return Misunderstood(Text(words.template, error.what, words.values))
