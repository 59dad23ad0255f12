"""Direct answers to the person who is typing: made ready in the transaction, sent after it."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from telegram import Message
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.outcomes import outcome_of
from bot.telegram.posting import markup, send_post
from core.chat import Post, PostButton, Redraw, Reply, Response, Toast, Turn
from core.ledger.draft import ChatAddress, Later, Refused, Sent, Unknown
from core.posts import render_post
from core.render import Renderer


@dataclass(frozen=True)
class Answer:
    """One call that answers somebody, ready to be stored as JSON."""

    kind: Literal["message", "toast", "redraw"]
    chat_id: int
    thread_id: int | None = None
    message_id: int | None = None
    query_id: str = ""
    text: str = ""
    keyboard: tuple[tuple[PostButton, ...], ...] = ()
    alert: bool = False
    about: str = ""

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
        return asdict(self)


def ready(
    renderer: Renderer, responses: Sequence[Response], turn: Turn, query_id: str
) -> list[Answer]:
    """Render responses for the person's language; a press is always acknowledged, and first."""
    answers = [_answer(renderer, response, turn, query_id) for response in responses]
    if not query_id:
        return answers
    toasts = [answer for answer in answers if answer.kind == "toast"]
    acknowledgement = toasts[:1] or [Answer("toast", 0, query_id=query_id)]
    return acknowledgement + [answer for answer in answers if answer.kind != "toast"]


def _answer(renderer: Renderer, response: Response, turn: Turn, query_id: str) -> Answer:
    place, language = turn.incoming.place, turn.sender.language
    match response:
        case Toast() if query_id:
            text = renderer.plain(response.text, language)
            return Answer(
                "toast", place.chat_id, query_id=query_id, text=text, alert=response.alert
            )
        case Redraw() if query_id:
            kind: Literal["message", "redraw"] = "redraw"
        case Reply() | Redraw() | Toast():
            kind = "message"
        case _:
            raise TypeError(f"not a response that can be shown: {response!r}")
    keyboard = () if isinstance(response, Toast) else response.keyboard
    post = render_post(renderer, response.text, keyboard, language)
    return Answer(
        kind,
        place.chat_id,
        place.thread_id,
        None if kind == "message" and place.private else turn.incoming.message_id,
        query_id,
        post.text,
        post.keyboard,
        about=str(response.about) if isinstance(response, Reply) and response.about else "",
    )


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
        text = f"<i>{html.escape(mark)}</i>\n{answer.text}" if mark else answer.text
        post = Post("text", text, keyboard=answer.keyboard)
        address = ChatAddress(answer.chat_id, answer.thread_id)
        return Sent(await send_post(bot, post, address, reply_to=answer.message_id))
    except TelegramError as error:
        return outcome_of(error)


async def _toast(bot: RelaisBot, answer: Answer) -> Sent:
    await bot.answer_callback_query(
        answer.query_id, text=answer.text[:200] or None, show_alert=answer.alert
    )
    return Sent("")


async def _redraw(bot: RelaisBot, answer: Answer) -> Sent:
    message = await bot.edit_message_text(
        answer.text,
        answer.chat_id,
        answer.message_id,
        parse_mode=ParseMode.HTML,
        reply_markup=markup(answer.keyboard),
    )
    assert isinstance(message, Message)  # noqa: S101  # True is for inline messages only
    return Sent(f"{answer.chat_id}:{answer.message_id}")
