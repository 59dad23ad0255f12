"""The hotline's tables."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.hotline.decide import State, Topic
from core.db import Base


class Question(Base):
    """A request of an agent; its id is the number that people read.

    `text` is its first message. `version` moves when the card shown to the animators changes:
    older buttons are then stale. `last_message_at` is that of what was said last, by either side.
    Once its asker is erased, `asker_id` is null and no text is left.
    """

    __tablename__ = "questions"
    __table_args__ = (Index(None, "asker_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    state: Mapped[str] = mapped_column(default=State.OPEN.value)
    text: Mapped[str]
    opened_at: Mapped[datetime]
    last_message_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    topic: Mapped[str] = mapped_column(default=Topic.WANTED.value)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)


class QuestionMessage(Base):
    """One message of a question's thread. The update it came by makes it unique.

    `author` is a party, null once erased; `entities` are the channel's own formatting;
    `files` are `core.chat.File`s as JSON.
    """

    __tablename__ = "question_messages"
    __table_args__ = (Index(None, "question_id"), Index(None, "chat_id", "message_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    author: Mapped[str | None] = mapped_column(index=True)
    direction: Mapped[str]
    text: Mapped[str]
    entities: Mapped[list[Any]] = mapped_column(default=list)
    files: Mapped[list[Any]] = mapped_column(default=list)
    edited: Mapped[bool] = mapped_column(default=False)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]


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
