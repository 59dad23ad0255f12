"""What is examined of an edition before it is approved: decisions only, on what was rendered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lxml import html as lxml_html

from core.sections import Section
from digest.letter.decide import Contents, Item
from digest.letter.examining.contrasts import visible_text, weak_contrasts
from digest.letter.examining.results import Examination, Problem

GMAIL_BYTES = 102 * 1024
"""Beyond so many bytes of HTML, Gmail hides the end of a message, the unsubscribe link with it."""

SENDING_TAKES = timedelta(days=2)
"""How long after its examination an edition is likely to be read."""

GONE = frozenset({404, 410})
OUR_OWN = frozenset({Section.AGENDA, Section.QUESTION})
"""The sections in which the network speaks for itself: no source to name."""


@dataclass(frozen=True)
class Mail:
    """The mail of an edition as its readers get it.

    `unsubscribe_url` is the link that it was given; `sentences` are those that funders ask for;
    `emblem` is the Content-ID under which the emblem must be shown, empty when none is due.
    """

    html: str
    text: str
    unsubscribe_url: str
    sentences: tuple[str, ...] = ()
    emblem: str = ""


@dataclass(frozen=True)
class Answered:
    """What came of asking an address: an HTTP `status`, or why there was none.

    `failure` is `unknown`, `insecure`, `silent`, `example`, or empty when there is a status.
    """

    status: int = 0
    failure: str = ""


@dataclass(frozen=True)
class Link:
    """An address that an item sends its readers to; `title` is the item's."""

    title: str
    url: str


def problems_of_contents(contents: Contents, now: datetime) -> tuple[Problem, ...]:
    """Return what is wrong with what an edition says, whatever it looks like."""
    found = [problem for item in contents.items for problem in _of_item(item, now)]
    if contents.picture and not contents.picture_words.strip():
        found.insert(0, Problem("picture_words", {}))
    return tuple(found)


def closing_soon(items: Sequence[Item], now: datetime) -> tuple[Problem, ...]:
    """Return the items that readers are likely to get too late: to be looked at when approving."""
    limit = now + SENDING_TAKES
    return tuple(
        Problem("closes_soon", {"title": item.title, "at": at.isoformat(), "past": at < now})
        for item in items
        if (at := item.deadline or item.starts_at) is not None and at < limit
    )


def with_dates_of(
    found: Examination, items: Sequence[Item], now: datetime
) -> tuple[Examination, bool]:
    """Return an examination with the dates that are near by now, and whether some became so since.

    Days may pass between an examination and an approval.
    """
    near = closing_soon(items, now)
    others = tuple(each for each in found.warnings if each.code != "closes_soon")
    since = any(each not in found.warnings for each in near)
    return replace(found, warnings=(*near, *others)), since


def problems_of_mail(mail: Mail) -> tuple[Problem, ...]:
    """Return what is wrong with a mail as it was rendered."""
    return (
        *_text(mail),
        *headings(mail.html),
        *_pictures(mail.html),
        *weak_contrasts(mail.html),
        *_funding(mail),
        *_size(mail.html),
    )


def headings(html: str) -> tuple[Problem, ...]:
    """Return what is wrong with the order of headings: a title first, then no level skipped."""
    found: list[Problem] = []
    before = 0
    for element in lxml_html.document_fromstring(html).iter("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(element.tag[1])
        words = " ".join(element.text_content().split())
        if before == 0 and level != 1:
            found.append(Problem("heading_first", {"words": words, "level": level}))
        elif level > before + 1:
            values = {"words": words, "level": level, "before": before}
            found.append(Problem("heading_skipped", values))
        before = level
    if before == 0:
        found.append(Problem("heading_first", {"words": "", "level": 0}))
    return tuple(found)


def links_of(contents: Contents, own: str) -> tuple[Link, ...]:
    """Return the addresses to try, each once; `own` is what our own pages begin with."""
    links: dict[str, Link] = {}
    for item in contents.items:
        for url in (item.url, *(url for _, url in item.references)):
            if url and not url.startswith(own):
                links.setdefault(url, Link(item.title, url))
    return tuple(links.values())


def is_example(url: str) -> bool:
    """Say whether an address is one of samples: it never leads anywhere (RFC 2606)."""
    return _host(url).endswith(".example")


def problem_of_link(link: Link, answered: Answered) -> Problem | None:
    """Return what is wrong with an address; None when it answers.

    Only what is surely wrong blocks: public sites often refuse robots, or are slow.
    """
    values = {"title": link.title, "url": link.url, "host": _host(link.url)}
    if answered.failure:
        return Problem(f"link_{answered.failure}", values)
    if answered.status in GONE:
        return Problem("link_gone", {**values, "status": answered.status})
    if answered.status >= 400:  # noqa: PLR2004  # HTTP's errors
        code = "link_failing" if answered.status >= 500 else "link_refused"  # noqa: PLR2004
        return Problem(code, {**values, "status": answered.status})
    return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _of_item(item: Item, now: datetime) -> Iterator[Problem]:
    yield from closing_soon([item], now)
    if not item.source.strip() and item.section not in OUR_OWN:
        yield Problem("source_missing", {"title": item.title})


def _text(mail: Mail) -> Iterator[Problem]:
    if not mail.text.strip():
        yield Problem("text_missing", {})
    elif mail.unsubscribe_url not in mail.text:
        yield Problem("unsubscribe_missing", {"part": "text"})
    page = lxml_html.document_fromstring(mail.html)
    if mail.unsubscribe_url not in page.xpath("//a/@href"):
        yield Problem("unsubscribe_missing", {"part": "html"})


def _pictures(html: str) -> Iterator[Problem]:
    for picture in lxml_html.document_fromstring(html).iter("img"):
        if picture.get("alt") is None:
            yield Problem("picture_alt", {"name": picture.get("src", "").rpartition("/")[2]})


def _funding(mail: Mail) -> Iterator[Problem]:
    shown, text = visible_text(mail.html), " ".join(mail.text.split())
    for sentence in mail.sentences:
        plain = " ".join(sentence.split())
        if plain not in shown or plain not in text:
            yield Problem("funding_missing", {"sentence": sentence})
    if mail.emblem:
        pictures = lxml_html.document_fromstring(mail.html).xpath("//img/@src")
        if f"cid:{mail.emblem}" not in pictures:
            yield Problem("emblem_missing", {})


def _size(html: str) -> Iterator[Problem]:
    size = len(html.encode())
    if size > GMAIL_BYTES:
        yield Problem("too_big", {"size": round(size / 1024), "most": GMAIL_BYTES // 1024})
