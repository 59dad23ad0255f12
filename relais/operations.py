"""What operators do from the command line besides serving."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import func, select

from core.clock import SystemClock
from core.db import Database
from core.errors import InputError
from core.people.importing import ImportReport, import_csv
from core.people.invitations import invite as make_invitation
from core.people.models import Person
from core.people.rules import Kind
from core.settings import Settings
from relais import schema


@contextlib.asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    if settings.database_url.startswith("sqlite"):
        settings.service.data_folder.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        await schema.migrate(database)
        yield database
    finally:
        await database.close()


async def migrate(settings: Settings, console: Console) -> int:
    """Bring the database up to date, and say so."""
    async with _opened(settings):
        console.print("The database is up to date.")
    return 0


async def import_directory(settings: Settings, files: Sequence[Path], console: Console) -> int:
    """Import each file, in the order that their kinds need; return 1 if any line was bad."""
    kinds = sorted(((_kind(path), path) for path in files), key=lambda pair: _rank(pair[0]))
    good = True
    async with _opened(settings) as database:
        for kind, path in kinds:
            async with database.write() as session:
                report = await import_csv(session, kind, path.read_bytes())
            _print_report(path, report, console)
            good = good and not report.bad_lines
    return 0 if good else 1


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
    )
    for bad in report.bad_lines:
        console.print(f"  line {bad.number}: {bad.what} ({bad.hint})", highlight=False)


async def invite(settings: Settings, email: str, lifetime: timedelta, console: Console) -> int:
    """Print a single-use code for a person of the directory.

    Raises InputError when nobody has this address.
    """
    async with _opened(settings) as database, database.write() as session:
        person = await session.scalar(
            select(Person).where(func.lower(Person.email) == email.strip().lower())
        )
        if person is None:
            raise InputError(
                f"nobody in the directory has the address {email}",
                hint="import people.csv first, or check the spelling",
            )
        code = await make_invitation(
            session, person.id, SystemClock().now(), lifetime, lambda: secrets.token_urlsafe(24)
        )
    console.print(f"https://t.me/<your bot>?start={code}", highlight=False, soft_wrap=True)
    console.print(f"Good once, for {lifetime.days} days.")
    return 0
