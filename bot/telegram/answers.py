"""Direct answers to the person who is typing: made ready in the transaction, sent after it."""

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

from telegram import Message
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.leaving import leave
from bot.telegram.lengths import CAPTION, MARK, length, split
from bot.telegram.outcomes import GONE, NO_TEXT, NOT_MODIFIED, outcome_of
from bot.telegram.posting import NO_PREVIEW, answering, markup, send_post
from core.chat import (
    TOO_BIG,
    Document,
    DocumentToMake,
    Post,
    PostButton,
    Redraw,
    Reply,
    Response,
    Toast,
    Turn,
)
from core.ledger.draft import ChatAddress, Later, Refused, Sent, Unknown
from core.posts import render_keyboard
from core.render import Renderer

TOAST = 200
"""The longest notice shown to who presses (Bot API, answerCallbackQuery)."""

Keys = tuple[tuple[PostButton, ...], ...]


@dataclass(frozen=True)
class Answer:
    """What answers somebody at once, ready to be stored as JSON.

    `message_id` is what a message replies to, or what a redraw changes; `data` is a file's
    content in base64, and is nobody's business but the person's; `home` is our own group.
    A `leave` with a text only says it. `make` makes the content of a file that has none yet: it is
    never stored.
    """

    kind: Literal["message", "toast", "redraw", "document", "leave"]
    chat_id: int
    thread_id: int | None = None
    message_id: int | None = None
    query_id: str = ""
    text: str = field(default="", repr=False)
    keyboard: Keys = ()
    alert: bool = False
    about: str = ""
    name: str = field(default="", repr=False)
    data: str = field(default="", repr=False)
    home: int = 0
    make: Callable[[], bytes | None] | None = field(default=None, repr=False, compare=False)

    @property
    def anew(self) -> bool:
        """Say whether it is a new message: one that would be there twice if it left twice."""
        return self.kind in {"message", "document"}

    @property
    def unmade(self) -> bool:
        """Say whether it is a file that has no content yet."""
        return self.kind == "document" and not self.data

    def holding(self, data: bytes) -> Self:
        """Return a file with its content. Raises ValueError when it is too big to be given back."""
        if len(data) > TOO_BIG:
            raise ValueError(f"a file of {len(data)} bytes is too big to be given back")
        return replace(self, data=base64.b64encode(data).decode(), make=None)

    @classmethod
    def message(cls, chat_id: int, text: str) -> Self:
        """Return a plain message to a chat."""
        return cls("message", chat_id, text=text)

    @classmethod
    def decode(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `encode` wrote."""
        rows = tuple(tuple(PostButton(**b) for b in row) for row in stored["keyboard"])
        return cls(**{**stored, "keyboard": rows})

    def encode(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return asdict(replace(self, make=None))


def ready(
    renderer: Renderer, responses: Sequence[Response], turn: Turn, query_id: str
) -> list[Answer]:
    """Render responses for the person's language; a press is always acknowledged, and first.

    What is too long for one message becomes several. Raises ValueError for a file that is too
    big to be given back.
    """
    answers = [
        answer for response in responses for answer in _answers(renderer, response, turn, query_id)
    ]
    if not query_id:
        return answers
    toasts = [answer for answer in answers if answer.kind == "toast"]
    acknowledgement = toasts[:1] or [Answer("toast", 0, query_id=query_id)]
    return acknowledgement + [answer for answer in answers if answer.kind != "toast"]


def _answers(renderer: Renderer, response: Response, turn: Turn, query_id: str) -> Sequence[Answer]:
    place, language = turn.incoming.place, turn.sender.language
    about = str(response.about) if isinstance(response, Reply) and response.about else ""
    message = Answer(
        "message",
        place.chat_id,
        place.thread_id,
        None if place.private else turn.incoming.message_id,
        about=about,
    )
    match response:
        case Toast() if query_id:
            text = renderer.plain(response.text, language)
            toast = replace(message, kind="toast", query_id=query_id, alert=response.alert)
            return [replace(toast, text=text)]
        case Document() | DocumentToMake():
            return _document(message, response, renderer.chat(response.text, language))
        case Reply() | Redraw():
            keyboard = render_keyboard(renderer, response.keyboard, language)
        case Toast():
            keyboard = ()
        case _:
            raise TypeError(f"not a response that can be shown: {type(response).__name__}")
    messages = _messages(message, renderer.chat(response.text, language), keyboard)
    if isinstance(response, Redraw) and query_id:
        shown = replace(messages[0], kind="redraw", message_id=turn.incoming.message_id)
        return [shown, *messages[1:]]
    return messages


def _messages(message: Answer, text: str, keyboard: Keys) -> list[Answer]:
    """Return a message, or as many as a long text needs; the last has the buttons."""
    messages = [replace(message, text=piece) for piece in split(text)]
    return [*messages[:-1], replace(messages[-1], keyboard=keyboard)]


def _document(message: Answer, response: Document | DocumentToMake, text: str) -> list[Answer]:
    """Return a file with its words; those that are too long for a caption come first."""
    file = replace(message, kind="document", name=response.name)
    if isinstance(response, Document):
        file = file.holding(response.data)
    else:
        file = replace(file, make=response.make)
    if length(text) <= CAPTION - MARK:
        return [replace(file, text=text)]
    return [*_messages(message, text, ()), file]


async def send_answer(
    bot: RelaisBot, answer: Answer, mark: str = ""
) -> Sent | Refused | Later | Unknown:
    """Send one answer and say what became of it; `mark` is added to what may be a repetition."""
    try:
        match answer.kind:
            case "toast":
                return await _toast(bot, answer)
            case "redraw":
                return await _redraw(bot, answer)
            case "document":
                return await _file(bot, _marked(answer, mark))
            case "leave":
                return await leave(bot, answer.chat_id, answer.text, answer.home)
        return await _message(bot, _marked(answer, mark))
    except TelegramError as error:
        return outcome_of(error)


def _marked(answer: Answer, mark: str) -> Answer:
    return replace(answer, text=f"<i>{html.escape(mark)}</i>\n{answer.text}") if mark else answer


async def _message(bot: RelaisBot, answer: Answer) -> Sent:
    post = Post("text", answer.text, keyboard=answer.keyboard)
    address = ChatAddress(answer.chat_id, answer.thread_id)
    return Sent(await send_post(bot, post, address, reply_to=answer.message_id))


async def _file(bot: RelaisBot, answer: Answer) -> Sent:
    message = await bot.send_document(
        answer.chat_id,
        base64.b64decode(answer.data),
        filename=answer.name,
        caption=answer.text or None,
        parse_mode=ParseMode.HTML,
        message_thread_id=answer.thread_id,
        reply_parameters=answering(answer.message_id),
    )
    return Sent(f"{message.chat_id}:{message.message_id}")


async def _toast(bot: RelaisBot, answer: Answer) -> Sent:
    await bot.answer_callback_query(
        answer.query_id, text=answer.text[:TOAST] or None, show_alert=answer.alert
    )
    return Sent("")


async def _redraw(bot: RelaisBot, answer: Answer) -> Sent | Refused | Later | Unknown:
    """Change the pressed message; say it anew where that one is gone or is no text."""
    try:
        message = await bot.edit_message_text(
            answer.text,
            answer.chat_id,
            answer.message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(answer.keyboard),
            link_preview_options=NO_PREVIEW,
        )
    except TelegramError as error:
        outcome = outcome_of(error)
        if outcome in {GONE, NO_TEXT}:
            return await _message(bot, replace(answer, message_id=None))
        if outcome != NOT_MODIFIED:
            return outcome
    else:
        assert isinstance(message, Message)  # noqa: S101  # True is for inline messages only
    return Sent(f"{answer.chat_id}:{answer.message_id}")
