"""Pages without a feed, read by CSS selectors."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watch.reading.pages import MOST_PAGE_ITEMS, read_page
from watch.reading.records import Document, DocumentError, Item, Selectors

URL = "https://example.org/actus/liste"


def read(html: str | bytes, content_type: str = "", **selectors: str) -> Document:
    body = html.encode() if isinstance(html, str) else html
    return read_page(body, URL, {"content-type": content_type}, Selectors(**selectors))


def only(document: Document) -> Item:
    (item,) = document.items
    return item


CARDS = """
<!DOCTYPE html><html><head><title>Actualités | Préfecture</title></head><body>
<nav><ul><li><a href="/">Accueil</a></li></ul></nav>
<ul class="liste">
  <li class="card">
    <a href="/themes/eau"><img src="x.png" alt=""></a>
    <h3><a href="../actu/1?utm_source=site">R&eacute;union sur l’<b>eau</b></a></h3>
    <time datetime="2026-11-03T09:00:00+01:00">il y a 3 jours</time>
    <p>La r<em>é</em>union a lieu à Orsanne.</p><p>Autre.</p><script>var a = "<p>";</script>
  </li>
  <li class="card"><div><a href="/actu/2">Appel à projets &amp; ruralité</a></div>
    <span class="quand">Publié le mardi 12 octobre 2026 à 14h</span></li>
</ul></body></html>
"""


def test_with_only_items_the_rest_is_guessed_sensibly() -> None:
    document = read(CARDS, items=".card")
    assert document.title == "Actualités | Préfecture"
    assert document.warning == ""
    assert document.items == (
        Item(
            guid="",
            link="https://example.org/actu/1",
            title="Réunion sur l’eau",
            summary="La réunion a lieu à Orsanne.",
            published_at=datetime(2026, 11, 3, 8, tzinfo=UTC),
            key="reunion sur eau",
        ),
        Item(
            guid="",
            link="https://example.org/actu/2",
            title="Appel à projets & ruralité",
            key="appel a projets ruralite",
        ),
    )


def test_every_part_may_have_its_selector() -> None:
    html = (
        "<div class='a'><h2>Rubrique</h2><b class='t'>Une crèche ouvre</b>"
        "<a href='/cat'>Petite enfance</a><a class='l' href='/1'>Lire</a>"
        "<i class='d'>1er mars 2026</i><em>Le résumé</em></div>"
    )
    item = only(read(html, items=".a", title=".t", link="a.l", date="i.d", summary="em"))
    assert (item.title, item.link) == ("Une crèche ouvre", "https://example.org/1")
    assert (item.summary, item.published_at) == (
        "Le résumé",
        datetime(2026, 2, 28, 23, tzinfo=UTC),
    )


NOWHERE = "<a href='#'>x</a><a href='mailto:a@b.fr'>y</a><a href='javascript:z()'>z</a>"


@pytest.mark.parametrize(
    ("html", "selectors", "link"),
    [
        ("<a class='i' href='/1'><h3>Une crèche</h3></a>", {}, "https://example.org/1"),
        ("<a href='/1'><div class='i'><h3>Une crèche</h3></div></a>", {}, "https://example.org/1"),
        ("<div class='i'><a href='/1'><h3>Une crèche</h3></a></div>", {}, "https://example.org/1"),
        (
            "<div class='i'><a href='/0'>x</a><h3>Une crèche</h3><p><a href='/1'>+</a></p></div>",
            {"link": "p"},
            "https://example.org/1",
        ),
        (
            f"<div class='i'><h3>Une crèche</h3>{NOWHERE}<a href='doc.pdf'>Le texte</a></div>",
            {},
            "https://example.org/actus/doc.pdf",
        ),
        (
            "<base href='https://www.a.fr/b/'><p class='i'><a href='1'>Une crèche</a></p>",
            {},
            "https://www.a.fr/b/1",
        ),
        ("<div class='i'>Une crèche ouvre à Orsanne</div>", {}, ""),
    ],
)
def test_the_link_is_found_where_it_is(html: str, selectors: dict[str, str], link: str) -> None:
    item = only(read(html, items=".i", **selectors))
    assert item.link == link
    assert item.title.startswith("Une crèche")


def test_the_rows_of_a_table_are_items() -> None:
    html = (
        "<table><tr><th>Date</th><th>Acte</th></tr>"
        "<tr class='r'><td>12/10/2026</td><td><a href='a.pdf'>Arrêté sur l’eau</a></td></tr>"
        "<tr class='r'><td>13/10/2026</td><td><a href='b.pdf'>Avis de marché</a></td></tr></table>"
    )
    first, second = read(html, items="tr.r", date="td").items
    assert (first.title, second.title) == ("Arrêté sur l’eau", "Avis de marché")
    assert first.published_at == datetime(2026, 10, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "date",
    [
        "<time datetime='2026-11-03'>hier</time>",
        "<time>3 novembre 2026</time>",
        "<span class='d'>Le mardi 3 novembre 2026</span>",
        "<span class='d'><time datetime='2026-11-03'>hier</time></span>",
        "<meta class='d' content='2026-11-03'>",
        "<span class='d' title='03/11/2026'>hier</span>",
        "<span class='d'>mar., 03 nov. 2026</span>",
    ],
)
def test_dates_are_read_from_where_they_are(date: str) -> None:
    selectors = {"date": ".d"} if "class='d'" in date else {}
    item = only(
        read(f"<p class='i'><a href='/1'>Une crèche</a>{date}</p>", items=".i", **selectors)
    )
    assert item.published_at == datetime(2026, 11, 2, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", "text/html; charset=iso-8859-1"),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "utf-8", "text/html; charset=utf-8"),
        ("iso-8859-15", "iso-8859-15", ""),
        ("utf-16", "utf-16", ""),
    ],
)
def test_french_is_read_whatever_is_declared(
    encoding: str, declared: str, content_type: str
) -> None:
    html = f"<meta charset='{declared}'><p class='i'><a href='/1'>Été à 3 €</a></p>"
    assert only(read(html.encode(encoding), content_type, items=".i")).title == "Été à 3 €"


def test_xhtml_with_its_declaration_is_read() -> None:
    html = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
    html += "<body><p class='i'>Une crèche</p></body></html>"
    assert only(read(html, items="p.i")).title == "Une crèche"


@pytest.mark.parametrize(
    ("selectors", "what", "hint"),
    [
        ({}, "the source has no selector for its items", "write selectors.items"),
        ({"items": "li[["}, "the selector for items is wrong: li[[", "correct selectors.items"),
        ({"items": "li::before"}, "the selector for items is wrong", "correct selectors.items"),
        (
            {"items": ".card", "date": ">>"},
            "the selector for date is wrong: >>",
            "correct selectors.date",
        ),
        (
            {"items": ".absent"},
            "the selector for items finds nothing in the page: .absent",
            "correct selectors.items",
        ),
        (
            {"items": ".card", "title": "h5"},
            "the selector for title finds nothing in the page: h5",
            "correct selectors.title",
        ),
        (
            {"items": ".card", "link": "a.more"},
            "the selector for link finds nothing in the page: a.more",
            "correct selectors.link",
        ),
    ],
)
def test_a_selector_that_is_wrong_or_finds_nothing_is_named(
    selectors: dict[str, str], what: str, hint: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read(CARDS, **selectors)
    assert caught.value.what.startswith(what)
    assert hint in caught.value.hint
    assert not caught.value.permanent


def test_items_without_date_or_summary_are_news_all_the_same() -> None:
    document = read(CARDS, items=".card", date=".absent", summary="q")
    assert len(document.items) == 2
    assert document.warning == "the selector for date and summary finds nothing"


def test_what_one_item_lacks_is_looked_for_otherwise() -> None:
    html = "<p class='i'><b>Une crèche</b></p><p class='i'><a href='/2'>Un médecin</a></p>"
    assert [item.title for item in read(html, items=".i", title="b").items] == [
        "Une crèche",
        "Un médecin",
    ]


def test_items_without_words_are_left() -> None:
    assert len(read("<p class='i'></p><p class='i'>Une crèche</p>", items=".i").items) == 1


def test_a_page_is_read_as_far_as_is_sensible() -> None:
    html = "".join(f"<p>Numéro {number}</p>" for number in range(MOST_PAGE_ITEMS + 10))
    assert len(read(html, items="p").items) == MOST_PAGE_ITEMS


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=20))
def test_any_page_and_any_selector_give_a_document_or_one_error(html: str, selector: str) -> None:
    for items in (selector, "p"):
        try:
            document = read(f"<p>Un</p>{html}", items=items)
        except DocumentError as error:
            assert error.hint  # noqa: PT017  # both ends are good ones
        else:
            str(document).encode()
