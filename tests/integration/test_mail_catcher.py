"""The sandbox's mail server keeps what it acknowledged, whatever happens to it."""

import asyncio
import os
import signal
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from core.clock import FixedClock
from core.ledger.draft import MailAddress, Sent
from core.mail.compose import compose, placeholder
from core.mail.gateway import MailGateway
from core.render import MailText
from core.settings import MailSettings
from relais.sandbox.mail_catcher import CaughtMail, Mailbox, MailCatcher, with_pictures
from tests.conftest import MORNING
from tests.mails import make_parcel


def mail(subject: str, to: str = "zoe@orsanne.example") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Réseau <relais@territoires.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Bonjour Zoé\n.\n")
    return message


async def send(catcher: MailCatcher, message: EmailMessage, *to: str) -> None:
    await aiosmtplib.send(
        message,
        hostname=catcher.host,
        port=catcher.port,
        start_tls=False,
        recipients=list(to) or None,
    )


async def test_our_own_mail_is_caught_as_it_was_written(tmp_path: Path) -> None:
    text = MailText("L’été à la campagne", "<p>Été</p>\n", f"Bonjour {placeholder('name')}\n")
    async with MailCatcher(tmp_path) as catcher:
        settings = MailSettings(port=catcher.port, sender="lettre@territoires.example")
        body = compose(settings, text, list_unsubscribe=True).body
        values = {"name": "Zoé", "unsubscribe_url": "https://relais.example/stop/" + "a" * 400}
        gateway = MailGateway(settings, FixedClock(MORNING), "a secret for tests")
        outcome = await gateway.send(
            make_parcel(body=body, values=values), MailAddress("Zoe@Orsanne.example", "Zoé")
        )
        await gateway.close()
        (caught,) = await catcher.messages("zoe@orsanne.EXAMPLE")
    headers = dict(caught.headers)
    assert outcome == Sent(headers["Message-ID"])
    assert caught.envelope_from == "lettre@territoires.example"
    assert caught.envelope_to == ("zoe@orsanne.example",)
    assert caught.subject == "L’été à la campagne"
    assert caught.sender == "Relais <lettre@territoires.example>"
    assert caught.to == "Zoé <Zoe@Orsanne.example>"
    assert caught.text == "Bonjour Zoé\n"
    assert caught.html == "<p>Été</p>\n"
    assert headers["List-Unsubscribe"] == f"<{values['unsubscribe_url']}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert caught.raw.startswith(b"From: ")


async def test_mailboxes_are_listed_with_what_they_hold(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path) as catcher:
        assert catcher.mailboxes() == []
        await send(catcher, mail("1"))
        await send(catcher, mail("2"), "zoe@orsanne.example", "Yan@orsanne.example")
        assert catcher.mailboxes() == [
            Mailbox("yan@orsanne.example", 1),
            Mailbox("zoe@orsanne.example", 2),
        ]
        assert [m.subject for m in await catcher.messages()] == ["2", "1"]
        assert [m.subject for m in await catcher.messages("yan@orsanne.example")] == ["2"]
        assert [m.subject for m in await catcher.messages(limit=1)] == ["2"]
        assert await catcher.messages("nobody@orsanne.example") == []


async def test_one_mail_is_found_by_its_name(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path) as catcher:
        await send(catcher, mail("1"))
        (caught,) = await catcher.messages()
        assert await catcher.message(caught.id) == caught
        assert await catcher.message("../new/" + caught.id) is None


async def test_mails_are_there_again_after_a_restart(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path) as catcher:
        await send(catcher, mail("1"))
    (tmp_path / "tmp" / "half-written").write_bytes(b"Return-Path: <x>")
    async with MailCatcher(tmp_path) as catcher:
        await send(catcher, mail("2"))
        assert [m.subject for m in await catcher.messages()] == ["2", "1"]
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_mail_that_is_no_mail_is_shown_as_it_is(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path) as catcher:
        client = aiosmtplib.SMTP(hostname=catcher.host, port=catcher.port, start_tls=False)
        await client.connect()
        nonsense = b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe"
        await client.sendmail("", ["zoe@orsanne.example"], nonsense)
        await client.quit()
        (caught,) = await catcher.messages()
    assert caught.envelope_from == ""
    assert caught.subject == caught.text == caught.html == ""
    assert caught.raw == nonsense + b"\r\n"


async def test_a_mail_too_large_is_refused_by_its_announced_size(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path, size_limit=1000) as catcher:
        large = mail("1")
        large.set_content("x" * 2000)
        with pytest.raises(aiosmtplib.SMTPException) as caught:
            await send(catcher, large)
        assert "552" in str(caught.value)
        assert await catcher.messages() == []


async def test_a_full_disk_is_for_later(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path) as catcher:
        (tmp_path / "tmp").rmdir()
        with pytest.raises(aiosmtplib.SMTPDataError) as caught:
            await send(catcher, mail("1"))
        assert caught.value.code == 451


async def test_stopping_twice_is_stopping(tmp_path: Path) -> None:
    catcher = MailCatcher(tmp_path)
    await catcher.start()
    client = aiosmtplib.SMTP(hostname=catcher.host, port=catcher.port, start_tls=False)
    await client.connect()
    await catcher.stop()
    await catcher.stop()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await client.noop()


CATCH = """
import asyncio, pathlib, sys
from relais.sandbox.mail_catcher import MailCatcher

async def main():
    async with MailCatcher(pathlib.Path(sys.argv[1])) as catcher:
        print(catcher.port, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CATCH,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    await client.connect()
    acknowledged = []
    for number in range(200):
        if number == 20:
            os.kill(process.pid, signal.SIGKILL)
        try:
            await client.send_message(mail(str(number)))
        except aiosmtplib.SMTPException:
            break
        acknowledged.append(str(number))
    await process.wait()
    async with MailCatcher(tmp_path) as catcher:
        kept = [caught.subject for caught in await catcher.messages()]
    assert len(acknowledged) >= 20
    assert set(acknowledged) <= set(kept)


def test_pictures_that_travel_inside_a_mail_are_shown_where_they_are() -> None:
    raw = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        b'--b\r\nContent-Type: text/html\r\n\r\n<img src="cid:a%40b"><img src="cid:none">\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--b--\r\n"
    )
    html = '<img src="cid:a%40b"><img src="cid:none">'
    mail = CaughtMail("1", MORNING, "", (), "", "", "", (), "", html, raw)
    shown = with_pictures(mail)
    assert shown == '<img src="data:image/png;base64,iVBORw=="><img src="cid:none">'
