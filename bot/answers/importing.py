"""Importing the knowledge base, from CSV or JSON."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.decide import State, What
from bot.answers.models import Answer, AnswerRevision, AnswerVariant
from bot.answers.rules import AnswerRow, read_answer
from core.db import alone
from core.errors import InputError
from core.people.models import Theme
from core.spreadsheet import unguarded

Row = Mapping[str, str | None]


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


def read_file(data: bytes) -> list[Row]:
    """Read a file of answers, JSON or CSV, as the export writes them or as people type them.

    Raises InputError, in operators' words, when it is neither.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("this is not UTF-8", hint="save the file again in UTF-8") from None
    if text.lstrip()[:1] in {"{", "["}:
        return _read_json(text)
    header = text.partition("\n")[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = list(reader)
    except csv.Error as error:
        hint = "a cell that opens with a quote must close"
        raise InputError(f"this is not CSV ({error})", hint=hint) from error
    return [
        {str(name): unguarded(cell) for name, cell in row.items() if isinstance(cell, str)}
        for row in rows
    ]


def _read_json(text: str) -> list[Row]:
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        hint = "it is an object with a list named answers"
        raise InputError(f"this is not JSON (line {error.lineno})", hint=hint) from error
    listed = read.get("answers") if isinstance(read, dict) else read
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise InputError("there are no answers", hint="it is an object with a list named answers")
    return [{str(name): _cell(value) for name, value in each.items()} for each in listed]


def _cell(value: Any) -> str | None:
    if isinstance(value, list):
        return "\n".join(str(each) for each in value)
    return None if value is None else str(value)


async def import_answers(session: AsyncSession, rows: Iterable[Row], now: datetime) -> ImportReport:
    """Bring the knowledge base to what `rows` say, and report what became of them.

    Columns: code, question, answer, theme (its code or name), sources, stated_on, review_on (days
    as 2026-11-23); and, where they are there, state, variants (one a line), validated_at,
    withdrawn_at, origin (the number of a question), revises (a code). What is there under the
    same code takes the new contents. Lines that cannot be read are reported by number, and the
    others are imported.
    """
    await alone(session, "answers.import")
    base = await _Base.read(session)
    errors: list[LineError] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        try:
            read = _once(read_answer(row, base.themes), seen)
            base.put(read, now)
        except InputError as error:
            errors.append(LineError(line, error.what, error.hint))
            continue
        seen.add(read.code)
    await base.write(session, now)
    counts = (len(base.created), len(base.updated), base.unchanged)
    return ImportReport(*counts, errors=tuple(errors))


def _once(read: AnswerRow, seen: set[str]) -> AnswerRow:
    if read.code in seen:
        raise InputError(f"code {read.code!r} is there twice", hint="keep one of them")
    return read


class _Base:
    """The knowledge base while it is imported into."""

    def __init__(
        self,
        themes: Mapping[str, int],
        answers: Sequence[Answer],
        variants: Mapping[int, Sequence[str]],
    ) -> None:
        self.themes = themes
        self.created: list[Answer] = []
        self.updated: list[Answer] = []
        self.unchanged = 0
        self._by_code = {row.code: row for row in answers}
        self._variants = variants
        self._new_variants: list[tuple[Answer, Sequence[str]]] = []
        self._revising: list[tuple[Answer, Answer]] = []

    @classmethod
    async def read(cls, session: AsyncSession) -> "_Base":
        """Read what is there."""
        themes = (await session.scalars(select(Theme))).all()
        names = {key.casefold(): row.id for row in themes for key in (row.name, row.code)}
        kept = Answer.state != State.REMOVED.value
        answers = (await session.scalars(select(Answer).where(kept))).all()
        variants: dict[int, list[str]] = {}
        for row in await session.scalars(select(AnswerVariant).order_by(AnswerVariant.id)):
            variants.setdefault(row.answer_id, []).append(row.text)
        return cls(names, answers, variants)

    def put(self, read: AnswerRow, now: datetime) -> None:
        """Add or change an answer. Raises InputError for one that revises an unknown one."""
        revised = self._by_code.get(read.revises) if read.revises else None
        if read.revises and revised is None:
            hint = "put the answer that it revises before it"
            raise InputError(f"unknown answer {read.revises!r}", hint=hint)
        there = self._by_code.get(read.code)
        if there is None:
            self._add(read, revised, now)
        elif self._change(there, read, revised):
            there.version += 1
            there.updated_at = now
            self.updated.append(there)
        else:
            self.unchanged += 1

    def _add(self, read: AnswerRow, revised: Answer | None, now: datetime) -> None:
        row = Answer(code=read.code, version=1, created_at=now, updated_at=now)
        for name, value in _values(read).items():
            setattr(row, name, value)
        row.state = (read.state or State.VALIDATED).value
        if row.state == State.VALIDATED and row.validated_at is None:
            row.validated_at = now
        self._by_code[read.code] = row
        self.created.append(row)
        self._new_variants.append((row, read.variants or ()))
        if revised is not None:
            self._revising.append((row, revised))

    def _change(self, row: Answer, read: AnswerRow, revised: Answer | None) -> bool:
        values = _values(read)
        changed = any(getattr(row, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(row, name, value)
        if read.variants is not None and tuple(self._variants.get(row.id, ())) != read.variants:
            self._new_variants.append((row, read.variants))
            changed = True
        if revised is not None and row.revises != revised.id:
            self._revising.append((row, revised))
            changed = True
        return changed

    async def write(self, session: AsyncSession, now: datetime) -> None:
        """Write what was put, and tell every process."""
        touched = [*self.created, *self.updated]
        if not touched:
            return
        session.add_all(self.created)
        await session.flush()
        for row, revised in self._revising:
            row.revises = revised.id
        for row, variants in self._new_variants:
            if row.id in self._variants:
                await store.set_variants(session, row.id, variants)
            else:
                session.add_all(AnswerVariant(answer_id=row.id, text=each) for each in variants)
        session.add_all(_first(row, now) for row in self.created if row.state in _SAID)
        for row in self.updated:
            if row.state in _SAID:
                await store.remember(session, row, What.IMPORTED, None, now)
        await store.changed(session, touched)


_SAID = frozenset({State.VALIDATED, State.WITHDRAWN})
"""The states whose contents belong to an answer's history."""


def _values(read: AnswerRow) -> Mapping[str, Any]:
    """Return what an answer takes of a line: what it does not say is left as it is."""
    values = {
        "question": read.question,
        "answer": read.answer,
        "theme_id": read.theme_id,
        "sources": read.sources,
        "stated_on": read.stated_on,
        "review_on": read.review_on,
    }
    said = {
        "state": read.state.value if read.state else None,
        "validated_at": read.validated_at,
        "withdrawn_at": read.withdrawn_at,
        "question_id": read.question_id,
    }
    return values | {name: value for name, value in said.items() if value is not None}


def _first(row: Answer, now: datetime) -> AnswerRevision:
    return AnswerRevision(
        answer_id=row.id,
        number=1,
        what=What.IMPORTED.value,
        question=row.question,
        answer=row.answer,
        sources=row.sources,
        stated_on=row.stated_on,
        at=now,
    )
