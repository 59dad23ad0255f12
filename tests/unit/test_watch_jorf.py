"""The Journal officiel as a feed that behaves badly gives it: the same shapes, our own words."""

from datetime import UTC, datetime

import pytest

from watch.decide import identify
from watch.reading.parse_document import parse_document
from watch.reading.records import Document, Item

SITE = "https://www.legifrance.gouv.fr/jorf/id/"


def read(*items: str) -> Document:
    feed = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>JO </title>'
        "<link>https://example.org/jo</link>"
        "<pubDate>2020-12-11 09:38:09.863720448 +0100 CET m=+17.591125507</pubDate>"
        f"{''.join(items)}</channel></rss>"
    )
    return parse_document(feed.encode(), "https://example.org/jo.xml", {})


def act(kind: str, number: int, words: str, more: str = "") -> str:
    name = f"JORFTEXT{number:012}"
    return (
        f"<item><title>{kind} - {name}</title><link>{SITE}{name}</link>"
        f"<description>{words}</description>{more}</item>"
    )


def only(*items: str) -> Item:
    (item,) = read(*items).items
    return item


@pytest.mark.parametrize(
    ("kind", "words", "title"),
    [
        (
            "DECRET",
            "Décret n° 2020-1 du 1er janvier 2020 relatif à l&#39;accueil",
            "Décret n° 2020-1 du 1er janvier 2020 relatif à l'accueil",
        ),
        (
            "LOI",
            "LOI n° 2020-2 du 2 janvier 2020 sur les villages (1)",
            "LOI n° 2020-2 du 2 janvier 2020 sur les villages",
        ),
        (
            "ARRETE",
            "Arrêté du 3 mars 2020 portant nomination (mines) (rectificatif)",
            "Arrêté du 3 mars 2020 portant nomination (mines) (rectificatif)",
        ),
        (
            "DECISION",
            "Décision n° 2020-4 relative au pont de Bordeaux (33)",
            "Décision n° 2020-4 relative au pont de Bordeaux (33)",
        ),
        (
            "INFORMATIONS_PARLEMENTAIRES",
            "Ordre du jour",
            "Informations parlementaires\u00a0: Ordre du jour",
        ),
        (
            "INFORMATIONS_CESE",
            "Formations de travail",
            "Informations CESE\u00a0: Formations de travail",
        ),
        ("ANNONCES", "Concessions diverses", "Annonces\u00a0: Concessions diverses"),
        (
            "CONVENTION",
            "Convention de coopération et d&#39;échange d&#39;informations",
            "Convention de coopération et d'échange d'informations",
        ),
        (
            "INFORMATIONS_DIVERSES",
            "Cours indicatifs du 9 décembre 2020 communiqués par la Banque de France",
            "Cours indicatifs du 9 décembre 2020 communiqués par la Banque de France",
        ),
    ],
)
def test_the_title_is_what_the_description_says(kind: str, words: str, title: str) -> None:
    item = only(act(kind, 1, words))
    assert item.title == title
    assert item.summary == ""
    assert item.link == f"{SITE}JORFTEXT000000000001"


def test_a_title_too_long_is_cut_and_the_summary_is_whole() -> None:
    words = (
        "Arrêté du 7 mars 2020 prorogeant les effets de " + "l&#39;arrêté de 2016 " * 40 + "au Puy"
    )
    item = only(act("ARRETE", 1, words))
    assert item.title.endswith("…")
    assert len(item.title) <= 500
    assert item.summary.startswith("Arrêté du 7 mars 2020")
    assert item.summary.endswith("au Puy")


def test_the_author_is_the_ministry() -> None:
    author = "<author>Ministère de l&#39;intérieur</author>"
    assert only(act("AVIS", 1, "Avis de vacance", author)).author == "Ministère de l'intérieur"


def test_an_act_is_the_same_when_its_date_comes_later() -> None:
    dated = "<pubDate>2020-12-11 01:00:00 +0100 CET</pubDate>"
    first, second = (
        read(
            *(
                act("ARRETE", number, "Arrêté portant nomination d'un notaire", more)
                for number in range(3)
            )
        ).items
        for more in ("", dated)
    )
    assert {item.published_at for item in first} == {None}
    assert {item.published_at for item in second} == {datetime(2020, 12, 11, tzinfo=UTC)}
    before, after = identify(first), identify(second)
    assert len({each.identity for each in before}) == 3
    assert [(each.identity, each.hash) for each in before] == [
        (each.identity, each.hash) for each in after
    ]
