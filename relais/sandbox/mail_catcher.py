"""The sandbox's mail server: it takes every mail and keeps it, for anybody to read.

A mail is a file of its own, as in a Maildir: written aside, flushed to the disk, then renamed,
before the sender is told 250. The envelope stands on its first lines, as a delivery agent writes
it (`Return-Path`, `Delivered-To`).
"""

import asyncio
import base64
import contextlib
import functools
import itertools
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from aiosmtpd.smtp import SMTP, Envelope, Session

SIZE_LIMIT = 30_000_000
"""The largest mail taken, in bytes; announced to senders (RFC 1870)."""


@dataclass(frozen=True)
class CaughtMail:
    """A mail as it was received; `text` and `html` are empty when there is no such part.

    `headers` are in their order, decoded. `raw` is the message itself, without the envelope.
    """

    id: str
    received_at: datetime
    envelope_from: str
    envelope_to: tuple[str, ...]
    subject: str
    sender: str
    to: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    raw: bytes


@dataclass(frozen=True)
class Mailbox:
    """An address that received something, and how many mails it holds."""

    address: str
    count: int


class MailCatcher:
    """Listens on `port` (0: any free one, then found in `port`) and keeps mails in `folder`.

    What the folder holds already is there again after a restart. Addresses are compared without
    regard to case.
    """

    def __init__(
        self, folder: Path, port: int = 0, host: str = "127.0.0.1", size_limit: int = SIZE_LIMIT
    ) -> None:
        self.host = host
        self.port = port
        self._size_limit = size_limit
        self._kept = folder / "new"
        self._aside = folder / "tmp"
        self._names: list[str] = []
        self._recipients: dict[str, tuple[str, ...]] = {}
        self._numbers = itertools.count()
        self._server: asyncio.Server | None = None
        self._conversations: set[SMTP] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Read what is kept, forget what was never acknowledged, then listen."""
        await asyncio.to_thread(self._open_folder)
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells addresses
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._converse, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up; what was acknowledged is kept."""
        if self._server is None:
            return
        self._server.close()
        for conversation in self._conversations:
            if conversation.transport is not None:
                conversation.transport.close()
        await self._server.wait_closed()
        self._server = None

    async def messages(self, address: str | None = None, limit: int = 200) -> list[CaughtMail]:
        """Return the mails of one address, or of all, newest first."""
        wanted = address.lower() if address else None
        names = [n for n in reversed(self._names) if wanted in (None, *self._recipients[n])]
        return await asyncio.to_thread(lambda: [self._read(name) for name in names[:limit]])

    async def message(self, identity: str) -> CaughtMail | None:
        """Return the mail of that `id`, if there is one."""
        if identity not in self._recipients:
            return None
        return await asyncio.to_thread(self._read, identity)

    def mailboxes(self) -> Sequence[Mailbox]:
        """Return every address that received something, in alphabetical order."""
        counts = Counter(itertools.chain.from_iterable(self._recipients.values()))
        return [Mailbox(address, count) for address, count in sorted(counts.items())]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep a mail for good, then acknowledge it."""
        recipients = tuple(dict.fromkeys(to.lower() for to in envelope.rcpt_tos))
        name = f"{time.time_ns():020d}-{next(self._numbers):06d}-{os.getpid()}"
        lines = [f"Return-Path: <{envelope.mail_from or ''}>"]
        lines += [f"Delivered-To: {recipient}" for recipient in recipients]
        head = "".join(f"{line}\r\n" for line in lines).encode()
        content = envelope.original_content or b""
        await asyncio.to_thread(self._store, name, head + content)
        self._names.append(name)
        self._recipients[name] = recipients
        return f"250 OK kept as {name}"

    async def handle_exception(self, error: Exception) -> str:
        """Tell the sender to try again when a mail could not be kept (a full disk)."""
        return f"451 the mail could not be kept: {type(error).__name__}"

    def _converse(self) -> SMTP:
        conversation = _Conversation(
            self, data_size_limit=self._size_limit, hostname="localhost", ident="Relais sandbox"
        )
        conversation.open_ones = self._conversations
        return conversation

    def _open_folder(self) -> None:
        for folder in (self._kept, self._aside):
            folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._aside.iterdir():
            leftover.unlink()
        self._names = sorted(path.name for path in self._kept.iterdir())
        self._recipients = {name: self._envelope(name)[1] for name in self._names}

    def _store(self, name: str, data: bytes) -> None:
        aside = self._aside / name
        with aside.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        aside.rename(self._kept / name)
        _sync_folder(self._kept)

    def _envelope(self, name: str) -> tuple[str, tuple[str, ...], int]:
        """Return who sent it, who received it, and how many bytes say so."""
        length = 0
        lines: list[str] = []
        with (self._kept / name).open("rb") as handle:
            for line in handle:
                if lines and not line.startswith(b"Delivered-To: "):
                    break
                lines.append(line.decode().rstrip("\r\n").partition(": ")[2])
                length += len(line)
        return lines[0].strip("<>"), tuple(lines[1:]), length

    def _read(self, name: str) -> CaughtMail:
        return _parse(self._kept / name, *self._envelope(name))


class _Conversation(SMTP):
    """A conversation that can be hung up on when the catcher stops."""

    open_ones: set[SMTP]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.open_ones.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.open_ones.discard(self)
        super().connection_lost(error)


@functools.lru_cache(maxsize=500)
def _parse(path: Path, sender: str, recipients: tuple[str, ...], skip: int) -> CaughtMail:
    raw = path.read_bytes()[skip:]
    parsed = message_from_bytes(raw, policy=default)
    headers = tuple((name, _shown(value)) for name, value in parsed.items())
    found = {name.lower(): value for name, value in reversed(headers)}
    return CaughtMail(
        id=path.name,
        received_at=datetime.fromtimestamp(int(path.name[:20]) / 1e9, UTC),
        envelope_from=sender,
        envelope_to=recipients,
        subject=found.get("subject", ""),
        sender=found.get("from", ""),
        to=found.get("to", ""),
        headers=headers,
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        raw=raw,
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    """Return a text part, or nothing when there is none that can be read."""
    with contextlib.suppress(LookupError, AttributeError):
        body = parsed.get_body((kind,))
        if body is not None:
            return str(body.get_content()).replace("\r\n", "\n")
    return ""


def with_pictures(mail: CaughtMail) -> str:
    """Return a mail's HTML with the pictures that travel inside it in their places (RFC 2392)."""
    pictures = {
        part["Content-ID"].strip("<> "): part
        for part in message_from_bytes(mail.raw, policy=default).walk()
        if part["Content-ID"] and part.get_content_maintype() == "image"
    }

    def put(found: re.Match[str]) -> str:
        part = pictures.get(unquote(found[1]))
        if part is None:
            return found[0]
        data = base64.b64encode(part.get_content()).decode("ascii")
        return f"data:{part.get_content_type()};base64,{data}"

    return re.sub(r"\bcid:([^\"'\s)>]+)", put, mail.html)


def _shown(value: object) -> str:
    """Unfold a header; French no-break spaces are not folds."""
    return re.sub(r"[ \t\r\n]+", " ", str(value)).strip()


def _sync_folder(folder: Path) -> None:
    """Make a renaming durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
