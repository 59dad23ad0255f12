"""The sample network: a whole directory, its themes and a dozen validated answers."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.answers import import_answers
from core.db import Database
from core.people.importing import ImportReport, import_csv
from core.people.rules import Kind
from core.spreadsheet import BadLine

FOLDER = Path(__file__).parent / "network"


@dataclass(frozen=True)
class NetworkReport:
    """What became of each file of the sample network, by its name."""

    files: Mapping[str, ImportReport]

    @property
    def created(self) -> int:
        """How many rows were made, all files together: none the second time."""
        return sum(report.created for report in self.files.values())

    @property
    def bad_lines(self) -> tuple[BadLine, ...]:
        """The lines that were left out: none, as long as a test looks."""
        return tuple(line for report in self.files.values() for line in report.bad_lines)


async def load_network(database: Database, now: datetime) -> NetworkReport:
    """Import the sample network in one transaction; doing it again changes nothing."""
    async with database.write() as session:
        files = {kind.value: await import_csv(session, kind, _file(kind.value)) for kind in Kind}
        files["answers"] = await _answers(session, now)
    return NetworkReport(files)


async def _answers(session: AsyncSession, now: datetime) -> ImportReport:
    rows = csv.DictReader(io.StringIO(_file("answers").decode()))
    report = await import_answers(session, rows, now)
    bad_lines = tuple(BadLine(error.line, error.what, error.hint) for error in report.errors)
    return ImportReport(report.created, report.updated, report.unchanged, bad_lines)


def _file(name: str) -> bytes:
    return (FOLDER / f"{name}.csv").read_bytes()
