"""What feeds do wrong in the wild, each mended."""

import gzip
from datetime import UTC, datetime

import pytest

from watch.reading.parse_document import parse_document
from watch.reading.records import Document, DocumentError, Item

URL = "https://example.org/flux/rss.xml"
ATOM = "http://www.w3.org/2005/Atom"
ORIGINAL = (
    "<f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://a.fr/1</f:origLink>"
)


def read(body: str | bytes, content_type: str = "") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return parse_document(raw, URL, {"content-type": content_type})


def rss(items: str, channel: str = "", root: str = "<rss version='2.0'>") -> str:
    return f"{root}<channel><title>Actualités</title>{channel}{items}</channel></rss>"


def only(document: Document) -> Item:
    (item,) = document.items
    return item


def titled(title: str) -> str:
    return only(read(rss(f"<item><title>{title}</title></item>"))).title


# --- encodings and characters -----------------------------------------------------------------


def test_utf8_declared_latin_1_is_utf8() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?>' + rss("<item><title>Été</title></item>")
    assert only(read(body, "text/xml; charset=iso-8859-1")).title == "Été"


def test_windows_1252_declared_utf8_is_windows_1252() -> None:
    body = '<?xml version="1.0" encoding="UTF-8"?>' + rss(
        "<item><title>L’œuvre à 30 €</title></item>"
    )
    assert only(read(body.encode("cp1252"))).title == "L’œuvre à 30 €"


@pytest.mark.parametrize(
    "title",
    [
        "L’été à Besançon : « où ? » – 30 € œuvre",
        "Ça, là-bas : l’État s’engage…",
        "ÉLECTIONS À L’HÔTEL DE VILLE",
    ],
)
def test_utf8_taken_for_windows_1252_and_encoded_again_is_undone(title: str) -> None:
    doubled = title.encode().decode("latin-1")
    assert titled(doubled) == title
    windows = (bytes([each]).decode("cp1252", "ignore") or chr(each) for each in title.encode())
    assert titled("".join(windows)) == title


def test_only_some_items_may_be_encoded_twice() -> None:
    document = read(
        rss("<item><title>CrÃ¨che</title></item><item><title>Crèche à « Â »</title></item>")
    )
    assert [item.title for item in document.items] == ["Crèche", "Crèche à « Â »"]


def test_control_characters_go_and_the_feed_is_read() -> None:
    document = read(rss("<item><title>Un\x08 deux\x1e &#x13;trois&#0;</title></item>"))
    assert only(document).title == "Un deux trois"
    assert document.warning == ""


def test_a_bare_ampersand_spoils_nothing() -> None:
    document = read(
        rss("<item><title>R&D rural & D&D</title><link>https://a.fr/?a=1&b=2</link></item>")
    )
    assert only(document).title == "R&D rural & D&D"
    assert only(document).link == "https://a.fr/?a=1&b=2"
    assert document.warning == ""


def test_names_of_html_characters_are_read() -> None:
    assert titled("caf&eacute;&nbsp;: l&rsquo;&Eacute;tat") == "café\u00a0: l’État"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<![CDATA[Les <b>crèches</b> &amp; écoles]]>", "Les crèches & écoles"),
        ("Les &lt;em&gt;crèches&lt;/em&gt;", "Les crèches"),
        ("L&amp;#039;accueil &amp;amp; l&amp;rsquo;écoute", "L'accueil & l’écoute"),
        ("Si 3 &lt; 5 et 5 > 3", "Si 3 < 5 et 5 > 3"),
        ("<b>Gras</b> puis maigre", "Gras puis maigre"),
        ("  Sur\n   deux lignes ", "Sur deux lignes"),
    ],
)
def test_html_in_titles_becomes_words(written: str, title: str) -> None:
    assert titled(written) == title


def test_a_title_that_says_nothing_gives_way_to_the_description() -> None:
    item = only(
        read(
            rss(
                "<item><title>INFORMATIONS_DIVERSES - JORFTEXT000000000001</title>"
                "<description>Cours indicatifs du 9 mars</description></item>"
            )
        )
    )
    assert item.title == "Informations diverses\u00a0: Cours indicatifs du 9 mars"
    assert item.summary == ""


# --- what stands around the feed --------------------------------------------------------------


@pytest.mark.parametrize(
    "around",
    [
        "\n\n  {}",
        "\ufeff\n{}",
        "<br />\n<b>Warning</b>: include() failed in <b>/x.php</b> on line <b>3</b><br />\n{}",
        "<!-- généré le 3 --><!DOCTYPE rss [<!ENTITY nbsp '&#160;'>]>{}",
        '<?xml version="1.0"\nencoding="UTF-8" ?>\n<?xml-stylesheet href="a.xsl"?>{}',
        "{}\n<!-- mis en cache -->\n<script>var x = 1 < 2;</script>",
        "<!DOCTYPE html><html><body><pre>{}</pre></body></html>",
    ],
)
def test_what_stands_around_a_feed_is_left_aside(around: str) -> None:
    feed = '<?xml version="1.0" encoding="utf-8"?>' + rss("<item><title>Un</title></item>")
    document = read(around.format(feed))
    assert only(document).title == "Un"
    assert document.warning == ""


def test_a_feed_shown_escaped_in_a_page_is_read() -> None:
    feed = rss("<item><title>R&amp;D</title><link>https://a.fr/?a=1&amp;b=2</link></item>")
    shown = feed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    page = f'<html><head></head><body><pre style="white-space: pre-wrap;">{shown}</pre></body>'
    assert only(read(page)).link == "https://a.fr/?a=1&b=2"


def test_a_feed_is_a_feed_whatever_its_type_says() -> None:
    assert read(rss("<item><title>Un</title></item>"), "text/html; charset=utf-8").items


def test_a_body_compressed_without_saying_so_is_unpacked() -> None:
    body = gzip.compress(rss("<item><title>Un</title></item>").encode())
    assert only(read(body, "application/xml")).title == "Un"


def test_a_compressed_body_cut_short_gives_what_came() -> None:
    items = "".join(f"<item><title>Numéro {n * 7919}</title></item>" for n in range(3000))
    body = gzip.compress(rss(items).encode())
    document = read(body[: len(body) // 2])
    assert document.items[0].title == "Numéro 0"
    assert document.warning


def test_a_damaged_compressed_body_is_one_error() -> None:
    with pytest.raises(DocumentError, match="compressed, and damaged"):
        read(b"\x1f\x8b\x08\x00" + b"\xff" * 100)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(DocumentError, match="over 15,000,000 bytes"):
        read(gzip.compress(bytes(16_000_000)))


# --- links ------------------------------------------------------------------------------------


def test_relative_links_of_rss_are_of_the_site() -> None:
    items = "<item><title>T</title><link>/actu/1</link></item>"
    assert only(read(rss(items, "<link>https://site.fr/</link>"))).link == "https://site.fr/actu/1"
    assert only(read(rss(items, "<link>/</link>"))).link == "https://example.org/actu/1"
    assert only(read(rss(items))).link == "https://example.org/actu/1"


def test_relative_links_of_atom_follow_xml_base() -> None:
    entry = "<entry xml:base='2026/'><title>T</title><link href='a'/></entry>"
    feed = f"<feed xmlns='{ATOM}' xml:base='/actus/'><link href='/site/'/>{entry}</feed>"
    assert only(read(feed)).link == "https://example.org/actus/2026/a"


def test_an_atom_entry_s_page_is_chosen_among_its_links() -> None:
    links = (
        "<link rel='edit' href='/edit/1'/><link rel='replies' href='/1#comments'/>"
        "<link rel='enclosure' href='/1.mp3'/><link rel='alternate' href='/1'/>"
    )
    feed = f"<feed xmlns='{ATOM}'><entry><title>T</title>{links}</entry></feed>"
    assert only(read(feed)).link == "https://example.org/1"


@pytest.mark.parametrize(
    ("written", "link"),
    [
        (
            "<link>https://a.fr/1?utm_source=rss&amp;id=3&amp;xtor=RSS-1</link>",
            "https://a.fr/1?id=3",
        ),
        ("<link>https://a.fr/1#xtor=RSS-1</link>", "https://a.fr/1"),
        ("<link>\n  https://a.fr/1\n  </link>", "https://a.fr/1"),
        ("<link><![CDATA[https://a.fr/1?a=1&b=2]]></link>", "https://a.fr/1?a=1&b=2"),
        ("<link href='https://a.fr/1'/>", "https://a.fr/1"),
        ("<link/><guid>https://a.fr/1</guid>", "https://a.fr/1"),
        ("<guid isPermaLink='false'>https://a.fr/1</guid>", "https://a.fr/1"),
        ("<link>//a.fr/1</link>", "https://a.fr/1"),
        ("<link>javascript:alert(1)</link>", ""),
        (f"<link>http://feedproxy.google.com/~r/x/1</link>{ORIGINAL}", "https://a.fr/1"),
    ],
)
def test_links_are_what_they_should_have_been(written: str, link: str) -> None:
    assert only(read(rss(f"<item><title>T</title>{written}</item>"))).link == link


# --- dates and identities ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Fri,25 Sep 2026", datetime(2026, 9, 24, 22, 0, tzinfo=UTC)),
        ("mar., 03 nov. 2026", datetime(2026, 11, 2, 23, 0, tzinfo=UTC)),
        ("2020-12-15 01:00:00 +0100 CET", datetime(2020, 12, 15, 0, 0, tzinfo=UTC)),
        ("Tue, 14 Jul 2026 10:00:00 CEST", datetime(2026, 7, 14, 8, 0, tzinfo=UTC)),
        ("demain", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_were_meant(written: str, instant: datetime | None) -> None:
    item = only(read(rss(f"<item><title>T</title><pubDate>{written}</pubDate></item>")))
    assert item.published_at == instant
    assert item.updated_at is None


def test_an_item_without_date_nor_guid_is_read() -> None:
    item = only(read(rss("<item><title>T</title></item>")))
    assert (item.guid, item.published_at, item.updated_at) == ("", None, None)


def test_atom_says_when_an_entry_was_published_and_when_changed() -> None:
    published = "<published>2026-11-03T10:00:00Z</published>"
    updated = "<title>T</title><updated>2026-11-05T10:00:00Z</updated>"
    entries = f"<entry>{published}{updated}</entry><entry>{updated}</entry>"
    first, second = read(f"<feed xmlns='{ATOM}'>{entries}</feed>").items
    assert first.published_at == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert first.updated_at == second.updated_at == datetime(2026, 11, 5, 10, tzinfo=UTC)
    assert second.published_at == second.updated_at


@pytest.mark.parametrize("name", ["dc:modified", "dcterms:modified", "atom:updated"])
def test_rss_may_say_when_an_item_was_changed(name: str) -> None:
    root = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        f"xmlns:dcterms='http://purl.org/dc/terms/' xmlns:atom='{ATOM}'>"
    )
    dates = f"<pubDate>2026-11-03</pubDate><{name}>2026-11-05T10:00:00Z</{name}>"
    item = only(read(rss(f"<item><title>T</title>{dates}</item>", root=root)))
    assert item.published_at == datetime(2026, 11, 2, 23, tzinfo=UTC)
    assert item.updated_at == datetime(2026, 11, 5, 10, tzinfo=UTC)


def test_dublin_core_s_date_alone_is_when_it_was_published() -> None:
    root = "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
    item = only(read(rss("<item><title>T</title><dc:date>2026-11-03</dc:date></item>", root=root)))
    assert item.published_at == datetime(2026, 11, 2, 23, tzinfo=UTC)
    assert item.updated_at is None


# --- formats ----------------------------------------------------------------------------------


def test_rss_1_0_is_read() -> None:
    document = read(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        "<channel rdf:about='https://a.fr/'><title>Revue</title><link>https://a.fr/</link></channel>"
        "<item rdf:about='https://a.fr/1'><title>Un</title><link>https://a.fr/1</link>"
        "<description>Texte</description><dc:date>2026-11-03T10:00:00Z</dc:date>"
        "<dc:creator>CNRS</dc:creator></item></rdf:RDF>"
    )
    item = only(document)
    assert document.title == "Revue"
    assert (item.guid, item.title, item.link) == ("https://a.fr/1", "Un", "https://a.fr/1")
    assert (item.summary, item.author) == ("Texte", "CNRS")
    assert item.published_at == datetime(2026, 11, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("version", ["0.91", "0.92", "0.93", "2.0", "2.0.1", ""])
def test_every_rss_is_read(version: str) -> None:
    root = f"<rss version='{version}'>" if version else "<rss>"
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "a.dtd">'
    document = read(doctype + rss("<item><title>Un</title></item>", root=root))
    assert (document.title, only(document).title) == ("Actualités", "Un")


def test_atom_in_xhtml_is_read() -> None:
    xhtml = "<div xmlns='http://www.w3.org/1999/xhtml'>{}</div>"
    item = only(
        read(
            f"<a:feed xmlns:a='{ATOM}'><a:entry><a:id>1</a:id>"
            f"<a:title type='xhtml'>{xhtml.format('Un <em>grand</em> titre')}</a:title>"
            f"<a:content type='xhtml'>{xhtml.format('<p>Le texte.</p><p>Suite.</p>')}</a:content>"
            "<a:author><a:name>La DREAL</a:name></a:author></a:entry></a:feed>"
        )
    )
    assert (item.title, item.author) == ("Un grand titre", "La DREAL")
    assert item.summary.split() == ["Le", "texte.", "Suite."]


def test_a_podcast_is_read() -> None:
    root = "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>"
    episode = (
        "<item><title>Épisode 1</title><itunes:author>Réseau</itunes:author>"
        "<itunes:summary>Une heure avec une maire.</itunes:summary><guid>ep1</guid>"
        "<enclosure url='https://a.fr/1.mp3?utm_source=x' type='audio/mpeg' length='1'/></item>"
    )
    item = only(read(rss(episode, root=root)))
    assert (item.title, item.author) == ("Épisode 1", "Réseau")
    assert item.summary == "Une heure avec une maire."
    assert item.link == "https://a.fr/1.mp3"


MEDIA = "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'>"
PICTURE = (
    "<media:content url='a.jpg'><media:title>Photo</media:title>"
    "<media:description>Une légende</media:description></media:content>"
)


def test_the_caption_of_a_picture_is_not_the_summary() -> None:
    item = f"<item><title>La crèche</title>{PICTURE}<description>Elle ouvre.</description></item>"
    read_item = only(read(rss(item, root=MEDIA)))
    assert (read_item.title, read_item.summary) == ("La crèche", "Elle ouvre.")


def test_the_caption_of_a_picture_serves_when_there_is_nothing_else() -> None:
    item = f"<item><title>La crèche</title>{PICTURE}</item>"
    assert only(read(rss(item, root=MEDIA))).summary == "Une légende"


@pytest.mark.parametrize(
    ("written", "author"),
    [("dreal@a.fr (La DREAL)", "La DREAL"), ("webmaster@a.fr", ""), ("La DREAL", "La DREAL")],
)
def test_an_author_is_a_name_without_address(written: str, author: str) -> None:
    item = f"<item><title>La crèche</title><author>{written}</author></item>"
    assert only(read(rss(item))).author == author


def test_content_serves_when_there_is_no_description() -> None:
    root = "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
    content = "<content:encoded><![CDATA[<p>Ce qu’il faut savoir.</p>]]></content:encoded>"
    item = f"<item><title>La crèche</title>{content}</item>"
    assert only(read(rss(item, root=root))).summary == "Ce qu’il faut savoir."


@pytest.mark.parametrize(
    "empty",
    [
        rss(""),
        "<rss version='2.0'><channel/></rss>",
        f"<feed xmlns='{ATOM}'></feed>",
        "<rss version='2.0'><channel><title>Un</title><x:y/></channel></rss>",
    ],
)
def test_a_feed_without_items_is_a_feed(empty: str) -> None:
    assert read(empty).items == ()


def test_undeclared_prefixes_cost_a_warning() -> None:
    document = read(rss("<item><title>Un</title><dc:creator>DREAL</dc:creator></item>"))
    assert only(document).title == "Un"
    assert document.warning


def test_a_comment_never_closed_costs_what_follows_it() -> None:
    document = read(rss("<item><title>Un</title></item><!-- <item><title>Deux</title></item>"))
    assert [item.title for item in document.items] == ["Un"]
    assert document.warning
