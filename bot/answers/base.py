"""The knowledge base: importing validated answers, reading them in chat, offering one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.models import Answer
from bot.answers.rules import AnswerRow, read_answer
from bot.answers.words import text
from bot.entrance.words import text as entrance_text
from core.chat import Button, Keyboard, Reply, Response, Text, Toast, Turn
from core.contributions import Contribution, published
from core.errors import InputError
from core.people.models import Theme
from core.reference import Reference
from core.render import Renderer
from core.sections import Section

MOST_BUTTONS = 90
"""A keyboard of the Bot API takes a hundred."""

FORMER = Text("chat/common.html", "refused")
"""For an account that is linked still, of somebody who has left the network."""


@dataclass(frozen=True)
class LineError:
    """A line of the import that was left out; the line of the column names is number 1."""

    line: int
    what: str
    hint: str


@dataclass(frozen=True)
class ImportReport:
    """What became of an import."""

    created: int
    updated: int
    unchanged: int
    errors: tuple[LineError, ...]


async def import_answers(
    session: AsyncSession, rows: Iterable[Mapping[str, str | None]], now: datetime
) -> ImportReport:
    """Bring the knowledge base to what `rows` say, and report what became of them.

    Columns: code, question, answer, theme (its code or name), sources, stated_on, review_on (days
    as 2026-11-23). What is there under the same code takes the new contents. Lines that cannot
    be read are reported by number, and the others are imported.
    """
    themes = await _themes(session)
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    errors: list[LineError] = []
    seen: set[str] = set()
    touched: list[Answer] = []
    for line, row in enumerate(rows, start=2):
        try:
            read = _once(read_answer(row, themes), seen)
        except InputError as error:
            errors.append(LineError(line, error.what, error.hint))
            continue
        seen.add(read.code)
        what, answer = await _put(session, read, now)
        counts[what] += 1
        touched += [] if what == "unchanged" else [answer]
    if touched:
        await store.changed(session, touched)
    return ImportReport(**counts, errors=tuple(errors))


def _once(read: AnswerRow, seen: set[str]) -> AnswerRow:
    if read.code in seen:
        raise InputError(f"code {read.code!r} is there twice", hint="keep one of them")
    return read


async def _themes(session: AsyncSession) -> dict[str, int]:
    rows = (await session.scalars(select(Theme))).all()
    return {key.casefold(): row.id for row in rows for key in (row.name, row.code)}


async def _put(session: AsyncSession, read: AnswerRow, now: datetime) -> tuple[str, Answer]:
    """Add or change an answer; say which: created, updated or unchanged."""
    values = vars(read)
    there = await session.scalar(select(Answer).where(Answer.code == read.code))
    if there is None:
        there = Answer(**values, validated_at=now, created_at=now, updated_at=now)
        session.add(there)
        return "created", there
    if all(getattr(there, name) == value for name, value in values.items()):
        return "unchanged", there
    for name, value in values.items():
        setattr(there, name, value)
    there.updated_at = now
    return "updated", there


def _outside(turn: Turn) -> Sequence[Response]:
    """Say why who presses may not read the answers; nothing when they may."""
    if turn.sender.person_id is None:
        return [Toast(entrance_text("stranger_notice"), alert=True)]
    return [] if turn.sender.roles else [Toast(FORMER, alert=True)]


async def browse(turn: Turn) -> Sequence[Response]:
    """List the themes that have validated answers, each a button."""
    if turn.sender.person_id is None:
        return [Reply(entrance_text("stranger"))]
    if not turn.sender.roles:
        return [Reply(FORMER)]
    rows = await turn.session.execute(
        select(Answer.theme_id, Theme.name, func.count())
        .outerjoin(Theme, Theme.id == Answer.theme_id)
        .group_by(Answer.theme_id, Theme.name)
        .order_by(Theme.name.is_(None), Theme.name)
    )
    keyboard = tuple(
        (_button(text("theme_button", name=name or "", count=count), "theme", theme_id or 0),)
        for theme_id, name, count in rows
    )
    return [Reply(text("answers"), keyboard) if keyboard else Reply(text("no_answers"))]


async def theme(turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
    """List the validated answers of a theme (0: of none), each a button."""
    if outside := _outside(turn):
        return outside
    wanted = subject.number or None
    rows = await turn.session.scalars(
        select(Answer).where(Answer.theme_id == wanted).order_by(Answer.id).limit(MOST_BUTTONS)
    )
    keyboard: Keyboard = tuple(
        (_button(text("answer_button", question=row.question), "answer", row.id),) for row in rows
    )
    if not keyboard:
        return [Toast(text("no_answers"), alert=True)]
    row = await turn.session.get(Theme, wanted) if wanted else None
    return [Reply(text("theme", name=row.name if row else ""), keyboard)]


async def show(turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
    """Give a validated answer, with the state of the law it was given in."""
    if outside := _outside(turn):
        return outside
    answer = await turn.session.get(Answer, subject.number)
    if answer is None:
        return [Toast(text("unknown_answer"), alert=True)]
    return [Reply(text("answer", answer=answer))]


async def question_of_the_month(
    session: AsyncSession, renderer: Renderer, since: datetime, until: datetime
) -> Sequence[Contribution]:
    """Offer one answer of the period: the newest that no edition has had."""
    rows = await session.execute(
        select(Answer, Theme.code)
        .outerjoin(Theme, Theme.id == Answer.theme_id)
        .where(Answer.created_at >= since, Answer.created_at < until)
        .order_by(Answer.created_at.desc(), Answer.id)
    )
    offered = [_contribution(renderer, answer, code) for answer, code in rows]
    had = await published(session, [each.reference for each in offered])
    return [each for each in offered if each.reference not in had][:1]


def _contribution(renderer: Renderer, answer: Answer, theme_code: str | None) -> Contribution:
    reserve = renderer.plain(text("reserve", answer=answer))
    return Contribution(
        reference=Reference("answers", "answer", str(answer.id)),
        section=Section.QUESTION,
        title=answer.question,
        summary=f"{answer.answer}\n\n{reserve}",
        themes=(theme_code,) if theme_code else (),
    )


def _button(label: Text, action: str, number: int) -> Button:
    return Button(label, f"answers.{action}", Reference("answers", action, str(number)))
