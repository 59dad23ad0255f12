"""Files sent in chat, fetched out of any transaction, then kept with their meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.awaited import Awaited, Fetching
from core.chat import Text
from core.errors import InputError
from core.files import FileSource
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from digest.seminars import documents, store
from digest.seminars.attendance import names, remote
from digest.seminars.attendance.models import AwaitedFile
from digest.seminars.attendance.screens import act
from digest.seminars.attendance.words import words
from digest.seminars.half_days import in_file_names
from digest.seminars.models import HalfDay, Seminar
from digest.seminars.names import seminar_reference

BEGINNINGS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
"""How the files begin that a signed sheet can be, whatever they are called."""


def fetching(parts: Parts, files: FileSource) -> Fetching:
    """Return what fetches the files that meetings wait for."""
    settle = _Settling(parts).settle
    return Fetching("attendance.files", parts.database, files, _waiting, settle)


async def _waiting(session: AsyncSession) -> Sequence[Awaited]:
    rows = await session.scalars(select(AwaitedFile).order_by(AwaitedFile.id))
    return [
        Awaited(row.id, row.file_id, row.asked_at, asked={"seminar": row.seminar_id})
        for row in rows
    ]


@dataclass(frozen=True)
class _Settling:
    parts: Parts

    async def settle(
        self, session: AsyncSession, awaited: Awaited, data: bytes | None, now: datetime
    ) -> None:
        """Keep a file, or say why not."""
        seminar = await store.by_id(session, awaited.asked["seminar"], lock=True)
        row = await session.get(AwaitedFile, awaited.key, with_for_update=True)
        if row is None:  # another process was quicker
            return
        await session.delete(row)
        await session.flush()
        if seminar is None:
            return
        text = await self._kept(session, seminar, row, data, now)
        if text is not None:
            await self._tell(session, seminar, row, text, now)

    async def _kept(
        self,
        session: AsyncSession,
        seminar: Seminar,
        row: AwaitedFile,
        data: bytes | None,
        now: datetime,
    ) -> Text | None:
        """Keep a file; return what is to be said of it, if it is the last of several."""
        if data is None:
            return words("file_lost")
        by = Party.parse(row.asked_by)
        if row.kind == "remote":
            return await self._imported(session, seminar, data, now, by)
        half_day = await session.get(HalfDay, row.half_day_id)
        found = _media_type(data)
        if found is None or half_day is None:
            return words("scan_unreadable")
        media_type, extension = found
        count = 1 + await _scans(session, seminar, row.half_day_id)
        which = in_file_names(half_day.day, half_day.half)
        name = f"emargement-{which}-signe-{count}.{extension}"
        await documents.add(
            session, seminar, "scan", name, data, media_type, now, by, half_day=half_day
        )
        if await _others(session, row):
            return None
        total = await _scans(session, seminar, row.half_day_id)
        return words("scan_kept", count=total, half_day=half_day)

    async def _imported(
        self, session: AsyncSession, seminar: Seminar, data: bytes, now: datetime, by: Party
    ) -> Text:
        try:
            done = await remote.take(session, self.parts, seminar, data, now, by)
        except InputError as error:
            return words(error.what)
        return words("list_taken", people=done.people, known=done.known, unmatched=done.unmatched)

    async def _tell(
        self, session: AsyncSession, seminar: Seminar, row: AwaitedFile, text: Text, now: datetime
    ) -> None:
        """Say it where it was sent, with the way back to the meeting's day."""
        reference = seminar_reference(seminar.id)
        keyboard = ((act("panel_button", "panel", reference),),)
        language = self.parts.settings.network.language
        content = render_post(self.parts.renderer, text, keyboard, language).content()
        recipient = ANIMATORS if row.in_group else Party.parse(row.asked_by)
        # Drawn, for numbers are given again; the row that goes is what makes it once.
        slot = f"file:{row.id}/{self.parts.random.getrandbits(64):016x}"
        draft = Draft(names.NOTED, slot, recipient, content, reference, now)
        await post(session, [draft], now)


async def _scans(session: AsyncSession, seminar: Seminar, half_day: int) -> int:
    found = await documents.of(session, seminar.id, "scan")
    return sum(each.half_day_id == half_day for each in found)


async def _others(session: AsyncSession, row: AwaitedFile) -> bool:
    """Say whether other pages of the same sheet are still to be fetched."""
    wanted = select(AwaitedFile.id).where(
        AwaitedFile.half_day_id == row.half_day_id,
        AwaitedFile.kind == row.kind,
        AwaitedFile.asked_by == row.asked_by,
    )
    return await session.scalar(wanted.limit(1)) is not None


def _media_type(data: bytes) -> tuple[str, str] | None:
    kinds = [kind for beginning, kind in BEGINNINGS.items() if data.startswith(beginning)]
    return kinds[0] if kinds else None
