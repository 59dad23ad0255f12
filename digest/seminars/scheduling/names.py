"""How plans of meetings name their things: what buttons are about, forms, words."""

import re
from collections.abc import Mapping
from typing import Any

from core.chat import Text
from core.reference import NotARowError, Reference

WORDS = "chat/seminar_scheduling.html"
NEW_FORM = "seminars.new"
REST_FORM = "scheduling.rest"
AGAIN_FORM = "scheduling.again"
PROGRAMME = "scheduling.programme"
"""The kind of what tells the desk that a file was read."""

DESK = Reference("seminars", "desk", "all")


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of these chat texts."""
    return Text(WORDS, block, values or {})


def page_reference(number: int) -> Reference:
    """Return what a button is about that shows a page of the meetings, from 0."""
    return Reference("seminars", "desk", str(number))


def read_page(reference: Reference) -> int:
    """Return the number of a page; the first one when the button says none."""
    return int(reference.id) if re.fullmatch(r"[0-9]{1,4}", reference.id) else 0


def field_reference(seminar: int, field: str) -> Reference:
    """Return what a button is about that changes one thing of a meeting."""
    return Reference("seminars", "field", f"{seminar}-{field}")


def row_reference(seminar: int, number: int) -> Reference:
    """Return what a button is about: a change that waits, or a speaker, of a meeting."""
    return Reference("seminars", "row", f"{seminar}-{number}")


def read_field(reference: Reference) -> tuple[int, str]:
    """Return the meeting and the thing. Raises NotARowError for a forged button."""
    found = re.fullmatch(r"([0-9]{1,9})-([a-z_]{1,20})", reference.id)
    if found is None:
        raise NotARowError(f"not a field: {reference}")
    return int(found[1]), found[2]


def read_row(reference: Reference) -> tuple[int, int]:
    """Return the meeting and the number. Raises NotARowError for a forged button."""
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", reference.id)
    if found is None:
        raise NotARowError(f"not a row: {reference}")
    return int(found[1]), int(found[2])
