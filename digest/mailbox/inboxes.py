"""Where mail comes in: what a mailbox must be able to do, whichever it is."""

import imaplib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from imap_tools.errors import ImapToolsError

from core.errors import RelaisError

TROUBLE = (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError)
"""What a mailbox raises when it cannot be reached, or breaks off."""


class MailboxError(RelaisError):
    """The mailbox could not be read."""


@dataclass(frozen=True)
class Waiting:
    """A mail that waits in the mailbox: the mailbox's own name for it, its size in bytes."""

    name: str
    size: int


class Inbox(Protocol):
    """A mailbox, by calls that block: each is made in a thread. They raise what `TROUBLE` lists."""

    def open(self) -> None:
        """Connect, if that is needed."""
        ...

    def waiting(self) -> Sequence[Waiting]:
        """Return what was not marked as done, the oldest first."""
        ...

    def fetch(self, name: str, most: int) -> bytes | None:
        """Return at most so many bytes of a mail; None when it is gone."""
        ...

    def head(self, name: str, most: int) -> bytes | None:
        """Return at most so many bytes of its headers; None when it is gone."""
        ...

    def done(self, name: str) -> None:
        """Mark a mail as read, or move it to where what was read goes."""
        ...

    def close(self) -> None:
        """Part with the mailbox. Raises nothing."""
        ...

    def cut(self) -> None:
        """End a call that blocks in another thread, as far as possible. Raises nothing."""
        ...
