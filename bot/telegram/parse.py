"""From an update as received to what the rooms understand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType

from bot.telegram.api import UPDATE_KINDS
from core.chat import File, Incoming, Place
from core.posts import Pressed, parse_callback

COMMAND = re.compile(r"/(\w+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Received:
    """Something a person did. `query_id` is the press to acknowledge, `pressed` what it carried.

    What is not `readable` is a message of a kind that nobody here reads (a sticker, a place…);
    `anonymous` is what an administrator says in the name of the group.
    """

    incoming: Incoming
    account: str
    name: str
    query_id: str = ""
    pressed: Pressed | None = None
    readable: bool = True
    anonymous: bool = False


@dataclass(frozen=True)
class Reachable:
    """Someone blocked the bot in their private chat, or let it speak again."""

    account: str
    blocked: bool


@dataclass(frozen=True)
class Membership:
    """The bot was put into a group or a channel, or out of it."""

    present: bool


@dataclass(frozen=True)
class Moved:
    """A group has become a supergroup, which has another number."""

    new_chat_id: int


@dataclass(frozen=True)
class Ignored:
    """Nothing for us, and why."""

    why: str


Parsed = Received | Reachable | Membership | Moved | Ignored


class UnreadableError(Exception):
    """An update is malformed: reading it again would not help."""


def parse_update(raw: Mapping[str, Any], username: str, received_at: datetime) -> Parsed:
    """Read an update. `username` is the bot's own, to tell commands meant for another bot.

    Raises UnreadableError when it is malformed, whatever the library makes of that.
    """
    try:
        return _parse(raw, username, received_at)
    except Exception as error:
        raise UnreadableError(type(error).__name__) from error


def _parse(raw: Mapping[str, Any], username: str, received_at: datetime) -> Parsed:
    if not raw.keys() & set(UPDATE_KINDS):
        return Ignored("unknown kind")
    update = Update.de_json(dict(raw), None)
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query, received_at)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    if update.edited_message is not None:
        return _message(update.update_id, update.edited_message, username, edited=True)
    if update.message is not None:
        return _message(update.update_id, update.message, username, edited=False)
    return Ignored("unknown kind")


def _press(update_id: int, query: CallbackQuery, received_at: datetime) -> Received | Ignored:
    if query.message is None:
        return Ignored("press without a message")
    message = query.message
    incoming = Incoming(
        update_id=update_id,
        kind="press",
        place=_place(message) if isinstance(message, Message) else _bare_place(message.chat),
        message_id=message.message_id,
        at=received_at,
    )
    pressed = parse_callback(query.data or "")
    return Received(incoming, str(query.from_user.id), _name(query.from_user), query.id, pressed)


def _membership(change: ChatMemberUpdated) -> Reachable | Membership:
    left = change.new_chat_member.status in {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}
    if change.chat.type != ChatType.PRIVATE:
        return Membership(present=not left)
    return Reachable(str(change.from_user.id), blocked=left)


def _message(
    update_id: int, message: Message, username: str, *, edited: bool
) -> Received | Moved | Ignored:
    user = message.from_user
    if message.migrate_to_chat_id is not None:
        return Moved(message.migrate_to_chat_id)
    anonymous = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    if user is None or (user.is_bot and not anonymous):
        return Ignored("not from a person")
    files = _files(message)
    text = message.text or message.caption or ""
    readable = bool(files) or message.text is not None
    if not readable and not _deserves_an_answer(message):
        return Ignored("service message")
    command = COMMAND.fullmatch(text) if not files else None
    if command and not _for_us(command[2], username):
        return Ignored("a command for another bot")
    incoming = Incoming(
        update_id=update_id,
        kind="command" if command else "file" if files else "text",
        place=_place(message),
        message_id=message.message_id,
        at=(message.edit_date if edited else None) or message.date,
        text=text,
        entities=_entities(message),
        files=files,
        reply_to=_reply_to(message),
        command=command[1] if command else "",
        argument=(command[3] or "").strip() if command else "",
        edited=edited,
        album=message.media_group_id or "",
    )
    return Received(incoming, str(user.id), _name(user), readable=readable, anonymous=anonymous)


def _deserves_an_answer(message: Message) -> bool:
    """Tell a sticker, or what Telegram invented since, from a notice that somebody joined."""
    if message.effective_attachment or message.checklist or message.giveaway:
        return True
    return message.chat.type == ChatType.PRIVATE and bool(message.api_kwargs)


def _for_us(addressee: str | None, username: str) -> bool:
    return not addressee or not username or addressee.casefold() == username.casefold()


def _place(message: Message) -> Place:
    thread = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, message.chat.type == ChatType.PRIVATE, thread)


def _bare_place(chat: Any) -> Place:
    return Place(chat.id, chat.type == ChatType.PRIVATE)


def _reply_to(message: Message) -> int | None:
    """Return the message answered; the root of a topic, which all its messages cite, is none."""
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None:
        return None
    return answered.message_id


def _entities(message: Message) -> tuple[Mapping[str, Any], ...]:
    found: tuple[MessageEntity, ...] = message.entities or message.caption_entities or ()
    return tuple(entity.to_dict() for entity in found)


def _files(message: Message) -> tuple[File, ...]:
    """Return what the message carries: an animation comes as a document, a round video as one."""
    if message.photo:
        largest = message.photo[-1]
        size = largest.file_size or 0
        return (File("photo", largest.file_id, largest.file_unique_id, size=size),)
    if message.document:
        return (_file("document", message.document),)
    if message.voice:
        return (_file("voice", message.voice),)
    if message.audio:
        return (_file("audio", message.audio),)
    if message.video or message.video_note:
        return (_file("video", message.video or message.video_note),)
    return ()


def _file(kind: Any, found: Any) -> File:
    return File(
        kind,
        found.file_id,
        found.file_unique_id,
        name=getattr(found, "file_name", None) or "",
        mime_type=getattr(found, "mime_type", None) or "",
        size=found.file_size or 0,
    )


def _name(user: User) -> str:
    return user.full_name
