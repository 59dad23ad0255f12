"""`relais seminar sheet`: the attendance sheets of a meeting, to print."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from core.clock import SystemClock
from core.errors import InputError
from core.parts import Parts
from core.settings import Settings
from digest.seminars import store
from digest.seminars.attendance.rules import Row
from digest.seminars.attendance.sheet import sheet_html, sheet_pdf
from digest.seminars.attendance.store import sheet_rows
from digest.seminars.models import HalfDay, Seminar
from relais import named_files, schema
from relais.wiring import make_parts

Sheet = tuple[int, HalfDay, Sequence[Row]]
"""A half-day's number (from 1), the half-day, who is to sign."""


async def write(
    settings: Settings, number: int, half_day: int | None, file: Path, console: Console
) -> int:
    """Write the sheet of one half-day (from 1), or of each: then with its number in the name.

    Without typst it is a page to print, in HTML. Raises InputError when there is no such meeting
    or half-day, or when a file cannot be written.
    """
    parts = make_parts(settings, SystemClock())
    try:
        await schema.migrate(parts.database)
        seminar, sheets = await _read(parts, number, half_day)
        for place, one, rows in sheets:
            named = file if len(sheets) == 1 else file.with_stem(f"{file.stem}-{place}")
            written = await _write(parts, seminar, (place, one, rows), named)
            _say(console, f"{written}: {one.day} {one.half}, {len(rows)} people")
    finally:
        await parts.database.close()
    return 0


async def _read(parts: Parts, number: int, half_day: int | None) -> tuple[Seminar, Sequence[Sheet]]:
    async with parts.database.read() as session:
        seminar = await store.by_id(session, number)
        if seminar is None:
            raise InputError(f"there is no seminar {number}", hint="its card in chat says it")
        half_days = list(enumerate(await store.half_days(session, number), start=1))
        wanted = [each for each in half_days if half_day in {None, each[0]}]
        if not wanted:
            what = f"seminar {number} has no half-day {half_day}"
            raise InputError(what, hint=f"it has {len(half_days)}, numbered from 1")
        return seminar, [
            (place, one, await sheet_rows(session, parts, seminar, one)) for place, one in wanted
        ]


async def _write(parts: Parts, seminar: Seminar, sheet: Sheet, file: Path) -> Path:
    _, half_day, rows = sheet
    given = (parts, seminar, half_day, rows, parts.clock.now())
    data = await asyncio.to_thread(sheet_pdf, *given)
    if data is None:
        file, data = file.with_suffix(".html"), sheet_html(*given).encode()
    await named_files.write(file, data)
    return file


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
