"""A mailbox that a mail server of this machine delivers to: a Maildir folder.

Names are taken as they are, and only `new` is read: a mail is complete once it stands there
(https://cr.yp.to/proto/maildir.html). Once kept it goes to `cur`, seen.
"""

import stat
from collections.abc import Sequence
from pathlib import Path

from core.settings import MailboxSettings
from digest.mailbox.inboxes import Waiting

SEEN = ":2,S"
MOST = 2_000


class MaildirInbox:
    """The configured folder."""

    def __init__(self, settings: MailboxSettings) -> None:
        self.folder = settings.maildir or Path()

    def open(self) -> None:
        """Raise FileNotFoundError unless it is a Maildir."""
        for name in ("new", "cur"):
            if not (self.folder / name).is_dir():
                raise FileNotFoundError(f"{self.folder} has no folder {name!r}: it is no Maildir")

    def waiting(self) -> Sequence[Waiting]:
        """Return the mails in `new`, by name, which begins with when they came."""
        found = []
        for path in sorted((self.folder / "new").iterdir())[:MOST]:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and not path.name.startswith("."):
                found.append(Waiting(path.name, status.st_size))
        return found

    def fetch(self, name: str, most: int) -> bytes | None:
        """Return at most so many bytes of a mail; None when another process took it."""
        try:
            with (self.folder / "new" / name).open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            return None

    def head(self, name: str, most: int) -> bytes | None:
        """Return at most so many bytes of it: the headers come first."""
        found = self.fetch(name, most)
        return None if found is None else found.replace(b"\r\n", b"\n").partition(b"\n\n")[0]

    def done(self, name: str) -> None:
        """Move a mail to `cur`, seen; fine when another process did."""
        base = name.partition(":2,")[0]
        try:
            (self.folder / "new" / name).rename(self.folder / "cur" / f"{base}{SEEN}")
        except FileNotFoundError:
            return

    def close(self) -> None:
        """Do nothing: no connection is open."""

    def cut(self) -> None:
        """Do nothing: nothing blocks for long."""
