"""Who is there: bots, people, groups, and their being in them or not."""

from collections.abc import Iterable, Sequence

from relais.sandbox.bot_api.shelf import Document
from relais.sandbox.bot_api.store import Store

SHOWN_OF_BOTS = ("id", "is_bot", "first_name", "username")


class Directory(Store):
    """The facts, and the people who make them up. Adding again with the same id is harmless.

    It renames, and changes nothing of what people did since: who left stays away.
    """

    def add_bot(
        self,
        token: str,
        *,
        username: str = "relais_bot",
        name: str = "Relais",
        privacy: bool = False,
    ) -> Document:
        """Add a bot, whose id is the number before the colon; `privacy` is Telegram's mode."""
        user = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy,
            "supports_inline_queries": False,
        }
        self.shelf.put("users", user["id"], {name: user[name] for name in SHOWN_OF_BOTS})
        self.keep_bot((self.bot(token) or {"token": token}) | {"user": user})
        self.changed()
        return user

    def add_user(
        self, first_name: str, *, user_id: int | None = None, started: bool = False, **more: str
    ) -> int:
        """Add a person and their private chat; return their id, which is also the chat's.

        `more` is of Telegram's User: last_name, username, language_code (fr by default). A bot
        can write to them once they have `started` it.
        """
        user_id = user_id or self.shelf.next("users", 5001)
        names = {"first_name": first_name, **more}
        user = {"id": user_id, "is_bot": False, "language_code": "fr", **names}
        self.shelf.put("users", user_id, user)
        shown = {k: v for k, v in names.items() if k != "language_code"}
        pinned = (self.chat(user_id) or {}).get("pinned", [])
        chat = {"id": user_id, "type": "private", **shown}
        self.shelf.put("chats", user_id, {"chat": chat, "pinned": pinned})
        for bot in self.bots() if started else ():
            self._join(user_id, bot["user"]["id"], "member")
        self.changed()
        return user_id

    def add_group(
        self,
        title: str,
        *,
        chat_id: int | None = None,
        forum: bool = True,
        members: Iterable[int] = (),
        administrators: Iterable[int] = (),
        bot_status: str = "administrator",
    ) -> int:
        """Add a supergroup in which every bot is, as `bot_status`; return its id."""
        chat_id = chat_id or self._free_number()
        chat = {"id": chat_id, "type": "supergroup", "title": title}
        if forum:
            chat["is_forum"] = True
        pinned = (self.chat(chat_id) or {}).get("pinned", [])
        self.shelf.put("chats", chat_id, {"chat": chat, "pinned": pinned})
        for bot in self.bots():
            self._join(chat_id, bot["user"]["id"], bot_status)
        for status, users in (("member", members), ("administrator", administrators)):
            for user_id in users:
                self.person(user_id)
                self._join(chat_id, user_id, status)
        self.changed()
        return chat_id

    def add_channel(self, title: str, *, chat_id: int | None = None) -> int:
        """Add a channel, where nobody is yet; return its id."""
        chat_id = chat_id or self._free_number()
        chat = {"id": chat_id, "type": "channel", "title": title}
        self.shelf.put("chats", chat_id, {"chat": chat, "pinned": []})
        self.changed()
        return chat_id

    def set_member(self, chat_id: int, user_id: int, status: str, **rights: bool) -> None:
        """Make somebody (or a bot) `member`, `administrator`, `left` or `kicked`; bots hear it.

        `rights` change those of an administrator, such as `can_manage_topics=False`.
        """
        chat, user = self.known_chat(chat_id), self.person(user_id)
        before = self.member(chat_id, user_id)
        after = self.keep_member(chat_id, user_id, status, **rights)
        self._tell_membership(chat, user, before, after)
        self.changed()

    def _free_number(self) -> int:
        """Return a group's number that nobody gave to another."""
        while True:
            number = -1_001_000_000_000 - self.shelf.next("groups")
            if self.chat(number) is None:
                return number

    def _join(self, chat_id: int, user_id: int, status: str) -> None:
        """Make somebody a member, unless they came, left or blocked before."""
        if not self.was_member(chat_id, user_id):
            self.keep_member(chat_id, user_id, status)

    def _tell_membership(
        self,
        chat: Document,
        user: Document,
        before: Document,
        after: Document,
        bots: Sequence[Document] | None = None,
    ) -> None:
        payload = {
            "chat": chat["chat"],
            "from": user,
            "date": self.date(),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        for bot in bots or self.bots():
            mine = after["user"]["id"] == bot["user"]["id"]
            self.updates.add(bot, "my_chat_member" if mine else "chat_member", payload)
