"""European texts and the identifiers of law: what they name, and where it is."""

import pytest

from watch.understanding.records import ReferenceKind
from watch.understanding.references import find_references

LEGIFRANCE = "https://www.legifrance.gouv.fr/"
ELI = f"{LEGIFRANCE}eli/"
CGCT = f"{LEGIFRANCE}codes/texte_lc/LEGITEXT000006070633/"
SEARCH = f"{LEGIFRANCE}search/all?tab_selection=all&searchField=ALL&query="
EUROPEAN = "http://data.europa.eu/eli/"


def texts(text: str) -> list[str]:
    return [reference.text for reference in find_references(text)]


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
        (
            "règlement général d’exemption par catégorie n° 651/2014",
            "règlement (UE) n° 651/2014",
            "reg/2014/651/oj",
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
