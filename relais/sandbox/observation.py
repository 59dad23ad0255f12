"""What can be seen of the service from outside: chats, mailboxes, pages."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from relais.sandbox.bot_api.state import State
from relais.sandbox.mail_catcher import CaughtMail, MailCatcher

PATIENCE = 15.0
"""Seconds to wait for something to be seen before it is held for missing."""

LOOK = 0.05

T = TypeVar("T")
Message = Mapping[str, Any]


class MissingError(Exception):
    """Something expected was not seen: the message says what."""


async def seen(what: str, look: Callable[[], Awaitable[T | None]]) -> T:
    """Return what `look` sees as soon as it sees something; MissingError if it never does."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(LOOK)
    raise MissingError(f"not seen within {PATIENCE:.0f} s: {what}")


def expect(condition: object, what: str) -> None:
    """Raise MissingError with `what` unless the condition is true."""
    if not condition:
        raise MissingError(what)


class Chats:
    """The chats of the local Bot API, as people see them."""

    def __init__(self, state: State) -> None:
        self._state = state

    def messages(self, chat_id: int, topic: str = "") -> list[Message]:
        """Return the messages of a chat, oldest first; of the topics whose name has `topic`."""
        return [
            message
            for found in self._state.snapshot(chat_id)["topics"]
            if topic in found["name"]
            for message in found["messages"]
        ]

    async def message(self, chat_id: int, words: str, topic: str = "", after: int = 0) -> Message:
        """Wait for a message that has these words, newer than `after`."""

        async def look() -> Message | None:
            for message in self.messages(chat_id, topic):
                if message["message_id"] > after and words in message["text"]:
                    return message
            return None

        return await seen(f"a message with « {words} » in chat {chat_id}", look)

    async def press(self, chat_id: int, message: Message, user_id: int, label: str) -> str:
        """Press the button with this label; return what the presser is told."""
        button = next((b for row in message["buttons"] for b in row if b["text"] == label), None)
        expect(button, f"no button « {label} » under message {message['message_id']}")
        assert button is not None  # noqa: S101  # said just above
        press = self._state.user_presses(
            chat_id, message["message_id"], user_id, button["callback_data"]
        )

        async def look() -> Sequence[Mapping[str, Any]] | None:
            return self._state.answers(press)

        answers = await seen(f"an answer to the press on « {label} »", look)
        return str(answers[0].get("text", ""))

    async def changed(self, chat_id: int, before: Message) -> Message:
        """Wait until a message is no longer what it was."""

        async def look() -> Message | None:
            now = self.find(chat_id, before["message_id"])
            return now if now["text"] != before["text"] else None

        return await seen(f"message {before['message_id']} redrawn", look)

    async def redrawn(self, chat_id: int, before: Message) -> Message:
        """Wait until a message, or only its buttons, is no longer what it was."""

        async def look() -> Message | None:
            now = self.find(chat_id, before["message_id"])
            same = (now["text"], now["buttons"]) == (before["text"], before["buttons"])
            return None if same else now

        return await seen(f"message {before['message_id']} redrawn", look)

    def find(self, chat_id: int, message_id: int) -> Message:
        """Return a message as it is now."""
        return next(m for m in self.messages(chat_id) if m["message_id"] == message_id)


class Mailboxes:
    """The mails that were caught."""

    def __init__(self, catcher: MailCatcher) -> None:
        self._catcher = catcher

    async def to(self, address: str, words: str) -> list[CaughtMail]:
        """Return the mails of an address whose subject has these words."""
        return [m for m in await self._catcher.messages(address) if words in m.subject]

    async def one(self, address: str, words: str) -> CaughtMail:
        """Wait for such a mail, and check that it came once."""

        async def look() -> list[CaughtMail] | None:
            return await self.to(address, words)

        found = await seen(f"a mail with « {words} » to {address}", look)
        expect(len(found) == 1, f"{len(found)} mails with « {words} » to {address}")
        return found[0]


class Pages:
    """The public pages, as a browser without JavaScript uses them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, url: str, words: str) -> str:
        """Return a page, checked to say these words."""
        return self._checked(await self._answer("GET", url), words)

    async def post(self, url: str, form: Mapping[str, str], words: str = "") -> str:
        """Post a form; return the page that answers, checked to say these words."""
        return self._checked(await self._answer("POST", url, form), words)

    async def _answer(
        self, method: str, url: str, form: Mapping[str, str] | None = None
    ) -> httpx.Response:
        try:
            return await self._client.request(method, url, data=form)
        except httpx.HTTPError as error:
            raise MissingError(f"the pages do not answer ({type(error).__name__})") from error

    @staticmethod
    def _checked(answer: httpx.Response, words: str) -> str:
        path = answer.request.url.path.split("/")[1]
        expect(answer.status_code == httpx.codes.OK, f"/{path} answered {answer.status_code}")
        expect(words in answer.text, f"/{path} does not say « {words} »")
        return answer.text


def link_in(mail: CaughtMail, path: str) -> str:
    """Return the first address of the text part whose path starts so."""
    found = re.search(rf"http://[^\s<>]+{re.escape(path)}[^\s<>]*", mail.text)
    expect(found, f"no link to {path} in the mail « {mail.subject} »")
    assert found is not None  # noqa: S101  # said just above
    return found[0]


def header_of(mail: CaughtMail, name: str) -> str:
    """Return a header of a mail."""
    value = next((v for key, v in mail.headers if key.lower() == name.lower()), None)
    expect(value is not None, f"the mail « {mail.subject} » has no header {name}")
    return str(value)
