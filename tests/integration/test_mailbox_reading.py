"""Reading the mailbox: a real Dovecot, and Maildir folders; nothing lost, nothing twice."""

import asyncio
import os
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import Database
from core.settings import MailboxSettings
from digest.mailbox.check import check
from digest.mailbox.imap import ImapInbox
from digest.mailbox.inboxes import MailboxError
from digest.mailbox.reading import Reader
from digest.mailbox.room import build
from tests.imap_server import RunningDovecot, running_dovecot
from tests.mailbox import AGNES, MailboxHouse, corpus
from tests.process import free_port

HUMAN, BOUNCE = corpus("human/new_thread"), corpus("bounce_hard/gmail_en")


def mail(number: int, size: int = 10) -> bytes:
    head = f"From: p{number}@territoire.example\r\nMessage-ID: <{number}@x.example>\r\n"
    return f"{head}Subject: Question {number} du jour\r\n\r\n{'Bonjour ? ' * size}\r\n".encode()


@pytest.fixture
async def dovecot() -> AsyncIterator[RunningDovecot]:
    async with running_dovecot() as server:
        yield server


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


async def test_what_waits_by_imap_is_kept_marked_and_handled(
    database: Database, clock: FixedClock, dovecot: RunningDovecot
) -> None:
    house = MailboxHouse(database, clock, dovecot.settings())
    dovecot.deliver(HUMAN, BOUNCE)
    await house.tick("mailbox.read")
    assert await house.kinds() == ["human", "foreign"]
    assert [m.subject for m in house.questions.taken] == [
        "Remboursement des frais de garde des élus"
    ]
    assert (dovecot.count(criteria="SEEN"), dovecot.count(criteria="UNSEEN")) == (2, 0)
    await house.tick("mailbox.read")
    assert len(house.questions.taken) == 1


async def test_what_was_read_is_moved_where_it_is_wanted(
    database: Database, clock: FixedClock, dovecot: RunningDovecot
) -> None:
    dovecot.create("Traités")
    house = MailboxHouse(database, clock, dovecot.settings(done_folder="Traités"))
    dovecot.deliver(HUMAN)
    await house.tick("mailbox.read")
    assert (dovecot.count(), dovecot.count("Traités")) == (0, 1)
    assert len(house.questions.taken) == 1


async def test_a_mailbox_that_is_numbered_anew_brings_nothing_twice(
    database: Database, clock: FixedClock, dovecot: RunningDovecot
) -> None:
    house = MailboxHouse(database, clock, dovecot.settings())
    dovecot.deliver(HUMAN)
    await house.tick("mailbox.read")
    dovecot.forget_numbers()
    dovecot.deliver(HUMAN)  # and somebody restores a copy
    await house.tick("mailbox.read")
    assert len(house.questions.taken) == 1
    assert dovecot.count(criteria="UNSEEN") == 0


async def test_a_mail_that_is_too_big_is_not_downloaded(
    database: Database, clock: FixedClock, dovecot: RunningDovecot
) -> None:
    house = MailboxHouse(database, clock, dovecot.settings(max_bytes=5_000))
    dovecot.deliver(mail(1, size=2_000), mail(2))
    await house.tick("mailbox.read")
    assert await house.kinds() == ["too_big", "human"]
    (told,) = await house.posts()
    assert told.startswith("Un courriel reçu est trop volumineux")
    assert dovecot.count(criteria="UNSEEN") == 0


async def test_two_processes_that_read_at_once_handle_each_mail_once(
    database: Database, clock: FixedClock, dovecot: RunningDovecot
) -> None:
    house = MailboxHouse(database, clock, dovecot.settings())
    other = build(house.parts, house.questions)
    dovecot.deliver(*(mail(number) for number in range(12)))
    now = clock.now()
    (second,) = [tick for tick in other.ticks if tick.name == "mailbox.read"]
    await asyncio.gather(house.tick("mailbox.read"), second.run(now))
    await house.tick("mailbox.handle")
    assert sorted(m.message_id for m in house.questions.taken) == sorted(
        f"<{number}@x.example>" for number in range(12)
    )


class Cutting(ImapInbox):
    """A connection that is lost in the middle of the given call."""

    calls = 0
    at = 0

    def fetch(self, name: str, most: int) -> bytes | None:
        self._count()
        return super().fetch(name, most)

    def done(self, name: str) -> None:
        self._count()
        super().done(name)

    def _count(self) -> None:
        Cutting.calls += 1
        if Cutting.calls == Cutting.at:
            self.cut()


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
async def test_a_connection_lost_anywhere_loses_nothing_and_repeats_nothing(
    database: Database,
    clock: FixedClock,
    dovecot: RunningDovecot,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
) -> None:
    monkeypatch.setattr("digest.mailbox.reading.ImapInbox", Cutting)
    Cutting.calls, Cutting.at = 0, at
    house = MailboxHouse(database, clock, dovecot.settings())
    dovecot.deliver(*(mail(number) for number in range(3)))
    with pytest.raises(MailboxError):
        await Reader(house.parts).read(clock.now())
    await house.tick("mailbox.read")
    assert len(house.questions.taken) == 3
    assert dovecot.count(criteria="UNSEEN") == 0


async def test_a_server_out_of_reach_is_told_after_hours_and_never_stops_the_rest(
    database: Database, clock: FixedClock
) -> None:
    settings = MailboxSettings(kind="imap", port=free_port(), security="plain", timeout=2.0)
    house = MailboxHouse(database, clock, settings)
    for hours in (0, 3, 7):
        clock.set(clock.now().replace(hour=8 + hours))
        await house.tick("mailbox.read")
    (told,) = await house.posts()
    assert told.startswith("La boîte aux lettres ne peut plus être lue Depuis le lundi 23 novembre")


async def test_a_silent_server_holds_nobody_and_is_left_at_once_when_told_to_stop(
    database: Database, clock: FixedClock
) -> None:
    ending, left = asyncio.Event(), asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")  # and never another word
        await ending.wait()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = MailboxSettings(kind="imap", port=port, security="plain", timeout=30.0)
    house = MailboxHouse(database, clock, settings)
    reading = asyncio.create_task(house.tick("mailbox.read"))
    await asyncio.sleep(0.3)  # the loop is free meanwhile
    assert not reading.done()
    reading.cancel()
    await asyncio.wait({reading}, timeout=10)
    assert reading.cancelled()
    ending.set()
    server.close()
    await left.wait()


async def test_a_maildir_is_emptied_into_cur(
    database: Database, clock: FixedClock, maildir: Path
) -> None:
    house = MailboxHouse(database, clock, MailboxSettings(kind="maildir", maildir=maildir))
    (maildir / "new" / "1.a.host").write_bytes(HUMAN)
    (maildir / "new" / "2.b.host:2,").write_bytes(BOUNCE)
    os.mkfifo(maildir / "new" / "3.pipe")  # would block whoever opens it
    await house.tick("mailbox.read")
    assert sorted(p.name for p in (maildir / "cur").iterdir()) == ["1.a.host:2,S", "2.b.host:2,S"]
    assert await house.kinds() == ["human", "foreign"]


async def test_a_big_file_of_a_maildir_is_not_read(
    database: Database, clock: FixedClock, maildir: Path
) -> None:
    settings = MailboxSettings(kind="maildir", maildir=maildir, max_bytes=5_000)
    house = MailboxHouse(database, clock, settings)
    (maildir / "new" / "1.a").write_bytes(mail(1, size=2_000))
    await house.tick("mailbox.read")
    assert await house.kinds() == ["too_big"]


CHILD = """
import asyncio, sys
from pathlib import Path
from core.clock import SystemClock
from core.db import Database
from core.settings import MailboxSettings
from tests.mailbox import MailboxHouse

async def main() -> None:
    database = Database(sys.argv[1])
    settings = MailboxSettings(kind="maildir", maildir=Path(sys.argv[2]))
    house = MailboxHouse(database, SystemClock(), settings)
    await house.tick("mailbox.read")
    await database.close()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "place",
    [
        "mailbox.kept:2",
        "mailbox.marked:2",
        "mailbox.before_commit:1",
        "mailbox.before_commit:3",
        "mailbox.handled:2",
    ],
)
async def test_killed_anywhere_each_mail_is_handled_once(
    database: Database, clock: FixedClock, maildir: Path, place: str
) -> None:
    """What was handled stands in the table, in the same transaction as what it caused."""
    house = MailboxHouse(database, clock, MailboxSettings(kind="maildir", maildir=maildir))
    await house.subscribe(AGNES)
    for number in range(3):
        data = corpus("left/fr_successor").replace(
            b"Message-ID: <", f"Message-ID: <{number}".encode()
        )
        (maildir / "new" / f"{number}.a").write_bytes(data)
    url = database.engine.url.render_as_string(hide_password=False)
    child = await asyncio.to_thread(
        subprocess.run,
        ["/usr/bin/env", "python3", "-c", CHILD, url, str(maildir)],
        env={**os.environ, "RELAIS_FAILPOINT": place, "PATH": _path()},
        capture_output=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    await house.tick("mailbox.read")
    assert await house.kinds() == ["left", "left", "left"]
    assert len(await house.posts("mailbox.proposal")) == 3
    assert list((maildir / "new").iterdir()) == []


def _path() -> str:
    import sys  # noqa: PLC0415  # the interpreter that runs the tests comes first

    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    file = tmp_path / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",  # noqa: S607  # the system's
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes((tmp_path / "cert").read_bytes() + (tmp_path / "key").read_bytes())
    file.chmod(0o644)
    return file


async def test_tls_is_checked_and_each_trouble_has_its_hint(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with running_dovecot(certificate) as server:
        tls = server.settings(port=server.tls_port, security="tls")
        (found,) = await check(tls, trusting)
        assert found.ok, found
        (found,) = await check(server.settings(security="starttls"), trusting)
        assert found.ok, found
        (found,) = await check(tls)  # nobody vouches for this certificate
        assert "certificate" in found.hint
        (found,) = await check(server.settings(password="another"))
        assert found.hint.startswith("check mailbox.username and mailbox.password")
        (found,) = await check(server.settings(folder="Nope"))
        assert found.hint == "check mailbox.folder (Nope)"
        (found,) = await check(server.settings(done_folder="Nope"))
        assert found.hint == "create it, or correct mailbox.done_folder"
        (found,) = await check(server.settings(port=free_port()))
        assert found.hint == "check mailbox.host and mailbox.port, and that the server runs"


async def test_the_check_says_how_a_maildir_is(maildir: Path, tmp_path: Path) -> None:
    (maildir / "new" / "1").write_bytes(HUMAN)
    (found,) = await check(MailboxSettings(kind="maildir", maildir=maildir))
    assert found.ok
    assert found.what.endswith("1 waiting")
    (found,) = await check(MailboxSettings(kind="maildir", maildir=tmp_path))
    assert found.hint == "check mailbox.maildir"
    (found,) = await check(MailboxSettings(kind="maildir"))
    assert found.hint.startswith("set mailbox.maildir")
    (found,) = await check(MailboxSettings())
    assert found.ok
