"""A real SMTP server that misbehaves when it is told to.

    async with ScriptedServer() as server:
        server.answer("RCPT", "450 4.2.0 greylisted")

Each answer is used once, in order; without any the server does its work. Stages are `connect`,
the commands (`EHLO`, `HELO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `NOOP`, `RSET`, `QUIT`), `body` (after
the go-ahead, before the final dot), and `dot` (once the whole message was read).
"""

import asyncio
import shutil
import ssl
import subprocess
from collections import defaultdict, deque
from pathlib import Path
from typing import Any, AnyStr, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.settings import MailSettings

HANG = "hang"
CUT = "cut"


class ScriptedServer:
    """`accepted` are the mails it answered 250 for; `connections` counts conversations."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, implicit_tls: bool = False, **options: Any
    ) -> None:
        self.accepted: list[Envelope] = []
        self.commands: list[str] = []
        self.connections = 0
        self.port = 0
        self._script: dict[str, deque[str]] = defaultdict(deque)
        self._options = {"hostname": "localhost", "tls_context": tls, **options}
        self._implicit = tls if implicit_tls else None
        if implicit_tls:
            self._options.pop("tls_context")
        self._server: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    def answer(self, stage: str, *answers: str) -> None:
        self._script[stage].extend(answers)

    def settings(self, **changes: Any) -> MailSettings:
        return MailSettings(
            **{
                "host": "127.0.0.1",
                "port": self.port,
                "sender": "relais@territoires.example",
                "timeout": 5.0,
                "per_second": 0,
                **changes,
            }
        )

    async def reached(self, stage: str) -> None:
        """Wait until a client gets to this stage."""
        while stage not in self.commands:  # noqa: ASYNC110  # a test may poll
            await asyncio.sleep(0.01)

    async def hang_up(self) -> None:
        """Close every conversation, as a server does with those that are idle."""
        for conversation in list(self._open):
            if conversation.transport is not None:
                conversation.transport.close()
        while self._open:  # noqa: ASYNC110  # a test may poll
            await asyncio.sleep(0.01)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._converse, "127.0.0.1", self.port, ssl=self._implicit
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for conversation in list(self._open):
            for transport in (conversation.transport, conversation._original_transport):
                if isinstance(
                    transport, asyncio.WriteTransport
                ):  # a failed handshake leaves the original one open
                    transport.abort()
        await self._server.wait_closed()

    def take(self, stage: str) -> str | None:
        return self._script[stage].popleft() if self._script[stage] else None

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: "_Conversation", _session: Session, envelope: Envelope
    ) -> str:
        refusal = await server.obey("dot")
        if refusal is None:
            self.accepted.append(envelope)
        return refusal or "250 OK"

    def _converse(self) -> SMTP:
        self.connections += 1
        return _Conversation(self, **self._options)


class _Conversation(SMTP):
    def __init__(self, server: ScriptedServer, **options: Any) -> None:
        super().__init__(server, **options)
        self._scripted = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._scripted._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._scripted._open.discard(self)
        super().connection_lost(error)

    async def obey(self, stage: str) -> str | None:
        """Do what the script says at this stage; return the reply to give, if it is one."""
        self._scripted.commands.append(stage)
        answer = self._scripted.take(stage)
        if answer == CUT and isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        if answer in (CUT, HANG):
            await asyncio.Event().wait()  # cancelled when the connection is lost
        return answer

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        if str(status).startswith("421") and self.transport is not None:
            self.transport.close()

    async def _handle_client(self) -> None:
        refusal = await self.obey("connect")
        if refusal is None:
            await super()._handle_client()
        else:
            await self.push(refusal)
            self._writer.close()

    async def _or(self, command: str, argument: str | None) -> None:
        reply = await self.obey(command)
        if reply is None:
            await getattr(SMTP, f"smtp_{command}")(self, argument)
        else:
            await self.push(reply)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        await self._or("EHLO", hostname)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        await self._or("HELO", hostname)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        await self._or("AUTH", arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        await self._or("MAIL", arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        await self._or("RCPT", arg)

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: N802
        await self._or("NOOP", arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        await self._or("RSET", arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        await self._or("QUIT", arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        body = self._scripted.take("body")
        if body is None:
            await self._or("DATA", arg)
            return
        self._scripted.answer("body", body)
        await self.push("354 go ahead")
        await self._reader.readexactly(1)
        await self.obey("body")


def only_zoe(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> Any:
    """Authenticate `zoe` with `secret`, and nobody else."""
    known = isinstance(given, LoginPassword) and given == LoginPassword(b"zoe", b"secret")
    return AuthResult(success=known, handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for localhost; return the server's side and a client's trust in it."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    key, chain = folder / "key.pem", folder / "chain.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(chain)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain, key)
    return server, ssl.create_default_context(cafile=str(chain))
