"""How what is sent about personal data behaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.personal import posts
from bot.personal.copies import COPY
from bot.personal.models import ErasureRequest
from bot.personal.rules import RequestState
from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.removal import removed
from core.people.reaching import to_person
from core.settings import TelegramSettings

SHOWN = (RequestState.ASKED.value, RequestState.WITHDRAWN.value)
"""The states of a request in which the animators are still told who makes it."""


class Deliveries:
    """The kinds of deliveries about personal data."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        again = Policy.RESEND
        return (
            DeliveryKind(posts.REQUEST, again, self._to_animators),
            DeliveryKind(posts.TOLD, again, to_person, _told),
            DeliveryKind(COPY, again, self._to_group, removed),
        )

    async def _to_animators(
        self, session: AsyncSession, parcel: Parcel, now: datetime
    ) -> Ready | Skip:
        request = await session.get(ErasureRequest, parcel.cause.number)
        if request is None or request.state not in SHOWN:
            return Skip("decided")
        return await self._to_group(session, parcel, now)

    async def _to_group(
        self, _session: AsyncSession, _parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        if not self._settings.group_id:
            return Skip("no_group")
        return Ready(ChatAddress(self._settings.group_id, self._settings.board_thread_id))


async def _told(
    session: AsyncSession, parcel: Parcel, _outcome: Sent | Refused | Skip, now: datetime
) -> None:
    """Let the erasure begin: the person was told, or cannot be."""
    request = await session.get(ErasureRequest, parcel.cause.number, with_for_update=True)
    if request is not None and request.state == RequestState.ACCEPTED:
        request.told_at = now
