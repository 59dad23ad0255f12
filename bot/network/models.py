"""The tables of territories helping territories."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class NetworkConsent(Base):
    """What somebody agreed to; no row is a no.

    `asked`: the team may send them other territories' questions, about `themes` (ids; empty: all),
    at most `monthly_cap` times in a calendar month of Paris. `contact`: their name, territory and
    professional address may be given to members of the network. `since` is when they began to
    agree to anything.
    """

    __tablename__ = "network_consents"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    asked: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[bool] = mapped_column(default=False)
    themes: Mapped[list[Any]] = mapped_column(default=list)
    monthly_cap: Mapped[int]
    since: Mapped[datetime]
    updated_at: Mapped[datetime]


class Solicitation(Base):
    """A question put to the network in the animators' words; `question_id` is its number.

    `state` is `draft`, `sent` or `cancelled`; `version` moves when what its message shows changes.
    `proposed` are the people (ids) whom that message names: nobody else gets it.
    """

    __tablename__ = "solicitations"
    __table_args__ = (Index(None, "question_id"), Index(None, "sent_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    proposed: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Solicited(Base):
    """Somebody to whom a solicitation goes; null once erased, so that the count stays.

    `outcome` is empty while they say nothing, then `replied`, `unknown` (they do not know), or
    `undelivered`: it never left, and does not count in their month.
    """

    __tablename__ = "solicited"
    __table_args__ = (
        UniqueConstraint("solicitation_id", "person_id"),
        Index(None, "person_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solicitation_id: Mapped[int] = mapped_column(ForeignKey("solicitations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]


class SolicitationReply(Base):
    """What somebody of the network replied; the update it came by makes it unique.

    `entities` are the channel's own formatting, `files` are `core.chat.File`s as JSON. Once its
    author is erased, `person_id` is null and nothing of what they said is left.
    """

    __tablename__ = "solicitation_replies"
    __table_args__ = (Index(None, "solicitation_id"), Index(None, "person_id"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    solicitation_id: Mapped[int] = mapped_column(ForeignKey("solicitations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]
    entities: Mapped[list[Any]] = mapped_column(default=list)
    files: Mapped[list[Any]] = mapped_column(default=list)
    edited: Mapped[bool] = mapped_column(default=False)
    update_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]
    forwarded_at: Mapped[datetime | None]
    forwarded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class WhoSearch(Base):
    """Somebody asked who has already done something; `text` is what. Null once erased."""

    __tablename__ = "who_searches"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]
    at: Mapped[datetime]


class ContactShown(Base):
    """A contact given to somebody who searched: whose, for which experience if it was one."""

    __tablename__ = "contacts_shown"
    __table_args__ = (Index(None, "search_id"), Index(None, "person_id"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("who_searches.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    at: Mapped[datetime]


class Proposal(Base):
    """An experience, a link or a document that somebody offers to the network.

    `kind` is `experience`, `link` or `document`; `state` is `proposed`, `kept` or `dropped`;
    `reason` says in one word why it was dropped. `files` are `core.chat.File`s as JSON.
    `contactable`: whoever proposed it agreed to be contacted about it. `version` moves when what
    the animators' message shows changes. Null `person_id`: erased.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        Index(None, "state", "decided_at"),
        Index(None, "person_id"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    kind: Mapped[str]
    text: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    files: Mapped[list[Any]] = mapped_column(default=list)
    contactable: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="proposed")
    version: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    update_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Clarification(Base):
    """A detail asked of whoever made a proposal (`direction` `asked`), or given (`given`)."""

    __tablename__ = "proposal_clarifications"
    __table_args__ = (Index(None, "proposal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    direction: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]
    files: Mapped[list[Any]] = mapped_column(default=list)
    update_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]


class Sponsorship(Base):
    """A lasting pair of territories: one sponsors the other, from `since` to `until` (if ended)."""

    __tablename__ = "sponsorships"
    __table_args__ = (Index(None, "sponsor_id"), Index(None, "supported_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sponsor_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    supported_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]


class SponsorshipExchange(Base):
    """A visit, a call, a document shared within a pair, in a line; `held_on` is when."""

    __tablename__ = "sponsorship_exchanges"
    __table_args__ = (Index(None, "sponsorship_id"), Index(None, "held_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sponsorship_id: Mapped[int] = mapped_column(ForeignKey("sponsorships.id"))
    held_on: Mapped[date]
    line: Mapped[str]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    noted_at: Mapped[datetime]
    update_id: Mapped[int] = mapped_column(BigInteger, unique=True)
