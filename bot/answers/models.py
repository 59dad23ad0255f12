"""The knowledge base's tables."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.answers.decide import State
from core.db import Base


class Answer(Base):
    """An answer of the knowledge base; agents see it once it is validated, and until withdrawn.

    `code` is the operator's own key in imports. `version` moves with each change: older buttons
    are then stale. `stated_on` is the day of « État du droit au … », `review_on` the day to look
    at it again, and `told_review_on` the review date of which the animators were told.
    `question_id` is the question it was drafted from and `asker_id` who asked it, null once
    erased. `drafted_by` is who last wrote it as it stands. A draft that `revises` another answer
    takes its place once validated. `changed` is the base's revision that it last changed with.
    """

    __tablename__ = "answers"
    __table_args__ = (Index(None, "state", "review_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=State.VALIDATED.value)
    version: Mapped[int] = mapped_column(default=1)
    question: Mapped[str]
    answer: Mapped[str]
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"), index=True)
    sources: Mapped[str] = mapped_column(default="")
    stated_on: Mapped[date]
    review_on: Mapped[date | None]
    told_review_on: Mapped[date | None]
    question_id: Mapped[int | None] = mapped_column(index=True)
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    revises: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), index=True)
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    validated_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    validated_at: Mapped[datetime | None] = mapped_column(index=True)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    changed: Mapped[int] = mapped_column(default=0, index=True)


class AnswerVariant(Base):
    """Another formulation of an answer's question, on one line; `question_id` is who asked so."""

    __tablename__ = "answer_variants"
    __table_args__ = (Index(None, "answer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    text: Mapped[str]
    question_id: Mapped[int | None]


class AnswerRevision(Base):
    """What an answer said once it was validated, imported, stated anew or withdrawn.

    `number` counts from 1 for each answer; `why` is the reason of a withdrawal.
    """

    __tablename__ = "answer_revisions"
    __table_args__ = (UniqueConstraint("answer_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    number: Mapped[int]
    what: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    sources: Mapped[str]
    stated_on: Mapped[date]
    why: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class AnswerReviewer(Base):
    """Somebody outside the team who was asked to validate a draft, and may therefore do it."""

    __tablename__ = "answer_reviewers"
    __table_args__ = (UniqueConstraint("answer_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]


class AnswerBase(Base):
    """The only row that counts the changes of the base: whoever searches it sees them by this."""

    __tablename__ = "answer_base"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
