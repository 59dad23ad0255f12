"""`relais seminar evidence`: what funders are shown of a meeting, in one file."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core.acts import SYSTEM, record
from core.clock import SystemClock
from core.errors import InputError
from core.settings import Settings
from digest.seminars import names
from digest.seminars.evidence import pack
from digest.seminars.evidence.gathering import said
from relais import schema
from relais.wiring import make_parts


async def write(settings: Settings, number: int, file: Path, console: Console) -> int:
    """Write the evidence of a meeting to `file`, whole or not at all; return the exit status.

    Raises InputError when there is no such meeting, or the file cannot be written.
    """
    clock = SystemClock()
    parts = make_parts(settings, clock)
    try:
        await schema.migrate(parts.database)
        found = await pack.gathered(parts, number)
        if found is None:
            raise InputError(f"there is no seminar {number}", hint="its card in chat says it")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        hidden = not console.is_terminal
        with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
            task = bar.add_task("writing", total=len(found.pieces))

            async def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            lines = await _whole(file, lambda target: pack.write(parts, found, target, progress))
        async with parts.database.write() as session:
            reference = names.seminar_reference(number)
            record(session, SYSTEM, "evidence.written", reference, clock.now(), pieces=len(lines))
    finally:
        await parts.database.close()
    _say(console, f"{file}: {len(lines)} pieces")
    for each in found.missing:
        _say(console, f"missing: {said(parts, each)}")
    return 0


async def _whole(
    file: Path, write_to: Callable[[IO[bytes]], Awaitable[tuple[pack.Line, ...]]]
) -> tuple[pack.Line, ...]:
    """Write beside the file, then put it in its place: half a file never stands there."""
    try:
        with tempfile.NamedTemporaryFile(
            dir=file.parent, prefix=".relais-", delete=False
        ) as target:
            place = Path(target.name)
            try:
                lines = await write_to(target)
            except BaseException:
                await asyncio.to_thread(place.unlink)
                raise
        await asyncio.to_thread(place.replace, file)
    except OSError as error:
        what = f"{file} cannot be written ({error.strerror})"
        raise InputError(what, hint="choose another place") from error
    return lines


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
