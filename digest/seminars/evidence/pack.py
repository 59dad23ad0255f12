"""A meeting's evidence as one file: written piece by piece, the same bytes for the same content."""

import asyncio
import hashlib
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from core.clock import PARIS
from core.parts import Parts
from digest.seminars import store
from digest.seminars.evidence.gathering import gather, said
from digest.seminars.evidence.pieces import Gathered, Piece

INDEX = "LISEZ-MOI.html"
SUMS = "empreintes.sha256"

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first instant that a ZIP can hold (APPNOTE 4.4.6)."""

Progress = Callable[[int, int], Awaitable[None]]
"""Told how many pieces are written, of how many."""


@dataclass(frozen=True)
class Line:
    """A piece that was written, as the index says it."""

    path: str
    what: str
    made_at: datetime | None
    size: int
    sha256: str


async def nobody(_done: int, _total: int) -> None:
    """Tell nobody."""


async def gathered(parts: Parts, seminar_id: int) -> Gathered | None:
    """Return the evidence of a meeting; None when there is no such meeting."""
    async with parts.database.read() as session:
        seminar = await store.by_id(session, seminar_id)
        return None if seminar is None else await gather(session, parts, seminar)


async def write(
    parts: Parts, evidence: Gathered, target: IO[bytes], progress: Progress = nobody
) -> tuple[Line, ...]:
    """Write the evidence to a file that can be sought; return what it holds.

    One piece is held in memory at a time. The same pieces give the same bytes, whenever.
    """
    lines = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for done, piece in enumerate(evidence.pieces):
            await progress(done, len(evidence.pieces))
            data = await piece.load()
            if data is not None:
                await asyncio.to_thread(_add, archive, piece.path, data, piece.made_at)
                lines.append(_line(parts, piece, data))
        last = max((line.made_at for line in lines if line.made_at), default=None)
        sums = "".join(f"{line.sha256}  {line.path}\n" for line in lines).encode()
        _add(archive, SUMS, sums, last)
        _add(archive, INDEX, _index(parts, evidence, lines, last), last)
    await progress(len(evidence.pieces), len(evidence.pieces))
    return tuple(lines)


def _add(archive: zipfile.ZipFile, path: str, data: bytes, made_at: datetime | None) -> None:
    local = made_at.astimezone(PARIS) if made_at else None
    instant = (
        (local.year, local.month, local.day, local.hour, local.minute, local.second)
        if local
        else EARLIEST
    )
    entry = zipfile.ZipInfo(path, max(instant, EARLIEST))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    archive.writestr(entry, data)


def _line(parts: Parts, piece: Piece, data: bytes) -> Line:
    digest = hashlib.sha256(data).hexdigest()
    return Line(piece.path, said(parts, piece.what), piece.made_at, len(data), digest)


def _index(parts: Parts, evidence: Gathered, lines: list[Line], last: datetime | None) -> bytes:
    values = {
        **evidence.heading,
        "lines": lines,
        "missing": [said(parts, text) for text in evidence.missing],
        "sums": SUMS,
        "last": last,
    }
    language = parts.settings.network.language
    return parts.renderer.page("print/evidence_index.html", values, language).encode()
