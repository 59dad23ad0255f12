"""A real Dovecot on a free port, with a throw-away account: what the mailbox reads by IMAP.

async with running_dovecot(tmp_path) as server:
    server.deliver(b"From: …")
    settings = server.settings()
"""

import asyncio
import contextlib
import getpass
import grp
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from imap_tools import MailBoxUnencrypted

from core.settings import MailboxSettings
from tests.process import free_port

USER = "relais@territoires.example"
PASSWORD = "throw-away"
PATIENCE = 20.0

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificates}
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


@dataclass
class RunningDovecot:
    """A server with one account; `cut` drops whoever is connected."""

    folder: Path
    port: int
    tls_port: int

    def settings(self, **changes: Any) -> MailboxSettings:
        given = {
            "kind": "imap",
            "host": "127.0.0.1",
            "port": self.port,
            "security": "plain",
            "username": USER,
            "password": PASSWORD,
            "timeout": 10.0,
        }
        return MailboxSettings(**{**given, **changes})

    @contextlib.contextmanager
    def _box(self) -> Any:
        box = MailBoxUnencrypted("127.0.0.1", self.port, timeout=10)
        with box.login(USER, PASSWORD) as opened:
            yield opened

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, unseen."""
        with self._box() as box:
            for mail in mails:
                box.append(mail, folder)

    def create(self, folder: str) -> None:
        with self._box() as box:
            box.folder.create(folder)

    def count(self, folder: str = "INBOX", criteria: str = "ALL") -> int:
        """Return how many mails of a folder meet criteria (`UNSEEN`, `SEEN`…)."""
        with self._box() as box:
            box.folder.set(folder)
            return len(box.uids(criteria))

    def forget_numbers(self) -> None:
        """Make the server give new numbers to its mails, with another UIDVALIDITY."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log"):
            (self.folder / "mail" / name).unlink(missing_ok=True)


def _binary() -> str:
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("no Dovecot: apt-get install dovecot-imapd")
    return found


@contextlib.asynccontextmanager
async def running_dovecot(certificate: Path | None = None) -> AsyncIterator[RunningDovecot]:
    """Start a server; with a `certificate` (a PEM file of both), STARTTLS and TLS are offered."""
    binary = _binary()
    folder = Path(tempfile.mkdtemp(prefix="relais-imap-"))  # names of sockets are short
    server = RunningDovecot(folder, free_port(), free_port())
    _configure(server, certificate)
    process = await asyncio.create_subprocess_exec(
        binary, "-F", "-c", str(folder / "dovecot.conf"), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _listening(server)
        yield server
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _configure(server: RunningDovecot, certificate: Path | None) -> None:
    for name in ("run", "state", "home", "mail"):
        (server.folder / name).mkdir()
    certificates = ""
    if certificate is not None:
        certificates = f"ssl_cert = <{certificate}\nssl_key = <{certificate}"
    internal, login = ("dovecot", "dovenull") if os.getuid() == 0 else (getpass.getuser(),) * 2
    owner = pwd.getpwnam(internal)
    for name in ("home", "mail"):
        os.chown(server.folder / name, owner.pw_uid, owner.pw_gid)
    group = grp.getgrgid(owner.pw_gid).gr_name
    server.folder.chmod(0o755)  # the server's own users go through it
    text = CONFIGURATION.format(
        folder=server.folder,
        ssl="yes" if certificate else "no",
        certificates=certificates,
        internal=internal,
        login=login,
        group=group,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        password=PASSWORD,
        port=server.port,
        tls_port=server.tls_port if certificate else 0,
    )
    (server.folder / "dovecot.conf").write_text(text, encoding="utf-8")


async def _listening(server: RunningDovecot) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.05)
