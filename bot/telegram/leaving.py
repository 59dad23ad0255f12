"""Leaving a group of strangers, unless it is our own that has just changed its number."""

import structlog
from telegram.constants import ChatAction, ParseMode
from telegram.error import ChatMigrated, TelegramError

from bot.telegram.api import RelaisBot
from bot.telegram.outcomes import OUTSIDE, outcome_of
from core.ledger.draft import Later, Refused, Sent, Unknown

logger = structlog.get_logger()

Outcome = Sent | Refused | Later | Unknown


async def leave(bot: RelaisBot, chat_id: int, text: str, home: int) -> Outcome:
    """Say `text` to a group, or leave it when there is none. `home` is our own group.

    When our group becomes a supergroup, its new number is a stranger's at first sight, and its
    updates may come before the one that announces it: Telegram is asked.
    """
    try:
        await bot.send_chat_action(home, ChatAction.TYPING)
    except ChatMigrated as error:
        if error.new_chat_id == chat_id:
            log_moved(error.new_chat_id)
            return Sent("")
    except TelegramError as error:
        outcome = outcome_of(error)
        if not isinstance(outcome, Refused):
            return outcome
    return await (_say(bot, chat_id, text) if text else _go(bot, chat_id))


def log_moved(new_chat_id: int) -> None:
    """Tell the operator that the configuration must follow the group."""
    hint = f"the animators' group has become another: set telegram.group_id = {new_chat_id}"
    logger.error("telegram_group_migrated", hint=hint)


async def _say(bot: RelaisBot, chat_id: int, text: str) -> Outcome:
    """Say it once at most: only what surely did not leave is said again."""
    try:
        await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)
    except TelegramError as error:
        outcome = outcome_of(error)
        return Refused(outcome.reason) if isinstance(outcome, Unknown) else outcome
    return Sent("")


async def _go(bot: RelaisBot, chat_id: int) -> Outcome:
    try:
        await bot.leave_chat(chat_id)
    except TelegramError as error:
        outcome = outcome_of(error)
        return Sent("") if outcome == OUTSIDE else outcome
    return Sent("")
