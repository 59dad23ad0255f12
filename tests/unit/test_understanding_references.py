"""Legal references: each written as real texts write it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watch.understanding.folding import fold
from watch.understanding.references import MOST, find_references

ELI = "https://www.legifrance.gouv.fr/eli/"
INCLUSION = "loi n° 2020-1577 du 14 décembre 2020"


def texts(text: str) -> list[str]:
    return [reference.text for reference in find_references(text)]


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
