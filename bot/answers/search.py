"""Finding validated answers: an index of the whole base, kept in step with the tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.settings import HotlineSettings


@dataclass(frozen=True)
class Suggestion:
    """A validated answer that resembles what was asked."""

    answer_id: int
    question: str
    confidence: float


class AnswerSearch:
    """Searches the validated answers."""

    def __init__(self, settings: HotlineSettings) -> None:
        self._settings = settings

    async def suggest(self, _session: AsyncSession, _words: str) -> Sequence[Suggestion]:
        """Return the few answers that resemble `words` enough to be shown; usually none."""
        return []

    async def find(
        self, _session: AsyncSession, _words: str, _limit: int = 10
    ) -> Sequence[Suggestion]:
        """Return the answers nearest to `words`, the best first."""
        return []
