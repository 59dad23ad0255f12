"""What stands in front of every page: headers, the size of bodies, the rate of forms."""

import ipaddress

from limits import RateLimitItemPerHour
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""`no-referrer` also keeps the tokens of signed links out of other sites' logs."""

FORM_BYTES = 64 * 1024
WEBHOOK_BYTES = 1024 * 1024
WEBHOOKS = "/telegram/"


class SecurityHeaders:
    """Adds the security headers to every response that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, with the headers added as the response starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameWithSlash:
    """Serves `/lettres/` as `/lettres`.

    Starlette would redirect there, to the name that the Host header gives, whoever wrote it, and
    without TLS where a proxy ends it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, without the slashes that end its path."""
        if scope["type"] == "http" and scope["path"].endswith("/"):
            scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        await self._app(scope, receive, send)


class FormLimit:
    """Refuses forms beyond so many an hour from one address.

    One-click unsubscription (RFC 8058) is exempt: mailbox providers post it for many people
    from few addresses, and refusing it would keep somebody subscribed against their will.
    So are the links that each person was sent about a meeting: a whole town hall answers from one
    address, and a token guards each of them. Webhooks too: their secret guards them.
    """

    exempt = (
        "/desabonnement/",
        "/rencontres/reponse/",
        "/rencontres/avis/",
        "/rencontres/compte-rendu/",
        WEBHOOKS,
    )

    def __init__(self, app: ASGIApp, *, per_hour: int, page: Response) -> None:
        self._app = app
        self._page = page
        self._rate = RateLimitItemPerHour(per_hour)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the call through, or answer 429 with a page that says when to come back."""
        if await self._refuses(scope):
            await self._page(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _refuses(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "POST":
            return False
        if scope["path"].startswith(self.exempt):
            return False
        client = scope.get("client")
        return not await self._limiter.hit(self._rate, origin(client[0] if client else ""))


def origin(address: str) -> str:
    """Return whom to count forms for: an IPv4 address, or an IPv6 network of 64 bits.

    A single subscriber has a whole one of these, and may use another address for each form.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


class BodyLimit:
    """Refuses bodies larger than a form can be, before and while they are read."""

    def __init__(self, app: ASGIApp, *, page: Response) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body first, as forms are small, and pass it on whole."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        most = WEBHOOK_BYTES if scope["path"].startswith(WEBHOOKS) else FORM_BYTES
        body = await _read(receive, most)
        if body is None:
            await self._page(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


async def _read(receive: Receive, most: int) -> bytes | None:
    """Return the body, or None when it is larger than `most` bytes or its sender left."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
