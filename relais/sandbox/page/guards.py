"""What stands in front of the sandbox's page: only this machine, only the page itself."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class OnlyHere:
    """Refuses names that are not this machine's (DNS rebinding), and other sites' requests.

    Bodies larger than `body_limit` bytes, or of a size not told beforehand, are refused too.
    """

    def __init__(self, app: ASGIApp, *, body_limit: int) -> None:
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on when it comes from the page, with the security headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = refused(scope["method"], Headers(scope=scope), self._body_limit)
        app = self._app if refusal is None else _refusal(*refusal)
        await app(scope, receive, send_with_headers)


def refused(method: str, headers: Headers, body_limit: int) -> tuple[HTTPStatus, str] | None:
    """Return why a request is refused: a status and a name for it; None when it may pass."""
    host = headers.get("host", "")
    if _name_of(f"//{host}") not in LOCAL_NAMES:
        return HTTPStatus.MISDIRECTED_REQUEST, "not_here"
    if method in SAFE_METHODS:
        return None
    if headers.get("origin") != f"http://{host}":
        return HTTPStatus.FORBIDDEN, "not_the_page"
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        return HTTPStatus.LENGTH_REQUIRED, "not_the_page"
    if int(length) > body_limit:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"
    return None


def _name_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _refusal(status: HTTPStatus, name: str) -> ASGIApp:
    return JSONResponse({"error": name}, status_code=status)
