"""The subscribers' tables, with the proof of each subscription."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Subscriber(Base):
    """An address that receives the letter, or asked to; None once it was erased.

    `requests` counts the times that somebody asked, and numbers the mails that answer them.
    """

    __tablename__ = "subscribers"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    language: Mapped[str] = mapped_column(default="fr")
    themes: Mapped[list[Any]] = mapped_column(default=list)
    alerts: Mapped[bool] = mapped_column(default=False)
    requests: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]


class Consent(Base):
    """One event in the life of a subscription: together they are the proof of it.

    `network` is the truncated address that it came from, never a whole one.
    """

    __tablename__ = "consents"
    __table_args__ = (Index(None, "subscriber_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id"))
    event: Mapped[str]
    basis: Mapped[str]
    origin: Mapped[str]
    wording: Mapped[str]
    wording_version: Mapped[str]
    network: Mapped[str]
    at: Mapped[datetime]
