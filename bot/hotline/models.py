"""The hotline's tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.hotline.decide import State, Topic
from core.db import Base


class Question(Base):
    """A request of an agent; its id is the number that people read, drawn so that none is guessed.

    `text` is its first message. `version` moves when the card shown to the animators changes:
    older buttons are then stale. `last_message_at` is that of what was said last, by either side.
    `channel` is how it was asked (`telegram`, `phone`, `mail`, `corridor`…), `logged_by` who wrote
    it down when its asker did not. `discreet`: only animators may see who asks.
    `theme_settled`: somebody confirmed the theme that was proposed. `presented_at` is when the team
    got it, `promised_at` when an answer was announced for. `awaiting_since` is when the team began
    to owe an answer (null: it owes none); `silence_level` counts the reminders of that wait.
    `answered_by` is the validated answer that was enough (`answers:answer:5`), `closed_by` is
    `asker` or `team`. `rating` is 1 (no) or 2 (yes). Change what goes together by
    `bot.hotline.standing`.
    Once its asker is erased, `asker_id` is null and no text is left.
    """

    __tablename__ = "questions"
    __table_args__ = (
        Index(None, "asker_id", "state"),
        Index(None, "state", "awaiting_since"),
        Index(None, "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    theme_settled: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str] = mapped_column(default="telegram")
    logged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    discreet: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default=State.OPEN.value)
    text: Mapped[str]
    opened_at: Mapped[datetime]
    last_message_at: Mapped[datetime]
    presented_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    awaiting_since: Mapped[datetime | None]
    silence_level: Mapped[int] = mapped_column(default=0)
    first_answer_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    answered_by: Mapped[str | None]
    rating: Mapped[int | None]
    rating_comment: Mapped[str | None]
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    topic: Mapped[str] = mapped_column(default=Topic.WANTED.value)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)


class QuestionMessage(Base):
    """One message of a question's thread. The update it came by makes it unique.

    `question_id` is null while its author has not said which question it belongs to. `author` is a
    party, null once erased; `entities` are the channel's own formatting; `files` are
    `core.chat.File`s as JSON; `album` binds files sent together. What was not said in chat has
    neither chat, message nor update.
    """

    __tablename__ = "question_messages"
    __table_args__ = (Index(None, "question_id"), Index(None, "chat_id", "message_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    author: Mapped[str | None] = mapped_column(index=True)
    direction: Mapped[str]
    text: Mapped[str]
    entities: Mapped[list[Any]] = mapped_column(default=list)
    files: Mapped[list[Any]] = mapped_column(default=list)
    album: Mapped[str] = mapped_column(default="")
    edited: Mapped[bool] = mapped_column(default=False)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    update_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]


class Suggested(Base):
    """A validated answer that a question's asker was shown before it went to the team.

    `rank` counts from 1. `answer_id` is a row of the knowledge base, which may be there no more.
    """

    __tablename__ = "question_suggestions"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int]


class Announcement(Base):
    """What somebody said that their next message is for: a question, or a new one (null)."""

    __tablename__ = "question_announcements"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    at: Mapped[datetime]
