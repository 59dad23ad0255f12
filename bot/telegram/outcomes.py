"""What a failed call to the Bot API means: surely not sent, refused, or nobody knows.

After <https://core.telegram.org/bots/api#making-requests> and what python-telegram-bot wraps:
`NetworkError` stands for every trouble of transport, whose nature is in its cause.
"""

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from core.ledger.draft import Later, Refused, Unknown

NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures before the first byte of a request."""

REASONS = (
    ("bot was blocked", "blocked"),
    ("user is deactivated", "deactivated"),
    ("can't initiate conversation", "conversation not started"),
    ("bot was kicked", "not in the chat"),
    ("bot is not a member", "not in the chat"),
    ("chat not found", "chat not found"),
    ("thread not found", "thread not found"),
    ("topic_deleted", "thread not found"),
    ("topic_id_invalid", "thread not found"),
    ("topic_closed", "thread closed"),
    ("message is not modified", "not modified"),
    ("topic_not_modified", "not modified"),
    ("message to edit not found", "message not found"),
    ("message can't be edited", "message not found"),
    ("message to delete not found", "message not found"),
    ("message_id_invalid", "message not found"),
    ("no text in the message to edit", "no text to edit"),
    ("query is too old", "query too old"),
    ("message is too long", "too long"),
)
"""What the Bot API says, and the word that we keep for it."""

GONE = Refused("message not found")
THREAD_GONE = Refused("thread not found")
NOT_MODIFIED = Refused("not modified")
NO_TEXT = Refused("no text to edit")
OUTSIDE = Refused("not in the chat")
"""Refusals that somebody here acts upon."""

TOO_MANY = 429
SERVER_TROUBLE = 500


class StatusError(NetworkError):
    """The peer answered with a status that python-telegram-bot has no error of its own for."""

    def __init__(self, status: int, description: str, retry_after: float | None) -> None:
        super().__init__(f"{description or 'no description'} ({status})")
        self.status = status
        self.retry_after = retry_after


def outcome_of(error: TelegramError) -> Refused | Later | Unknown:
    """Say what is known of a call that raised `error`."""
    if isinstance(error, StatusError):
        return _of_status(error)
    if isinstance(error, BadRequest | Forbidden):
        return Refused(reason_of(error))
    if isinstance(error, ChatMigrated):
        return Later(f"the chat has become {error.new_chat_id}")
    why = _not_done(error)
    return Later(why) if why else Unknown(type(error.__cause__ or error).__name__)


def _not_done(error: TelegramError) -> str:
    """Return why it is sure that nothing was done, if it is."""
    match error:
        case RetryAfter():
            return "too many requests"
        case Conflict():
            return "another process receives with the same token"
        case InvalidToken():
            return "the token is refused"
    cause = error.__cause__
    return type(cause).__name__ if isinstance(cause, NEVER_LEFT) else ""


def reason_of(error: TelegramError) -> str:
    """Return why the peer refuses: one of the words of `REASONS`, or else what it says."""
    said = error.message.removeprefix("Forbidden: ")
    for sign, reason in REASONS:
        if sign in said.lower():
            return reason
    return said


def _of_status(error: StatusError) -> Refused | Later | Unknown:
    """Read a bare status. After a 5xx nobody knows whether it was processed."""
    if error.status == TOO_MANY:
        return Later("too many requests", error.retry_after)
    if error.status >= SERVER_TROUBLE:
        return Unknown(error.message)
    return Refused(error.message)
