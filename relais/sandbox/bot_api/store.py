"""The facts of the local Bot API: bots, people, chats, topics, messages and files."""

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from core.clock import Clock, SystemClock
from relais.sandbox.bot_api.changes import Changes
from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.bot_api.shelf import Document, Shelf
from relais.sandbox.bot_api.updates import Updates

T = TypeVar("T")

FIRST_MESSAGE = 2  # 1 is the making of the group, and the general topic's number
PRESENT = frozenset({"creator", "administrator", "member"})
ALL_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": True,
    "can_restrict_members": True,
    "can_promote_members": False,
    "can_change_info": True,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_pin_messages": True,
    "can_manage_topics": True,
}


class Store:
    """Facts, and how they change; never who may change them.

    With a `folder` they survive the process. Documents are replaced, never altered in place,
    so that an update keeps the message as it was when it was queued.
    """

    def __init__(self, folder: Path | None = None, clock: Clock | None = None) -> None:
        self.shelf = Shelf(folder)
        self.clock = clock or SystemClock()
        self.changes = Changes()
        self.updates = Updates(self.shelf, self.changes)

    def changed(self) -> None:
        """Write what was done, and wake whoever waits for it."""
        self.shelf.commit()
        self.changes.notify()

    async def wait_for(self, predicate: Callable[[], T], seconds: float = 5.0) -> T:
        """Return the first true value of `predicate`, looked at again after each change.

        Raises TimeoutError when it is still false after `seconds`.
        """
        value = await self.changes.until(predicate, seconds)
        if not value:
            raise TimeoutError(f"still not true after {seconds} s")
        return value

    def date(self) -> int:
        """Return the present instant as Telegram writes it."""
        return int(self.clock.now().timestamp())

    # --- bots, people, chats -----------------------------------------------------------------

    def bots(self) -> list[Document]:
        """Return every bot."""
        return self.shelf.all("bots")

    def bot(self, token: str) -> Document | None:
        """Return the bot with this token."""
        return self.shelf.get("bots", token)

    def keep_bot(self, bot: Document) -> None:
        """Replace a bot."""
        self.shelf.put("bots", bot["token"], bot)

    def user(self, user_id: int) -> Document | None:
        """Return a person or a bot as Telegram's User."""
        return self.shelf.get("users", user_id)

    def person(self, user_id: int) -> Document:
        """Return a person. Raises ImpossibleError when nobody has this id."""
        user = self.user(user_id)
        if user is None:
            raise ImpossibleError(f"no user {user_id}", hint="add_user first")
        return user

    def chat(self, chat_id: int) -> Document | None:
        """Return a chat: its `chat` as Telegram has it, and what is `pinned`."""
        return self.shelf.get("chats", chat_id)

    def chats(self) -> list[Document]:
        """Return every chat as Telegram's Chat, groups first."""
        chats = [document["chat"] for document in self.shelf.all("chats")]
        return sorted(chats, key=lambda chat: chat["id"])

    def known_chat(self, chat_id: int) -> Document:
        """Return a chat. Raises ImpossibleError when there is none with this id."""
        chat = self.chat(chat_id)
        if chat is None:
            raise ImpossibleError(f"no chat {chat_id}", hint="add_user or add_group first")
        return chat

    def member(self, chat_id: int, user_id: int) -> Document:
        """Return somebody's ChatMember; of a private chat only the bot's matters."""
        found = self.shelf.get("members", f"{chat_id}:{user_id}")
        return found or {"user": self.user(user_id), "status": "left"}

    def keep_member(self, chat_id: int, user_id: int, status: str, **rights: bool) -> Document:
        """Replace somebody's ChatMember."""
        member: Document = {"user": self.user(user_id), "status": status}
        if status == "creator":
            member["is_anonymous"] = False
        elif status == "administrator":
            member |= ALL_RIGHTS | rights
        elif status == "kicked":
            member["until_date"] = 0
        return self.shelf.put("members", f"{chat_id}:{user_id}", member)

    def members(self, chat_id: int) -> list[Document]:
        """Return every ChatMember of a chat, whatever their status."""
        prefix = f"{chat_id}:"
        return [doc for key, doc in self.shelf.items("members") if key.startswith(prefix)]

    def was_member(self, chat_id: int, user_id: int) -> bool:
        """Say whether somebody is, or ever was, of a chat."""
        return self.shelf.get("members", f"{chat_id}:{user_id}") is not None

    def is_present(self, chat_id: int, user_id: int) -> bool:
        """Say whether somebody is in a chat."""
        return self.member(chat_id, user_id)["status"] in PRESENT

    def may(self, chat_id: int, user_id: int, right: str) -> bool:
        """Say whether somebody has a right of administrators in a group."""
        member = self.member(chat_id, user_id)
        return member["status"] == "creator" or bool(member.get(right))

    # --- topics ------------------------------------------------------------------------------

    def topic(self, chat_id: int, thread_id: int) -> Document | None:
        """Return a topic: `thread_id`, `name`, `icon_color`, `closed`."""
        return self.shelf.get(f"topics:{chat_id}", thread_id)

    def topics(self, chat_id: int) -> list[Document]:
        """Return the topics of a forum, oldest first, the general one excepted."""
        return sorted(self.shelf.all(f"topics:{chat_id}"), key=lambda topic: topic["thread_id"])

    def new_topic(self, chat: Document, sender: Document, name: str, color: int) -> Document:
        """Open a topic; its id is that of the service message that announces it."""
        service = {"forum_topic_created": {"name": name, "icon_color": color}}
        thread_id = self.next_message_id(chat)
        topic = {"thread_id": thread_id, "name": name, "icon_color": color, "closed": False}
        self.shelf.put(f"topics:{chat['chat']['id']}", thread_id, topic)
        self.new_message(chat, sender, service, thread_id=thread_id, message_id=thread_id)
        return topic

    def change_topic(self, chat_id: int, thread_id: int, **changes: Any) -> None:
        """Rename, close or reopen a topic."""
        topic = self.topic(chat_id, thread_id) or {}
        self.shelf.put(f"topics:{chat_id}", thread_id, {**topic, **changes})

    def remove_topic(self, chat_id: int, thread_id: int) -> None:
        """Delete a topic and everything said in it."""
        self.shelf.remove(f"topics:{chat_id}", thread_id)
        for message in self.messages(chat_id):
            if message.get("message_thread_id") == thread_id:
                self.remove_message(chat_id, message["message_id"])

    # --- messages ----------------------------------------------------------------------------

    def next_message_id(self, chat: Document) -> int:
        """Return the next number of a chat. Numbers of two chats meet, as Telegram's do."""
        return self.shelf.next(f"messages:{chat['chat']['id']}", FIRST_MESSAGE)

    def message(self, chat_id: int, message_id: int) -> Document | None:
        """Return a message as Telegram's Message."""
        return self.shelf.get(f"messages:{chat_id}", message_id)

    def messages(self, chat_id: int) -> list[Document]:
        """Return what is left of what was said in a chat, in order."""
        return sorted(self.shelf.all(f"messages:{chat_id}"), key=lambda m: m["message_id"])

    def new_message(
        self,
        chat: Document,
        sender: Document,
        content: Mapping[str, Any],
        *,
        thread_id: int | None = None,
        reply_to: Document | None = None,
        message_id: int | None = None,
    ) -> Document:
        """Add a message to a chat, and give it to the bots that see it."""
        message: Document = {
            "message_id": message_id or self.next_message_id(chat),
            "from": sender,
            "chat": chat["chat"],
            "date": self.date(),
        }
        if thread_id is not None:
            message |= {"message_thread_id": thread_id, "is_topic_message": True}
            reply_to = reply_to or self.message(chat["chat"]["id"], thread_id)
        if reply_to is not None:
            message["reply_to_message"] = _without_reply(reply_to)
        message |= content
        self.shelf.put(f"messages:{chat['chat']['id']}", message["message_id"], message)
        self.tell("message", message)
        return message

    def change_message(self, message: Document, changes: Document) -> Document:
        """Replace parts of a message; those given as None are taken away."""
        changed = {name: value for name, value in (message | changes).items() if value is not None}
        self.shelf.put(f"messages:{message['chat']['id']}", message["message_id"], changed)
        return changed

    def remove_message(self, chat_id: int, message_id: int) -> None:
        """Delete a message; bots are told nothing, as with Telegram."""
        self.shelf.remove(f"messages:{chat_id}", message_id)
        self.unpin(chat_id, message_id)
        self.shelf.remove("reactions", f"{chat_id}:{message_id}")

    def pin(self, chat_id: int, message_id: int) -> None:
        """Pin a message above the others."""
        chat = self.known_chat(chat_id)
        others = [pinned for pinned in chat["pinned"] if pinned != message_id]
        self.shelf.put("chats", chat_id, {**chat, "pinned": [*others, message_id]})

    def unpin(self, chat_id: int, message_id: int) -> None:
        """Take a message from among the pinned ones."""
        chat = self.known_chat(chat_id)
        others = [pinned for pinned in chat["pinned"] if pinned != message_id]
        self.shelf.put("chats", chat_id, {**chat, "pinned": others})

    def tell(self, kind: str, message: Document) -> None:
        """Queue a message for each bot of its chat that sees it, its author excepted."""
        for bot in self.bots():
            if message["from"]["id"] != bot["user"]["id"] and self._sees(bot, message):
                self.updates.add(bot, kind, message)

    def _sees(self, bot: Document, message: Document) -> bool:
        """Apply privacy mode (https://core.telegram.org/bots/features#privacy-mode)."""
        chat, me = message["chat"], bot["user"]
        member = self.member(chat["id"], me["id"])
        if member["status"] not in PRESENT:
            return False
        everything = me["can_read_all_group_messages"] or member["status"] == "administrator"
        if chat["type"] == "private" or everything:
            return True
        text = message.get("text") or message.get("caption") or ""
        answered = message.get("reply_to_message", {}).get("from", {}).get("id")
        service = not ({"text", "caption"} | FILE_KINDS) & message.keys()
        return (
            service or text.startswith("/") or f"@{me['username']}" in text or answered == me["id"]
        )

    # --- files -------------------------------------------------------------------------------

    def new_file(
        self, kind: str, content: bytes, name: str = "", mime_type: str = "", size: int = 0
    ) -> Document:
        """Keep a file, and return what is known of it; `size` is told instead of the real one."""
        number = self.shelf.next("files")
        digest = hashlib.sha256(content).hexdigest()
        guessed = mimetypes.guess_type(name)[0] or _USUAL.get(kind, "application/octet-stream")
        suffix = Path(name).suffix or mimetypes.guess_extension(mime_type or guessed) or ".bin"
        file_id = f"{kind.upper()}-{number}-{digest[:24]}"
        self.shelf.put_content(file_id, content)
        document = {
            "file_id": file_id,
            "file_unique_id": digest[:16],
            "kind": kind,
            "name": name,
            "mime_type": mime_type or guessed,
            "size": size or len(content),
            "path": f"{kind}s/file_{number}{suffix}",
        }
        return self.shelf.put("files", file_id, document)

    def file(self, file_id: str) -> Document | None:
        """Return what is known of a file."""
        return self.shelf.get("files", file_id)

    def file_bytes(self, file_id: str) -> bytes | None:
        """Return what a file holds."""
        return self.shelf.content(file_id)

    def file_at(self, path: str) -> Document | None:
        """Return the file with this download path."""
        return next((file for file in self.shelf.all("files") if file["path"] == path), None)


FILE_KINDS = frozenset({"photo", "document", "voice", "audio", "video"})
_USUAL = {
    "photo": "image/jpeg",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
}


def _without_reply(message: Document) -> Document:
    return {name: value for name, value in message.items() if name != "reply_to_message"}
