"""What rooms may say of somebody where the directory shows them: neutral ground between rooms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text


class Contacts(Protocol):
    """How colleagues may reach somebody, as far as that person agreed to it."""

    async def __call__(self, session: AsyncSession, person_id: int, /) -> str:
        """Return an address or a number that may be shown to agents; empty without consent."""
        ...


class FicheLines(Protocol):
    """What a room adds to somebody's fiche, for animators only (a sponsorship, for example)."""

    async def __call__(
        self, session: AsyncSession, person_id: int, now: datetime, /
    ) -> Sequence[Text]:
        """Return lines, each a block of the room's own template; none when there is nothing."""
        ...


async def no_contact(_session: AsyncSession, _person_id: int) -> str:
    """Show nobody's contact: what holds while no room keeps consents."""
    return ""
