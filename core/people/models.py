"""The directory's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Department(Base):
    """A département that the network covers, by its INSEE code ("03", "2A")."""

    __tablename__ = "departments"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Territory(Base):
    """A territory that takes part in the network. `department` is its INSEE code ("63", "2A")."""

    __tablename__ = "territories"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    department: Mapped[str]


class Structure(Base):
    """An organisation that people work for; a shared mailbox belongs to it."""

    __tablename__ = "structures"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    mailbox: Mapped[str | None]


class Person(Base):
    """Somebody of the network. `code` is the operator's own key in imports.

    `successor_id` is who takes over what is open when this person has left. Who is blocked
    (`blocked_at`) can neither ask nor press. `preferred_channel` is where they would rather be told
    (`mail` or `chat`; None: by mail when they have a mailbox).
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(default="fr")
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    blocked_at: Mapped[datetime | None]
    preferred_channel: Mapped[str | None]

    @property
    def name(self) -> str:
        """Given name then family name."""
        return f"{self.given_name} {self.family_name}".strip()


class Membership(Base):
    """A role that a person holds, for a territory or a structure, from `since` to `until`."""

    __tablename__ = "memberships"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Account(Base):
    """A person's address on one channel: a Telegram user id, linked by invitation."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("channel", "address"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[str]
    address: Mapped[str]
    linked_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]


class Invitation(Base):
    """A single-use code that links an account to a person; only its hash is kept."""

    __tablename__ = "invitations"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Theme(Base):
    """A subject of the network, with the words and phrases that speak of it, and exclusions."""

    __tablename__ = "themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    words: Mapped[list[Any]] = mapped_column(default=list)
    exclusions: Mapped[list[Any]] = mapped_column(default=list)
