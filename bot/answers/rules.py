"""What the knowledge base decides, from values alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.errors import InputError

LONGEST_ANSWER = 3500
"""How many characters fit in one chat message with the reserve (Bot API, sendMessage: 4096)."""


@dataclass(frozen=True)
class AnswerRow:
    """A line of the import of validated answers, read."""

    code: str
    question: str
    answer: str
    theme_id: int | None
    sources: str
    stated_on: date
    review_on: date | None


def read_answer(row: Mapping[str, str | None], themes: Mapping[str, int]) -> AnswerRow:
    """Read a line of the import; `themes` gives an id for a code or a name, in small letters.

    Raises InputError, in operators' words, for what cannot be read.
    """
    cells = {str(name).strip(): (value or "").strip() for name, value in row.items()}
    for name in ("code", "question", "answer", "stated_on"):
        if not cells.get(name):
            raise InputError(f"no {name}", hint=f"fill the column {name}")
    if sum(len(cells.get(name, "")) for name in ("question", "answer", "sources")) > LONGEST_ANSWER:
        raise InputError("too long", hint=f"stay under {LONGEST_ANSWER} characters in all")
    theme = cells.get("theme", "").casefold()
    if theme and theme not in themes:
        raise InputError(f"unknown theme {cells['theme']!r}", hint="use the code of a theme")
    return AnswerRow(
        code=cells["code"],
        question=cells["question"],
        answer=cells["answer"],
        theme_id=themes.get(theme),
        sources=cells.get("sources", ""),
        stated_on=_day(cells["stated_on"]),
        review_on=_day(cells["review_on"]) if cells.get("review_on") else None,
    )


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise InputError(f"not a day: {cell!r}", hint="write it as 2026-11-23") from None
