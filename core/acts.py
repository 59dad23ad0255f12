"""The audit trail: one line for each thing that somebody did to something."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.reference import Party, Reference

SYSTEM = Party("system", "relais")
"""Who acts when no person does."""


class Act(Base):
    """Who did what to what, when. `detail` holds no personal data beyond ids."""

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    verb: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(
    session: AsyncSession,
    actor: Party,
    verb: str,
    subject: Reference,
    now: datetime,
    **detail: str | float | bool | None,
) -> None:
    """Add a line to the trail, in the transaction of the act itself."""
    session.add(Act(at=now, actor=str(actor), verb=verb, subject=str(subject), detail=dict(detail)))
