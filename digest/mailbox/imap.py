"""A mailbox read by IMAP (RFC 3501), with TLS and time-outs.

No number of a message outlives the connection that it was learnt in, so that a change of
UIDVALIDITY changes nothing: what is the same mail is known by its bytes.
"""

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Sequence

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFetchError, MailboxFlagError
from imap_tools.utils import check_command_status

from core.settings import MailboxSettings
from digest.mailbox.inboxes import TROUBLE, Waiting

AT_ONCE = 200
"""How many mails are asked for their sizes in one command."""

MOST = 2_000
"""How many mails are read in one visit."""

_SIZE = re.compile(rb"UID (\d+)\b.*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)\b.*UID (\d+)")


class ImapInbox:
    """The configured folder of an IMAP account; `tls` replaces the system's authorities."""

    def __init__(self, settings: MailboxSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls
        self._box: BaseMailBox | None = None

    def open(self) -> None:
        """Connect, secure, authenticate, and select the folder."""
        self.connect()
        self.select(self._settings.folder)

    def connect(self) -> None:
        """Connect, secure and authenticate."""
        settings = self._settings
        self._box = self._connected()
        password = settings.password.get_secret_value()
        ascii_only = settings.username.isascii() and password.isascii()
        login = self._box.login if ascii_only else self._box.login_utf8
        login(settings.username, password, initial_folder=None)

    def select(self, folder: str) -> None:
        """Select a folder. Raises MailboxFolderSelectError when there is none."""
        self._opened.folder.set(folder)

    def has(self, folder: str) -> bool:
        """Say whether a folder is there."""
        return bool(self._opened.folder.exists(folder))

    def waiting(self) -> Sequence[Waiting]:
        """Return what was not read: the whole folder when what was read is moved away."""
        criteria = "ALL" if self._settings.done_folder else "UNSEEN"
        uids = self._opened.uids(criteria, charset=None)[:MOST]
        found: dict[str, int] = {}
        for start in range(0, len(uids), AT_ONCE):
            found |= self._sizes(uids[start : start + AT_ONCE])
        return [Waiting(uid, found[uid]) for uid in uids if uid in found]

    def fetch(self, name: str, most: int) -> bytes | None:
        """Return at most so many bytes of a mail, whatever size the server claims."""
        return self._part(name, f"BODY.PEEK[]<0.{most}>")

    def head(self, name: str, most: int) -> bytes | None:
        """Return at most so many bytes of its headers."""
        return self._part(name, f"BODY.PEEK[HEADER]<0.{most}>")

    def done(self, name: str) -> None:
        """Move a mail to the folder for what was read, or mark it as seen."""
        if self._settings.done_folder:
            self._opened.move(name, self._settings.done_folder)
        else:
            check_command_status(
                self._opened.client.uid("STORE", name, "+FLAGS.SILENT", r"(\Seen)"),
                MailboxFlagError,
            )

    def close(self) -> None:
        """Log out; a connection that is broken is only dropped."""
        box, self._box = self._box, None
        if box is None:
            return
        try:
            box.logout()
        except TROUBLE:
            with contextlib.suppress(*TROUBLE):
                box.client.shutdown()

    def cut(self) -> None:
        """Shut the socket, so that whoever waits on it is told."""
        if self._box is not None:
            with contextlib.suppress(*TROUBLE):
                self._box.client.socket().shutdown(socket.SHUT_RDWR)

    @property
    def _opened(self) -> BaseMailBox:
        if self._box is None:
            raise imaplib.IMAP4.abort("the connection is closed")
        return self._box

    def _connected(self) -> BaseMailBox:
        where = {"host": self._settings.host, "port": self._settings.port}
        timeout = self._settings.timeout
        if self._settings.security == "plain":
            return MailBoxUnencrypted(**where, timeout=timeout)
        tls = self._tls or ssl.create_default_context()
        if self._settings.security == "starttls":
            return MailBoxStartTls(**where, timeout=timeout, ssl_context=tls)
        return MailBox(**where, timeout=timeout, ssl_context=tls)

    def _sizes(self, uids: Sequence[str]) -> dict[str, int]:
        answer = self._opened.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE)")
        check_command_status(answer, MailboxFetchError)
        sizes: dict[str, int] = {}
        for line in answer[1]:
            found = _SIZE.search(line) if isinstance(line, bytes) else None
            if found:
                uid, size = (found[1], found[2]) if found[1] else (found[4], found[3])
                sizes[uid.decode()] = int(size)
        return sizes

    def _part(self, name: str, part: str) -> bytes | None:
        answer = self._opened.client.uid("FETCH", name, f"({part})")
        check_command_status(answer, MailboxFetchError)
        for piece in answer[1]:
            if isinstance(piece, tuple) and len(piece) > 1:
                return bytes(piece[1])
        return None
