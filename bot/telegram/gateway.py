"""The ledger's way out to Telegram."""

import html
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from telegram.error import ChatMigrated, TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.changing import TOPIC, Target, change, shown_at
from bot.telegram.decide import REPEATED
from bot.telegram.leaving import log_moved
from bot.telegram.lengths import CAPTION, TEXT, length, shorten
from bot.telegram.outcomes import GONE, OUTSIDE, THREAD_GONE, outcome_of
from bot.telegram.posting import TOPIC_NAME, send_post
from core.chat import KEPT, Post, PostButton, Text
from core.ledger.draft import (
    Address,
    Channel,
    ChatAddress,
    Later,
    Outcome,
    Parcel,
    Refused,
    Sent,
)

logger = structlog.get_logger()

Kept = Callable[[str], Awaitable[bytes | None]]

NO_TARGET = Refused("it does not say which message to change")
AWAY = frozenset({OUTSIDE, Refused("chat not found")})
CHANGES = frozenset({"edit", "delete", "delete_topic"})


class TelegramGateway:
    """Sends the ledger's chat posts. `mark` is the word for what may be a repetition.

    `kept` gives the bytes of a file that is kept here, by its hash; None when it is there no more.
    """

    channel = Channel.CHAT

    def __init__(
        self, bot: RelaisBot, mark: str, connections: int, kept: Kept | None = None
    ) -> None:
        self._bot = bot
        self._mark = mark
        self._kept = kept
        self.connections = connections

    async def send(self, parcel: Parcel, address: Address) -> Outcome:
        """Make the one call that a parcel stands for, and say what became of it."""
        if not isinstance(address, ChatAddress):
            return Refused("not a chat address")
        post = fitting(Post.decode(parcel.body))
        if post.kind in CHANGES:
            target = shown_at(parcel.values.get("target", ""))
            return NO_TARGET if target is None else await self._change(post, target)
        return await self._send(marked(post, self._mark) if parcel.resent else post, address)

    async def show(self, body: bytes, address: Address, shown_as: str | None) -> Outcome:
        """Edit what is shown already, or send it (and pin it) when it is not there."""
        if not isinstance(address, ChatAddress):
            return Refused("not a chat address")
        post = fitting(Post.decode(body))
        target = shown_at(shown_as or "")
        if target is None:
            return await self._show_anew(post, address)
        outcome = await self._change(post, target)
        if outcome == THREAD_GONE and target.topic:  # a title without its topic: nothing to keep
            logger.info("topic_gone")
            return Sent(str(target))
        return await self._show_again(post, address, target) if outcome == GONE else outcome

    async def close(self) -> None:
        """Give connections back."""
        await self._bot.shutdown()

    async def _send(self, post: Post, address: ChatAddress) -> Outcome:
        data: bytes | None = None
        if post.file is not None and post.file.file_id.startswith(KEPT):
            data = await self._kept(post.file.file_id.removeprefix(KEPT)) if self._kept else None
            if data is None:
                return Refused("the file is not kept any more")
        try:
            return Sent(await send_post(self._bot, post, address, data=data))
        except TelegramError as error:
            return patient(failed(error), address)

    async def _change(self, post: Post, target: Target) -> Outcome:
        try:
            return await change(self._bot, post, target)
        except TelegramError as error:
            return failed(error)

    async def _show_again(self, post: Post, address: ChatAddress, target: Target) -> Outcome:
        """Send what somebody deleted, unless its topic went with it: it is shown with the next."""
        outcome = await self._show_anew(post, address)
        if outcome != THREAD_GONE or post.pinned:
            return outcome
        logger.info("topic_gone")
        return Sent(str(target))

    async def _show_anew(self, post: Post, address: ChatAddress) -> Outcome:
        outcome = await self._send(post, address)
        if post.pinned and isinstance(outcome, Sent) and not outcome.external_id.startswith(TOPIC):
            await self._pin(outcome.external_id)
        return outcome

    async def _pin(self, external_id: str) -> None:
        """Pin what was just shown; without the right to, it is shown all the same."""
        chat_id, message_id = external_id.split(":")
        try:
            await self._bot.pin_chat_message(
                int(chat_id), int(message_id), disable_notification=True
            )
        except TelegramError as error:
            logger.warning("view_not_pinned", why=outcome_of(error).reason)


def failed(error: TelegramError) -> Outcome:
    """Say what a failed call means; what an operator must do is logged."""
    if isinstance(error, ChatMigrated):
        log_moved(error.new_chat_id)
    return outcome_of(error)


def patient(outcome: Outcome, address: ChatAddress) -> Outcome:
    """Wait for a group that the bot is not in: as with a refused token, an operator mends it."""
    if address.chat_id > 0 or outcome not in AWAY:
        return outcome
    logger.warning("group_away", hint="check telegram.group_id, and that the bot is in the group")
    return Later("the bot is not in the group")


def fitting(post: Post) -> Post:
    """Return a post that Telegram takes: rooms cut long texts, this is for one that slipped."""
    most = CAPTION if post.file else TEXT
    if post.kind not in {"text", "file", "edit"} or post.entities is not None:
        return post
    if length(post.text) <= most:
        return post
    logger.error("post_shortened", kind=post.kind)
    return replace(post, text=shorten(post.text, most))


def marked(post: Post, mark: str) -> Post:
    """Return a post that says visibly that it may be a repetition.

    Text that keeps its own formatting is marked at its end, so that no offset moves; a copy,
    whose words are not ours to change, and what leaves no room for the mark, by a button.
    """
    if post.kind == "topic":
        room = TOPIC_NAME - len(mark) - 1
        return replace(post, text=f"{post.text[:room]} {mark}")
    if post.kind == "copy" or _size(post) + len(mark) + 2 > (CAPTION if post.file else TEXT):
        button = PostButton(mark, data=f"{REPEATED}:chat:mark:0:0")
        return replace(post, keyboard=(*post.keyboard, (button,)))
    if post.entities is not None:
        return replace(post, text=f"{post.text}\n\n{mark}".lstrip())
    return replace(post, text=f"<i>{html.escape(mark)}</i>\n{post.text}".rstrip())


def _size(post: Post) -> int:
    """Return how long a text is for Telegram, in UTF-16 code units."""
    if post.entities is None:
        return length(post.text)
    return len(post.text.encode("utf-16-le")) // 2


def repeated_mark() -> Text:
    """Return the words of the mark."""
    return Text("chat/common.html", "repeated_mark")
