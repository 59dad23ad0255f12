"""What the knowledge base reads: lines of an import, days, codes, pages."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from bot.answers.decide import LONGEST_ANSWER, State, length
from core.clock import PARIS, aware
from core.errors import InputError

PAGE = 20
"""How many answers a list shows at once, each a button."""

LONGEST_SEARCH = 400
"""How many characters of what is looked for are read."""

LONGEST_WORDS = 4000
"""How many characters a question or an answer may have while it is being written."""

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class AnswerRow:
    """A line of the import, read. What is None is left as it is in the base.

    Without a `state` a new answer is validated.
    """

    code: str
    question: str
    answer: str
    theme_id: int | None
    sources: str
    stated_on: date
    review_on: date | None
    state: State | None = None
    variants: tuple[str, ...] | None = None
    validated_at: datetime | None = None
    withdrawn_at: datetime | None = None
    question_id: int | None = None
    revises: str | None = None


def read_answer(row: Mapping[str, str | None], themes: Mapping[str, int]) -> AnswerRow:
    """Read a line of the import; `themes` gives an id for a code or a name, in small letters.

    Raises InputError, in operators' words, for what cannot be read.
    """
    cells = {str(name).strip(): (value or "").strip() for name, value in row.items()}
    state = _state(cells.get("state", ""))
    draft = state is State.DRAFT
    for name in ("code", "stated_on") if draft else ("code", "question", "answer", "stated_on"):
        if not cells.get(name):
            raise InputError(f"no {name}", hint=f"fill the column {name}")
    if not draft and _length(cells) > LONGEST_ANSWER:
        raise InputError("too long", hint=f"stay under {LONGEST_ANSWER} characters in all")
    theme = cells.get("theme", "").casefold()
    if theme and theme not in themes:
        raise InputError(f"unknown theme {cells['theme']!r}", hint="use the code of a theme")
    return AnswerRow(
        code=cells["code"],
        question=cells.get("question", ""),
        answer=cells.get("answer", ""),
        theme_id=themes.get(theme),
        sources=cells.get("sources", ""),
        stated_on=_day(cells["stated_on"]),
        review_on=_day(cells["review_on"]) if cells.get("review_on") else None,
        state=state,
        variants=lines(cells["variants"]) if "variants" in cells else None,
        validated_at=_instant(cells.get("validated_at", "")),
        withdrawn_at=_instant(cells.get("withdrawn_at", "")),
        question_id=_number(cells.get("origin", "")),
        revises=cells.get("revises") or None,
    )


def _length(cells: Mapping[str, str]) -> int:
    return length(*(cells.get(name, "") for name in ("question", "answer", "sources")))


def _state(cell: str) -> State | None:
    try:
        return State(cell) if cell else None
    except ValueError:
        known = ", ".join(state.value for state in State)
        raise InputError(f"unknown state {cell!r}", hint=f"use one of {known}") from None


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise InputError(f"not a day: {cell!r}", hint="write it as 2026-11-23") from None


def _instant(cell: str) -> datetime | None:
    try:
        return aware(datetime.fromisoformat(cell)) if cell else None
    except (ValueError, TypeError):
        hint = "write it as 2026-11-23T09:00:00+01:00"
        raise InputError(f"not an instant: {cell!r}", hint=hint) from None


def _number(cell: str) -> int | None:
    if cell and not re.fullmatch(r"[0-9]{1,9}", cell):
        raise InputError(f"not a number: {cell!r}", hint="write the number of a question")
    return int(cell) if cell else None


def lines(words: str) -> tuple[str, ...]:
    """Return the lines of a text that say something, each once."""
    each = (one_line(line) for line in words.splitlines())
    return tuple(dict.fromkeys(line for line in each if line))


def one_line(words: str) -> str:
    """Return words on one line, spaces single: how another formulation is kept."""
    return " ".join(words.split())


# --- what animators type -----------------------------------------------------------------------

NOTHING = "-"
"""What the button says that leaves sources or formulations empty."""

TODAY = "today"
"""What the button says that states the law as of today."""

MONTHS = (6, 12, 24)
"""In how many months a review may be set by a button."""


def parse_words(text: str, _now: datetime) -> str:
    """Read a question or an answer. Raises InputError: `nothing_said`, `words_too_long`."""
    words = text.strip()
    if not words:
        raise InputError("nothing_said")
    if len(words) > LONGEST_WORDS:
        raise InputError("words_too_long")
    return words


def parse_sources(text: str, now: datetime) -> str:
    """Read the sources, one a line. Raises InputError as `parse_words` does."""
    if text.strip() == NOTHING:
        return ""
    return "\n".join(line.strip() for line in parse_words(text, now).splitlines() if line.strip())


def parse_variants(text: str, now: datetime) -> list[str]:
    """Read other formulations, one a line. Raises InputError as `parse_words` does."""
    return [] if text.strip() == NOTHING else list(lines(parse_words(text, now)))


def parse_stated(text: str, now: datetime) -> str:
    """Read the day of « État du droit au … », and return it as 2027-02-03.

    Raises InputError: `day_unknown`, `day_to_come`.
    """
    today = now.astimezone(PARIS).date()
    day = today if text == TODAY else _typed_day(text)
    if day > today:
        raise InputError("day_to_come")
    return day.isoformat()


def parse_review(text: str, now: datetime) -> str:
    """Read a day of review, or in how many months it is, and return it as 2027-02-03.

    Raises InputError: `day_unknown`, `day_past`.
    """
    today = now.astimezone(PARIS).date()
    if text in map(str, MONTHS):
        return months_after(today, int(text)).isoformat()
    day = _typed_day(text)
    if day <= today:
        raise InputError("day_past")
    return day.isoformat()


def _typed_day(text: str) -> date:
    """Read a day as people write it (« 3/2/2027 »)."""
    found = re.fullmatch(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})", text.strip())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError("day_unknown") from None


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later; the last of the month where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = min(index // 12, date.max.year), index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# --- what buttons carry ------------------------------------------------------------------------


def pair(identity: str) -> tuple[int, int] | None:
    """Read two numbers (`12-3`): a theme and its page, an answer and a choice; None if forged."""
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", identity)
    return (int(found[1]), int(found[2])) if found else None


def page_of(rows: Sequence[_Value], number: int) -> tuple[Sequence[_Value], bool]:
    """Return a page of a list, from 0, and whether another follows."""
    start = number * PAGE
    return rows[start : start + PAGE], len(rows) > start + PAGE


def parse_search(text: str, _now: datetime) -> str:
    """Read what to look for. Raises InputError: `nothing_said`."""
    words = one_line(text)[:LONGEST_SEARCH]
    if not words:
        raise InputError("nothing_said")
    return words
