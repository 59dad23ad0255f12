"""What `relais check` says of the mail server; nothing is ever sent."""

import ssl
from collections.abc import Sequence

import pytest

from core.mail.check import check
from core.room import Finding
from core.settings import MailSettings
from tests.smtp import HANG, ScriptedServer, certificate, only_zoe

Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    return certificate(tmp_path_factory.mktemp("certificate"))


def trouble(findings: Sequence[Finding]) -> Finding:
    (finding,) = [finding for finding in findings if not finding.ok]
    assert finding.hint
    return finding


async def test_a_good_server_is_told_so(contexts: Contexts) -> None:
    async with ScriptedServer(tls=contexts[0], authenticator=only_zoe) as server:
        settings = server.settings(security="starttls", username="zoe", password="secret")
        findings = await check(settings, contexts[1])
    assert [finding.ok for finding in findings] == [True, True]
    assert findings[0].what == "mail leaves as relais@territoires.example"
    assert findings[1].what.endswith("takes our mail with STARTTLS, as zoe")
    assert "MAIL" not in server.commands


async def test_nobody_listening(unused_tcp_port: int) -> None:
    finding = trouble(await check(MailSettings(port=unused_tcp_port)))
    assert finding.what.startswith(f"127.0.0.1:{unused_tcp_port}: ")
    assert finding.hint == "check mail.host and mail.port, and that the server runs"


async def test_a_server_that_says_nothing() -> None:
    async with ScriptedServer() as server:
        server.answer("connect", HANG)
        finding = trouble(await check(server.settings(timeout=0.2)))
    assert finding.hint == "check mail.port, and that mail.security (plain) fits it"


async def test_a_server_without_starttls() -> None:
    async with ScriptedServer() as server:
        finding = trouble(await check(server.settings(security="starttls")))
    assert "STARTTLS" in finding.what
    assert finding.hint == "check that the server offers what mail.security (starttls) asks"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for(contexts: Contexts, security: str) -> None:
    implicit = security == "tls"
    async with ScriptedServer(tls=contexts[0], implicit_tls=implicit) as server:
        finding = trouble(await check(server.settings(security=security)))
    assert "certificate" in finding.what
    assert finding.hint.startswith("check the server's certificate")


async def test_tls_on_a_port_that_speaks_plainly(contexts: Contexts) -> None:
    async with ScriptedServer() as server:
        finding = trouble(await check(server.settings(security="tls"), contexts[1]))
    assert finding.hint.startswith("check the server's certificate, and that mail.security fits")


async def test_a_wrong_password(contexts: Contexts) -> None:
    async with ScriptedServer(tls=contexts[0], authenticator=only_zoe) as server:
        settings = server.settings(security="starttls", username="zoe", password="wrong")
        finding = trouble(await check(settings, contexts[1]))
    assert finding.hint == "check mail.username and mail.password"
    assert "535" in finding.what


async def test_a_password_that_anybody_could_read() -> None:
    async with ScriptedServer(authenticator=only_zoe, auth_require_tls=False) as server:
        settings = server.settings(username="zoe", password="secret")
        finding = trouble(await check(settings))
    assert finding.what.endswith("the password can be read")


async def test_a_sender_that_is_no_address() -> None:
    async with ScriptedServer() as server:
        finding = trouble(await check(server.settings(sender="relais")))
    assert finding.hint == "correct mail.sender in the config"
