"""What operators do from the command line besides serving."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

from rich.console import Console
from sqlalchemy import func, select
from telegram.error import TelegramError

from bot.answers.exporting import export_answers as export_base
from bot.answers.importing import import_answers as import_rows
from bot.answers.importing import read_file
from bot.telegram.api import make_bot
from core.acts import SYSTEM, record
from core.clock import SystemClock
from core.errors import InputError
from core.people.directory import everybody, find
from core.people.importing import ImportReport, import_csv
from core.people.invitations import invite as make_invitation
from core.people.models import Person
from core.people.rules import Kind
from core.reference import Reference
from core.settings import Settings
from core.spreadsheet import BadLine
from relais import named_files
from relais.schema import opened

MOST_LISTED = 50
"""How many people a search lists at most."""


async def migrate(settings: Settings, console: Console) -> int:
    """Bring the database up to date, and say so."""
    async with opened(settings):
        console.print("The database is up to date.")
    return 0


async def import_directory(settings: Settings, files: Sequence[Path], console: Console) -> int:
    """Import each file, in the order that their kinds need; return 1 if any line was bad."""
    kinds = sorted(((_kind(path), path) for path in files), key=lambda pair: _rank(pair[0]))
    good = True
    async with opened(settings) as database:
        for kind, path in kinds:
            async with database.write() as session:
                report = await import_csv(session, kind, path.read_bytes())
            _print_report(path, report, console)
            good = good and not report.bad_lines
    return 0 if good else 1


async def import_answers(settings: Settings, file: Path, console: Console) -> int:
    """Import answers from a CSV or JSON file; return 1 if any line was left out.

    Raises InputError when the file cannot be read at all.
    """
    rows = read_file(await named_files.read(file))
    async with opened(settings) as database, database.write() as session:
        report = await import_rows(session, rows, SystemClock().now())
    bad_lines = tuple(BadLine(error.line, error.what, error.hint) for error in report.errors)
    counts = (report.created, report.updated, report.unchanged)
    _print_report(file, ImportReport(*counts, bad_lines), console)
    return 1 if bad_lines else 0


async def export_answers(settings: Settings, file: Path, console: Console) -> int:
    """Write the whole base of answers to a file, CSV or JSON by its name.

    Raises InputError for another name, or for a file that cannot be written.
    """
    form: Literal["csv", "json"] = "json" if file.suffix == ".json" else "csv"
    if file.suffix not in {".json", ".csv"}:
        raise InputError(f"nobody can tell how to write {file.name}", hint="name it .csv or .json")
    async with opened(settings) as database, database.read() as session:
        data, count = await export_base(session, form)
    await named_files.write(file, data)
    console.print(f"{file.name}: {count} answers", highlight=False, markup=False, soft_wrap=True)
    return 0


def _kind(path: Path) -> Kind:
    try:
        return Kind(path.stem)
    except ValueError:
        names = ", ".join(f"{kind.value}.csv" for kind in Kind)
        raise InputError(
            f"nobody can tell what {path.name} holds", hint=f"name it one of {names}"
        ) from None


def _rank(kind: Kind) -> int:
    return list(Kind).index(kind)


def _print_report(path: Path, report: ImportReport, console: Console) -> None:
    console.print(
        f"{path.name}: {report.created} created, {report.updated} updated, "
        f"{report.unchanged} unchanged, {len(report.bad_lines)} left out",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    for bad in report.bad_lines:
        line = f"  line {bad.number}: {bad.what} ({bad.hint})"
        console.print(line, highlight=False, markup=False, soft_wrap=True)


async def invite(settings: Settings, email: str, lifetime: timedelta, console: Console) -> int:
    """Print a single-use link for a person of the directory.

    Raises InputError when nobody has this address.
    """
    async with opened(settings) as database, database.write() as session:
        person = await session.scalar(
            select(Person).where(func.lower(Person.email) == email.strip().lower())
        )
        if person is None:
            raise InputError(
                f"nobody in the directory has the address {email}",
                hint="import people.csv first, or check the spelling",
            )
        now = SystemClock().now()
        code = await make_invitation(
            session, person.id, now, lifetime, lambda: secrets.token_urlsafe(24)
        )
        subject = Reference("people", "person", str(person.id))
        record(session, SYSTEM, "person.invite", subject, now)
    name = await _bot_name(settings)
    console.print(f"https://t.me/{name}?start={code}", highlight=False, soft_wrap=True)
    console.print(f"Good once, for {lifetime.days} days.")
    return 0


async def list_people(settings: Settings, words: str, console: Console) -> int:
    """Print a line for everybody, or for those who answer to `words`."""
    now = SystemClock().now()
    async with opened(settings) as database, database.read() as session:
        if words:
            found = await find(session, words, now, MOST_LISTED)
        else:
            found = await everybody(session, now)
    for one in found:
        roles = "blocked" if one.blocked else ", ".join(sorted(one.roles)) or "no role"
        places = f" ({', '.join(one.places)})" if one.places else ""
        line = f"{one.name}  {one.email or '-'}  {roles}{places}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    return 0


async def _bot_name(settings: Settings) -> str:
    """Ask Telegram the bot's name; a place to fill in when it cannot be asked."""
    unknown = "<your bot>"
    if not settings.telegram.token.get_secret_value():
        return unknown
    try:
        async with make_bot(settings.telegram) as sender:
            return sender.username
    except TelegramError:
        return unknown
