"""Feeds found from a page of their site."""

import pytest

from watch.reading.discovery import FoundFeed, discover, usual_places
from watch.reading.parse_document import parse_document
from watch.reading.records import ChallengeError, DocumentError

URL = "https://example.org/actus/"
RSS = "type='application/rss+xml'"


def found(html: str) -> tuple[FoundFeed, ...]:
    return discover(html.encode(), URL, {})


def test_declared_feeds_come_first_and_those_of_comments_last() -> None:
    feeds = found(
        "<html><head><title>Site</title>"
        f"<link rel='alternate' {RSS} title='Commentaires' href='/comments/feed'>"
        f"<link rel='alternate' {RSS} title='Actualit&eacute;s' href='/rss.xml'>"
        "<link rel='ALTERNATE home' type='application/atom+xml; charset=utf-8' href='atom'>"
        "<link rel='alternate' type='application/feed+json' href='//cdn.fr/feed.json'>"
        "<link rel='alternate' hreflang='en' href='/en/'>"
        "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/pages/1'>"
        "<link rel='alternate' type='application/json+oembed' href='/oembed'>"
        "<link rel='stylesheet' href='/rss.css'></head><body>"
        "<a href='/spip.php?page=backend'>Flux <b>RSS</b></a> <a href='/rss.xml'>RSS</a>"
        "<a href='/flux-migratoires.html'>Flux migratoires</a><a href='#rss'>RSS</a></body></html>"
    )
    assert feeds == (
        FoundFeed("https://example.org/rss.xml", "Actualités", "rss"),
        FoundFeed("https://example.org/actus/atom", "", "atom"),
        FoundFeed("https://cdn.fr/feed.json", "", "json"),
        FoundFeed("https://example.org/spip.php?page=backend", "Flux RSS", guessed=True),
        FoundFeed("https://example.org/comments/feed", "Commentaires", "rss"),
    )


def test_base_is_followed() -> None:
    html = "<head><base href='https://www.a.fr/x/'><link rel=feed href='flux'></head>"
    assert found(html) == (FoundFeed("https://www.a.fr/x/flux"),)


@pytest.mark.parametrize(
    "html", ["<html><body><p>Rien</p></body></html>", "Du texte", "<a href=''>"]
)
def test_a_page_may_name_none(html: str) -> None:
    assert found(html) == ()


def test_harmful_addresses_are_left() -> None:
    assert found("<link rel=alternate type=application/rss+xml href='javascript:x'>") == ()


def test_the_usual_places_are_guesses() -> None:
    places = usual_places(URL)
    assert all(place.guessed for place in places)
    assert "https://example.org/feed" in {place.url for place in places}


def test_what_is_no_page_is_an_error() -> None:
    with pytest.raises(DocumentError, match="the page is empty"):
        found("")
    with pytest.raises(ChallengeError):
        found("<title>Just a moment...</title>")


def test_who_gives_a_page_for_a_feed_is_told_its_address() -> None:
    page = b"<html><head><link rel=alternate type=application/rss+xml href=/rss.xml></head></html>"
    with pytest.raises(DocumentError) as caught:
        parse_document(page, URL, {})
    assert caught.value.what == "a web page came instead of a feed"
    assert caught.value.hint == "the page names https://example.org/rss.xml: give that address"
