"""Fetching from a real server on this machine, good or bad."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from core.errors import FetchError
from core.http import Fetched, Fetcher
from core.serving import serving
from core.settings import WatchSettings

FEED = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
ODD_ETAG = 'W/"a, b\xe9"'


class Site:
    """A site whose every page is one of the ways in which a server behaves."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.sent = 0

    async def answer(self, request: Request) -> Response:
        self.requests.append(request)
        response: Response = await getattr(self, request.path_params["page"])(request)
        return response

    async def feed(self, request: Request) -> Response:
        headers = {"ETag": ODD_ETAG, "Last-Modified": "yesterday"}
        if request.headers.get("if-none-match") == ODD_ETAG:
            return Response(status_code=304, headers=headers)
        return Response(FEED, headers=headers, media_type="application/rss+xml")

    async def always_304(self, _request: Request) -> Response:
        return Response(status_code=304)

    async def moved(self, _request: Request) -> Response:
        return RedirectResponse("/feed", status_code=301)

    async def moved_twice(self, _request: Request) -> Response:
        return RedirectResponse("moved", status_code=308)

    async def moved_then_elsewhere(self, _request: Request) -> Response:
        return RedirectResponse("/elsewhere", status_code=301)

    async def elsewhere(self, _request: Request) -> Response:
        return RedirectResponse("/feed", status_code=302)

    async def loop(self, _request: Request) -> Response:
        return RedirectResponse("/loop", status_code=302)

    async def to_file(self, _request: Request) -> Response:
        return RedirectResponse("file:///etc/passwd", status_code=302)

    async def to_nowhere(self, _request: Request) -> Response:
        return Response(status_code=302, headers={"Location": "http://[::1/"})

    async def to_no_name(self, _request: Request) -> Response:
        return Response(status_code=302, headers={"Location": "http://xn--a.example/"})

    async def to_private(self, _request: Request) -> Response:
        return RedirectResponse("http://intranet.test/feed", status_code=302)

    async def redirect_without_target(self, _request: Request) -> Response:
        return Response(status_code=302)

    async def too_many(self, _request: Request) -> Response:
        return Response(status_code=429, headers={"Retry-After": "1800"})

    async def gone(self, _request: Request) -> Response:
        return Response(status_code=410)

    async def forbidden(self, _request: Request) -> Response:
        return Response(status_code=403)

    async def broken(self, _request: Request) -> Response:
        return Response(status_code=503, headers={"Retry-After": "soon"})

    async def drip(self, _request: Request) -> Response:
        async def drops() -> AsyncIterator[bytes]:
            while True:
                yield b"<"
                await asyncio.sleep(0.02)

        return StreamingResponse(drops())

    async def huge(self, _request: Request) -> Response:
        async def flood() -> AsyncIterator[bytes]:
            for _ in range(50):
                self.sent += 1_000_000
                yield b"x" * 1_000_000

        return StreamingResponse(flood())

    async def huge_and_says_so(self, _request: Request) -> Response:
        return Response(b"x" * 3_000_000)

    async def bomb(self, _request: Request) -> Response:
        return _gzipped(gzip.compress(bytes(50_000_000)))

    async def endless(self, _request: Request) -> Response:
        return Response(status_code=301, headers={"Location": "/" + "x" * 2_000})

    async def to_a_file(self, _request: Request) -> Response:
        return Response(status_code=302, headers={"Location": "file:///etc/passwd"})

    async def with_a_password(self, _request: Request) -> Response:
        return Response(status_code=301, headers={"Location": "http://a:b@example.org/"})

    async def trailing(self, _request: Request) -> Response:
        async def flood() -> AsyncIterator[bytes]:
            yield gzip.compress(FEED)
            for _ in range(50):
                self.sent += 1_000_000
                yield b"x" * 1_000_000

        return StreamingResponse(flood(), headers={"Content-Encoding": "gzip"})

    async def gzipped(self, _request: Request) -> Response:
        return _gzipped(gzip.compress(FEED))

    async def deflated(self, _request: Request) -> Response:
        return Response(zlib.compress(FEED), headers={"Content-Encoding": "deflate"})

    async def cut(self, _request: Request) -> Response:
        return _gzipped(gzip.compress(FEED)[:-12])

    async def damaged(self, _request: Request) -> Response:
        return _gzipped(b"certainly not gzip")

    async def brotli(self, _request: Request) -> Response:
        return Response(FEED, headers={"Content-Encoding": "br"})


def _gzipped(body: bytes) -> Response:
    return Response(body, headers={"Content-Encoding": "gzip"})


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def base(site: Site) -> AsyncIterator[str]:
    async with serving(Starlette(routes=[Route("/{page}", site.answer)])) as port:
        yield f"http://127.0.0.1:{port}"


def settings(**changes: object) -> WatchSettings:
    values = {"allow_private_addresses": True, "host_spacing": 0, "max_bytes": 2_000_000}
    return WatchSettings.model_validate({**values, **changes})


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(settings()) as fetcher:
        yield fetcher


async def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    assert caught.value.hint
    return caught.value


async def test_a_document_comes_whole_with_its_headers(
    site: Site, base: str, fetcher: Fetcher
) -> None:
    fetched = await fetcher.fetch(f"{base}/feed")
    assert (fetched.status, fetched.body, fetched.url) == (200, FEED, f"{base}/feed")
    assert fetched.headers["etag"] == ODD_ETAG
    assert fetched.headers["last-modified"] == "yesterday"
    assert fetched.moved_to is None
    (request,) = site.requests
    assert request.headers["user-agent"] == "Relais/0.1 (+https://example.org/veille)"
    assert "application/rss+xml" in request.headers["accept"]
    assert "if-none-match" not in request.headers


async def test_validators_go_back_exactly_as_they_came(
    site: Site, base: str, fetcher: Fetcher
) -> None:
    first = await fetcher.fetch(f"{base}/feed")
    again = await fetcher.fetch(
        f"{base}/feed",
        etag=first.headers["etag"],
        last_modified=first.headers["last-modified"],
    )
    assert again.not_modified
    assert again.body == b""
    assert site.requests[1].headers["if-none-match"] == ODD_ETAG
    assert site.requests[1].headers["if-modified-since"] == "yesterday"


async def test_a_304_that_nobody_asked_for_is_an_error(base: str, fetcher: Fetcher) -> None:
    assert (await failure(fetcher, f"{base}/always_304")).status == 304


@pytest.mark.parametrize("encoded", ["gzipped", "deflated"])
async def test_compressed_documents_are_unpacked(base: str, fetcher: Fetcher, encoded: str) -> None:
    assert (await fetcher.fetch(f"{base}/{encoded}")).body == FEED


async def test_a_permanent_redirect_gives_the_new_address(base: str, fetcher: Fetcher) -> None:
    for page in ("moved", "moved_twice"):
        fetched = await fetcher.fetch(f"{base}/{page}")
        assert fetched.body == FEED
        assert fetched.url == fetched.moved_to == f"{base}/feed"


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("endless", "the address has over 2,000 characters"),
        ("to_a_file", "only http and https addresses can be fetched"),
        ("with_a_password", "the address holds a user name or a password"),
    ],
)
async def test_a_wrong_redirect_is_no_reason_to_give_up(
    base: str, fetcher: Fetcher, page: str, what: str
) -> None:
    error = await failure(fetcher, f"{base}/{page}")
    assert error.what == f"the site redirects us wrongly: {what}"
    assert not error.permanent


async def test_only_what_is_permanent_from_the_first_is_a_move(base: str, fetcher: Fetcher) -> None:
    assert (await fetcher.fetch(f"{base}/elsewhere")).moved_to is None
    fetched = await fetcher.fetch(f"{base}/moved_then_elsewhere")
    assert (fetched.url, fetched.moved_to) == (f"{base}/feed", f"{base}/elsewhere")


async def test_a_move_from_https_to_http_is_followed_and_not_believed() -> None:
    def network(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            return httpx.Response(301, headers={"location": "http://site.test/feed"})
        return httpx.Response(200, stream=httpx.ByteStream(FEED))

    async with Fetcher(settings(), transport=httpx.MockTransport(network)) as fetcher:
        fetched = await fetcher.fetch("https://site.test/feed")
    assert (fetched.body, fetched.url, fetched.moved_to) == (FEED, "http://site.test/feed", None)


async def test_no_cookie_is_kept() -> None:
    asked: list[httpx.Headers] = []

    def network(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers)
        cookie = {"set-cookie": "follow=me; Path=/"}
        return httpx.Response(200, stream=httpx.ByteStream(FEED), headers=cookie)

    async with Fetcher(settings(), transport=httpx.MockTransport(network)) as fetcher:
        for _ in range(2):
            await fetcher.fetch("https://site.test/feed")
    assert ["cookie" in headers for headers in asked] == [False, False]


async def test_five_redirects_are_enough(site: Site, base: str, fetcher: Fetcher) -> None:
    assert (await failure(fetcher, f"{base}/loop")).what == "over 5 redirects"
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("to_file", "only http and https addresses can be fetched"),
        (
            "to_nowhere",
            "the connection failed: Invalid URL in location header: Invalid port: ':1'.",
        ),
        ("to_no_name", "Codepoint U+0080 at position 1 of '\\x80' not allowed"),
        ("redirect_without_target", "the site answered 302 Found"),
    ],
)
async def test_redirects_to_nowhere_are_refused(
    base: str, fetcher: Fetcher, page: str, what: str
) -> None:
    assert (await failure(fetcher, f"{base}/{page}")).what.endswith(what)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("too_many", (429, False, 1800)),
        ("gone", (410, True, None)),
        ("forbidden", (403, False, None)),
        ("broken", (503, False, None)),
    ],
)
async def test_statuses_say_whether_and_when_to_try_again(
    base: str, fetcher: Fetcher, page: str, expected: tuple[int, bool, float | None]
) -> None:
    error = await failure(fetcher, f"{base}/{page}")
    assert error.what.startswith(f"the site answered {expected[0]} ")
    assert (error.status, error.permanent, error.retry_after) == expected


async def test_a_drip_is_cut(base: str) -> None:
    async with Fetcher(settings(timeout=0.3)) as fetcher:
        assert (await failure(fetcher, f"{base}/drip")).what == "no complete answer within 0.3 s"


async def test_a_flood_of_50_megabytes_is_cut_while_it_comes(
    site: Site, base: str, fetcher: Fetcher
) -> None:
    error = await failure(fetcher, f"{base}/huge")
    assert error.what == "the document has over 2,000,000 bytes"
    assert site.sent < 50_000_000


async def test_a_size_that_is_announced_is_refused_at_once(base: str, fetcher: Fetcher) -> None:
    error = await failure(fetcher, f"{base}/huge_and_says_so")
    assert error.what == "the document has over 2,000,000 bytes"


async def test_a_bomb_is_not_unpacked(base: str, fetcher: Fetcher) -> None:
    assert (await failure(fetcher, f"{base}/bomb")).what == "the document has over 2,000,000 bytes"


async def test_what_follows_the_end_of_compression_is_not_read(
    site: Site, base: str, fetcher: Fetcher
) -> None:
    assert (await fetcher.fetch(f"{base}/trailing")).body == FEED
    assert site.sent < 20_000_000


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("cut", "the answer was cut short"),
        ("damaged", "the answer's compression is damaged"),
        ("brotli", "the answer is encoded as 'br', which was not asked for"),
    ],
)
async def test_answers_that_cannot_be_unpacked_are_errors(
    base: str, fetcher: Fetcher, page: str, what: str
) -> None:
    assert (await failure(fetcher, f"{base}/{page}")).what == what


async def test_a_server_that_is_not_there_is_one_line(fetcher: Fetcher) -> None:
    error = await failure(fetcher, "http://127.0.0.1:1/feed")
    assert error.what.startswith("the connection failed")
    assert not error.permanent


async def _dns(host: str, _port: int) -> Sequence[str]:
    names = {
        "inside.test": ["10.0.0.1"],
        "rebound.test": ["::ffff:127.0.0.1", "127.0.0.1"],
        "intranet.test": ["192.168.1.10"],
        "public.test": ["127.0.0.1"],
        "two.test": ["127.0.0.2", "127.0.0.1"],
    }
    if host not in names:
        raise OSError("Name or service not known")
    return names[host]


@pytest.mark.parametrize("host", ["inside.test", "rebound.test"])
async def test_private_addresses_are_refused_after_dns(host: str) -> None:
    async with Fetcher(settings(allow_private_addresses=False), resolve=_dns) as fetcher:
        error = await failure(fetcher, f"http://{host}/feed")
    assert error.what == f"{host} is on a private network"


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::1]", "localhost"])
async def test_this_machine_is_refused_however_it_is_written(base: str, host: str) -> None:
    port = base.rpartition(":")[2]
    async with Fetcher(settings(allow_private_addresses=False)) as fetcher:
        error = await failure(fetcher, f"http://{host}:{port}/feed")
    assert error.what.endswith("is on a private network")


async def test_a_redirect_to_a_private_address_is_refused(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host counts as public here, so that its redirect is what is refused."""
    monkeypatch.setattr("core.http.guard.is_public", lambda address: address == "127.0.0.1")
    port = base.rpartition(":")[2]
    async with Fetcher(settings(allow_private_addresses=False), resolve=_dns) as fetcher:
        error = await failure(fetcher, f"http://public.test:{port}/to_private")
    assert error.what == "intranet.test is on a private network"


async def test_an_unknown_host_is_one_line() -> None:
    async with Fetcher(settings(), resolve=_dns) as other:
        assert (await failure(other, "http://nobody.test/")).what == "no such host: nobody.test"


async def test_the_next_address_is_tried_when_one_does_not_answer(site: Site, base: str) -> None:
    port = base.rpartition(":")[2]
    async with Fetcher(settings(), resolve=_dns) as fetcher:
        assert (await fetcher.fetch(f"http://two.test:{port}/feed")).body == FEED
    assert site.requests[0].headers["host"] == f"two.test:{port}"


async def test_one_host_is_asked_with_pauses(base: str) -> None:
    loop = asyncio.get_running_loop()
    async with Fetcher(settings(host_spacing=0.1)) as fetcher:
        start = loop.time()
        answers: list[Fetched] = await asyncio.gather(
            *(fetcher.fetch(f"{base}/feed") for _ in range(3))
        )
    assert [each.status for each in answers] == [200, 200, 200]
    assert loop.time() - start >= 0.2
