"""News that a team decided of: JSON lines of `{"at", "source", "title", "summary", "kept"}`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError


@dataclass(frozen=True)
class Decided:
    """A piece of news, and whether it was kept. `at` is when, as it was written."""

    at: str
    source: str
    title: str
    summary: str
    kept: bool


_YES = frozenset({"true", "1", "1.0", "yes", "oui", "keep", "kept"})
_NO = frozenset({"false", "0", "0.0", "no", "non", "drop", "dropped"})


def read(path: Path) -> Sequence[Decided]:
    """Return the news of a file in the order of time; of one instant, in the order of the file.

    What has no date that can be read stays behind what stands before it. Lines without a verdict
    are left out. Raises InputError for a file that cannot be read, or holds no decision.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        hint = "give a file of JSON lines in UTF-8"
        raise InputError(f"{path} cannot be read: {error}", hint=hint) from error
    found = list(_decided(_rows(text, path)))
    if not found:
        hint = 'each line is {"at", "source", "title", "summary", "kept"}'
        raise InputError(f"{path} holds no decision", hint=hint)
    return [each for _, each in sorted(found, key=lambda dated: dated[0])]


def _rows(text: str, path: Path) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            hint = "write one JSON object on each line"
            raise InputError(f"{path}, line {number}: {error}", hint=hint) from error
        if isinstance(row, dict):
            yield row


def _decided(rows: Iterator[Mapping[str, Any]]) -> Iterator[tuple[datetime, Decided]]:
    latest = datetime.min.replace(tzinfo=UTC)
    for row in rows:
        latest = _instant(row.get("at")) or latest
        verdict = str(row.get("kept")).strip().lower()
        if verdict in _YES | _NO:
            at, source, title, summary = (
                str(row.get(name) or "") for name in ("at", "source", "title", "summary")
            )
            yield latest, Decided(at, source, title, summary, verdict in _YES)


def _instant(at: object) -> datetime | None:
    """Read an ISO 8601 date, with or without a time or a zone, or seconds since 1970."""
    try:
        if isinstance(at, int | float):
            return datetime.fromtimestamp(at, UTC)
        found = datetime.fromisoformat(str(at).strip())
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
