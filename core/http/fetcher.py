"""One GET as a good guest: conditional, spaced, bounded in time, size and redirects."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from core.errors import FetchError
from core.http.body import read_body
from core.http.guard import GuardedTransport, Resolver, check_url, resolve_by_system
from core.settings import WatchSettings

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT_REDIRECTS = frozenset({301, 308})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.6, */*;q=0.3"
)
_HINTS = {
    401: "the site wants a password: choose a public feed",
    403: "the site refuses us: ask its webmaster to let our User-Agent in",
    404: "check the address: the feed may have moved",
    410: "the feed is gone for good: remove the source, or find its new address",
    429: "the site asks us to come less often",
}


@dataclass(frozen=True)
class Fetched:
    """What a server answered: a document (200), or that ours is still the right one (304).

    Header names are in lower case, values as received (latin-1). `url` is where the document was
    found; `moved_to` is its new address when redirects said that the move is permanent. A move from
    https to http is followed, and not believed: whoever is in between could have ordered it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved_to: str | None = None

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing has changed since the validators given."""
        return self.status == httpx.codes.NOT_MODIFIED


class Fetcher:
    """Fetches documents of the public web, and keeps no cookie. To be closed when done with.

    `resolve` and `transport` replace the network in tests; the guards on addresses are in the
    default transport.
    """

    def __init__(
        self,
        settings: WatchSettings,
        *,
        resolve: Resolver = resolve_by_system,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.connections)
        self._next_start: dict[str, float] = {}
        self._client = httpx.AsyncClient(
            transport=transport
            or GuardedTransport(
                resolve,
                allow_private=settings.allow_private_addresses,
                connections=settings.connections,
            ),
            headers={
                "User-Agent": settings.user_agent,
                "Accept": _ACCEPT,
                "Accept-Encoding": "gzip",
            },
            timeout=settings.timeout,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=False,
        )

    async def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """GET a document, unless it is still what the validators name.

        Waits for its turn: a few requests at once, and never two close together on one host.
        Raises FetchError: refused address, time-out, too many redirects, too big, or a status
        that is neither 2xx nor an expected 304.
        """
        address = check_url(url)
        await self._space(address.host)
        async with self._slots:
            with _explained(self._settings.timeout):
                async with asyncio.timeout(self._settings.timeout):
                    return await self._follow(address, _conditions(etag, last_modified))

    async def status(self, url: str, *, timeout: float) -> int:  # noqa: ASYNC109  # one ask's, not the call's
        """Return the HTTP status that an address answers with in the end, without its document.

        HEAD first, then GET unless that is a success: many sites refuse HEAD. `timeout` is for
        each. Waits for its turn as `fetch` does. Raises FetchError: refused address, time-out, too
        many redirects; UnknownHostError when no public host has that name.
        """
        address = check_url(url)
        status = await self._status("HEAD", address, timeout)
        if httpx.codes.is_success(status):
            return status
        return await self._status("GET", address, timeout)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _status(self, method: str, url: httpx.URL, timeout: float) -> int:  # noqa: ASYNC109  # as above
        await self._space(url.host)
        async with self._slots:
            with _explained(timeout):
                async with asyncio.timeout(timeout):
                    for _ in range(MOST_REDIRECTS + 1):
                        async with self._answer(url, [], method) as response:
                            target = response.headers.get("location", "")
                            if response.status_code not in _REDIRECTS or not target:
                                return response.status_code
                        url = _redirected(url, target)
        raise _too_many_redirects()

    async def _space(self, host: str) -> None:
        """Wait until this host may be asked again, and reserve the turn after it."""
        now = asyncio.get_running_loop().time()
        self._next_start = {key: at for key, at in self._next_start.items() if at > now}
        turn = self._next_start.get(host, now)
        self._next_start[host] = turn + self._settings.host_spacing
        await asyncio.sleep(max(0.0, turn - now))

    async def _follow(self, url: httpx.URL, conditions: list[tuple[bytes, bytes]]) -> Fetched:
        moved_to: str | None = None
        permanent = True
        for _ in range(MOST_REDIRECTS + 1):
            async with self._answer(url, conditions) as response:
                target = response.headers.get("location", "")
                if response.status_code not in _REDIRECTS or not target:
                    return await self._read(response, url, moved_to)
                permanent = permanent and response.status_code in _PERMANENT_REDIRECTS
            before, url = url, _redirected(url, target)
            permanent = permanent and (before.scheme, url.scheme) != ("https", "http")
            moved_to = str(url) if permanent else moved_to
        raise _too_many_redirects()

    @contextlib.asynccontextmanager
    async def _answer(
        self, url: httpx.URL, conditions: list[tuple[bytes, bytes]], method: str = "GET"
    ) -> AsyncIterator[httpx.Response]:
        request = self._client.build_request(method, url)
        request.headers = httpx.Headers([*request.headers.raw, *conditions])
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def _read(
        self, response: httpx.Response, url: httpx.URL, moved_to: str | None
    ) -> Fetched:
        status = response.status_code
        asked = "if-none-match" in response.request.headers
        asked = asked or "if-modified-since" in response.request.headers
        if status == httpx.codes.NOT_MODIFIED and asked:
            body = b""
        elif response.is_success:
            body = await read_body(response, self._settings.max_bytes)
        else:
            raise _refused(response)
        return Fetched(status, _headers(response), body, str(url), moved_to)


def _too_many_redirects() -> FetchError:
    return FetchError(
        f"over {MOST_REDIRECTS} redirects", hint="open the address in a browser to see why"
    )


def _redirected(url: httpx.URL, target: str) -> httpx.URL:
    """Return where a redirect leads. Raises FetchError, not permanent: it may lead back one day."""
    try:
        return check_url(str(url.join(target)))
    except FetchError as error:
        raise FetchError(
            f"the site redirects us wrongly: {error.what}",
            hint="it will be tried again; open the address in a browser to see why",
        ) from error


def retry_after_seconds(value: str, now: datetime) -> float | None:
    """Read a `Retry-After` (RFC 9110 §10.2.3): seconds, or a date compared with `now`."""
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        instant = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    zoned = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max(0.0, (zoned - now).total_seconds())


def _conditions(etag: str | None, last_modified: str | None) -> list[tuple[bytes, bytes]]:
    """Give validators back byte for byte, however odd they are."""
    found = [(b"If-None-Match", etag), (b"If-Modified-Since", last_modified)]
    return [(name, value.encode("latin-1", "ignore")) for name, value in found if value]


def _headers(response: httpx.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _refused(response: httpx.Response) -> FetchError:
    status = response.status_code
    hint = _HINTS.get(status, "it will be tried again")
    retry_after = retry_after_seconds(response.headers.get("retry-after", ""), datetime.now(UTC))
    return FetchError(
        f"the site answered {status} {response.reason_phrase}".rstrip(),
        hint=hint,
        permanent=status == httpx.codes.GONE,
        status=status,
        retry_after=retry_after,
    )


@contextlib.contextmanager
def _explained(timeout: float) -> Iterator[None]:
    """Turn what the network raises into one clear line."""
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise FetchError(
            f"no complete answer within {timeout:g} s", hint="it will be tried again"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # httpx lets IDNA's through
        raise FetchError(
            f"the connection failed: {str(error) or type(error).__name__}",
            hint="it will be tried again",
        ) from error
