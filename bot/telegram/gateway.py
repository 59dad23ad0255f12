"""The ledger's way out to Telegram."""

import html
from dataclasses import replace

import structlog
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.decide import REPEATED
from bot.telegram.outcomes import outcome_of
from bot.telegram.posting import TOPIC_NAME, entities_of, markup, send_post
from core.chat import Post, PostButton, Text
from core.ledger.draft import Address, Channel, ChatAddress, Outcome, Parcel, Refused, Sent

logger = structlog.get_logger()

EDITABLE_GONE = Refused("message not found")
TOPIC = "topic:"


class TelegramGateway:
    """Sends the ledger's chat posts. `mark` is the word for what may be a repetition."""

    channel = Channel.CHAT

    def __init__(self, bot: RelaisBot, mark: str, connections: int) -> None:
        self._bot = bot
        self._mark = mark
        self.connections = connections

    async def send(self, parcel: Parcel, address: Address) -> Outcome:
        """Make the one call that a parcel stands for, and say what became of it."""
        if not isinstance(address, ChatAddress):
            return Refused("not a chat address")
        post = Post.decode(parcel.body)
        if parcel.resent:
            post = marked(post, self._mark)
        try:
            return Sent(await send_post(self._bot, post, address))
        except TelegramError as error:
            return outcome_of(error)

    async def show(self, body: bytes, address: Address, shown_as: str | None) -> Outcome:
        """Edit what is shown already, or send it (and pin it) when it is not there."""
        if not isinstance(address, ChatAddress):
            return Refused("not a chat address")
        post = Post.decode(body)
        if shown_as is None:
            return await self._show_anew(post, address)
        outcome = await self._edit(post, shown_as)
        return await self._show_anew(post, address) if outcome == EDITABLE_GONE else outcome

    async def close(self) -> None:
        """Give connections back."""
        await self._bot.shutdown()

    async def _show_anew(self, post: Post, address: ChatAddress) -> Outcome:
        try:
            external_id = await send_post(self._bot, post, address)
        except TelegramError as error:
            return outcome_of(error)
        if post.pinned and not external_id.startswith(TOPIC):
            await self._pin(external_id)
        return Sent(external_id)

    async def _pin(self, external_id: str) -> None:
        """Pin what was just shown; without the right to, it is shown all the same."""
        chat_id, message_id = external_id.split(":")
        try:
            await self._bot.pin_chat_message(
                int(chat_id), int(message_id), disable_notification=True
            )
        except TelegramError as error:
            logger.warning("view_not_pinned", why=outcome_of(error).reason)

    async def _edit(self, post: Post, shown_as: str) -> Outcome:
        chat_id, identity = (int(part) for part in shown_as.removeprefix(TOPIC).split(":"))
        try:
            if shown_as.startswith(TOPIC):
                await self._bot.edit_forum_topic(chat_id, identity, name=post.text[:TOPIC_NAME])
            else:
                await self._edit_text(post, chat_id, identity)
        except TelegramError as error:
            outcome = outcome_of(error)
            return Sent(shown_as) if outcome == Refused("not modified") else outcome
        return Sent(shown_as)

    async def _edit_text(self, post: Post, chat_id: int, message_id: int) -> None:
        entities = entities_of(post)
        await self._bot.edit_message_text(
            post.text,
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML if entities is None else None,
            entities=entities,
            reply_markup=markup(post.keyboard),
        )


def marked(post: Post, mark: str) -> Post:
    """Return a post that says visibly that it may be a repetition.

    Text that keeps its own formatting is marked at its end, so that no offset moves; a copy,
    whose words are not ours to change, by a button.
    """
    match post.kind:
        case "copy":
            button = PostButton(mark, data=f"{REPEATED}:chat:mark:0:0")
            return replace(post, keyboard=(*post.keyboard, (button,)))
        case "topic":
            room = TOPIC_NAME - len(mark) - 1
            return replace(post, text=f"{post.text[:room]} {mark}")
    if post.entities is not None:
        return replace(post, text=f"{post.text}\n\n{mark}".lstrip())
    return replace(post, text=f"<i>{html.escape(mark)}</i>\n{post.text}".rstrip())


def repeated_mark() -> Text:
    """Return the words of the mark."""
    return Text("chat/common.html", "repeated_mark")
