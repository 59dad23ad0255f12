"""Articles of codes, with the code that they are of."""

import pytest

from watch.understanding.references import find_references

CGCT = "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006070633/"


def texts(text: str) -> list[str]:
    return [reference.text for reference in find_references(text)]


def urls(text: str) -> list[str]:
    return [reference.url for reference in find_references(text)]


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
        ("CGI ; article 1609 nonies C de ce code", ["article 1609 nonies C du CGI"]),
        ("CGI ; article 1609 nonies C du présent décret", []),
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
