"""One call to a method: who calls, with what, on which facts; and what every method checks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from relais.sandbox.bot_api.errors import ApiError, bad_request, forbidden
from relais.sandbox.bot_api.parameters import Parameters
from relais.sandbox.bot_api.shelf import Document
from relais.sandbox.bot_api.store import PRESENT, Store


@dataclass(frozen=True)
class Context:
    """A call in hand."""

    store: Store
    bot: Document
    parameters: Parameters

    @property
    def me(self) -> Document:
        """The bot that calls, as its messages name it."""
        return self.store.person(self.bot["user"]["id"])

    def chat(self, name: str = "chat_id") -> Document:
        """Return the chat named by a parameter. Raises ApiError when the bot may not speak there.

        A blocked bot, one not in the group, or one the person never started is refused by 403.
        """
        raw = self.parameters.text(name)
        try:
            chat = self.store.chat(int(raw))
        except ValueError:
            chat = None
        if chat is None:
            raise bad_request("chat_id is empty" if not raw else "chat not found")
        if "migrated_to" in chat:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=chat["migrated_to"])
        status = self.store.member(chat["chat"]["id"], self.me["id"])["status"]
        if status not in PRESENT:
            raise forbidden(_why_not(chat["chat"], status))
        return chat

    def need(self, chat: Document, right: str, refusal: str) -> None:
        """Raise ApiError 400 unless the bot has this right in a group (in private it has all)."""
        private = chat["chat"]["type"] == "private"
        if not private and not self.store.may(chat["chat"]["id"], self.me["id"], right):
            raise bad_request(refusal)

    def message(self, chat: Document, refusal: str, name: str = "message_id") -> Document:
        """Return the message named by a parameter. Raises ApiError 400 when it is not there."""
        message_id = self.parameters.integer(name)
        found = self.store.message(chat["chat"]["id"], message_id) if message_id else None
        if found is None:
            raise bad_request(refusal)
        return found


def _why_not(chat: Document, status: str) -> str:
    if chat["type"] == "private":
        blocked = status == "kicked"
        return (
            "bot was blocked by the user"
            if blocked
            else "bot can't initiate conversation with a user"
        )
    kind = "supergroup chat" if chat["type"] == "supergroup" else "group chat"
    return (
        f"bot was kicked from the {kind}"
        if status == "kicked"
        else (f"bot is not a member of the {kind}")
    )


Method = Callable[[Context], Any | Awaitable[Any]]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register a method of the Bot API; names ignore case."""

    def register(function: Method) -> Method:
        METHODS[name.lower()] = function
        return function

    return register
