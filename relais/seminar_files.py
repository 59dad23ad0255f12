"""What operators do with meetings from the command line: plan them from a file."""

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import PARIS, SystemClock
from core.settings import Settings
from digest.seminars.scheduling.importing import adding
from digest.seminars.scheduling.importing.rules import Plan, Plans, read_csv, read_toml
from relais import named_files, schema
from relais.wiring import make_parts


async def add(settings: Settings, file: Path, console: Console, *, dry: bool) -> int:
    """Plan the meetings of a file as drafts; return 1, and write nothing, when a line is wrong.

    A meeting of the same kind, title and first day is there already, and stays as it is: a file
    can be given twice.
    """
    now = SystemClock().now()
    plans = await _read(file, now)
    place = "block" if file.suffix.lower() == ".toml" else "line"
    for bad in plans.bad:
        hint = f" ({bad.hint})" if bad.hint else ""
        _line(console, f"  {place} {bad.number}: {bad.what}{hint}")
    if plans.bad:
        _line(console, f"{file.name}: nothing was written; mend what is above, then try again")
        return 1
    parts = make_parts(settings, SystemClock())
    try:
        await schema.migrate(parts.database)
        async with parts.database.write() as session:
            outcomes = [await _add(session, each, now, console, dry=dry) for _, each in plans.good]
    finally:
        await parts.database.close()
    added = sum(outcomes)
    verb = "would be planned" if dry else "planned"
    _line(console, f"{file.name}: {added} {verb}, {len(plans.good) - added} there already")
    return 0


async def _read(file: Path, now: datetime) -> Plans:
    """Read a file by its extension: `.toml`, else CSV. Raises InputError when it is not there."""
    data = await named_files.read(file)
    return read_toml(data, now) if file.suffix.lower() == ".toml" else read_csv(data, now)


async def _add(
    session: AsyncSession, plan: Plan, now: datetime, console: Console, *, dry: bool
) -> bool:
    known = await adding.known(session, plan)
    starts_at = plan.hours[0].starts_at.astimezone(PARIS)
    said = f"{plan.title}, {starts_at:%d/%m/%Y %H:%M}, half-days: {len(plan.hours)}"
    if known is not None:
        _line(console, f"  there already, number {known.id}: {said}")
        return False
    if dry:
        _line(console, f"  to be planned: {said}")
        return True
    seminar = await adding.add(session, plan, now)
    _line(console, f"  draft number {seminar.id}: {said}")
    return True


def _line(console: Console, words: str) -> None:
    console.print(escape(words), highlight=False, soft_wrap=True)
