"""The ledger's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Message(Base):
    """A content, stored once for all its deliveries; `hash` covers channel and body."""

    __tablename__ = "messages"

    hash: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Delivery(Base):
    """One thing for one party: the row that must exist before anything leaves.

    `due_at` follows the service's clock; `next_attempt_at`, `lease_until` and `started_at` are
    real time. `external_id` is the peer's name for it (`chat_id:message_id`, a Message-ID).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("kind", "slot", "recipient"),
        Index(None, "state", "due_at"),
        Index(None, "stream", "id"),
        Index(None, "external_id"),
        Index(None, "cause"),
        Index(None, "recipient"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    slot: Mapped[str]
    recipient: Mapped[str]
    channel: Mapped[str]
    message_hash: Mapped[str] = mapped_column(ForeignKey("messages.hash"))
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cause: Mapped[str]
    stream: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="pending")
    due_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    external_id: Mapped[str | None]
    reason: Mapped[str | None]
    resent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Worker(Base):
    """A dispatcher that is alive as long as its heartbeat is recent (real time)."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    heartbeat_at: Mapped[datetime]


class View(Base):
    """A thing shown rather than sent (a pinned board): latest wins, reconciled by editing."""

    __tablename__ = "views"

    key: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    channel: Mapped[str]
    wanted: Mapped[bytes] = mapped_column(LargeBinary)
    wanted_hash: Mapped[str]
    shown_hash: Mapped[str | None]
    external_id: Mapped[str | None]
    next_attempt_at: Mapped[datetime | None]
