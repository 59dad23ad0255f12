"""French laws, decrees, orders, ordinances and circulars, as real texts write them."""

import pytest

from watch.understanding.records import ReferenceKind
from watch.understanding.references import find_references

ELI = "https://www.legifrance.gouv.fr/eli/"


def texts(text: str) -> list[str]:
    return [reference.text for reference in find_references(text)]


def urls(text: str) -> list[str]:
    return [reference.url for reference in find_references(text)]


INCLUSION = "loi n° 2020-1577 du 14 décembre 2020"


@pytest.mark.parametrize(
    "written",
    [
        "LOI n° 2020-1577 du 14 décembre 2020 relative au renforcement de l'inclusion",
        "loi no 2020-1577 du 14 decembre 2020",
        "Loi N°2020-1577 du 14 DÉCEMBRE 2020",
        "loi nº 2020-1577 du 14\u00a0décembre\u00a02020",
        "loi n°\u202f2020\u20111577 du\n14 décembre 2020",
        "la loi\n    n° 2020-1577\n   du 14 décembre 2020",
        "loi 2020-1577 du 14/12/2020",
        "loi n°\t2020-1577 (du 14.12.2020)",
        "loi nᵒ 2020-1577 du 14 de\u0301cembre 2020",
        "loi n\u00b0 2020-\u00ad1577 du 14 décembre 2020",
        "loi pour l’inclusion dans l’emploi n° 2020-1577 du 14 décembre 2020",
        "loi relative à l’emploi n° 2020-1577 du 14 décembre 2020",
        "loi « Inclusion » n° 2020-1577 du 14 décembre 2020",
        "loi du 14 décembre 2020, n° 2020-1577",
        "loi n° 2020-1577 modifiée du 14 décembre 2020",
        "loi n° 2020-1577, en date du 14 décembre 2020",
    ],
)
def test_a_law_has_one_name_and_one_link_however_it_is_written(written: str) -> None:
    (law,) = find_references(written)

    assert (law.kind, law.text) == ("law", INCLUSION)
    assert law.url == f"{ELI}loi/2020/12/14/2020-1577/jo/texte"


@pytest.mark.parametrize(
    ("written", "kind", "text", "url"),
    [
        ("décret n°2020-1577", "decree", "décret n° 2020-1577", ""),
        ("décret du 12 mars 2019", "decree", "décret du 12 mars 2019", ""),
        (
            "Décret n° 2025-1386 du 1er janvier 2025",
            "decree",
            "décret n° 2025-1386 du 1er janvier 2025",
            f"{ELI}decret/2025/1/1/2025-1386/jo/texte",
        ),
        (
            "décret en Conseil d’État n° 2021-1947 du 31 décembre 2021",
            "decree",
            "décret n° 2021-1947 du 31 décembre 2021",
            f"{ELI}decret/2021/12/31/2021-1947/jo/texte",
        ),
        ("Décret modificatif du 7 décembre 2020", "decree", "décret du 7 décembre 2020", ""),
        ("décret-loi du 30 octobre 1935", "decree", "décret du 30 octobre 1935", ""),
        ("l’arrêté du 14 avril 2025", "order", "arrêté du 14 avril 2025", ""),
        ("ARRETE DU 1ER DECEMBRE 2020", "order", "arrêté du 1er décembre 2020", ""),
        ("arrêté interministériel du 3 mars 2020", "order", "arrêté du 3 mars 2020", ""),
        (
            "arrêté préfectoral n° 43-2020-12 du 3 mars 2020",
            "order",
            "arrêté préfectoral n° 43-2020-12 du 3 mars 2020",
            "",
        ),
        ("arrêtés municipaux du 3 mars 2020", "order", "arrêté municipal du 3 mars 2020", ""),
        (
            "ordonnance n° 2020-1544 du 9 décembre 2020",
            "ordinance",
            "ordonnance n° 2020-1544 du 9 décembre 2020",
            f"{ELI}ordonnance/2020/12/9/2020-1544/jo/texte",
        ),
        ("ordonnance n°45-2658", "ordinance", "ordonnance n° 45-2658", ""),
        (
            "loi n° 82-213 du 2 mars 1982",
            "law",
            "loi n° 82-213 du 2 mars 1982",
            "",  # Légifrance makes its identifiers since 2002
        ),
        ("loi n° 1982-213", "law", "loi n° 82-213", ""),
        (
            "loi organique n° 2001-692 du 1er août 2001",
            "law",
            "loi organique n° 2001-692 du 1er août 2001",
            "",
        ),
        (
            "loi organique n° 2013-906 du 11 octobre 2013",
            "law",
            "loi organique n° 2013-906 du 11 octobre 2013",
            "",  # its identifier has another form
        ),
        ("loi NOTRe du 7 août 2015", "law", "loi du 7 août 2015", ""),
        ("Loi « 3DS » du 21 février 2022", "law", "loi du 21 février 2022", ""),
        (
            "circulaire du Premier ministre n° 6338/SG du 11 mars 2022",
            "circular",
            "circulaire n° 6338/SG du 11 mars 2022",
            "",
        ),
        (
            "arrêté du ministre de l’intérieur du 3 mars 2024",
            "order",
            "arrêté du 3 mars 2024",
            "",
        ),
        ("loi du 1er juillet 1901", "law", "loi du 1er juillet 1901", ""),
        (
            "circulaire n° 5811-SG du 12 février 2020",
            "circular",
            "circulaire n° 5811/SG du 12 février 2020",
            "",
        ),
        ("circulaire n° 6145/sg", "circular", "circulaire n° 6145/SG", ""),
        (
            "instruction du Gouvernement du 6 décembre 2018",
            "circular",
            "instruction du 6 décembre 2018",
            "",
        ),
        (
            "instruction interministérielle n° DGCS/SD3A/2020/12 du 3 mars 2020",
            "circular",
            "instruction n° DGCS/SD3A/2020/12 du 3 mars 2020",
            "",
        ),
    ],
)
def test_an_act_is_named_by_its_number_and_its_date(
    written: str, kind: ReferenceKind, text: str, url: str
) -> None:
    (act,) = find_references(f"Vu le texte suivant : {written} relatif à ceci.")

    assert (act.kind, act.text, act.url) == (kind, text, url)
    assert act.words in written


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "lois n° 2014-58 du 27 janvier 2014 et n° 2015-991 du 7 août 2015",
            ["loi n° 2014-58 du 27 janvier 2014", "loi n° 2015-991 du 7 août 2015"],
        ),
        ("décrets 2020-1561 et 2020-1562", ["décret n° 2020-1561", "décret n° 2020-1562"]),
        (
            "Arrêtés du 3 décembre 2020 et du 4 décembre 2020",
            ["arrêté du 3 décembre 2020", "arrêté du 4 décembre 2020"],
        ),
        (
            "les arrêtés des 29 novembre, 3 et 4 décembre 2020",
            [
                "arrêté du 29 novembre 2020",
                "arrêté du 3 décembre 2020",
                "arrêté du 4 décembre 2020",
            ],
        ),
        (
            "l’arrêté du 3 mars 2020, qui vaut du 4 mars 2020 au 5 mars 2020",
            ["arrêté du 3 mars 2020"],
        ),
        ("arrêté du 3 mars 2020 et du 4 mars 2021", ["arrêté du 3 mars 2020"]),
        ("les arrêtés des 31 et 45 février 2020", []),
        ("les arrêtés des 1er, 2", []),
    ],
)
def test_a_list_names_each_text(written: str, expected: list[str]) -> None:
    assert texts(written) == expected


def test_the_words_of_a_list_are_those_of_each_text() -> None:
    words = [each.words for each in find_references("Les arrêtés des 3 et 4 décembre 2020 sont là")]

    assert words == ["arrêtés des 3", "4 décembre 2020"]


def test_a_date_of_another_year_is_not_that_of_the_number() -> None:
    assert texts("loi n° 2020-1577 du 14 décembre 2021") == ["loi n° 2020-1577"]


def test_a_text_between_does_not_lend_its_number() -> None:
    assert texts("la loi modifiée par l’ordonnance n° 2020-1544 du 9 décembre 2020") == [
        "ordonnance n° 2020-1544 du 9 décembre 2020"
    ]


def test_a_law_keeps_the_number_after_its_name() -> None:
    assert texts("loi de finances pour 2021 n° 2020-1721 du 29 décembre 2020") == [
        "loi n° 2020-1721 du 29 décembre 2020"
    ]


def test_an_order_is_linked_by_the_nor_that_follows_it() -> None:
    order, nor = find_references("arrêté du 9 décembre 2020 (NOR : ECOB2033123A) fixant")

    assert order.text == "arrêté du 9 décembre 2020"
    assert order.url == f"{ELI}arrete/2020/12/9/ECOB2033123A/jo/texte"
    assert nor.text == "NOR ECOB2033123A"


def test_an_order_may_have_its_nor_before_its_date() -> None:
    assert texts("Arrêté NOR ECOB2033123A du 9 décembre 2020") == [
        "arrêté du 9 décembre 2020",
        "NOR ECOB2033123A",
    ]


def test_a_nor_of_another_sort_links_nothing() -> None:
    assert urls("arrêté du 9 décembre 2020 NOR ECOB2033123D")[0] == ""
    assert urls("circulaire du 9 décembre 2020 NOR ECOB2033123C")[0] == ""
