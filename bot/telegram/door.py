"""At the door: who is listened to, who is told to wait, which groups are left at once."""

from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram import traffic
from bot.telegram.answers import Answer
from bot.telegram.models import InboxUpdate
from bot.telegram.parse import Membership, Parsed, Received
from bot.telegram.rules import (
    DAY,
    MINUTE,
    SILENCE,
    Verdict,
    Visit,
    admit,
    foreign,
    hours_to_wait,
    late,
    pace,
)
from core.chat import Sender, Text
from core.parts import Parts
from core.people.roles import Role

logger = structlog.get_logger()

COMMON = "chat/common.html"


class Door:
    """Decides, from the inbox itself, so that a restart forgets nobody. Writes in the row."""

    def __init__(self, parts: Parts) -> None:
        self._settings = parts.settings
        self._renderer = parts.renderer
        self._group_id = parts.settings.telegram.group_id
        self._language = parts.settings.network.language

    def strange(self, chat_id: int) -> bool:
        """Say whether a chat is a group or a channel where the bot has no business."""
        return foreign(chat_id, self._group_id)

    async def elsewhere(
        self, session: AsyncSession, row: InboxUpdate, found: Parsed
    ) -> Sequence[Answer]:
        """Leave a strangers' group, after one sentence to whoever put the bot there."""
        if isinstance(found, Membership) and not found.present:
            return []
        if not self._group_id:
            hint = f"if this is the animators' group, set telegram.group_id = {row.chat_id}"
            logger.warning("telegram_group_not_set", hint=hint)
            return []
        logger.warning("strange_group_left", update_id=row.update_id)
        first = await traffic.first_of_chat(session, row)
        words = self._renderer.chat(Text(COMMON, "strange_group"), self._language)
        go = Answer("leave", row.chat_id, home=self._group_id)
        return [replace(go, text=words), go] if first else [go]

    async def refusal(
        self,
        session: AsyncSession,
        row: InboxUpdate,
        received: Received,
        sender: Sender,
        *,
        blocked: bool,
    ) -> Sequence[Answer] | None:
        """Return what somebody who is not listened to is told, if anything; None: welcome.

        What is turned away is not kept. Those who press are always told.
        """
        visit = await self._visit(session, row, received, sender, blocked=blocked)
        limits = self._settings.hotline
        limit = pace(
            limits.messages_per_minute,
            limits.messages_per_day,
            linked=sender.person_id is not None,
        )
        verdict = admit(visit, limit)
        if verdict is Verdict.WELCOME:
            return None
        told = await traffic.told(session, row, verdict.told, SILENCE[verdict])
        silent = told or bool(received.query_id) or not received.incoming.place.private
        row.parked = str(verdict) if silent else verdict.told
        row.raw = {}
        logger.warning("update_turned_away", update_id=row.update_id, why=str(verdict))
        if silent and not received.query_id:
            return []
        return [await self._words(session, row, received, sender, verdict)]

    async def _visit(
        self,
        session: AsyncSession,
        row: InboxUpdate,
        received: Received,
        sender: Sender,
        *,
        blocked: bool,
    ) -> Visit:
        place = received.incoming.place
        if blocked or (place.chat_id == self._group_id and Role.ANIMATOR in sender.roles):
            return Visit(blocked=blocked, trusted=not blocked)
        return Visit(
            late=late(received.incoming.at, row.received_at),
            warned=await traffic.told(session, row, Verdict.TOO_FAST.told, MINUTE),
            last_minute=await traffic.taken(session, row, MINUTE, albums_once=True),
            last_day=await traffic.taken(session, row, DAY),
        )

    async def _words(
        self,
        session: AsyncSession,
        row: InboxUpdate,
        received: Received,
        sender: Sender,
        verdict: Verdict,
    ) -> Answer:
        values: dict[str, int] = {}
        if verdict is Verdict.TOO_MANY:
            oldest = await traffic.oldest_taken(session, row, DAY)
            values["hours"] = hours_to_wait(oldest, row.received_at)
        words = Text(COMMON, verdict.replace(" ", "_"), values)
        chat_id = received.incoming.place.chat_id
        if received.query_id:
            text = self._renderer.plain(words, sender.language)
            return Answer("toast", chat_id, query_id=received.query_id, text=text, alert=True)
        return Answer.message(chat_id, self._renderer.chat(words, sender.language))
