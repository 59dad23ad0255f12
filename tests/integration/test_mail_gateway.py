"""Mail leaving through real SMTP conversations, and what every failure means."""

import asyncio
import os
import signal
import ssl
import sys
import textwrap
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import structlog

from core.clock import FixedClock
from core.ledger.draft import (
    ChatAddress,
    Later,
    MailAddress,
    Outcome,
    Parcel,
    Refused,
    Sent,
    Unknown,
)
from core.mail.compose import compose, placeholder
from core.mail.gateway import IDLE_BEFORE_CHECK, MailGateway
from core.render import MailText
from core.settings import MailSettings
from tests.conftest import MORNING
from tests.mails import make_parcel
from tests.smtp import CUT, HANG, ScriptedServer, certificate, only_zoe

ZOE = MailAddress("zoe@orsanne.example", "Zoé Lestrade")
NAME = placeholder("name")
TEXT = MailText("Rappel : la rencontre", f"<p>Bonjour {NAME}</p>", f"Bonjour {NAME},\n.\n..fin\n")


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def gateway(server: ScriptedServer) -> AsyncIterator[MailGateway]:
    gateway = MailGateway(server.settings(), FixedClock(MORNING), "a secret for tests")
    yield gateway
    await gateway.close()


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("certificate"))


def parcel(number: int = 1, **changes: Any) -> Parcel:
    body = compose(MailSettings(sender="relais@territoires.example"), TEXT).body
    return make_parcel(number, **{"body": body, "values": {"name": "Zoé"}, **changes})


async def send_with(settings: MailSettings, tls: ssl.SSLContext | None = None) -> Outcome:
    gateway = MailGateway(settings, FixedClock(MORNING), "a secret for tests", tls)
    try:
        return await gateway.send(parcel(), ZOE)
    finally:
        await gateway.close()


async def test_a_mail_arrives_as_it_was_written(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    outcome = await gateway.send(parcel(), ZOE)
    (caught,) = server.accepted
    assert caught.mail_from == "relais@territoires.example"
    assert caught.rcpt_tos == ["zoe@orsanne.example"]
    assert caught.original_content is not None
    mail = message_from_bytes(caught.original_content, policy=default)
    assert outcome == Sent(mail["Message-ID"])
    assert mail["To"] == "Zoé Lestrade <zoe@orsanne.example>"
    assert mail["Subject"] == "Rappel : la rencontre"
    assert mail["Date"].datetime == MORNING
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == "Bonjour Zoé,\n.\n..fin\n"


async def test_the_same_delivery_keeps_its_message_id_when_sent_again(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    first = await gateway.send(parcel(), ZOE)
    again = await gateway.send(parcel(attempt=2, resent=True), ZOE)
    other = await gateway.send(parcel(2), ZOE)
    assert first == again != other
    assert len(server.accepted) == 3


STAGES = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "dot")


@pytest.mark.parametrize("stage", STAGES)
async def test_421_means_later_on_another_connection(
    server: ScriptedServer, gateway: MailGateway, stage: str
) -> None:
    server.answer(stage, "421 4.3.2 closing")
    outcome = await gateway.send(parcel(), ZOE)
    assert isinstance(outcome, Later)
    assert "421" in outcome.reason or "closed" in outcome.reason
    assert isinstance(await gateway.send(parcel(), ZOE), Sent)
    assert server.connections == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
async def test_450_means_later_on_the_same_connection(
    server: ScriptedServer, gateway: MailGateway, stage: str
) -> None:
    server.answer(stage, "450 4.2.0 greylisted")
    assert await gateway.send(parcel(), ZOE) == Later("450 4.2.0 greylisted")
    assert isinstance(await gateway.send(parcel(), ZOE), Sent)
    assert server.connections == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
async def test_550_refuses_without_repeating_the_address(
    server: ScriptedServer, gateway: MailGateway, stage: str
) -> None:
    server.answer(stage, "550 5.1.1 <zoe@orsanne.example> unknown")
    assert await gateway.send(parcel(), ZOE) == Refused("550 5.1.1 <…> unknown")
    assert isinstance(await gateway.send(parcel(), ZOE), Sent)
    assert server.connections == 1
    assert len(server.accepted) == 1


@pytest.mark.parametrize("stage", ["connect", "EHLO"])
async def test_a_server_that_does_not_want_us_fails_no_mail(
    server: ScriptedServer, gateway: MailGateway, stage: str
) -> None:
    server.answer(stage, "554 no service")
    server.answer("HELO", "554 no service")
    assert isinstance(await gateway.send(parcel(), ZOE), Later)


@pytest.mark.parametrize("stage", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_cut_before_the_message_means_later(
    server: ScriptedServer, gateway: MailGateway, stage: str
) -> None:
    server.answer(stage, CUT)
    assert isinstance(await gateway.send(parcel(), ZOE), Later)
    assert isinstance(await gateway.send(parcel(), ZOE), Sent)


@pytest.mark.parametrize("stage", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_silence_before_the_message_means_later(server: ScriptedServer, stage: str) -> None:
    server.answer(stage, HANG)
    assert isinstance(await send_with(server.settings(timeout=0.2)), Later)
    assert server.accepted == []


@pytest.mark.parametrize("stage", ["body", "dot"])
@pytest.mark.parametrize("failure", [CUT, HANG])
async def test_no_verdict_once_the_message_left_means_unknown(
    server: ScriptedServer, stage: str, failure: str
) -> None:
    server.answer(stage, failure)
    outcome = await send_with(server.settings(timeout=0.3))
    assert isinstance(outcome, Unknown)
    assert outcome.reason.startswith("no verdict after the message")


async def test_an_unknown_outcome_does_not_stop_the_next_mail(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    server.answer("dot", CUT)
    assert isinstance(await gateway.send(parcel(1), ZOE), Unknown)
    assert isinstance(await gateway.send(parcel(2), ZOE), Sent)


async def test_nonsense_instead_of_a_verdict_is_unknown(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    server.answer("dot", "nonsense")
    assert isinstance(await gateway.send(parcel(), ZOE), Unknown)


async def test_nonsense_before_the_message_means_later(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    server.answer("RCPT", "nonsense")
    assert isinstance(await gateway.send(parcel(), ZOE), Later)
    assert isinstance(await gateway.send(parcel(), ZOE), Sent)


async def test_nobody_listening_means_later(unused_tcp_port: int) -> None:
    settings = MailSettings(port=unused_tcp_port, timeout=1)
    with structlog.testing.capture_logs() as logs:
        assert isinstance(await send_with(settings), Later)
    assert [entry["event"] for entry in logs] == ["mail.no_service"]


async def test_a_host_that_does_not_exist_means_later() -> None:
    assert isinstance(await send_with(MailSettings(host="nowhere.invalid", timeout=5)), Later)


async def test_a_missing_value_fails_the_mail_and_nothing_leaves(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    outcome = await gateway.send(parcel(values={}), ZOE)
    assert outcome == Refused("the mail has no value for 'name'")
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        MailAddress("zoe@orsanne.example\r\nBcc: all@orsanne.example"),
        MailAddress("zoe@orsanne.example", "Zoé\r\nBcc: all@orsanne.example"),
        MailAddress("zoé@orsanne.example"),
        ChatAddress(12),
    ],
)
async def test_an_address_that_cannot_be_used_is_refused(
    server: ScriptedServer, gateway: MailGateway, address: MailAddress | ChatAddress
) -> None:
    assert isinstance(await gateway.send(parcel(), address), Refused)
    assert server.connections == 0


async def test_connections_are_kept_and_never_more_than_allowed(server: ScriptedServer) -> None:
    gateway = MailGateway(server.settings(connections=2), FixedClock(MORNING), "a secret for tests")
    outcomes = await asyncio.gather(*(gateway.send(parcel(n), ZOE) for n in range(20)))
    await gateway.close()
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(server.accepted) == 20
    assert server.connections == 2


async def test_a_kept_connection_that_the_server_closed_costs_nothing(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    assert isinstance(await gateway.send(parcel(1), ZOE), Sent)
    await server.hang_up()
    assert isinstance(await gateway.send(parcel(2), ZOE), Sent)
    assert len(server.accepted) == 2


async def test_a_kept_connection_cut_before_the_message_is_replaced_at_once(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    assert isinstance(await gateway.send(parcel(1), ZOE), Sent)
    server.answer("MAIL", CUT)
    assert isinstance(await gateway.send(parcel(2), ZOE), Sent)
    assert server.connections == 2


@pytest.mark.parametrize(("answer", "connections"), [("250 here", 1), ("421 gone", 2)])
async def test_a_connection_idle_for_long_is_asked_first(
    server: ScriptedServer, answer: str, connections: int
) -> None:
    instant = 0.0
    gateway = MailGateway(
        server.settings(), FixedClock(MORNING), "a secret for tests", monotonic=lambda: instant
    )
    await gateway.send(parcel(1), ZOE)
    instant += IDLE_BEFORE_CHECK + 1
    server.answer("NOOP", answer)
    assert isinstance(await gateway.send(parcel(2), ZOE), Sent)
    assert server.connections == connections
    await gateway.close()


async def test_a_mail_given_up_by_its_sender_leaves_no_connection_half_used(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    server.answer("dot", HANG)
    task = asyncio.create_task(gateway.send(parcel(1), ZOE))
    await server.reached("dot")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await gateway.send(parcel(2), ZOE), Sent)
    assert server.connections == 2


async def test_a_gateway_that_closes_lets_its_last_mail_leave(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    sending = asyncio.create_task(gateway.send(parcel(), ZOE))
    await server.reached("connect")
    await gateway.close()
    assert isinstance(await sending, Sent)
    await server.reached("QUIT")


async def test_a_connection_that_does_not_forget_a_refused_mail_is_not_used_again(
    server: ScriptedServer, gateway: MailGateway
) -> None:
    server.answer("RCPT", "550 no")
    server.answer("RSET", "500 what?")
    assert isinstance(await gateway.send(parcel(1), ZOE), Refused)
    assert isinstance(await gateway.send(parcel(2), ZOE), Sent)
    assert server.connections == 2


async def test_a_mail_over_the_servers_limit_is_refused_before_it_leaves() -> None:
    async with ScriptedServer(data_size_limit=600) as server:
        outcome = await send_with(server.settings())
        assert isinstance(outcome, Refused)
        assert outcome.reason.endswith("the server takes 600")
        assert "DATA" not in server.commands


async def test_the_hourly_limit_puts_mails_off(server: ScriptedServer) -> None:
    gateway = MailGateway(
        server.settings(per_hour=1),
        FixedClock(MORNING),
        "a secret for tests",
        monotonic=lambda: 1000.0,
    )
    assert isinstance(await gateway.send(parcel(1), ZOE), Sent)
    assert await gateway.send(parcel(2), ZOE) == Later("the hourly limit is reached", after=3600.0)
    await gateway.close()


async def test_mail_shows_no_view(gateway: MailGateway) -> None:
    assert isinstance(await gateway.show(b"", ZOE, None), Refused)


async def test_mail_leaves_by_starttls(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with ScriptedServer(tls=contexts[0], require_starttls=True) as server:
        outcome = await send_with(server.settings(security="starttls"), contexts[1])
        assert isinstance(outcome, Sent)


async def test_mail_leaves_by_tls(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with ScriptedServer(tls=contexts[0], implicit_tls=True) as server:
        outcome = await send_with(server.settings(security="tls"), contexts[1])
        assert isinstance(outcome, Sent)


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with ScriptedServer(tls=contexts[0]) as server:
        outcome = await send_with(server.settings(security="starttls"))
        assert isinstance(outcome, Later)
        assert "certificate" in outcome.reason
        assert "MAIL" not in server.commands


async def test_mail_never_leaves_in_clear_when_starttls_is_asked(server: ScriptedServer) -> None:
    assert isinstance(await send_with(server.settings(security="starttls")), Later)
    assert "MAIL" not in server.commands


async def test_mail_leaves_authenticated(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with ScriptedServer(
        tls=contexts[0], authenticator=only_zoe, auth_required=True
    ) as server:
        known = server.settings(security="starttls", username="zoe", password="secret")
        assert isinstance(await send_with(known, contexts[1]), Sent)


async def test_a_wrong_password_fails_no_mail_and_tells_the_operator(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with ScriptedServer(tls=contexts[0], authenticator=only_zoe) as server:
        wrong = server.settings(security="starttls", username="zoe", password="wrong")
        with structlog.testing.capture_logs() as logs:
            outcome = await send_with(wrong, contexts[1])
    assert isinstance(outcome, Later)
    assert outcome.reason.startswith("authentication refused: 535")
    assert logs[0]["event"] == "mail.no_service"
    assert logs[0]["log_level"] == "error"


async def test_a_server_that_wants_a_password_fails_no_mail(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with ScriptedServer(
        tls=contexts[0], authenticator=only_zoe, auth_required=True
    ) as server:
        with structlog.testing.capture_logs() as logs:
            outcome = await send_with(server.settings(security="starttls"), contexts[1])
    assert isinstance(outcome, Later)
    assert outcome.reason.startswith("530")
    assert logs[0]["event"] == "mail.unauthenticated"


async def test_a_process_killed_while_sending_leaves_no_mail_behind(
    server: ScriptedServer,
) -> None:
    program = textwrap.dedent(f"""
        import asyncio, pathlib
        from tests.integration import test_mail_gateway as this
        from core.settings import MailSettings
        settings = MailSettings(port={server.port}, timeout=5)
        asyncio.run(this.send_with(settings))
    """)
    environment = {**os.environ, "RELAIS_FAILPOINT": "mail.during_send"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=environment, cwd=Path(__file__).parents[2]
    )
    assert await process.wait() == -signal.SIGKILL
    assert "DATA" in server.commands
    assert server.accepted == []
