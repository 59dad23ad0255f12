"""The sample sources of the watch: RSS 2.0, Atom, one badly made on purpose, JSON Feed, pages.

`journal-du-massif.xml` says UTF-8 and is Windows-1252, has bare ampersands, a tag that is never
closed, entries without date, identifier or link. `appels-a-projets.html` is read by selectors,
`formations.html` is watched for its changes.

Dates are written in the files as days before the first serving (`{{RFC822:3}}`, `{{ISO:3}}`,
`{{DAY:3}}`); an entry of a day yet to come (`{{ISO:-2}}`) appears when the clock has reached it,
and one with `{{UNTIL:-3}}` goes then. `{{WORDS:-40}}` and `{{DIGITS:-40}}` write a day of Paris in
a sentence, whether it has come or not. An entry is an `<item>`, `<entry>` or `<article>`, or in
JSON a line, which another line follows if it is yet to come.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Literal

from babel.dates import format_date
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.clock import PARIS, Clock, aware
from core.errors import InputError
from core.sections import Section

FOLDER = Path(__file__).parent

FEEDS: Mapping[str, str] = {
    "legifrance-exemple.xml": "application/rss+xml; charset=utf-8",
    "actualites-rurales.atom": "application/atom+xml; charset=utf-8",
    "journal-du-massif.xml": "text/xml",
    "territoires-en-mouvement.json": "application/feed+json; charset=utf-8",
    "appels-a-projets.html": "text/html; charset=utf-8",
    "formations.html": "text/html; charset=utf-8",
}
"""The name of each feed or page, and the type it is served with."""

_ENTRY = re.compile(
    rb"[ ]*<(item|entry|article)\b[^>]*>.*?</\1>\n|[ ]{4}\{\"id\"[^\n]*\n", re.DOTALL
)
_TOKEN = re.compile(rb"\{\{([A-Z0-9]+):(-?\d+)\}\}")


def _in_words(instant: datetime) -> str:
    """Return the day in Paris as a sentence has it: « 1er décembre 2026 »."""
    day = instant.astimezone(PARIS).date()
    return f"{'1er' if day.day == 1 else day.day} {format_date(day, 'MMMM y', locale='fr')}"


_FORMATS: Mapping[bytes, Callable[[datetime], str]] = {
    b"RFC822": lambda instant: format_datetime(instant, usegmt=True),
    b"ISO": lambda instant: instant.isoformat(),
    b"DAY": lambda instant: instant.date().isoformat(),
    b"UNTIL": lambda instant: instant.date().isoformat(),
    b"WORDS": _in_words,
    b"DIGITS": lambda instant: f"{instant.astimezone(PARIS):%d/%m/%Y}",
}
_APPEARING = (b"RFC822", b"ISO", b"DAY")
_GOING = b"UNTIL"


@dataclass(frozen=True)
class Source:
    """A source as the watch is told of it: `path` of its address; the rest as in its settings."""

    name: str
    path: str
    section: Section = Section.LEGAL
    kind: Literal["feed", "page", "change"] = "feed"
    selectors: Mapping[str, str] = field(default_factory=dict)
    regions: Sequence[str] = ()
    owner: str = ""
    reproducible: bool = False


SOURCES = (
    Source(
        "Journal des textes officiels – exemple",
        "/feeds/legifrance-exemple.xml",
        owner="P061",
        reproducible=True,
    ),
    Source("Actualités rurales – exemple", "/feeds/actualites-rurales.atom", Section.INSTITUTIONS),
    Source("Le journal du Massif – exemple", "/feeds/journal-du-massif.xml", Section.ECONOMY),
    Source(
        "Territoires en mouvement – exemple",
        "/feeds/territoires-en-mouvement.json",
        Section.TERRITORIES,
        reproducible=True,
    ),
    Source(
        "Guichet des appels à projets – exemple",
        "/feeds/appels-a-projets.html",
        Section.CALLS,
        kind="page",
        selectors={"items": "article.appel", "date": ".mis-en-ligne time", "summary": ".resume"},
        regions=("R84", "R75", "R76", "R27"),
    ),
    Source(
        "Calendrier des formations – exemple",
        "/feeds/formations.html",
        Section.TRAININGS,
        kind="change",
    ),
)
"""The sample sources. The calls are those of the regions of the Massif central."""

OWN = "/feeds/own"
"""Where a file of one's own is served in place of the samples."""


def sources(own: Path | None = None) -> tuple[Source, ...]:
    """Return the sources to read: the samples, or one's own file."""
    return (Source("Votre flux", OWN),) if own else SOURCES


def application(clock: Clock, own: Path | None = None, first: datetime | None = None) -> Starlette:
    """Return what serves the sources: the samples (see `feed_routes`), or one's own file.

    Raises InputError when one's own file cannot be read.
    """
    return Starlette(routes=[_own_route(own)] if own else feed_routes(clock, first))


def _own_route(path: Path) -> Route:
    try:
        body = path.read_bytes()
    except OSError as error:
        hint = "give the path of a file, or an address that starts with https://"
        raise InputError(f"the feed {path} cannot be read ({error.strerror})", hint=hint) from error

    def serve(_request: Request) -> Response:
        return Response(body, headers={"Content-Type": "text/xml"})

    return Route(OWN, serve)


@dataclass(frozen=True)
class Feed:
    """A feed as it is served: `modified` is when an entry last came or went, in UTC."""

    body: bytes
    content_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        """A strong validator of the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


def feed_bytes(name: str, now: datetime, first: datetime | None = None) -> tuple[bytes, str]:
    """Return a feed and its content type as they are at `now`.

    Entries are dated from `first` (`now` when it is not given); keep it the same, or each of
    them will look changed. Raises KeyError for an unknown name.
    """
    feed = feed_at(name, now, first or now)
    return feed.body, feed.content_type


def feed_at(name: str, now: datetime, first: datetime) -> Feed:
    """Return a feed as it is at `now`, its entries dated from `first`."""
    content_type = FEEDS[name]
    start = aware(first).replace(microsecond=0)
    shown: list[datetime] = []

    def instant(token: re.Match[bytes]) -> datetime:
        return start - timedelta(days=int(token[2]))

    def entry(found: re.Match[bytes]) -> bytes:
        tokens = list(_TOKEN.finditer(found[0]))
        coming = any(instant(each) > now for each in tokens if each[1] in _APPEARING)
        ends = [instant(each) for each in tokens if each[1] == _GOING]
        gone = [end for end in ends if end <= now]
        shown.extend(gone)
        return b"" if coming or gone else found[0]

    def date(token: re.Match[bytes]) -> bytes:
        if token[1] in _APPEARING:
            shown.append(instant(token))
        return _FORMATS[token[1]](instant(token)).encode()

    body = _TOKEN.sub(date, _ENTRY.sub(entry, (FOLDER / name).read_bytes()))
    return Feed(body, content_type, max(shown))


def feed_routes(clock: Clock, first: datetime | None = None) -> list[Route]:
    """Return the pages that serve the feeds at `/feeds/NAME`, with validators and 304.

    `first` (the present by default) is when the sandbox was first opened: give the same after a
    restart, so that the entries keep their dates.
    """
    start = first or clock.now()

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FEEDS:
            raise HTTPException(404)
        feed = feed_at(name, clock.now(), start)
        validators = {
            "ETag": feed.etag,
            "Last-Modified": format_datetime(feed.modified, usegmt=True),
        }
        if _unchanged(request, feed):
            return Response(status_code=304, headers=validators)
        headers = {**validators, "Content-Type": feed.content_type}
        return Response(feed.body, headers=headers)

    return [Route("/feeds/{name}", serve, name="feed")]


def _unchanged(request: Request, feed: Feed) -> bool:
    """Tell whether the guest has this version already (RFC 9110 § 13.2.2: the tag first)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or feed.etag in re.findall(r'"[^"]*"', tags)
    since = request.headers.get("if-modified-since", "")
    try:
        return feed.modified <= parsedate_to_datetime(since).replace(tzinfo=UTC)
    except ValueError:
        return False
