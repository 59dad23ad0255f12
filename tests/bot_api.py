"""A local Bot API for tests, and real bots that speak to it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from core.clock import Clock
from relais.sandbox.bot_api.application import serving_bot_api
from relais.sandbox.bot_api.faults import RateLimit
from relais.sandbox.bot_api.state import State

TOKEN = "1000:a-token-for-tests"


@dataclass(frozen=True)
class RunningBotApi:
    """A served Bot API: `root` is what `telegram.api_url` of the settings must be."""

    root: str
    state: State
    token: str = TOKEN

    @property
    def base_url(self) -> str:
        return f"{self.root}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.root}/file/bot"

    @contextlib.asynccontextmanager
    async def bot(self, *, read_timeout: float = 5.0) -> AsyncIterator[ExtBot[None]]:
        """Give a real python-telegram-bot, initialised."""
        requests = [
            HTTPXRequest(
                connection_pool_size=16,
                read_timeout=read_timeout,
                httpx_kwargs={"trust_env": False, "verify": False},  # no TLS here
            )
            for _ in range(2)
        ]
        bot = ExtBot(
            self.token,
            base_url=self.base_url,
            base_file_url=self.base_file_url,
            request=requests[0],
            get_updates_request=requests[1],
        )
        async with bot:
            yield bot


@contextlib.asynccontextmanager
async def running_bot_api(
    folder: Path | None = None,
    *,
    port: int = 0,
    clock: Clock | None = None,
    rate_limit: RateLimit | None = None,
) -> AsyncIterator[RunningBotApi]:
    """Serve a local Bot API that has one bot, whose token is `TOKEN`, and nobody else."""
    state = State(folder, clock=clock, rate_limit=rate_limit)
    state.add_bot(TOKEN)
    try:
        async with serving_bot_api(state, port=port) as root:
            yield RunningBotApi(root, state)
    finally:
        state.close()
