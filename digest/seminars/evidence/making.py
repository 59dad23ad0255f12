"""The evidence that was asked for in chat: made beside the event loop, and sent by the ledger."""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.chat import KEPT, TOO_BIG, File, Post, Text
from core.files import Blob, keep
from core.ledger import store as ledger
from core.ledger import views
from core.ledger.draft import (
    Address,
    ChatAddress,
    Content,
    DeliveryKind,
    Draft,
    Parcel,
    Policy,
    Refused,
    Sent,
    Skip,
)
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from core.room import Tick
from digest.seminars.contacts import contact_of
from digest.seminars.evidence import names, pack
from digest.seminars.evidence.desk import ASKED, FAILED, HEAVY, MADE
from digest.seminars.evidence.models import EvidenceRequest
from digest.seminars.evidence.pieces import CHAT, Gathered
from digest.seminars.where_asked import where_asked

log = structlog.get_logger()

MEGABYTE = 1_000_000
STEPS = 4
"""How many times the message that shows progress changes, at most: edits are counted in chat."""


@dataclass(frozen=True)
class Making:
    """Makes what was asked for."""

    parts: Parts

    def tick(self) -> Tick:
        """Return the work of the clock."""
        return Tick("evidence.make", self.run, next_due, every=2.0)

    def deliveries(self) -> tuple[DeliveryKind, ...]:
        """Return the kinds that answer a request, where it was made."""
        prepare = where_asked(self.parts)
        return (
            DeliveryKind(names.PACK, Policy.RESEND, prepare, settled=_let_go),
            DeliveryKind(names.TOLD, Policy.RESEND, prepare),
        )

    async def address(self, session: AsyncSession, key: str) -> Address | None:
        """Return where the progress of a request is shown: where it was made."""
        request = await session.get(EvidenceRequest, int(key.removeprefix(names.VIEW)))
        if request is None:
            return None
        telegram = self.parts.settings.telegram
        if request.in_group:
            group = telegram.group_id
            return ChatAddress(group, telegram.desk_thread_id) if group else None
        contact = await contact_of(session, Party.parse(request.asked_by))
        return ChatAddress(contact.chat_id) if contact and contact.chat_id else None

    async def run(self, now: datetime) -> None:
        """Make each file that is asked for; a restart makes again what had not left."""
        async with self.parts.database.read() as session:
            rows = await session.scalars(
                select(EvidenceRequest)
                .where(EvidenceRequest.state == ASKED)
                .order_by(EvidenceRequest.id)
            )
            waiting = rows.all()
        for request in waiting:
            try:
                await self._make(request, now)
            except Exception as error:  # noqa: BLE001  # one request's trouble is not the others'
                log.warning("evidence.failed", request=request.id, error=type(error).__name__)
                text = Text(CHAT, "failed", {"number": request.seminar_id})
                await self._settle(request, FAILED, names.TOLD, self._words(text), now)

    async def _make(self, request: EvidenceRequest, now: datetime) -> None:
        found = await pack.gathered(self.parts, request.seminar_id)
        if found is None:
            raise LookupError("no such seminar")
        shown = set()

        async def progress(done: int, total: int) -> None:
            step = done * STEPS // max(total, 1)
            if step not in shown:
                shown.add(step)
                await self._show(request, done, total)

        with tempfile.TemporaryFile() as target:
            lines = await pack.write(self.parts, found, target, progress)
            size = target.tell()
            log.info("evidence.made", seminar=request.seminar_id, pieces=len(lines), size=size)
            if size > TOO_BIG:
                megabytes = -(-size // MEGABYTE)
                values = {"size": megabytes, "number": request.seminar_id}
                content = self._words(Text(CHAT, "heavy", values))
                await self._settle(request, HEAVY, names.TOLD, content, now)
            else:
                await self._send(request, found, target, len(lines), now)

    async def _send(
        self,
        request: EvidenceRequest,
        found: Gathered,
        target: IO[bytes],
        count: int,
        now: datetime,
    ) -> None:
        target.seek(0)
        data = target.read()
        key = hashlib.sha256(data).hexdigest()
        file = File("document", f"{KEPT}{key}", key, found.name, "application/zip", len(data))
        text = Text(CHAT, "ready", {**found.heading, "count": count})
        words = self.parts.renderer.chat(text, self.parts.settings.network.language)
        content = Post("file", words, file=file).content()
        await self._settle(request, MADE, names.PACK, content, now, data)

    async def _settle(  # noqa: PLR0917  # what became of it, then what says so
        self,
        request: EvidenceRequest,
        state: str,
        kind: str,
        content: Content,
        now: datetime,
        data: bytes | None = None,
    ) -> None:
        """Write what became of a request, with the file: a crash leaves neither without the other.

        `data` is the file, if it was made.
        """
        failpoints.reach("evidence.made")
        async with self.parts.database.write() as session:
            row = await session.get_one(EvidenceRequest, request.id, with_for_update=True)
            if row.state != ASKED:  # another process was quicker
                return
            row.state, row.settled_at = state, now
            if data is not None:
                row.hash = await keep(session, data, "application/zip", now)
            draft = Draft(
                kind=kind,
                slot=names.slot(request.id),
                recipient=_whose(request),
                content=content,
                cause=names.request_reference(request.id),
                due_at=now,
            )
            await ledger.post(session, [draft], now)

    async def _show(self, request: EvidenceRequest, done: int, total: int) -> None:
        if request.in_group and not self.parts.settings.telegram.group_id:
            return
        content = self._words(Text(CHAT, "progress", {"done": done, "total": total}))
        async with self.parts.database.write() as session:
            await views.show(session, names.view(request.id), _whose(request), content)

    def _words(self, text: Text) -> Content:
        language = self.parts.settings.network.language
        return render_post(self.parts.renderer, text, (), language).content()


def _whose(request: EvidenceRequest) -> Party:
    return ANIMATORS if request.in_group else Party.parse(request.asked_by)


async def next_due(session: AsyncSession) -> datetime | None:
    """Return since when a file is asked for."""
    wanted = EvidenceRequest.state == ASKED
    return await session.scalar(select(func.min(EvidenceRequest.asked_at)).where(wanted))


async def _let_go(
    session: AsyncSession, parcel: Parcel, _outcome: Sent | Refused | Skip, _now: datetime
) -> None:
    """Keep the file no longer than it takes to leave: it names people."""
    request = await session.get(EvidenceRequest, parcel.cause.number)
    if request is None or request.hash is None:
        return
    key, request.hash = request.hash, None
    await session.flush()
    others = await session.scalar(
        select(EvidenceRequest.id).where(EvidenceRequest.hash == key).limit(1)
    )
    if others is None:
        await session.execute(delete(Blob).where(Blob.hash == key))
