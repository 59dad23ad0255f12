"""What each failure of the Bot API means, as python-telegram-bot wraps it."""

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.warnings import PTBDeprecationWarning

from bot.telegram.outcomes import StatusError, outcome_of
from core.ledger.draft import Later, Refused, Unknown


def because(error: TelegramError, cause: Exception) -> TelegramError:
    """Raise as the library does: from what happened in the transport."""
    try:
        raise error from cause
    except TelegramError as raised:
        return raised


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        (httpx.ConnectError("refused"), "ConnectError"),
        (httpx.ConnectTimeout("slow"), "ConnectTimeout"),
        (httpx.PoolTimeout("busy"), "PoolTimeout"),
        (httpx.ProxyError("no"), "ProxyError"),
    ],
)
def test_what_never_left_is_tried_later(cause: Exception, name: str) -> None:
    assert outcome_of(because(NetworkError("httpx"), cause)) == Later(name)
    assert outcome_of(because(TimedOut(), cause)) == Later(name)


@pytest.mark.parametrize(
    "cause",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("cut"),
        httpx.WriteError("cut"),
        httpx.RemoteProtocolError("cut"),
    ],
)
def test_what_was_cut_on_its_way_is_unknown(cause: Exception) -> None:
    assert outcome_of(because(NetworkError("httpx"), cause)) == Unknown(type(cause).__name__)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_may_have_done_it(status: int) -> None:
    assert isinstance(outcome_of(StatusError(status, "Bad Gateway", None)), Unknown)


def test_too_many_requests_are_tried_later_after_what_was_asked() -> None:
    assert outcome_of(StatusError(429, "Too Many Requests", 7.0)) == Later("too many requests", 7.0)
    assert outcome_of(StatusError(429, "", None)) == Later("too many requests")
    with pytest.warns(PTBDeprecationWarning):  # the library's own, about its next version
        error = RetryAfter(7)
    assert outcome_of(error) == Later("too many requests")


def test_another_refusing_status_is_for_good() -> None:
    outcome = outcome_of(StatusError(413, "Request Entity Too Large", None))
    assert outcome == Refused("Request Entity Too Large (413)")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), "blocked"),
        (Forbidden("Forbidden: user is deactivated"), "deactivated"),
        (
            Forbidden("Forbidden: bot can't initiate conversation with a user"),
            "conversation not started",
        ),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), "not in the chat"),
        (BadRequest("Bad Request: message thread not found"), "thread not found"),
        (BadRequest("Bad Request: TOPIC_DELETED"), "thread not found"),
        (BadRequest("Bad Request: TOPIC_CLOSED"), "thread closed"),
        (BadRequest("Bad Request: chat not found"), "chat not found"),
        (BadRequest("Bad Request: message is too long"), "too long"),
        (BadRequest("Bad Request: something new"), "Something new"),
        (Forbidden("Forbidden: something new"), "something new"),
    ],
)
def test_a_refusal_is_for_good_and_says_why(error: TelegramError, reason: str) -> None:
    assert outcome_of(error) == Refused(reason)


def test_a_group_that_became_another_is_said_so_and_loses_nothing() -> None:
    assert outcome_of(ChatMigrated(-1007)) == Later("the chat has become -1007")


def test_an_operators_mistake_does_not_lose_what_was_to_be_sent() -> None:
    assert outcome_of(InvalidToken()) == Later("the token is refused")
    conflict = Conflict("Conflict: terminated by other getUpdates request")
    assert outcome_of(conflict) == Later("another process receives with the same token")


def test_an_answer_that_cannot_be_read_is_unknown() -> None:
    assert outcome_of(TelegramError("Invalid server response")) == Unknown("TelegramError")
