"""The ledger's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ledger.rules import IN_FLIGHT, UNSETTLED, State


def _among(states: tuple[State, ...]) -> dict[str, Any]:
    """Restrict an index to some states, on both engines."""
    names = ", ".join(f"'{state}'" for state in states)
    condition = text(f"state IN ({names})")
    return {"sqlite_where": condition, "postgresql_where": condition}


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
    `attempts` counts sends begun and never goes back; `deferrals` counts the times it could not
    even be prepared. What is `bulk` leaves after what is not. The database refuses a second row in
    flight in the same stream.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("kind", "slot", "recipient"),
        Index(None, "state", "channel", "bulk", "due_at", "id"),
        Index(None, "stream", "id", **_among(UNSETTLED)),
        Index(None, "stream", unique=True, **_among(IN_FLIGHT)),
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
    bulk: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    deferrals: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    external_id: Mapped[str | None]
    reason: Mapped[str | None]
    resent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Hold(Base):
    """Rows that nobody claims for now: those of a kind and a slot. Pausing is writing one."""

    __tablename__ = "delivery_holds"

    kind: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Worker(Base):
    """A dispatcher that is alive as long as its heartbeat is recent (real time).

    `place`, `pid` and `process_started` name its process, so that a neighbour of the same place
    can see that it does not exist any more; None where that cannot be known.
    """

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    heartbeat_at: Mapped[datetime]
    place: Mapped[str | None]
    pid: Mapped[int | None]
    process_started: Mapped[str | None]


class View(Base):
    """A thing shown rather than sent (a pinned board): latest wins, reconciled by editing.

    `worker` holds it until `lease_until` (real time), so that two dispatchers do not show it at
    once.
    """

    __tablename__ = "views"

    key: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    channel: Mapped[str]
    wanted: Mapped[bytes] = mapped_column(LargeBinary)
    wanted_hash: Mapped[str]
    shown_hash: Mapped[str | None]
    external_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
