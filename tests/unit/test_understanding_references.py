"""Legal references: each written as real texts write it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watch.understanding.folding import fold
from watch.understanding.records import ReferenceKind
from watch.understanding.references import MOST, find_references

ELI = "https://www.legifrance.gouv.fr/eli/"
CODES = "https://www.legifrance.gouv.fr/codes/texte_lc/"
CGCT = f"{CODES}LEGITEXT000006070633/"
SEARCH = "https://www.legifrance.gouv.fr/search/all?tab_selection=all&searchField=ALL&query="
EUROPEAN = "http://data.europa.eu/eli/"


def texts(text: str) -> list[str]:
    return [reference.text for reference in find_references(text)]


def urls(text: str) -> list[str]:
    return [reference.url for reference in find_references(text)]


# --- French acts ------------------------------------------------------------------------------

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


@pytest.mark.parametrize(
    "written",
    [
        "la loi de finances pour 2027",
        "projet de loi n° 2020-15 du 3 mars 2020",
        "proposition de loi du 3 mars 2020",
        "projet d’arrêté du 3 mars 2020",
        "délai d’instruction du 3 mars 2026 au 4 mars 2026",
        "loi 2024-2030",
        "loi de programmation 2024-2030",
        "la loi prévoit que la délibération n° 2020-15 du 3 mars 2020",
        "la loi dispose n° 2020-15",
        "loi adoptée du 3 mars 2020",
        "loi n° 12",
        "loi n° 12-345",
        "loi n° 2020-0",
        "circulaire n° 12",
        "circulaire n° interne",
        "arrêté du 3 mars",
        "arrêté du 31 février 2020",
        "arrêté du 3 mars 0999",
        "arrêté du 31/13/2020",
        "emploi n° 2020-1577",
        "n° 12, 04 71 00 00 00, le 3 mars 2020",
        "article 3 du présent décret",
        "l’article 12 de la convention",
        "article 5 et 12 personnes",
        "réforme 2024 du code du travail",
        "le code du travail et le CGI de 2020",
        "règlement 2024/2025",
        "règlement intérieur 2024/2025",
        "règlement n° 12/2024",
        "directive 24/25",
        "directive 2024/2025",
        "directive n° 3000/12/CE",
        "directive du 3 mars",
        "12345 et 1234567 et 123456789012",
        "abcd1234567e",
        "ABCD1234567",
        "XABCD1234567E",
        "JORFTEXZ000042665434",
        "123456 habitants",
        "x32014L0024",
        "12345L6789",
        "LEGITEX000006070633",
        "au-delà de 2020 ml/an, soit L 12 ou R 1234",
        "",
    ],
)
def test_what_is_no_reference(written: str) -> None:
    assert texts(written) == []


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


def test_the_fullest_mention_stays_where_the_text_is_first_named() -> None:
    text = (
        "Loi n° 2020-1577 et décret n° 2021-1 : la loi n° 2020-1577 du 14 décembre 2020, dite loi"
        " du 14 décembre 2020"
    )

    assert texts(text) == [INCLUSION, "décret n° 2021-1"]
    assert find_references(text)[0].words == INCLUSION


def test_a_date_that_two_numbered_texts_share_names_a_third_mention() -> None:
    text = (
        "décrets n° 2021-1 du 2 janvier 2021 et n° 2021-2 du 2 janvier 2021 ;"
        " décret du 2 janvier 2021"
    )

    assert texts(text)[-1] == "décret du 2 janvier 2021"


def test_an_order_is_linked_by_the_nor_that_follows_it() -> None:
    order, nor = find_references("arrêté du 9 décembre 2020 (NOR : ECOB2033123A) fixant")

    assert order.text == "arrêté du 9 décembre 2020"
    assert order.url == f"{ELI}arrete/2020/12/9/ECOB2033123A/jo/texte"
    assert nor.text == "NOR ECOB2033123A"


def test_a_nor_of_another_sort_links_nothing() -> None:
    assert urls("arrêté du 9 décembre 2020 NOR ECOB2033123D")[0] == ""
    assert urls("circulaire du 9 décembre 2020 NOR ECOB2033123C")[0] == ""


# --- articles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("article L. 5214-16 du CGCT", ["article L. 5214-16 du CGCT"]),
        ("ARTICLE L.5214-16 DU CGCT", ["article L. 5214-16 du CGCT"]),
        ("art. L5214-16 du cgct", ["article L. 5214-16 du CGCT"]),
        (
            "art. L.1511-3 du code général des collectivités territoriales",
            ["article L. 1511-3 du CGCT"],
        ),
        (
            "articles L. 1511-2 et L. 1511-3 du CGCT",
            ["article L. 1511-2 du CGCT", "article L. 1511-3 du CGCT"],
        ),
        ("articles L. 1511-2 et L. 1511-3", ["article L. 1511-2", "article L. 1511-3"]),
        (
            "L. 1511-2 à L. 1511-8 du CGCT",
            ["articles L. 1511-2 à L. 1511-8 du CGCT"],
        ),
        ("articles L. 1 à L. 2 à L. 3 du code civil", ["articles L. 1 à L. 2 du code civil"]),
        ("44 quindecies A du CGI", ["article 44 quindecies A du CGI"]),
        ("CCP, art. R. 2122-8", ["article R. 2122-8 du CCP"]),
        ("CASF, art. L. 214-1-3", ["article L. 214-1-3 du CASF"]),
        ("(CGI, art. 1406 bis)", ["article 1406 bis du CGI"]),
        ("CGI, art. 44 A été modifié", ["article 44 A du CGI"]),
        ("article 44 à modifier du CGI", []),
        ("ARTICLE 44 QUINDECIES A DU CGI", ["article 44 quindecies A du CGI"]),
        ("article 199 decies-0 A du CGI", ["article 199 decies-0 A du CGI"]),
        ("article L. 80 B du LPF", ["article L. 80 B du livre des procédures fiscales"]),
        (
            "(CGCT, art. L. 1511-8, R. 1511-44 et -45)",
            [
                "article L. 1511-8 du CGCT",
                "article R. 1511-44 du CGCT",
                "article R. 1511-45 du CGCT",
            ],
        ),
        (
            "(CGCT, art. L. 1511-3) ; les autres aides, de la région (L. 1511-2)",
            ["article L. 1511-3 du CGCT", "article L. 1511-2 du CGCT"],
        ),
        ("article L.O. 1112-1 du CGCT", ["article L.O. 1112-1 du CGCT"]),
        ("article R.* 123-4 du code de l’urbanisme", ["article R. 123-4 du code de l’urbanisme"]),
        ("article 1er du code civil", ["article 1er du code civil"]),
        ("article 1240 du Code Civil", ["article 1240 du code civil"]),
        (
            "article L. 4111-2 (I) du code de la santé publique",
            ["article L. 4111-2 du code de la santé publique"],
        ),
        (
            "article L. 123-4, 3° du code de santé publique",
            ["article L. 123-4 du code de la santé publique"],
        ),
        (
            "articles L. 562-2 et suivants du code monétaire et financier",
            ["article L. 562-2 du code monétaire et financier"],
        ),
        (
            "article R. 165-87 du code de la sécurité sociale et article L. 165-1 du même code",
            [
                "article R. 165-87 du code de la sécurité sociale",
                "article L. 165-1 du code de la sécurité sociale",
            ],
        ),
        ("article L. 165-1 du même code", ["article L. 165-1"]),
        ("article L. 165-1 (CGCT)", ["article L. 165-1 du CGCT"]),
        (
            "l’article L. 1-1 du CGCT, l’article L. 2-1 du CASF et l’article L. 3-1",
            ["article L. 1-1 du CGCT", "article L. 2-1 du CASF", "article L. 3-1"],
        ),
        ("article L. 3-1 du code de nulle part, CGCT, art. L. 1-1", None),
        ("article L. 3 de la loi, au sens du code du travail", []),
        ("Code civil, art. 1240 ; article 2 du CASF", None),
        ("loi n° 2025-127, art. 99 (CGI, art. 44 quindecies A)", None),
        ("C. trav., art. L. 1242-3", ["article L. 1242-3 du code du travail"]),
        ("CSS art. L. 1-1", ["article L. 1-1 du code de la sécurité sociale"]),
        ("une feuille css, art. L. 1-1", ["article L. 1-1"]),
        ("article L. 113-1 du code de l’artisanat", ["article L. 113-1 du code de l’artisanat"]),
        ("R2122-8 du code de la commande publique", ["article R. 2122-8 du CCP"]),
        ("pièce R2122-8", []),
        (
            "le code du travail dit, bien plus loin : R2122-8",
            ["article R. 2122-8 du code du travail"],
        ),
        (
            "article L. 12 du code de la consommation ou L. 13-2",
            [
                "article L. 12 du code de la consommation",
                "article L. 13-2 du code de la consommation",
            ],
        ),
    ],
)
def test_articles_are_of_their_code(written: str, expected: list[str] | None) -> None:
    special = {
        "article L. 3-1 du code de nulle part, CGCT, art. L. 1-1": [
            "article L. 3-1",
            "article L. 1-1 du CGCT",
        ],
        "Code civil, art. 1240 ; article 2 du CASF": [
            "article 1240 du code civil",
            "article 2 du CASF",
        ],
        "loi n° 2025-127, art. 99 (CGI, art. 44 quindecies A)": [
            "loi n° 2025-127",
            "article 44 quindecies A du CGI",
        ],
    }

    assert texts(written) == (special[written] if expected is None else expected)


def test_an_article_leads_to_its_code() -> None:
    assert urls("article L. 5214-16 du CGCT") == [CGCT]
    assert urls("article L. 5214-16") == [""]
    assert urls("article L. 113-1 du code de l’artisanat") == [""]


def test_the_words_of_an_article_hold_its_code() -> None:
    assert [each.words for each in find_references("Selon le CGCT, art. L. 1511-8, tout va.")] == [
        "CGCT, art. L. 1511-8"
    ]


# --- European texts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text", "url"),
    [
        ("règlement (UE) 2021/1060", "règlement (UE) 2021/1060", "reg/2021/1060/oj"),
        ("RÈGLEMENT UE N°2023/2831", "règlement (UE) 2023/2831", "reg/2023/2831/oj"),
        ("règlement européen 2016/679", "règlement (UE) 2016/679", "reg/2016/679/oj"),
        ("règlement (CE) n° 1083/2006", "règlement (CE) n° 1083/2006", "reg/2006/1083/oj"),
        ("règlement n° 1407/2013", "règlement (UE) n° 1407/2013", "reg/2013/1407/oj"),
        ("règlement n° 12/2009", "règlement n° 12/2009", "reg/2009/12/oj"),
        (
            "règlement de minimis (UE) n° 1407/2013",
            "règlement (UE) n° 1407/2013",
            "reg/2013/1407/oj",
        ),
        ("règlement (CEE) n° 2081/92", "règlement (CEE) n° 2081/92", "reg/1992/2081/oj"),
        ("règlement (CE) n° 2015/2006", "règlement (CE) n° 2015/2006", "reg/2006/2015/oj"),
        (
            "règlement (UE, Euratom) 2018/1046",
            "règlement (UE, Euratom) 2018/1046",
            "reg/2018/1046/oj",
        ),
        (
            "règlement d'exécution (UE) 2021/1042",
            "règlement d’exécution (UE) 2021/1042",
            "reg_impl/2021/1042/oj",
        ),
        (
            "règlement délégué (UE) 2019/2013",
            "règlement délégué (UE) 2019/2013",
            "reg_del/2019/2013/oj",
        ),
        (
            "règlement général d’exemption par catégorie (UE) n° 651/2014",
            "règlement (UE) n° 651/2014",
            "reg/2014/651/oj",
        ),
        ("directive 2014/24/UE", "directive 2014/24/UE", "dir/2014/24/oj"),
        ("directive n° 2006/123/CE", "directive 2006/123/CE", "dir/2006/123/oj"),
        ("directive 2014/24", "directive 2014/24/UE", "dir/2014/24/oj"),
        ("directive 2009/28", "directive 2009/28", "dir/2009/28/oj"),
        ("directive « habitats » 92/43/CEE", "directive 92/43/CEE", "dir/1992/43/oj"),
        ("directive-cadre sur l’eau 2000/60/CE", "directive 2000/60/CE", "dir/2000/60/oj"),
        ("directive (UE) 2019/1937", "directive (UE) 2019/1937", "dir/2019/1937/oj"),
        (
            "directive déléguée (UE) 2015/863",
            "directive déléguée (UE) 2015/863",
            "dir_del/2015/863/oj",
        ),
        (
            "directive lanceurs d’alerte (UE) 2019/1937",
            "directive (UE) 2019/1937",
            "dir/2019/1937/oj",
        ),
    ],
)
def test_european_texts_in_both_numberings(written: str, text: str, url: str) -> None:
    (found,) = find_references(f"Vu le {written} du Parlement européen")

    assert (found.text, found.url) == (text, EUROPEAN + url)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "règlements (UE) n° 1303/2013 et (UE) n° 1301/2013",
            ["règlement (UE) n° 1303/2013", "règlement (UE) n° 1301/2013"],
        ),
        (
            "règlements (UE) 2021/1060, 2021/1058 et suivants",
            ["règlement (UE) 2021/1060", "règlement (UE) 2021/1058"],
        ),
        ("règlement (UE) 2021/1060 et 2021/1058", ["règlement (UE) 2021/1060"]),
        ("règlement (UE) 2021/1060 et autres", ["règlement (UE) 2021/1060"]),
        ("règlement (UE) 2021/1060, dit règlement 2021/1060", ["règlement (UE) 2021/1060"]),
        ("le règlement, la directive (UE) 2019/1937", ["directive (UE) 2019/1937"]),
    ],
)
def test_european_texts_in_lists(written: str, expected: list[str]) -> None:
    assert texts(written) == expected


# --- identifiers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kind", "text", "url"),
    [
        (
            "NOR : TERB2033123A",
            "nor",
            "NOR TERB2033123A",
            f"{SEARCH}TERB2033123A",
        ),
        ("TERB2033123A", "nor", "NOR TERB2033123A", None),
        ("nor terb2033123a", "nor", "NOR TERB2033123A", None),
        (
            "JORFTEXT000042665434",
            "jorftext",
            "JORFTEXT000042665434",
            "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000042665434",
        ),
        ("LEGITEXT000006070633", "legitext", "LEGITEXT000006070633", CGCT),
        (
            "LEGITEXT000006068624",
            "legitext",
            "LEGITEXT000006068624",
            "https://www.legifrance.gouv.fr/loda/id/LEGITEXT000006068624",
        ),
        (
            "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000037703779",
            "article",
            "LEGIARTI000037703779",
            "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000037703779",
        ),
        ("LEGIARTI000037703779", "article", "LEGIARTI000037703779", ""),
        (
            "https://www.legifrance.gouv.fr/eli/loi/2020/12/14/2020-1577/jo/texte",
            "eli",
            "eli/loi/2020/12/14/2020-1577/jo/texte",
            f"{ELI}loi/2020/12/14/2020-1577/jo/texte",
        ),
        (
            "https://www.legifrance.gouv.fr/eli/arrete/2020/12/09/ECOB2033123A/jo/article_2",
            "eli",
            "eli/arrete/2020/12/9/ECOB2033123A/jo/texte",
            f"{ELI}arrete/2020/12/9/ECOB2033123A/jo/texte",
        ),
        (
            "http://data.europa.eu/eli/reg_impl/2021/1042/oj",
            "eli",
            "eli/reg_impl/2021/1042/oj",
            f"{EUROPEAN}reg_impl/2021/1042/oj",
        ),
        (
            "CELEX:32014L0024",
            "celex",
            "CELEX 32014L0024",
            "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32014L0024",
        ),
        (
            "02014L0024-20240101",
            "celex",
            "CELEX 02014L0024-20240101",
            "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:02014L0024-20240101",
        ),
        ("52021PC0123", "celex", "CELEX 52021PC0123", None),
    ],
)
def test_identifiers(written: str, kind: ReferenceKind, text: str, url: str | None) -> None:
    (found,) = find_references(f"Voir {written} pour tout savoir.")

    assert (found.kind, found.text) == (kind, text)
    assert url is None or found.url == url


def test_an_identifier_and_a_name_of_the_same_text_are_one_reference() -> None:
    assert texts("32021R1060 : règlement (UE) 2021/1060, eli/reg/2021/1060/oj") == [
        "règlement (UE) 2021/1060"
    ]
    assert find_references("loi n° 2020-1577 (eli/loi/2020/12/14/2020-1577/jo/texte)")[0].url == (
        f"{ELI}loi/2020/12/14/2020-1577/jo/texte"
    )


# --- real texts -------------------------------------------------------------------------------


def test_an_item_of_the_journal_officiel() -> None:
    text = (
        "ARRETE - JORFTEXT000042665483\nArrêté du 3 décembre 2020 portant dérogation au titre de"
        " l'article 2 du décret n° 2017-380 du 22 mars 2017 portant dispositions relatives aux"
        " conventions de mandat conclues par l'Etat en application du III de l'article 40 de la loi"
        " n° 2014-1545 du 20 décembre 2014 relative à la simplification de la vie des entreprises"
    )

    assert texts(text) == [
        "JORFTEXT000042665483",
        "arrêté du 3 décembre 2020",
        "décret n° 2017-380 du 22 mars 2017",
        "loi n° 2014-1545 du 20 décembre 2014",
    ]


def test_an_answer_of_the_network() -> None:
    text = (
        "Une commune ex-ZRR non classée garde le bénéfice du nouveau régime jusqu’au 31 décembre"
        " 2027 (CGI, art. 44 quindecies A ; loi n° 2025-127, art. 99 ; arrêté du 14 avril 2025,"
        " 2 168 communes). Voir la loi de finances pour 2027."
    )

    assert texts(text) == [
        "article 44 quindecies A du CGI",
        "loi n° 2025-127",
        "arrêté du 14 avril 2025",
    ]


# --- whatever is written ----------------------------------------------------------------------

CANONICAL = (
    INCLUSION,
    "loi organique n° 2001-692 du 1er août 2001",
    "décret n° 2025-1386",
    "décret du 12 mars 2019",
    "arrêté du 14 avril 2025",
    "arrêté préfectoral n° 43-2020-12 du 3 mars 2020",
    "ordonnance n° 45-2658 du 2 novembre 1945",
    "circulaire n° 6145/SG du 12 février 2020",
    "instruction du 6 décembre 2018",
    "article L. 5214-16 du CGCT",
    "article 44 quindecies A du CGI",
    "articles L. 1511-2 à L. 1511-8 du CGCT",
    "article L. 2-1 du code de l’entrée et du séjour des étrangers et du droit d’asile",
    "article L.O. 1112-1",
    "règlement (UE) 2021/1060",
    "règlement d’exécution (UE) 2021/1042",
    "règlement (CEE) n° 2081/92",
    "directive 92/43/CEE",
    "directive (UE) 2019/1937",
    "NOR TERB2033123A",
    "JORFTEXT000042665434",
    "eli/loi/2020/12/14/2020-1577/jo/texte",
    "eli/reg/2021/1060/oj",
    "CELEX 32014L0024",
)

FRAGMENTS = (
    *CANONICAL,
    *("loi", "décret", "arrêté", "n°", "art.", "article", "du", "L.", "R.", "-", ",", ";", "et"),
    *("(", ")", "1", "2020-1", "CGCT", "code", "de", "la"),
    "règlement (UE)",
    "3 mars 2020",
    "des 3 et",
    "\u00a0",
    "\n\n\n",
    "e\u0301",
)

messy = some.lists(some.sampled_from(FRAGMENTS) | some.text(max_size=4), max_size=14).map(" ".join)
written = some.text(max_size=80) | messy | messy.map(str.upper)


@given(written)
def test_whatever_is_written_is_read(text: str) -> None:
    found = find_references(text)

    assert all(reference.words and reference.words in text for reference in found)
    assert len({reference.text for reference in found}) == len(found)
    assert all(not each.url or re.match(r"https?://[\w.-]+/\S+$", each.url) for each in found)


@given(written)
def test_a_canonical_name_is_found_by_itself(text: str) -> None:
    for reference in find_references(text):
        assert reference.text in texts(reference.text)


@given(some.lists(some.sampled_from(CANONICAL), unique=True, max_size=6))
def test_texts_keep_the_order_in_which_they_are_named(names: list[str]) -> None:
    alone = [name for name in names if name != "eli/loi/2020/12/14/2020-1577/jo/texte"]
    alone = [name for name in alone if not name.startswith(("eli/reg", "articles", "article L.O"))]

    assert texts(" | ".join(alone)) == alone


@pytest.mark.parametrize("name", CANONICAL)
@pytest.mark.parametrize(
    "vary",
    [
        str,
        str.upper,
        lambda name: name.replace(" ", "\u00a0"),
        lambda name: name.replace(" ", "\n"),
        lambda name: name.replace("n° ", "n°"),
        lambda name: name.replace("n° ", "no "),
        lambda name: name.replace("’", "'"),
        lambda name: name.replace("-", "\u2011"),
        lambda name: f"({name})",
        lambda name: f"{name}, {name.upper()}",
    ],
)
def test_a_name_varied_is_the_same_text(name: str, vary: Callable[[str], str]) -> None:
    assert texts(vary(name)) == [name]


@pytest.mark.parametrize(
    "seed",
    [
        "loi ",
        "loi n° ",
        "loi de ",
        "loi « ",
        "article ",
        "article L. 1-1, ",
        "articles 1, ",
        "R. 1511-44 et -45 ",
        "44 quindecies A ",
        "L. 80 B ",
        "arrêtés des 3, ",
        "arrêté n° ",
        "circulaire n° " + "a" * 61,
        "règlement (",
        "directive 92/",
        "code de la ",
        "eli/loi/2020/",
        "JORFTEXT00004266543",
        "TERB2033123",
        "e\u0301",
        " \n",
        "9",
    ],
)
def test_a_hostile_text_is_read_to_its_end(seed: str) -> None:
    """A rule that is not linear would hold this test for minutes."""
    text = (seed * (200_000 // len(seed)))[:200_000]

    assert len(find_references(f"{text} ; {INCLUSION}")) <= MOST


def test_a_whole_code_is_no_piece_of_news() -> None:
    every = ", ".join(f"L. {number}-1" for number in range(1, 400))

    assert len(find_references(f"CGCT, articles {every}")) == MOST


def test_folding_keeps_each_character_in_its_place() -> None:
    text = "Décret\u00a0Nº 1 – Œuvre\u0301s\n\n\n\nFIN"

    folded = fold(text)

    assert folded.text == "decret n° 1 - œuvres\n\nfin"
    start = folded.text.index("uvres")
    assert folded.words(start, start + 5) == "uvre\u0301s"
    assert folded.capital(0)
    assert not folded.capital(1)
    assert not folded.capital(-1)
    assert not folded.capital(999)


@given(some.text())
def test_folding_never_fails(text: str) -> None:
    folded = fold(text)

    assert len(folded.text) == len(folded.origins)
    assert not re.search(r"\s{3}", folded.text)
