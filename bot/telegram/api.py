"""python-telegram-bot's bot as we use it: raw updates, exact statuses, limits from settings."""

import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest, RequestData

from bot.telegram.outcomes import StatusError
from core.settings import TelegramSettings

UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask Telegram for."""

NAMED_STATUSES = frozenset({400, 401, 403, 404, 409})
"""Statuses for which the library has errors that say enough."""

LANES = 8
"""How many chats are answered at once, beside the ledger's connections."""

CHATS_REMEMBERED = 1000
BURST = 3.0
"""How many seconds' worth of messages one chat may take at once."""


class Request(HTTPXRequest):
    """The library's transport, which also tells statuses that it would blur into one error."""

    async def do_request(  # type: ignore[override]
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: Any
    ) -> tuple[int, bytes]:
        """Make one call. Raises StatusError for a 429, a 5xx and other rare statuses."""
        status, payload = await super().do_request(url, method, request_data, **timeouts)
        if status < 300 or status in NAMED_STATUSES:  # noqa: PLR2004
            return status, payload
        description, retry_after = _explanation(payload)
        raise StatusError(status, description, retry_after)


class Limiter(AIORateLimiter):
    """The library's limits (overall, and per group), and one for each private chat."""

    def __init__(self, settings: TelegramSettings) -> None:
        super().__init__(
            overall_max_rate=settings.per_second,
            overall_time_period=1,
            group_max_rate=settings.group_per_minute,
            group_time_period=60,
        )
        self._per_second = settings.chat_per_second
        self._chats: dict[int, AsyncLimiter] = {}

    async def process_request(  # noqa: PLR0917  # the library's own signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Wait for the limits that apply to a call, then make it."""
        chat_id = data.get("chat_id")
        if self._per_second and isinstance(chat_id, int) and chat_id > 0:
            await self._limit(chat_id).acquire()
        return await super().process_request(
            callback, args, kwargs, endpoint, data, rate_limit_args
        )

    def _limit(self, chat_id: int) -> AsyncLimiter:
        if chat_id not in self._chats:
            if len(self._chats) >= CHATS_REMEMBERED:
                self._chats.pop(next(iter(self._chats)))
            self._chats[chat_id] = AsyncLimiter(max(1.0, self._per_second * BURST), BURST)
        return self._chats[chat_id]


class RelaisBot(ExtBot[int]):
    """The library's bot, which can also give updates as they came."""

    async def raw_updates(self, offset: int | None, wait: float) -> Sequence[object]:
        """Wait up to `wait` seconds for updates, after confirming those below `offset`.

        `do_api_request` would do, but for the warning it gives for a method that the library
        has; and the library's own `get_updates` raises on the whole batch when one is malformed.
        """
        found = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": int(wait), "allowed_updates": list(UPDATE_KINDS)},
            read_timeout=wait + 10,
        )
        return found if isinstance(found, list) else []

    async def shutdown(self) -> None:
        """Give connections back, those of a bot that was never initialised too."""
        for request in self._request:
            await request.shutdown()
        await super().shutdown()


def make_bot(settings: TelegramSettings) -> RelaisBot:
    """Return the bot of a token, limited as configured. Nothing is asked of the network yet."""
    for name in ("httpx", "httpcore"):  # at INFO they write the token
        logging.getLogger(name).setLevel(logging.WARNING)
    return RelaisBot(
        settings.token.get_secret_value(),
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=_request(settings, settings.connections + LANES),
        get_updates_request=_request(settings, 1),
        rate_limiter=Limiter(settings),
    )


def _request(settings: TelegramSettings, connections: int) -> Request:
    return Request(
        connection_pool_size=connections,
        connect_timeout=10.0,
        pool_timeout=10.0,
        read_timeout=settings.timeout,
        write_timeout=settings.timeout,
    )


def _explanation(payload: bytes) -> tuple[str, float | None]:
    """Return the description and `retry_after` of an answer, as far as it holds any."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return "", None
    if not isinstance(answer, dict):
        return "", None
    parameters = answer.get("parameters")
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    description = answer.get("description")
    return (
        description if isinstance(description, str) else "",
        float(after) if isinstance(after, int | float) else None,
    )
