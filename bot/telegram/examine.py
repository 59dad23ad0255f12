"""What `relais check` asks of Telegram: the token, the group, our rights in it, privacy mode."""

from collections.abc import Sequence

from telegram import ChatFullInfo, ChatMemberAdministrator, ChatMemberOwner, User
from telegram.error import InvalidToken, TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.outcomes import outcome_of
from core.room import Finding
from core.settings import TelegramSettings


async def examine(bot: RelaisBot, settings: TelegramSettings) -> Sequence[Finding]:
    """Look at the bot and its group; nothing is sent to anybody."""
    if not settings.token.get_secret_value():
        hint = "talk to @BotFather, then set telegram.token or telegram.token_file"
        return [Finding("Telegram token", ok=False, what="no token is set", hint=hint)]
    try:
        me = await bot.get_me()
    except InvalidToken:
        hint = "copy it again from @BotFather"
        return [Finding("Telegram token", ok=False, what="the token is refused", hint=hint)]
    except TelegramError as error:
        what = f"the Bot API does not answer: {outcome_of(error).reason}"
        hint = f"check the network and telegram.api_url ({settings.api_url})"
        return [Finding("Telegram token", ok=False, what=what, hint=hint)]
    found = [Finding("Telegram token", ok=True, what=f"the bot is @{me.username}")]
    return [*found, *_webhook(settings), *await _group(bot, settings, me)]


def _webhook(settings: TelegramSettings) -> Sequence[Finding]:
    if settings.mode == "polling":
        return []
    ok = bool(settings.webhook_secret.get_secret_value())
    what = "pushes are checked by a secret" if ok else "webhook mode without a secret"
    hint = "" if ok else "set telegram.webhook_secret to a long random word"
    return [Finding("Telegram webhook", ok=ok, what=what, hint=hint)]


async def _group(bot: RelaisBot, settings: TelegramSettings, me: User) -> Sequence[Finding]:
    try:
        chat = await bot.get_chat(settings.group_id)
        member = await bot.get_chat_member(settings.group_id, me.id)
    except TelegramError as error:
        what = f"the group cannot be read: {outcome_of(error).reason}"
        hint = "add the bot to the animators' group, then set telegram.group_id (like -1001234…)"
        return [Finding("Animators' group", ok=False, what=what, hint=hint)]
    owner = isinstance(member, ChatMemberOwner)
    administrator = member if isinstance(member, ChatMemberAdministrator) else None
    return [
        _topics(chat),
        _right("manage topics", owner or bool(administrator and administrator.can_manage_topics)),
        _right(  # without it nothing of who is erased can be taken out of the group
            "delete messages", owner or bool(administrator and administrator.can_delete_messages)
        ),
        _right("pin messages", owner or bool(administrator and administrator.can_pin_messages)),
        _privacy(me, sees_all=owner or administrator is not None),
    ]


def _topics(chat: ChatFullInfo) -> Finding:
    if chat.is_forum:
        return Finding("Animators' group", ok=True, what="it has topics")
    hint = "in the group's settings, turn Topics on"
    return Finding("Animators' group", ok=False, what="it has no topics", hint=hint)


def _right(what: str, has: bool) -> Finding:
    if has:
        return Finding("Rights in the group", ok=True, what=f"the bot may {what}")
    hint = f"make the bot an administrator of the group, with the right to {what}"
    return Finding("Rights in the group", ok=False, what=f"the bot may not {what}", hint=hint)


def _privacy(me: User, *, sees_all: bool) -> Finding:
    """Administrators see every message, whatever their privacy mode (Bot API, privacy mode)."""
    if sees_all or me.can_read_all_group_messages:
        return Finding("Privacy mode", ok=True, what="the bot sees the group's messages")
    hint = "make the bot an administrator, or turn privacy mode off (/setprivacy at @BotFather)"
    return Finding("Privacy mode", ok=False, what="the bot only sees replies", hint=hint)
