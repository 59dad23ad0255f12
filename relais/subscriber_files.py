"""What operators do with subscribers from the command line: import, members, export, the list of
addresses that are not written to.
"""  # noqa: D205  # one sentence

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import select

from core.acts import SYSTEM, record
from core.clock import PARIS, SystemClock
from core.email_address import normalise
from core.errors import InputError
from core.failpoints import reach
from core.parts import Parts
from core.people.models import Structure
from core.reference import Reference
from core.settings import Settings
from core.spreadsheet import BadLine
from digest.subscribers import adding, suppression
from digest.subscribers.adding import Ground, Newcomer
from digest.subscribers.members import members
from digest.subscribers.models import Subscriber, Suppression
from digest.subscribers.proofs import DIRECTORY
from digest.subscribers.rules import Basis, Reason, Verdict
from digest.subscribers.spreadsheet import read_lines, write_table
from digest.subscribers.visitors import themes_of
from relais import named_files, schema
from relais.wiring import make_parts

SAID = {
    Verdict.ALREADY: ("subscribed already", "what they chose themselves stays"),
    Verdict.LEFT: ("unsubscribed earlier", "an import never brings anybody back"),
    Verdict.OBJECTED: ("objected", "only they can subscribe again, by the form"),
    Verdict.SUPPRESSED: ("on the list of addresses not written to", "see `suppressions`"),
}
"""What is said of an address that is not added, and why nothing is to be done about it."""

SUBJECT = Reference("letter", "subscribers", "all")


async def import_file(
    settings: Settings, file: Path, ground: Ground, console: Console, *, dry: bool
) -> int:
    """Add the addresses of a CSV file; return 1 if a line could not be used.

    Each thousand of lines is one transaction: stopped anywhere, it is run again.
    """
    async with _house(settings) as parts:
        lines = read_lines(await named_files.read(file), await themes_of(parts))
        newcomers = [Newcomer(line.email, line.choices) for line in lines.good]
        found = await _add_all(parts, newcomers, ground, console, dry=dry)
    numbered = zip((line.number for line in lines.good), found, strict=True)
    left_out = [BadLine(number, *SAID[each]) for number, each in numbered if each in SAID]
    _say(console, file.name, found, len(lines.bad), dry=dry)
    for bad in sorted((*lines.bad, *left_out), key=lambda line: line.number):
        _line(console, f"  line {bad.number}: {bad.what} ({bad.hint})")
    return 1 if lines.bad else 0


async def add_members(settings: Settings, console: Console, *, dry: bool) -> int:
    """Add the members of the network, and the shared addresses of its structures."""
    now = SystemClock().now()
    async with _house(settings) as parts:
        async with parts.database.read() as session:
            newcomers = await members(session, now)
        ground = Ground(Basis.PUBLIC_INTEREST, DIRECTORY)
        found = await _add_all(parts, newcomers, ground, console, dry=dry)
    _say(console, "directory", found, 0, dry=dry)
    for one, verdict in zip(newcomers, found, strict=True):
        owner = f"structure {one.structure_id}" if one.structure_id else f"person {one.person_id}"
        what = SAID[verdict][0] if verdict in SAID else "added, and informed by mail"
        _line(console, f"  {owner}: {what}")
    return 0


async def _add_all(
    parts: Parts, newcomers: Sequence[Newcomer], ground: Ground, console: Console, *, dry: bool
) -> list[Verdict]:
    found: list[Verdict] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("checking" if dry else "adding", total=len(newcomers))
        for begin in range(0, len(newcomers), adding.CHUNK):
            chunk = newcomers[begin : begin + adding.CHUNK]
            found += await _add_chunk(parts, chunk, ground, SystemClock().now(), dry=dry)
            bar.advance(task, len(chunk))
            reach("subscribers.between_chunks")
    return found


async def _add_chunk(
    parts: Parts, chunk: Sequence[Newcomer], ground: Ground, now: datetime, *, dry: bool
) -> list[Verdict]:
    if dry:
        async with parts.database.read() as session:
            return await adding.verdicts(session, chunk)
    async with parts.database.write() as session:
        found = await adding.add(session, parts, chunk, ground, now)
        added = found.count(Verdict.ADDED)
        if added:
            basis, verb = ground.basis.value, "subscribers.add"
            record(session, SYSTEM, verb, SUBJECT, now, count=added, basis=basis)
        return found


async def export_file(settings: Settings, file: Path, console: Console) -> int:
    """Write every subscription whose address is still held to a CSV file."""
    async with _house(settings) as parts, parts.database.write() as session:
        found = await session.execute(
            select(Subscriber, Structure.code)
            .outerjoin(Structure, Structure.id == Subscriber.structure_id)
            .where(Subscriber.email.is_not(None))
            .order_by(Subscriber.id)
        )
        rows = [_row(subscriber, code) for subscriber, code in found]
        now = SystemClock().now()
        record(session, SYSTEM, "subscribers.export", SUBJECT, now, count=len(rows))
    header = ("email", "state", "basis", "origin", "themes", "alerts", "letter", "shared", "since")
    await named_files.write(file, write_table(header, rows))
    _line(console, f"{file.name}: {len(rows)} subscribers")
    return 0


async def list_subscribers(settings: Settings, words: str, console: Console) -> int:
    """Print a line for each subscription whose address holds `words`, then how many of each."""
    async with _house(settings) as parts, parts.database.read() as session:
        wanted = select(Subscriber).where(Subscriber.email.contains(words, autoescape=True))
        found = (await session.scalars(wanted.order_by(Subscriber.email))).all()
    for each in found:
        themes = ",".join(each.themes) or "all themes"
        what = "letter and alerts" if each.alerts else "letter"
        _line(console, f"{each.email}  {each.state}  {each.basis}  {what}, {themes}")
    states = Counter(each.state for each in found)
    _line(console, ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "0")
    return 0


async def export_suppressions(settings: Settings, file: Path, console: Console) -> int:
    """Write the addresses that are not written to; of one that was erased, its hash only."""
    async with _house(settings) as parts, parts.database.read() as session:
        found = (
            await session.scalars(
                select(Suppression).order_by(Suppression.at, Suppression.address_hash)
            )
        ).all()
    rows = [
        (each.email or "", each.address_hash, each.reason, each.detail, _day(each.at))
        for each in found
    ]
    header = ("email", "sha256", "reason", "detail", "since")
    await named_files.write(file, write_table(header, rows))
    _line(console, f"{file.name}: {len(rows)} addresses")
    return 0


async def add_suppression(settings: Settings, email: str, detail: str, console: Console) -> int:
    """Write to an address no more. Raises InputError for what is not an address."""
    now = SystemClock().now()
    async with _house(settings) as parts, parts.database.write() as session:
        await suppression.suppress(session, _address(email), Reason.OPERATOR, detail, now)
        record(session, SYSTEM, "subscribers.suppress", SUBJECT, now)
    _line(console, "Nothing of the letter is sent there any more.")
    return 0


async def lift_suppression(settings: Settings, email: str, console: Console) -> int:
    """Write to an address again. Raises InputError when it is not on the list."""
    now = SystemClock().now()
    async with _house(settings) as parts, parts.database.write() as session:
        if not await suppression.lift(session, parts, _address(email), now):
            raise InputError("this address is not on the list", hint="check its spelling")
        record(session, SYSTEM, "subscribers.lift", SUBJECT, now)
    _line(console, "It may be written to again; a subscription that waited goes on.")
    return 0


class _house:  # noqa: N801  # reads as what it gives
    """Give the shared parts on the configured database, brought up to date."""

    def __init__(self, settings: Settings) -> None:
        self._parts = make_parts(settings, SystemClock())

    async def __aenter__(self) -> Parts:
        await schema.migrate(self._parts.database)
        return self._parts

    async def __aexit__(self, *_error: object) -> None:
        await self._parts.database.close()


def _row(each: Subscriber, structure: str | None) -> tuple[str, ...]:
    return (
        each.email or "",
        each.state,
        each.basis,
        each.origin,
        ",".join(each.themes),
        "yes" if each.alerts else "no",
        "whole" if each.whole_letter else "themes",
        structure or "",
        _day(each.confirmed_at),
    )


def _day(at: datetime | None) -> str:
    return at.astimezone(PARIS).date().isoformat() if at else ""


def _address(typed: str) -> str:
    try:
        return normalise(typed)
    except InputError as error:
        raise InputError("this is not an address", hint="it looks like name@example.org") from error


def _say(console: Console, name: str, found: Sequence[Verdict], bad: int, *, dry: bool) -> None:
    count = Counter(found)
    reasons = [f"{count[each]} {what}" for each, (what, _why) in SAID.items() if count[each]]
    would = "would be added (dry run)" if dry else "added"
    parts = [f"{count[Verdict.ADDED]} {would}", *reasons, f"{bad} not usable"]
    _line(console, f"{name}: {', '.join(parts)}")


def _line(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
