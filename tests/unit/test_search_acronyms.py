"""Acronyms: read in both ways, and learned from those who explain them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.acronyms import Acronyms, explained, without_dots
from core.text import words

KNOWN = Acronyms(
    [
        ("IAE", "insertion par l'activité économique"),
        ("SIAE", "Insertion par l’activité économique"),
        ("FSE+", "Fonds social européen plus"),
        ("X", "seul"),
        ("", "rien du tout"),
    ]
)


def read(text: str) -> tuple[str, ...]:
    return KNOWN.read(tuple(words(text)))


def test_the_acronym_is_added_where_its_expansion_stands() -> None:
    assert read("L’insertion par l’activité économique en zone rurale") == (
        "insert",
        "activ",
        "econom",
        "zon",
        "rural",
        "iae",
        "sia",
    )


def test_a_plural_is_the_same_expansion() -> None:
    assert "fse" in read("les fonds sociaux européens plus") or read("fonds social européen plus")


@pytest.mark.parametrize(
    "text",
    ["insertion", "activité économique", "insertion de l’activité", "seul", "rien du tout", ""],
)
def test_part_of_an_expansion_adds_nothing(text: str) -> None:
    assert not {"iae", "x"} & set(read(text))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("la Z.R.R. est close", "la ZRR est close"),
        ("F.E.D.E.R", "FEDER"),
        ("art. L. 1511-8", "art. L. 1511-8"),
        ("Fin. Début.", "Fin. Début."),
        ("www.site.fr", "www.site.fr"),
    ],
)
def test_dots_between_single_letters_go(written: str, read: str) -> None:
    assert without_dots(written) == read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Le FCC (Fichier central des chèques), c'est quoi ?",
            [("FCC", "fichier central des cheques")],
        ),
        (
            "Le comité de pilotage suit la zone de revitalisation rurale (ZRR).",
            [("ZRR", "zone de revitalisation rurale")],
        ),
        (
            "Nommez un délégué à la protection des données (DPO).",
            [("DPO", "delegue a la protection des donnees")],
        ),
        (
            "Les EPCI (établissements publics de coopération intercommunale) délibèrent.",
            [("EPCI", "etablissements publics de cooperation intercommunale")],
        ),
        ("La commune (INSEE) délibère.", []),
        ("Le FCC (voir plus bas) est fermé.", []),
        ("Écrivez au maire (CM).", []),
        ("Une parenthèse (ainsi) sans acronyme.", []),
        ("ZRR", []),
        ("(ZRR)", []),
        ("", []),
    ],
)
def test_acronyms_are_learned_where_they_are_explained(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert list(explained([text])) == found


@given(st.text(alphabet="AZÉé dl'(). \n-", max_size=80))
def test_any_text_is_read(text: str) -> None:
    assert all(short and long for short, long in explained([text]))
    assert isinstance(KNOWN.read(tuple(words(without_dots(text)))), tuple)
