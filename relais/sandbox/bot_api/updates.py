"""The queue of updates of each bot, with the semantics of `getUpdates`.

An update is given again until a later call confirms it with a greater offset
(https://core.telegram.org/bots/api#getupdates).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from relais.sandbox.bot_api.changes import Changes
from relais.sandbox.bot_api.errors import ApiError
from relais.sandbox.bot_api.shelf import Document, Shelf

FIRST_UPDATE = 100_001
MOST = 100
NEEDS_ASKING = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    """What each bot has not confirmed yet."""

    def __init__(self, shelf: Shelf, changes: Changes) -> None:
        self._shelf = shelf
        self._changes = changes
        self._polls: dict[int, object] = {}

    def add(self, bot: Document, kind: str, payload: Any) -> int | None:
        """Queue an update; return its id, or None when the bot does not want this kind."""
        allowed = bot.get("allowed_updates") or None
        if kind in NEEDS_ASKING if allowed is None else kind not in allowed:
            return None
        return self.add_raw(bot, {kind: payload})

    def add_raw(self, bot: Document, update: Mapping[str, Any]) -> int:
        """Queue an update whatever it holds; return its id."""
        update_id = self._shelf.next("updates", FIRST_UPDATE)
        self._shelf.put(_name(bot), update_id, {"update_id": update_id, **update})
        return update_id

    def pending(self, bot: Document) -> list[Document]:
        """Return what is not confirmed, oldest first."""
        return sorted(self._shelf.all(_name(bot)), key=_number)

    def confirm(self, bot: Document, offset: int) -> None:
        """Forget updates before `offset`; a negative one keeps only that many of the last."""
        pending = self.pending(bot)
        if offset < 0:
            done: Sequence[Document] = pending[:offset]
        else:
            done = [update for update in pending if update["update_id"] < offset]
        self.forget(bot, done)

    def forget(self, bot: Document, updates: Sequence[Document]) -> None:
        """Take these out of the queue."""
        for update in updates:
            self._shelf.remove(_name(bot), update["update_id"])

    async def poll(self, bot: Document, limit: int, seconds: float) -> list[Document]:
        """Return what is pending, waiting for something to come.

        Raises ApiError 409 when another call for the same bot takes over.
        """
        me = self._polls[bot["user"]["id"]] = object()
        self._changes.notify()

        def ready() -> bool:
            return self._polls[bot["user"]["id"]] is not me or bool(self._shelf.all(_name(bot)))

        await self._changes.until(ready, seconds)
        if self._polls[bot["user"]["id"]] is not me:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return self.pending(bot)[: max(1, min(limit, MOST))]


def _name(bot: Document) -> str:
    return f"updates:{bot['user']['id']}"


def _number(update: Document) -> int:
    return int(update["update_id"])
