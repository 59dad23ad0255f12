"""Posts to calls of the Bot API."""

from collections.abc import Sequence
from itertools import accumulate

import structlog
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ParseMode

from bot.telegram.api import RelaisBot
from core.chat import Post, PostButton
from core.ledger.draft import ChatAddress

TOPIC_NAME = 128
"""The longest name of a topic (Bot API, createForumTopic)."""

BUTTONS = 100
"""The most buttons under a message (Telegram's servers; the Bot API's pages do not say it)."""

logger = structlog.get_logger()

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def send_post(
    bot: RelaisBot,
    post: Post,
    address: ChatAddress,
    *,
    reply_to: int | None = None,
    data: bytes | None = None,
) -> str:
    """Make the one call that a post stands for; `data` is its file, when that is kept here.

    Returns `chat_id:message_id`, or `topic:chat_id:thread_id` for a topic. Raises TelegramError.
    """
    if post.kind == "topic":
        topic = await bot.create_forum_topic(address.chat_id, post.text[:TOPIC_NAME])
        return f"topic:{address.chat_id}:{topic.message_thread_id}"
    if post.kind == "copy":
        return f"{address.chat_id}:{await _copy(bot, post, address)}"
    if post.kind == "file":
        message = await _file(bot, post, address, data)
    else:
        message = await _text(bot, post, address, reply_to)
    return f"{message.chat_id}:{message.message_id}"


async def _text(bot: RelaisBot, post: Post, address: ChatAddress, reply_to: int | None) -> Message:
    entities = entities_of(post)
    return await bot.send_message(
        address.chat_id,
        post.text,
        parse_mode=ParseMode.HTML if entities is None else None,
        entities=entities,
        message_thread_id=address.thread_id,
        reply_markup=markup(post.keyboard),
        reply_parameters=answering(reply_to),
        link_preview_options=NO_PREVIEW,
    )


async def _copy(bot: RelaisBot, post: Post, address: ChatAddress) -> int:
    if post.copy_from is None:
        raise ValueError("a copy without a message to copy")
    chat_id, message_id = post.copy_from
    copied = await bot.copy_message(
        address.chat_id,
        chat_id,
        message_id,
        message_thread_id=address.thread_id,
        reply_markup=markup(post.keyboard),
    )
    return copied.message_id


async def _file(bot: RelaisBot, post: Post, address: ChatAddress, data: bytes | None) -> Message:
    if post.file is None:
        raise ValueError("a file post without a file")
    sending = {
        "photo": bot.send_photo,
        "document": bot.send_document,
        "voice": bot.send_voice,
        "audio": bot.send_audio,
        "video": bot.send_video,
    }[post.file.kind]
    entities = entities_of(post)
    return await sending(  # type: ignore[operator, no-any-return]
        address.chat_id,
        post.file.file_id if data is None else InputFile(data, post.file.name or "document"),
        caption=post.text or None,
        parse_mode=ParseMode.HTML if entities is None else None,
        caption_entities=entities,
        message_thread_id=address.thread_id,
        reply_markup=markup(post.keyboard),
    )


def answering(message_id: int | None) -> ReplyParameters | None:
    """Return what makes a message a reply to another, even if that one is gone."""
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


def entities_of(post: Post) -> Sequence[MessageEntity] | None:
    """Return the formatting of a relayed text; None when the text is HTML."""
    if post.entities is None:
        return None
    return [MessageEntity.de_json(dict(entity), None) for entity in post.entities]


def markup(keyboard: Sequence[Sequence[PostButton]]) -> InlineKeyboardMarkup | None:
    """Return rows of buttons as the Bot API wants them.

    Rows beyond what it takes are left out: with them it would refuse the whole message.
    """
    if not keyboard:
        return None
    counts = list(accumulate(len(row) for row in keyboard))
    rows = [row for row, count in zip(keyboard, counts, strict=True) if count <= BUTTONS]
    if len(rows) < len(keyboard):
        logger.error("keyboard_shortened", buttons=counts[-1])
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: PostButton) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.data)
