"""How likely a piece of news is to be kept, learned from the team's own decisions."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Judgement:
    """How likely (0 to 1) an item is to be kept, and what spoke for and against.

    `improbable` items are folded: few enough of them are ever kept.
    """

    likelihood: float
    improbable: bool
    spoke_for: tuple[str, ...] = ()
    spoke_against: tuple[str, ...] = ()


class Judge:
    """Judges news by what was kept and dropped before. Knows nothing until `refresh`."""

    async def refresh(self, session: AsyncSession) -> None:
        """Learn from the decisions taken since the last time; cheap when there are none."""
        del session

    def judge(self, title: str, summary: str, source_id: int) -> Judgement | None:
        """Return what is to be expected of an item; None while too little was decided."""
        del title, summary, source_id
        return None
