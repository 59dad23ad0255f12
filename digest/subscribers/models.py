"""The subscribers' tables, with the proof of each subscription."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Subscriber(Base):
    """An address that receives the letter, or asked to; None once it was erased.

    `requests` counts the times that somebody asked, and numbers the mails that answer them.
    `basis` is the legal ground of the present subscription, `origin` where it came from.
    `themes` narrow alerts, and the letter too unless `whole_letter`. `person_id` is the member of
    the network whose address it is; `structure_id` that of a shared one, which several people read.
    `informed_at` is when a member was first told, who never asked. `ended_by` says why it ended.
    """

    __tablename__ = "subscribers"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str]
    language: Mapped[str] = mapped_column(default="fr")
    themes: Mapped[list[Any]] = mapped_column(default=list)
    alerts: Mapped[bool] = mapped_column(default=False)
    whole_letter: Mapped[bool] = mapped_column(default=True)
    basis: Mapped[str] = mapped_column(default="consent")
    origin: Mapped[str] = mapped_column(default="form")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"), index=True)
    informed_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
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


class Suppression(Base):
    """An address that must not be written to, whoever asks for it: in error, complained, objected.

    `address_hash` is the SHA-256 of the address; the address itself is None once it was erased.
    """

    __tablename__ = "suppressions"

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    reason: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Bounce(Base):
    """One message that came back; `message_id` is that of the notification, told once.

    `severity` is "hard" or "soft", `status` an enhanced status code (RFC 3463) or nothing.
    """

    __tablename__ = "bounces"
    __table_args__ = (UniqueConstraint("message_id", "recipient"), Index(None, "recipient", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str]
    recipient: Mapped[str]
    kind: Mapped[str]
    slot: Mapped[str]
    severity: Mapped[str]
    status: Mapped[str]
    at: Mapped[datetime]


class ChatReader(Base):
    """A member of the network who is told in chat that an edition is out."""

    __tablename__ = "chat_readers"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    since: Mapped[datetime]


class AlertMailing(Base):
    """An alert whose rows are still being written, some 2,000 subscribers at a time.

    `after` is the last subscriber looked at, `alert` what they are told, as JSON; the row goes
    after the last one. `posted_at` is when the alert was sent: who came later does not get it.
    """

    __tablename__ = "alert_mailings"

    reference: Mapped[str] = mapped_column(primary_key=True)
    alert: Mapped[dict[str, Any]]
    after: Mapped[int]
    posted_at: Mapped[datetime]
