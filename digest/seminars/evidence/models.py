"""What is asked of the evidence, from chat."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class EvidenceRequest(Base):
    """Somebody asked in chat for a meeting's evidence; a tick makes it and sends it there.

    `asked_by` is who pressed; the file goes to the group when `in_group`, else to them. `state` is
    `asked`, `made`, `heavy` (too big for the chat) or `failed`. `hash` is the file kept while it
    leaves (`core.files`).
    """

    __tablename__ = "evidence_requests"
    __table_args__ = (Index(None, "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int]
    asked_by: Mapped[str]
    in_group: Mapped[bool]
    state: Mapped[str]
    hash: Mapped[str | None]
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
