"""The mailbox as a room: what it offers to the house."""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar_replies import NO_MEETINGS, CalendarReplies
from core.clock import PARIS
from core.parts import Parts
from core.questions import QuestionsByMail
from core.room import Check, Finding, PersonalData, Room, Tick
from digest.mailbox import notices, store
from digest.mailbox.check import check
from digest.mailbox.deliveries import delivery_kinds
from digest.mailbox.handling import Handling
from digest.mailbox.inboxes import MailboxError
from digest.mailbox.reading import Reader
from digest.mailbox.replacing import Replacing

log = structlog.get_logger()

ERRORS_HOUR = 9
"""From what hour of the day, in Paris, the animators are told of addresses in error."""

SILENCE = timedelta(hours=6)
"""For how long the mailbox may be out of reach before the animators are told."""

HALF_AN_HOUR = 1800.0
SIX_HOURS = 6 * 3600.0

READ = "mailbox.read"
HANDLE = "mailbox.handle"


def build(
    parts: Parts,
    questions: QuestionsByMail,
    tls: ssl.SSLContext | None = None,
    *,
    replies: CalendarReplies = NO_MEETINGS,
) -> Room:
    """Return the room.

    `questions` takes what a human wrote, `replies` what calendar programs answer; `tls` is for
    tests.
    """
    handling = Handling(parts, questions, replies)

    async def examine() -> Sequence[Finding]:
        return await check(parts.settings.mailbox, tls)

    return Room(
        name="mailbox",
        actions=Replacing(parts).actions(),
        ticks=_ticks(parts, handling, tls),
        deliveries=delivery_kinds(parts),
        personal_data=PersonalData(store.export, store.erase),
        checks=(Check("mailbox", examine),),
    )


def _ticks(parts: Parts, handling: Handling, tls: ssl.SSLContext | None) -> tuple[Tick, ...]:
    async def handle(now: datetime) -> None:
        await handling.run(now)

    async def forget(now: datetime) -> None:
        count = await handling.forget(now)
        log.info("mailbox.forgotten", mails=count)

    async def tell_errors(now: datetime) -> None:
        if now.astimezone(PARIS).hour >= ERRORS_HOUR:
            async with parts.database.write() as session:
                await notices.tell_errors(session, parts, now)

    ticks = (
        Tick(HANDLE, handle, store.first_due),
        Tick("mailbox.errors", tell_errors, _no_hurry, every=HALF_AN_HOUR),
        Tick("mailbox.forget", forget, _no_hurry, every=SIX_HOURS),
    )
    settings = parts.settings.mailbox
    if settings.kind == "none":
        return ticks
    visiting = Visiting(parts, handling, tls)
    return (Tick(READ, visiting.run, _no_hurry, every=settings.every), *ticks)


class Visiting:
    """Visits the mailbox, then handles what it brought; tells when it is out of reach for long."""

    def __init__(self, parts: Parts, handling: Handling, tls: ssl.SSLContext | None) -> None:
        self._parts = parts
        self._reader = Reader(parts, tls)
        self._handling = handling
        self._failing_since: datetime | None = None

    async def run(self, now: datetime) -> None:
        """Read whatever waits, and handle it. What was kept before a failure is handled too."""
        try:
            await self._reader.read(now)
            self._failing_since = None
        except MailboxError as error:
            log.warning("mailbox.unreachable", what=error.what, hint=error.hint)
            await self._note(now)
        await self._handling.run(now)

    async def _note(self, now: datetime) -> None:
        since = self._failing_since = self._failing_since or now
        if now - since >= SILENCE:
            async with self._parts.database.write() as session:
                values = {"since": since}
                await notices.tell_daily(session, self._parts, "unreachable", now, values)


async def _no_hurry(_session: AsyncSession) -> datetime | None:
    """Nobody waits for it: the sandbox's clock need not stop there."""
    return None
