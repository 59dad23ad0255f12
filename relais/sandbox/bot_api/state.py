"""The local Bot API seen from the other side: what people do in their chats, and what they see.

Every method here acts at once, is kept, and wakes whoever waits. What Telegram would not let
a person do raises ImpossibleError.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.clock import Clock
from relais.sandbox.bot_api.content import file_part, words
from relais.sandbox.bot_api.directory import Directory
from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.bot_api.faults import Call, Faults, Limiter, RateLimit
from relais.sandbox.bot_api.formatting import Entity, Formatted, detect, tidy
from relais.sandbox.bot_api.methods.topics import BLUE
from relais.sandbox.bot_api.shelf import Document
from relais.sandbox.bot_api.snapshot import snapshot
from relais.sandbox.bot_api.store import FILE_KINDS

CALLS_KEPT = 20_000


@dataclass(frozen=True)
class Attachment:
    """A file that a person sends: photo, document, voice, audio or video.

    `size`, in bytes, is what it claims to weigh, if that is not what `content` does.
    """

    kind: str
    content: bytes
    name: str = ""
    mime_type: str = ""
    size: int = 0


class State(Directory):
    """Everything: the facts, the people, the faults to come and the calls received.

    In one process, used from its event loop. With a `folder`, facts survive the process;
    faults, limits and the log of calls do not.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        clock: Clock | None = None,
        rate_limit: RateLimit | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(folder, clock)
        self.faults = Faults()
        self.limiter = Limiter(rate_limit or RateLimit(), monotonic)
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)

    def called(self, method: str, chat_id: int | None = None) -> list[Call]:
        """Return the calls received of a method, oldest first, refused ones included."""
        return [
            call
            for call in self.calls
            if call.method.lower() == method.lower() and chat_id in (None, call.chat_id)
        ]

    def snapshot(self, chat_id: int) -> dict[str, Any]:
        """Return a chat as a person sees it, ready for JSON (see `snapshot.py`)."""
        return snapshot(self, chat_id)

    def close(self) -> None:
        """Wake everybody, write what is left, and let the folder go."""
        self.changes.close()
        self.shelf.close()

    # --- what people do -------------------------------------------------------------------------

    def user_sends(
        self,
        chat_id: int,
        user_id: int,
        text: str = "",
        *,
        entities: Sequence[Entity] = (),
        reply_to: int | None = None,
        thread_id: int | None = None,
        file: Attachment | None = None,
        album: str | None = None,
    ) -> int:
        """Say something; return the message's id. With a `file`, the text is its caption.

        In private `chat_id` is the person's own id, and speaking starts every bot.
        """
        chat, user = self._speaking(chat_id, user_id)
        replied = self._there(chat_id, reply_to) if reply_to else None
        if thread_id is None and replied:
            thread_id = replied.get("message_thread_id")
        self._check_thread(chat_id, user_id, thread_id)
        message = self.new_message(
            chat,
            user,
            self._content(text, entities, file, album),
            thread_id=thread_id,
            reply_to=replied,
        )
        self.changed()
        return int(message["message_id"])

    def user_starts(self, user_id: int, payload: str = "") -> int:
        """Open the bot by a link with this payload; return the id of the `/start` message."""
        return self.user_sends(user_id, user_id, f"/start {payload}".strip())

    def user_edits(
        self, chat_id: int, message_id: int, text: str, entities: Sequence[Entity] = ()
    ) -> None:
        """Correct the words of a person's own message."""
        message = self._there(chat_id, message_id)
        if message["from"]["is_bot"]:
            raise ImpossibleError("people edit their own messages only")
        name = "text" if "text" in message else "caption"
        gone: Document = dict.fromkeys(("text", "entities", "caption", "caption_entities"))
        content = gone | words(name, detect(tidy(Formatted(text, tuple(entities)))))
        edited = self.change_message(message, content | {"edit_date": self.date()})
        self.tell("edited_message", edited)
        self.changed()

    def user_deletes(self, chat_id: int, message_id: int) -> None:
        """Delete a message; bots are not told."""
        self._there(chat_id, message_id)
        self.remove_message(chat_id, message_id)
        self.changed()

    def user_presses(
        self, chat_id: int, message_id: int, user_id: int, data: str, *, gone: bool = False
    ) -> str:
        """Press the button that carries `data`; return the callback's id (see `answers`).

        With `gone`, the button may have disappeared meanwhile: people press what they still see.
        """
        _, user = self._speaking(chat_id, user_id)
        message = self._there(chat_id, message_id)
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not gone and not any(
            button.get("callback_data") == data for row in rows for button in row
        ):
            raise ImpossibleError(f"no button with {data!r} on message {message_id}")
        press_id = str(self.shelf.next("presses", 4_000_000_000_000_001))
        press = {"id": press_id, "bot_id": message["from"]["id"], "answers": []}
        self.shelf.put("presses", press_id, press)
        payload = {
            "id": press_id,
            "from": user,
            "message": message,
            "chat_instance": str(abs(chat_id)),
            "data": data,
        }
        for bot in self.bots():
            if bot["user"]["id"] == message["from"]["id"]:
                self.updates.add(bot, "callback_query", payload)
        self.changed()
        return press_id

    def answers(self, press_id: str) -> list[Document]:
        """Return how a press was answered: each time, `text` and `show_alert`."""
        press = self.shelf.get("presses", press_id)
        return list(press["answers"]) if press else []

    def user_blocks(self, user_id: int) -> None:
        """Block every bot: it hears so, and its sends are refused."""
        self._every_bot(user_id, "kicked")
        self.changed()

    def user_unblocks(self, user_id: int) -> None:
        """Let every bot write again."""
        self._every_bot(user_id, "member")
        self.changed()

    def user_adds_bots(self, user_id: int, title: str = "Un autre groupe") -> int:
        """Make a group and put every bot into it: they hear so. Return the group's id."""
        chat_id = self.add_group(title, forum=False, members=[user_id], bot_status="left")
        return self.user_admits_bots(chat_id, user_id, "member")

    def user_adds_bots_to_channel(self, user_id: int, title: str = "Un canal") -> int:
        """Make a channel and put every bot among its administrators; return its id."""
        return self.user_admits_bots(self.add_channel(title), user_id, "administrator")

    def user_admits_bots(self, chat_id: int, user_id: int, status: str) -> int:
        """Let every bot into a group or a channel; they hear so. Return the chat's id."""
        chat, user = self.known_chat(chat_id), self.person(user_id)
        for bot in self.bots():
            before = self.member(chat_id, bot["user"]["id"])
            after = self.keep_member(chat_id, bot["user"]["id"], status)
            self._tell_membership(chat, user, before, after, bots=[bot])
            if chat["chat"]["type"] != "channel":
                joined = {"new_chat_members": [self.person(bot["user"]["id"])]}
                self.new_message(chat, user, joined)
        self.changed()
        return chat_id

    def group_becomes_another(self, chat_id: int, user_id: int) -> int:
        """Turn a group into a supergroup, which has another number; return that one.

        As with Telegram, what is sent to the old one is refused with the number of the new one.
        """
        old, user = self.known_chat(chat_id), self.person(user_id)
        new_id = self.add_group(old["chat"]["title"], bot_status="left")
        for member in self.members(chat_id):
            if not member["user"]["is_bot"]:
                self.keep_member(new_id, member["user"]["id"], member["status"])
        self.user_admits_bots(new_id, user_id, "administrator")
        self.new_message(old, user, {"migrate_to_chat_id": new_id})
        new = self.known_chat(new_id)
        self.new_message(new, user, {"migrate_from_chat_id": chat_id})
        self.shelf.put("chats", chat_id, {**old, "migrated_to": new_id})
        self.changed()
        return new_id

    def user_creates_topic(self, chat_id: int, user_id: int, name: str) -> int:
        """Open a topic; return its thread's id."""
        chat, user = self._speaking(chat_id, user_id)
        if not chat["chat"].get("is_forum"):
            raise ImpossibleError(f"chat {chat_id} is not a forum")
        topic = self.new_topic(chat, user, name, BLUE)
        self.changed()
        return int(topic["thread_id"])

    def user_deletes_topic(self, chat_id: int, thread_id: int) -> None:
        """Delete a topic and what was said in it; bots are not told."""
        if self.topic(chat_id, thread_id) is None:
            raise ImpossibleError(f"no topic {thread_id} in chat {chat_id}")
        self.remove_topic(chat_id, thread_id)
        self.changed()

    def push_update(self, update: Mapping[str, Any]) -> int:
        """Queue an update of any kind, even unknown or malformed, for every bot.

        `update` is without its id, which is returned.
        """
        update_id = 0
        for bot in self.bots():
            update_id = self.updates.add_raw(bot, update)
        self.changed()
        return update_id

    # --- inside ---------------------------------------------------------------------------------

    def _speaking(self, chat_id: int, user_id: int) -> tuple[Document, Document]:
        chat, user = self.known_chat(chat_id), self.person(user_id)
        if chat["chat"]["type"] != "private":
            if not self.is_present(chat_id, user_id):
                raise ImpossibleError(f"user {user_id} is not in chat {chat_id}")
        elif chat_id != user_id:
            raise ImpossibleError("a private chat is its own person's")
        else:
            self._every_bot(user_id, "member")
        return chat, user

    def _every_bot(self, user_id: int, status: str) -> None:
        """Start, block or unblock the bots; they hear of blocks only, as Telegram has it."""
        chat, user = self.known_chat(user_id), self.person(user_id)
        for bot in self.bots():
            before = self.member(user_id, bot["user"]["id"])
            if before["status"] == status:
                continue
            after = self.keep_member(user_id, bot["user"]["id"], status)
            if "kicked" in (before["status"], status):
                self._tell_membership(chat, user, before, after, bots=[bot])

    def _there(self, chat_id: int, message_id: int) -> Document:
        message = self.message(chat_id, message_id)
        if message is None:
            raise ImpossibleError(f"no message {message_id} in chat {chat_id}")
        return message

    def _check_thread(self, chat_id: int, user_id: int, thread_id: int | None) -> None:
        if thread_id is None:
            return
        topic = self.topic(chat_id, thread_id)
        if topic is None:
            raise ImpossibleError(f"no topic {thread_id} in chat {chat_id}")
        if topic["closed"] and not self.may(chat_id, user_id, "can_manage_topics"):
            raise ImpossibleError(f"topic {thread_id} is closed")

    def _content(
        self, text: str, entities: Sequence[Entity], file: Attachment | None, album: str | None
    ) -> Document:
        formatted = detect(tidy(Formatted(text, tuple(entities))))
        if file is None:
            if not formatted.text:
                raise ImpossibleError("an empty message cannot be sent")
            return words("text", formatted)
        if file.kind not in FILE_KINDS:
            raise ImpossibleError(f"unknown kind of file {file.kind!r}")
        kept = self.new_file(file.kind, file.content, file.name, file.mime_type, file.size)
        content = file_part(kept)
        content |= {"media_group_id": album} if album else {}
        return content | words("caption", formatted)
