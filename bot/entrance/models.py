"""The entrance's table: strangers who ask to come in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.entrance.decide import State
from core.db import Base


class AccessRequest(Base):
    """A code sent to the address that somebody gave, and what became of it.

    `account` is a Telegram user id, `name` what Telegram calls it. The code itself is nowhere:
    it follows from the service's secret and `salt` (`bot.entrance.decide.code_of`). `tries` counts
    the wrong ones. `person_id` is whom the account was linked to. Once old, what is kept of
    somebody barred is the account only.
    """

    __tablename__ = "access_requests"
    __table_args__ = (
        Index(None, "account", "created_at"),
        Index(None, "email", "created_at"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    salt: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=State.SENT.value)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
