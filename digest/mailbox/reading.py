"""Reading the mailbox: each mail is kept and committed before the mailbox is told that it was read.

Killed between the two, the next visit finds the same bytes kept already. Nothing is done here about
what a mail says.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

import structlog

from core.failpoints import reach
from core.parts import Parts
from core.settings import MailboxSettings
from digest.mailbox import notices, store
from digest.mailbox.decide import Kind
from digest.mailbox.imap import ImapInbox
from digest.mailbox.inboxes import TROUBLE, Inbox, MailboxError, Waiting
from digest.mailbox.maildir import MaildirInbox
from digest.mailbox.parsing import HEAD, head_of

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Visit:
    """What a visit to the mailbox brought: new mails, those kept already, those too big."""

    kept: int = 0
    known: int = 0
    too_big: int = 0


def inbox_of(settings: MailboxSettings, tls: ssl.SSLContext | None = None) -> Inbox | None:
    """Return the configured mailbox, not opened yet; None when there is none."""
    if settings.kind == "imap":
        return ImapInbox(settings, tls)
    return MaildirInbox(settings) if settings.kind == "maildir" else None


class Reader:
    """Empties the mailbox into the table; `tls` replaces the system's authorities."""

    def __init__(self, parts: Parts, tls: ssl.SSLContext | None = None) -> None:
        self._parts = parts
        self._tls = tls

    async def read(self, now: datetime) -> Visit:
        """Keep whatever waits. Raises MailboxError when the mailbox cannot be read to the end."""
        visit = Visit()
        inbox = inbox_of(self._parts.settings.mailbox, self._tls)
        if inbox is None:
            return visit
        async with _opened(inbox):
            for waiting in await in_thread(inbox, inbox.waiting):
                await self._take(inbox, waiting, visit, now)
        if visit.kept or visit.too_big:
            log.info("mailbox.read", kept=visit.kept, too_big=visit.too_big)
        return visit

    async def _take(self, inbox: Inbox, waiting: Waiting, visit: Visit, now: datetime) -> None:
        most = self._parts.settings.mailbox.max_bytes
        data = None
        if waiting.size <= most:
            data = await in_thread(inbox, inbox.fetch, waiting.name, most + 1)
            if data is None:  # gone meanwhile
                return
        if data is None or len(data) > most:
            if not await self._refuse(inbox, waiting, now):
                return
            visit.too_big += 1
        else:
            await self._keep(data, visit, now)
        reach("mailbox.kept")
        await in_thread(inbox, inbox.done, waiting.name)
        reach("mailbox.marked")

    async def _keep(self, data: bytes, visit: Visit, now: datetime) -> None:
        head = await asyncio.to_thread(head_of, data)
        async with self._parts.database.write() as session:
            new = await store.keep(session, data, head, now)
        visit.kept += new
        visit.known += not new

    async def _refuse(self, inbox: Inbox, waiting: Waiting, now: datetime) -> bool:
        """Keep the headers of a mail that is too big, and tell of it; False when it is gone."""
        data = await in_thread(inbox, inbox.head, waiting.name, HEAD)
        if data is None:
            return False
        head = await asyncio.to_thread(head_of, data)
        async with self._parts.database.write() as session:
            if await store.keep(session, data, head, now, Kind.TOO_BIG):
                await notices.tell_daily(session, self._parts, "too_big", now)
        return True


@contextlib.asynccontextmanager
async def _opened(inbox: Inbox) -> AsyncIterator[None]:
    """Open a mailbox, and part with it whatever happens; its troubles become one error."""
    try:
        await in_thread(inbox, inbox.open)
        yield
    except TROUBLE as error:
        raise MailboxError(
            f"the mailbox could not be read ({type(error).__name__})",
            hint="`relais check` says what is wrong with it",
            permanent=False,
        ) from error
    finally:
        await in_thread(inbox, inbox.close)


async def in_thread(inbox: Inbox, call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Make a call that blocks, off the event loop; whoever is cancelled cuts it short.

    The thread is a daemon: a server that is silent while we connect delays nobody's end.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            result = call(*given, **named)
        except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
            tell(outcome.set_exception, error)
        else:
            tell(outcome.set_result, result)

    def settled(settle: Callable[..., None], value: object) -> None:
        if not outcome.done():
            settle(value)

    def tell(settle: Callable[..., None], value: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settled, settle, value)

    threading.Thread(target=work, name="mailbox", daemon=True).start()
    try:
        return await outcome
    except asyncio.CancelledError:
        inbox.cut()
        raise
