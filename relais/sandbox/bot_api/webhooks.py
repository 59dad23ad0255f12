"""Pushing updates to the address that a bot asked for: in order, again until it says 2xx."""

import asyncio
from typing import Any

import httpx

from relais.sandbox.bot_api.shelf import Document
from relais.sandbox.bot_api.state import State

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0


class Webhooks:
    """One task that looks at every bot's queue each time something changes."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)
        self._waits: dict[int, float] = {}

    async def run(self) -> None:
        """Push until cancelled."""
        async with self._client:
            while True:
                bot = await self._state.changes.until(self._next_bot, None)
                if bot is None:  # the server is closing
                    return
                await self._push_first(bot)

    def _next_bot(self) -> Document | None:
        bots = self._state.bots()
        return next((b for b in bots if b.get("webhook") and self._state.updates.pending(b)), None)

    async def _push_first(self, bot: Document) -> None:
        update = self._state.updates.pending(bot)[0]
        error = await self._post(bot["webhook"], update)
        number = bot["user"]["id"]
        if error is None:
            self._waits.pop(number, None)
            self._state.updates.forget(bot, [update])
            self._state.changed()
            return
        self._note(bot["token"], error)
        wait = self._waits[number] = min(LONGEST_WAIT, 2 * self._waits.get(number, FIRST_WAIT / 2))
        await asyncio.sleep(wait)

    async def _post(self, webhook: Document, update: Document) -> str | None:
        """Return None for an answer 2xx, or what is wrong as Telegram words it."""
        secret = webhook["secret_token"]
        headers = {SECRET_HEADER: secret} if secret else {}
        try:
            answer = await self._client.post(webhook["url"], json=update, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return "Connection failed"
        if answer.is_success:
            return None
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"

    def _note(self, token: str, error: str) -> None:
        bot = self._state.bot(token) or {}
        if webhook := bot.get("webhook"):
            noted: dict[str, Any] = {
                "last_error_date": self._state.date(),
                "last_error_message": error,
            }
            self._state.keep_bot(bot | {"webhook": webhook | noted})
            self._state.changed()
