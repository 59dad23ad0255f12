"""A server that takes commands several at once (RFC 2920), and what the gateway makes of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest

from core.clock import FixedClock
from core.ledger.draft import Later, MailAddress, Outcome, Refused, Sent, Unknown
from core.mail.compose import compose
from core.mail.gateway import MailGateway
from core.render import MailText
from core.settings import MailSettings
from tests.conftest import MORNING
from tests.mails import make_parcel

ZOE = MailAddress("zoe@orsanne.example")
GOOD = ("250 sender", "250 recipient", "354 go ahead")


class Server:
    """Answers each batch of commands by one batch of `replies`; `batches` are what it was told."""

    def __init__(self) -> None:
        self.replies: list[Sequence[str]] = []
        self.verdict = "250 taken"
        self.batches: list[bytes] = []
        self.messages: list[bytes] = []
        self.connections = 0
        self.talks: set[asyncio.Task[object] | None] = set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.talks.add(asyncio.current_task())
        writer.write(b"220 here\r\n")
        while said := await reader.read(65536):
            if said.startswith(b"EHLO"):
                writer.write(b"250-here\r\n250-SIZE 100000\r\n250 PIPELINING\r\n")
            elif said.startswith(b"MAIL"):
                await self._mail(said, reader, writer)
            else:
                writer.write(b"250 well\r\n")
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def left(self) -> None:
        """Wait until every client has left."""
        await asyncio.wait_for(asyncio.gather(*filter(None, self.talks)), 5)

    async def _mail(
        self, said: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.batches.append(said)
        replies = self.replies.pop(0) if self.replies else GOOD
        writer.write("".join(f"{reply}\r\n" for reply in replies).encode())
        if replies[-1].startswith("354"):
            try:
                self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
            except asyncio.IncompleteReadError:
                return
            writer.write(f"{self.verdict}\r\n".encode())


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def gateway(server: Server) -> AsyncIterator[MailGateway]:
    listening = await asyncio.start_server(server.converse, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = MailSettings(port=port, per_second=0, timeout=2, connections=1)
    gateway = MailGateway(settings, FixedClock(MORNING), "a secret for tests")
    yield gateway
    await gateway.close()
    listening.close()
    await server.left()


async def send(gateway: MailGateway) -> Outcome:
    body = compose(MailSettings(), MailText("x", "<p>x</p>", ".x\n")).body
    return await gateway.send(make_parcel(body=body), ZOE)


async def test_the_commands_of_a_mail_leave_together(server: Server, gateway: MailGateway) -> None:
    assert isinstance(await send(gateway), Sent)
    assert isinstance(await send(gateway), Sent)
    (first, _) = server.batches
    verbs = [line.split(b":")[0] for line in first.split(b"\r\n")]
    assert verbs == [b"MAIL FROM", b"RCPT TO", b"DATA", b""]
    assert (server.connections, len(server.messages)) == (1, 2)


@pytest.mark.parametrize(
    ("replies", "outcome", "reason"),
    [
        (("250 ok", "550 no such", "503 no recipient"), Refused, "550 no such"),
        (("250 ok", "450 greylisted", "503 no recipient"), Later, "450 greylisted"),
        (("451 busy", "503 sender?", "503 recipient?"), Later, "451 busy"),
        (("250 ok", "250-you", "nonsense", "354 go"), Later, ""),
    ],
)
async def test_the_first_refusal_counts_and_the_conversation_goes_on(
    server: Server,
    gateway: MailGateway,
    replies: Sequence[str],
    outcome: type[Outcome],
    reason: str,
) -> None:
    server.replies = [replies]
    found = await send(gateway)
    assert isinstance(found, outcome)
    assert reason in found.reason  # type: ignore[union-attr]
    assert isinstance(await send(gateway), Sent)
    assert len(server.messages) == 1


async def test_a_go_ahead_without_a_recipient_is_not_followed(
    server: Server, gateway: MailGateway
) -> None:
    server.replies = [("250 ok", "550 no such", "354 go ahead")]
    assert isinstance(await send(gateway), Refused)
    assert isinstance(await send(gateway), Sent)
    assert (server.connections, len(server.messages)) == (2, 1)


async def test_a_refusal_by_a_server_that_then_leaves_is_a_refusal(
    server: Server, gateway: MailGateway
) -> None:
    server.replies = [("421 closing",)]
    found = await asyncio.wait_for(send(gateway), 10)
    assert isinstance(found, Later)
    assert found.reason.startswith("421")


async def test_no_verdict_is_a_doubt_and_what_is_said_unasked_ends_it(
    server: Server, gateway: MailGateway
) -> None:
    server.verdict = "250 taken\r\n250 and taken again"
    assert isinstance(await send(gateway), Sent)
    server.verdict = "what?"
    assert isinstance(await send(gateway), Unknown)
    assert server.connections == 2
