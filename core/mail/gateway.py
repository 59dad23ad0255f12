"""Mail's way out: parcels of the ledger become SMTP transactions."""

import asyncio
import functools
import ssl
import time
from collections.abc import Callable

import aiosmtplib
import structlog

from core.clock import Clock
from core.errors import InputError
from core.ledger.draft import (
    Address,
    Channel,
    Later,
    MailAddress,
    Outcome,
    Parcel,
    Refused,
    Sent,
    Unknown,
)
from core.mail.connection import TROUBLE, Connection, connect
from core.mail.encode import address as ascii_address
from core.mail.fill import envelope_values, fill, message_id
from core.mail.pace import Pace
from core.mail.rules import AUTHENTICATION, accepted, judge, readable
from core.settings import MailSettings

IDLE_BEFORE_CHECK = 15.0
"""A connection idle for longer, in seconds, is asked whether it lives before it is used."""

log = structlog.get_logger()


class MailGateway:
    """Sends mail through a few kept connections, as fast as the settings allow.

    `clock` gives the Date header, the service's `secret` the Message-IDs. `tls` replaces the
    system's trust in TLS (its authorities).
    """

    channel = Channel.MAIL

    def __init__(
        self,
        settings: MailSettings,
        clock: Clock,
        secret: str,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connections = settings.connections
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._tls = tls or trust(settings)
        self._monotonic = monotonic
        self._pace = Pace(settings.per_second, settings.per_hour)
        self._places = asyncio.Semaphore(settings.connections)
        self._idle: list[Connection] = []
        self._closed = False

    async def send(self, parcel: Parcel, address: Address) -> Outcome:
        """Send one mail in one transaction, and say what became of it.

        What happens before the message's first byte leaves is Later or the server's own verdict;
        no verdict after that is Unknown. What cannot be written at all is Refused.
        """
        try:
            recipient, message = self._written(parcel, address)
        except InputError as error:
            return Refused(error.what)
        delay = self._pace.postpone(self._monotonic(), bulk=parcel.bulk)
        if delay:
            return Later("the hourly limit is reached", after=delay)
        async with self._places:
            try:
                await asyncio.sleep(self._pace.wait(self._monotonic()))
            except asyncio.CancelledError:
                return Later("the service stopped before it began")  # in no doubt: it never left
            outcome = await self._deliver(recipient, message)
        if isinstance(outcome, Sent):
            return Sent(message_id(parcel, self._settings.sender, self._secret))
        return outcome

    async def show(self, body: bytes, address: Address, shown_as: str | None) -> Outcome:  # noqa: ARG002  # the port's
        """Refuse: what was mailed cannot be changed."""
        return Refused("mail has no views")

    async def close(self) -> None:
        """Take leave of the server on every idle connection; the others close after use."""
        self._closed = True
        while self._idle:
            await self._idle.pop().quit()

    @functools.cached_property
    def _sender(self) -> str:
        return ascii_address(self._settings.envelope_sender or self._settings.sender)

    def _written(self, parcel: Parcel, address: Address) -> tuple[str, bytes]:
        if not isinstance(address, MailAddress):
            raise InputError("this is not a mail address")
        own = envelope_values(
            parcel, address, self._settings.sender, self._secret, self._clock.now()
        )
        return ascii_address(address.email), fill(parcel.body, {**parcel.values, **own})

    async def _deliver(self, recipient: str, message: bytes) -> Outcome:
        """Use a kept connection; when it proves dead before the message leaves, a new one."""
        kept = await self._kept()
        if kept:
            outcome = await self._transaction(kept, recipient, message)
            if outcome is not None:
                return outcome
        try:
            connection = await connect(self._settings, self._tls)
        except TROUBLE as error:
            return _no_service(error)
        outcome = await self._transaction(connection, recipient, message)
        return outcome or Later("the server closed the connection")

    async def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            idle = self._monotonic() - connection.used_at
            if not connection.broken and (idle < IDLE_BEFORE_CHECK or await connection.alive()):
                return connection
            connection.close()
        return None

    async def _transaction(
        self, connection: Connection, recipient: str, message: bytes
    ) -> Outcome | None:
        """Send on this connection, then keep or close it. None: it was closed, nothing left."""
        try:
            outcome = await self._converse(connection, recipient, message)
        except BaseException:
            connection.close()
            raise
        if isinstance(outcome, Unknown):
            connection.close()
        elif not isinstance(outcome, Sent) and not connection.broken:
            await connection.reset()
        await self._give_back(connection)
        return outcome

    async def _converse(
        self, connection: Connection, recipient: str, message: bytes
    ) -> Outcome | None:
        limit = connection.room_for(message)
        if limit is not None:
            return Refused(f"the mail has {len(message)} bytes, the server takes {limit}")
        try:
            await connection.open_envelope(self._sender, recipient, message)
        except aiosmtplib.SMTPServerDisconnected:
            return None
        except aiosmtplib.SMTPResponseException as error:
            return _refused_envelope(connection, error)
        except InputError as error:
            return Refused(error.what)
        except TROUBLE as error:
            connection.close()
            return Later(_reason(error))
        return await _transmit(connection, message)

    async def _give_back(self, connection: Connection) -> None:
        if connection.broken:
            return
        if self._closed:
            await connection.quit()
            return
        connection.used_at = self._monotonic()
        self._idle.append(connection)


def trust(settings: MailSettings) -> ssl.SSLContext | None:
    """Return whom to trust in TLS: the system's authorities, or those of SSL_CERT_FILE."""
    return None if settings.security == "plain" else ssl.create_default_context()


async def _transmit(connection: Connection, message: bytes) -> Outcome | None:
    if connection.broken:
        return None
    try:
        code, text = await connection.transmit(message)
    except TROUBLE as error:
        return Unknown(f"no verdict after the message: {_reason(error)}")
    if accepted(code):
        return Sent("")
    _close_if_leaving(connection, code)
    return judge(code, text)


def _refused_envelope(
    connection: Connection, error: aiosmtplib.SMTPResponseException
) -> Refused | Later:
    """Let a reply before the message settle it; what is no reply at all is tried again."""
    _close_if_leaving(connection, error.code)
    if error.code in AUTHENTICATION:
        log.error("mail.unauthenticated", code=error.code, hint="check mail.username and password")
    outcome = judge(error.code, error.message)
    if isinstance(outcome, Unknown):
        connection.close()
        return Later(outcome.reason)
    return outcome


def _close_if_leaving(connection: Connection, code: int) -> None:
    if code == aiosmtplib.SMTPStatus.domain_unavailable:
        connection.close()


def _no_service(error: Exception) -> Later:
    """Whatever prevents a conversation is about the server or our settings: no mail fails."""
    reason = _reason(error)
    log.error("mail.no_service", reason=reason, hint="run: relais check")
    return Later(reason)


def _reason(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"authentication refused: {readable(error.code, error.message)}"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return readable(error.code, error.message)
    return " ".join(str(error).split()) or type(error).__name__
