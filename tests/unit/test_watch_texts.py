"""Titles, links and summaries as people can read them."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.reading.links import clean_link
from watch.reading.normalise import plain_text, plain_title, safe_html
from watch.reading.titles import best_title, clean_text, kind_of, says_nothing, shorten

FEED = "https://example.org/flux/rss.xml"


def test_text_is_put_on_one_line_without_what_cannot_be_seen() -> None:
    assert (
        clean_text("  Aide\r\n aux\tcommunes\u200b\u00ad \u202e! \ud800") == "Aide aux communes !"
    )
    assert clean_text("30\u00a0000\u00a0€") == "30\u00a0000\u00a0€"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Appel <b>R&amp;D</b>", "Appel R&D"),
        ("Caf&eacute; &amp;amp; accueil", "Café & accueil"),
        ("Seuils < 60 000 € & > 40 000 €", "Seuils < 60 000 € & > 40 000 €"),
        ("AT&T et R&D", "AT&T et R&D"),
        ("<script>alert(1)</script>Accueil", "Accueil"),
        ("<p>Une</p><p>deux</p>", "Une deux"),
    ],
)
def test_titles_are_plain(written: str, read: str) -> None:
    assert plain_title(written) == read


def test_a_summary_holds_the_words_only() -> None:
    html = (
        "<p>Le <a href='/x'>fonds</a> est <em>ouvert</em>.</p><style>p{}</style><ul><li>1</li></ul>"
        "<img src='https://t.example/pixel.gif' alt='trace'><!-- note -->"
    )
    assert plain_text(html) == "Le fonds est ouvert. * 1"


def test_hostile_nesting_still_gives_the_words() -> None:
    assert plain_text("<div>" * 3000 + "accueil" + "</div>" * 3000) == "accueil"


def test_safe_html_keeps_words_and_absolute_links() -> None:
    html = '<p onclick="x()">Le <a href="/fonds">fonds</a><script>x()</script></p>'
    assert safe_html(html, FEED) == (
        '<p>Le <a href="https://example.org/fonds" rel="noopener noreferrer">fonds</a></p>'
    )
    assert "href" not in safe_html('<a href="javascript:x()">a</a><a href="/b">b</a>')


@given(st.text(), st.text())
def test_safe_html_never_holds_a_script(before: str, after: str) -> None:
    cleaned = safe_html(f"{before}<script>x</script><a href='javascript:x'>{after}")
    assert "<script" not in cleaned.lower()
    assert not re.search(r"<[^>]*javascript:", cleaned)


@given(st.text())
def test_plain_text_is_one_clean_line(fragment: str) -> None:
    text = plain_text(fragment)
    assert text == text.strip()
    assert not re.search(r"[\n\r\t\x00\u200b\ud800-\udfff]", text)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "ARRETE - JORFTEXT000042648781",
        "INFORMATIONS_PARLEMENTAIRES - JORFTEXT000042593125",
        "Sans titre",
        "Untitled",
        "Décret 2020-1561",
        "https://example.org/actualites/12",
    ],
)
def test_a_title_may_say_nothing(title: str) -> None:
    assert says_nothing(title)


@pytest.mark.parametrize(
    "title", ["Décret relatif aux crèches", "ZRR", "LOI n° 2020-1577 sur l'IAE"]
)
def test_most_titles_say_something(title: str) -> None:
    assert not says_nothing(title)


@pytest.mark.parametrize(
    ("title", "description", "best"),
    [
        (
            "DECRET - JORFTEXT000042648719",
            "Décret n° 2020-1561 du 10 décembre 2020 relatif aux aides à l'électrification",
            "Décret n° 2020-1561 du 10 décembre 2020 relatif aux aides à l'électrification",
        ),
        (
            "INFORMATIONS_PARLEMENTAIRES - JORFTEXT000042593125",
            "Ordre du jour",
            "Informations parlementaires\u00a0: Ordre du jour",
        ),
        (
            "INFORMATIONS_CESE - JORFTEXT000042593125",
            "Assemblée plénière",
            "Informations CESE\u00a0: Assemblée plénière",
        ),
        ("AVIS - JORFTEXT000042593125", "Avis de vacance d'emploi", "Avis de vacance d'emploi"),
        (
            "LOI - JORFTEXT000042665434",
            "LOI n° 2020-1577 du 14 décembre 2020 relative à l'insertion par l'activité (1)",
            "LOI n° 2020-1577 du 14 décembre 2020 relative à l'insertion par l'activité",
        ),
        ("Sans titre", "", "Sans titre"),
        ("Une crèche ouvre", "Ailleurs, autre chose", "Une crèche ouvre"),
    ],
)
def test_the_best_title_is_the_one_that_says_something(
    title: str, description: str, best: str
) -> None:
    assert best_title(title, description) == best


def test_the_kind_of_a_title_is_written_as_a_word() -> None:
    assert kind_of("INFORMATIONS_DIVERSES - JORFTEXT000042593125") == "Informations diverses"
    assert not kind_of("JORFTEXT000042593125")


@given(st.text(), st.integers(2, 40))
def test_shortened_text_fits(text: str, most: int) -> None:
    short = shorten(text, most)
    assert len(short) <= most
    assert short == text or short.endswith("…")


def test_text_is_cut_between_words() -> None:
    assert shorten("Les aides aux communes rurales", 15) == "Les aides aux…"
    assert shorten("anticonstitutionnellement", 10) == "anticonst…"


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("/actualites/1", "https://example.org/actualites/1"),
        ("page?id=3", "https://example.org/flux/page?id=3"),
        ("//cdn.example.org/a", "https://cdn.example.org/a"),
        ("https://a.fr/x?utm_source=rss&id=3&utm_medium=feed", "https://a.fr/x?id=3"),
        ("https://a.fr/x?xtor=RSS-1", "https://a.fr/x"),
        ("https://a.fr/x#xtor=RSS-1", "https://a.fr/x"),
        ("https://a.fr/x#partie-2", "https://a.fr/x#partie-2"),
        ("https://a.fr/x;jsessionid=ABC.1?q=é%20a", "https://a.fr/x?q=é%20a"),
        ("https://a.fr/x?a&b=&c=%2F", "https://a.fr/x?a&b=&c=%2F"),
        (" https://a.fr/\n x ", "https://a.fr/x"),
        ("javascript:alert(1)", ""),
        ("mailto:a@example.org", ""),
        ("https://moi:secret@a.fr/", ""),
        ("http://[::1/", ""),
    ],
)
def test_links_are_absolute_and_without_tracking(written: str, link: str) -> None:
    assert clean_link(written, FEED) == link


def test_an_endless_link_is_none() -> None:
    assert clean_link("https://a.example/?" + "é" * 900) != ""
    assert clean_link("https://a.example/?" + "é" * 1000) == ""
    assert clean_link("https://a.example/" + "a" * 1_000_000) == ""


@given(st.text())
def test_a_cleaned_link_is_a_web_address_or_nothing(written: str) -> None:
    link = clean_link(written, FEED)
    assert link == "" or urlsplit(link).scheme in {"http", "https"}
    assert clean_link(link, FEED) == link
