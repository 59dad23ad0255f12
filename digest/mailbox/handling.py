"""Handling what was received: one mail, one transaction, with all that it causes.

What fails is tried again after a pause, and put aside in the end; it never stops the others.
"""

import asyncio
import traceback
from datetime import datetime, timedelta

import structlog

from core.calendar_replies import CalendarReplies
from core.failpoints import reach
from core.parts import Parts
from core.questions import QuestionsByMail
from digest.mailbox import notices, store
from digest.mailbox.acting import Acting
from digest.mailbox.mail import Mail
from digest.mailbox.parsing import parse

log = structlog.get_logger()

PARSING_LIMIT = 60.0
"""Seconds after which the taking apart of a mail is waited for no more."""


class Handling:
    """Handles the mails that wait in the table."""

    def __init__(self, parts: Parts, questions: QuestionsByMail, replies: CalendarReplies) -> None:
        self._parts = parts
        self._acting = Acting(parts, questions, replies)

    async def run(self, now: datetime) -> int:
        """Handle every mail that is due; return how many were."""
        after = handled = 0
        while (found := await self._next(now, after)) is not None:
            after, data = found
            handled += await self._handle_or_note(after, data, now)
        return handled

    async def _next(self, now: datetime, after: int) -> tuple[int, bytes] | None:
        async with self._parts.database.read() as session:
            row = await store.next_due(session, now, after)
            return None if row is None else (row.id, row.data)

    async def _handle_or_note(self, identity: int, data: bytes, now: datetime) -> bool:
        try:
            mail = await asyncio.wait_for(asyncio.to_thread(parse, data), PARSING_LIMIT)
            return await self._handle(identity, mail, now)
        except Exception as error:  # noqa: BLE001  # whatever it is must not stop the others
            # Neither its words nor its traceback: they may quote the mail.
            log.error("mailbox.failed", mail=identity, error=type(error).__name__, at=_place(error))  # noqa: TRY400  # idem
            await self._note_failure(identity, now)
            return False

    async def _handle(self, identity: int, mail: Mail, now: datetime) -> bool:
        async with self._parts.database.write() as session:
            row = await store.held(session, identity)
            if row is None:  # another process has it
                return False
            kind = await self._acting.act(session, row, mail, now)
            row.kind, row.handled_at = kind, now
            reach("mailbox.before_commit")
        reach("mailbox.handled")
        log.info("mailbox.handled", mail=identity, kind=kind.value)
        return True

    async def _note_failure(self, identity: int, now: datetime) -> None:
        async with self._parts.database.write() as session:
            if await store.failed(session, identity, now):
                await notices.tell_daily(session, self._parts, "aside", now)

    async def forget(self, now: datetime) -> int:
        """Empty what was handled more than `mailbox.kept_days` ago; return how many mails."""
        before = now - timedelta(days=self._parts.settings.mailbox.kept_days)
        total = 0
        while True:
            async with self._parts.database.write() as session:
                count = await store.forget(session, before)
            total += count
            if count < store.CHUNK:
                return total


def _place(error: BaseException) -> str:
    """Return the line of code where something was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
