"""Exporting the knowledge base, to CSV or JSON: an import brings it back as it was."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.answers.decide import State
from bot.answers.models import Answer, AnswerVariant
from bot.answers.words import text
from core.chat import Action, Document, PressHandler, Response, Toast, Turn
from core.clock import PARIS
from core.people.models import Theme
from core.people.roles import Role
from core.reference import Reference
from core.spreadsheet import guarded

Format = Literal["csv", "json"]

COLUMNS = (
    "code",
    "state",
    "question",
    "answer",
    "variants",
    "theme",
    "sources",
    "stated_on",
    "review_on",
    "validated_at",
    "withdrawn_at",
    "origin",
    "revises",
)

BIGGEST = 20_000_000
"""How many bytes a file given back in chat may have (see `core.chat.Document`)."""


async def export_answers(session: AsyncSession, form: Format) -> tuple[bytes, int]:
    """Return the whole base as a file, drafts and withdrawn answers included, and how many."""
    variants: dict[int, list[str]] = {}
    for row in await session.scalars(select(AnswerVariant).order_by(AnswerVariant.id)):
        variants.setdefault(row.answer_id, []).append(row.text)
    original = aliased(Answer)
    rows = await session.execute(
        select(Answer, Theme.code, original.code)
        .outerjoin(Theme, Theme.id == Answer.theme_id)
        .outerjoin(original, original.id == Answer.revises)
        .where(Answer.state != State.REMOVED.value)
        .order_by(Answer.id)
    )
    answers = [
        _answer(row, variants.get(row.id, []), theme, revised) for row, theme, revised in rows
    ]
    return (_csv(answers) if form == "csv" else _json(answers)), len(answers)


def _answer(
    row: Answer, variants: Sequence[str], theme: str | None, revised: str | None
) -> Mapping[str, str | int | list[str] | None]:
    return {
        "code": row.code,
        "state": row.state,
        "question": row.question,
        "answer": row.answer,
        "variants": list(variants),
        "theme": theme,
        "sources": row.sources,
        "stated_on": row.stated_on.isoformat(),
        "review_on": _written(row.review_on),
        "validated_at": _written(row.validated_at),
        "withdrawn_at": _written(row.withdrawn_at),
        "origin": row.question_id,
        "revises": revised,
    }


def _written(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None


def _json(answers: Sequence[Mapping[str, object]]) -> bytes:
    return json.dumps({"answers": answers}, ensure_ascii=False, indent=2).encode()


def _csv(answers: Sequence[Mapping[str, object]]) -> bytes:
    """Write cells that no spreadsheet takes for a formula."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for each in answers:
        writer.writerow({name: guarded(_cell(value)) for name, value in each.items()})
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)


class Exporting:
    """Gives animators the base as a file."""

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return tuple(
            Action(f"answers.export_{form}", self._gives(form), Role.ANIMATOR)
            for form in ("csv", "json")
        )

    def _gives(self, form: Format) -> PressHandler:
        async def handle(turn: Turn, _subject: Reference, _version: int) -> Sequence[Response]:
            data, count = await export_answers(turn.session, form)
            if len(data) > BIGGEST:
                return [Toast(text("export_too_big"), alert=True)]
            day = turn.now.astimezone(PARIS).date()
            return [Document(f"reponses-{day}.{form}", data, text("exported", count=count))]

        return handle
