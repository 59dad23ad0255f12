"""The knowledge base's tables."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Answer(Base):
    """A validated answer of the knowledge base; `code` is the operator's own key in imports.

    `stated_on` is the day of « État du droit au … », `review_on` the day to look at it again.
    """

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    question: Mapped[str]
    answer: Mapped[str]
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"), index=True)
    sources: Mapped[str] = mapped_column(default="")
    stated_on: Mapped[date]
    review_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
