"""JSON Feed, versions 1.0 and 1.1."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watch.reading.parse_document import parse_document
from watch.reading.records import Document, DocumentError, Item

URL = "https://example.org/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def read(body: str | bytes, content_type: str = "") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return parse_document(raw, URL, {"content-type": content_type})


def feed(*items: Any, **more: Any) -> str:
    return json.dumps({"version": VERSION, "title": "Actualités", "items": items} | more)


def only(document: Document) -> Item:
    (item,) = document.items
    return item


def test_an_item_is_read_whole() -> None:
    document = read(
        feed(
            {
                "id": "2026-1",
                "url": "/appel?utm_source=rss",
                "external_url": "https://autre.fr/",
                "title": "Appel &amp; fonds",
                "content_html": "<p>Jusqu’au <b>1er</b> mars</p>",
                "date_published": "2026-11-03T10:00:00+01:00",
                "date_modified": "2026-11-05T10:00:00Z",
                "authors": [{"name": "DREAL"}, {"name": "DDT"}],
                "tags": ["logement"],
            },
            home_page_url="https://site.fr/",
        )
    )
    assert document.title == "Actualités"
    assert only(document) == Item(
        guid="2026-1",
        link="https://site.fr/appel",
        title="Appel & fonds",
        summary="Jusqu’au 1er mars",
        published_at=datetime(2026, 11, 3, 9, tzinfo=UTC),
        updated_at=datetime(2026, 11, 5, 10, tzinfo=UTC),
        author="DREAL, DDT",
        key="appel fonds",
    )


def test_version_1_0_is_read() -> None:
    item = {"id": 12, "content_text": "Une crèche ouvre < demain >.", "author": {"name": "CAF"}}
    document = read(feed(item, version="https://jsonfeed.org/version/1"))
    assert only(document).guid == "12"
    assert only(document).title == "Une crèche ouvre < demain >."
    assert only(document).author == "CAF"


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ({"external_url": "https://autre.fr/1"}, "https://autre.fr/1"),
        ({"id": "https://example.org/1"}, "https://example.org/1"),
        ({"url": "1"}, "https://example.org/1"),
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": {"href": "x"}}, ""),
        ({}, ""),
    ],
)
def test_the_link_is_the_first_good_address(item: dict[str, Any], link: str) -> None:
    assert only(read(feed({"title": "Titre long"} | item))).link == link


def test_the_summary_is_preferred_and_the_feed_s_author_serves() -> None:
    item = {"title": "La crèche", "summary": "Court", "content_html": "<p>Long</p>"}
    read_item = only(read(feed(item, authors=[{"name": "Réseau"}])))
    assert (read_item.summary, read_item.author) == ("Court", "Réseau")


def test_a_date_of_change_serves_when_there_is_no_other() -> None:
    item = only(read(feed({"title": "La crèche", "date_modified": "2026-11-05T10:00:00Z"})))
    assert item.published_at == item.updated_at == datetime(2026, 11, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("type_", ["text/html", "application/xml", "application/feed+json", ""])
def test_it_is_known_by_its_content(type_: str) -> None:
    assert only(read(feed({"title": "La crèche"}), type_)).title == "La crèche"


@pytest.mark.parametrize("before", ["\ufeff", "\n\n  ", ")]}'\n", "for (;;);"])
def test_what_stands_before_is_left_aside(before: str) -> None:
    assert read(before + feed({"title": "La crèche"})).items


def test_raw_line_breaks_in_texts_are_read() -> None:
    body = feed({"title": "La crèche", "content_html": "<p>Un</p>@<p>Deux</p>"})
    assert only(read(body.replace("@", "\n"))).summary.split() == ["Un", "Deux"]


def test_windows_1252_is_read() -> None:
    body = json.dumps(json.loads(feed({"title": "La crèche à 3 €"})), ensure_ascii=False)
    assert only(read(body.encode("cp1252"))).title == "La crèche à 3 €"


def test_a_feed_that_forgot_its_version_is_read() -> None:
    body = feed({"title": "La crèche"}, version=None, home_page_url="https://a.fr/")
    assert read(body).items


def test_a_feed_that_ended_says_so() -> None:
    assert read(feed(expired=True)).warning == "the feed says that it has ended"
    assert read(feed()).items == ()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('{"items": []}', "the document is not a feed: it is JSON, of another kind"),
        ('[{"title": "Un"}]', "the document is not a feed: it is JSON, of another kind"),
        ('{"version": "2", "title": "x", "items": {}}', "the document is not a feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items"', "the feed cannot be read"),
        ("[" * 100_000, "the feed cannot be read: it is nested too deep"),
        ('{"a":' * 100_000, "the feed cannot be read: it is nested too deep"),
        (feed({"id": 1}).replace("1}", "9" * 5000 + "}"), "the feed cannot be read"),
    ],
)
def test_what_is_no_feed_is_one_clear_error(body: str, what: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(body)
    assert caught.value.what.startswith(what)
    assert len(caught.value.what) < 300
    assert caught.value.hint


_names = st.sampled_from(
    ["id", "url", "title", "summary", "authors", "name", "date_published", "content_html", "tags"]
)
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(_anything, max_size=4), _anything)
def test_whatever_stands_in_the_fields_is_read_or_left(items: list[Any], authors: Any) -> None:
    document = read(feed(*items, authors=authors))
    assert len(document.items) <= len(items)
