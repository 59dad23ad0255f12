"""Changing what was sent: other words, another title, or nothing any more."""

import re
from dataclasses import dataclass

from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.outcomes import GONE, NOT_MODIFIED, THREAD_GONE, outcome_of
from bot.telegram.posting import NO_PREVIEW, TOPIC_NAME, entities_of, markup
from core.chat import Post
from core.ledger.draft import Sent

TOPIC = "topic:"


@dataclass(frozen=True)
class Target:
    """A message, or a topic when `topic`, as the ledger's `external_id` names it."""

    chat_id: int
    number: int
    topic: bool = False

    def __str__(self) -> str:
        return f"{TOPIC if self.topic else ''}{self.chat_id}:{self.number}"


def shown_at(external_id: str) -> Target | None:
    """Read `chat_id:message_id` or `topic:chat_id:thread_id`; None for anything else."""
    found = re.fullmatch(r"(topic:)?(-?[0-9]+):([0-9]+)", external_id)
    return Target(int(found[2]), int(found[3]), bool(found[1])) if found else None


async def change(bot: RelaisBot, post: Post, target: Target) -> Sent:
    """Bring a message or a topic to what a post says; `delete` and `delete_topic` remove it.

    What is so already is done. Raises TelegramError when it cannot be.
    """
    already = {"delete": GONE, "delete_topic": THREAD_GONE}.get(post.kind, NOT_MODIFIED)
    try:
        await _call(bot, post, target)
    except TelegramError as error:
        if outcome_of(error) != already:
            raise
    return Sent(str(target))


async def _call(bot: RelaisBot, post: Post, target: Target) -> None:
    if post.kind == "delete_topic":
        await bot.delete_forum_topic(target.chat_id, target.number)
    elif post.kind == "delete":
        await bot.delete_message(target.chat_id, target.number)
    elif target.topic:
        await bot.edit_forum_topic(target.chat_id, target.number, name=post.text[:TOPIC_NAME])
    elif post.file:
        await _caption(bot, post, target)
    else:
        await _text(bot, post, target)


async def _text(bot: RelaisBot, post: Post, target: Target) -> None:
    entities = entities_of(post)
    await bot.edit_message_text(
        post.text,
        target.chat_id,
        target.number,
        parse_mode=ParseMode.HTML if entities is None else None,
        entities=entities,
        reply_markup=markup(post.keyboard),
        link_preview_options=NO_PREVIEW,
    )


async def _caption(bot: RelaisBot, post: Post, target: Target) -> None:
    entities = entities_of(post)
    await bot.edit_message_caption(
        target.chat_id,
        target.number,
        caption=post.text or None,
        parse_mode=ParseMode.HTML if entities is None else None,
        caption_entities=entities,
        reply_markup=markup(post.keyboard),
    )
