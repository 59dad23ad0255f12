"""Documents read into records."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watch.reading.parse_document import parse_document
from watch.reading.records import Document, DocumentError, Item

URL = "https://example.org/flux/rss.xml"


def read(body: str | bytes, content_type: str = "") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return parse_document(raw, URL, {"content-type": content_type})


def rss(items: str, channel: str = "") -> str:
    return f'<rss version="2.0"><channel><title>Actualités</title>{channel}{items}</channel></rss>'


def only(document: Document) -> Item:
    (item,) = document.items
    return item


def test_an_rss_item_is_read_whole() -> None:
    item = only(
        read(
            rss(
                "<item><guid isPermaLink='false'>a-1</guid><title>Appel &amp;amp; fonds</title>"
                "<link>/appel?utm_source=rss</link><pubDate>mar., 03 nov. 2026</pubDate>"
                "<description>&lt;p&gt;Jusqu'au &lt;b&gt;1er&lt;/b&gt; mars&lt;/p&gt;</description>"
                "<author>DREAL</author></item>"
            )
        )
    )
    assert item == Item(
        guid="a-1",
        link="https://example.org/appel",
        title="Appel & fonds",
        summary="Jusqu'au 1er mars",
        published_at=datetime(2026, 11, 2, 23, 0, tzinfo=UTC),
        author="DREAL",
        key="appel fonds",
    )


def test_an_atom_entry_is_read_whole() -> None:
    document = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.org/q/"><title>Blog</title>'
        '<entry><id>tag:1</id><title type="html">&lt;i&gt;Un&lt;/i&gt; &amp;amp; deux</title>'
        '<link href="x"/><updated>2026-11-03T10:00:00Z</updated>'
        '<content type="html">&lt;p&gt;Texte&lt;/p&gt;</content></entry></feed>'
    )
    item = only(document)
    assert document.title == "Blog"
    assert (item.guid, item.title, item.summary) == ("tag:1", "Un & deux", "Texte")
    assert item.link == "https://b.org/q/x"
    assert item.published_at == datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


def test_a_link_may_be_only_in_the_guid() -> None:
    assert only(read(rss("<item><guid>https://a.fr/1</guid><title>T</title></item>"))).link == (
        "https://a.fr/1"
    )


def test_an_item_without_title_takes_its_description() -> None:
    item = only(read(rss("<item><description>Une crèche ouvre à Orsanne.</description></item>")))
    assert (item.title, item.summary) == ("Une crèche ouvre à Orsanne.", "")


def test_what_the_journal_officiel_s_feed_writes_is_readable() -> None:
    document = read(
        rss(
            "<item><title>ARRETE - JORFTEXT000042648781</title>"
            "<link>https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000042648781</link>"
            "<description>Arrêté du 24 novembre 2020 fixant l&#39;accompagnement</description>"
            "<pubDate>2020-12-15 01:00:00 +0100 CET</pubDate></item>"
        )
    )
    item = only(document)
    assert item.title == "Arrêté du 24 novembre 2020 fixant l'accompagnement"
    assert item.summary == ""
    assert item.guid == ""
    assert item.published_at == datetime(2020, 12, 15, 0, 0, tzinfo=UTC)


def test_a_malformed_feed_in_windows_1252_is_read() -> None:
    body = rss("<item><title>R&D rural : l’été à 30 €</title><p></item>").encode("cp1252")
    document = read(body)
    assert only(document).title == "R&D rural : l’été à 30 €"
    assert document.warning


def test_a_feed_cut_in_the_middle_gives_what_came() -> None:
    whole = rss("<item><title>Un</title></item><item><title>Deux</title></item>")
    document = read(whole[: whole.index("Deux")])
    assert document.items[0].title == "Un"
    assert document.warning


def test_a_feed_says_how_often_it_wants_to_be_read() -> None:
    document = read(
        rss("", "<ttl>120</ttl><skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours>")
    )
    assert (document.ttl, document.skip_hours) == (7200.0, frozenset({0, 3}))
    assert read(rss("", "<ttl>soon</ttl>")).ttl == 0


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "the document is empty"),
        (b"<!DOCTYPE html><html><body>Bonjour</body></html>", "a web page came instead of a feed"),
        (b'<?xml version="1.0"?><note>rien</note>', "the document is not a feed"),
        (json.dumps({"items": []}).encode(), "the document is not a feed"),
        (bytes(range(256)) * 10, "the document is not a feed"),
        (b'<rss version="2.0"><channel><ti', "the feed cannot be read"),
    ],
)
def test_what_is_no_feed_is_one_clear_error(body: bytes, what: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(body)
    assert caught.value.what.startswith(what)
    assert "\n" not in caught.value.what
    assert caught.value.hint
    assert not caught.value.permanent


def test_external_entities_are_not_read() -> None:
    hostile = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(
        "<item><title>Titre &x; fin</title></item>"
    )
    assert "root" not in str(read(hostile).items)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_reading_anything_gives_a_document_or_one_error(noise: bytes) -> None:
    for body in (noise, rss("<item><title>").encode() + noise + b"</title></item></channel></rss>"):
        try:
            document = read(body)
        except DocumentError as error:
            assert error.what  # noqa: PT017  # both ends are good ones
        else:
            str(document).encode()
