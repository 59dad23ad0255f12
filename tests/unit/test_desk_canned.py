"""Canned answers: what they may ask for, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.rules import LONGEST, LONGEST_TITLE, filled, read_canned, read_title
from core.errors import InputError

KNOWN = {"prenom": "Claire", "nom": "Vidal", "territoire": "Pays d’Orsanne", "numero": "4821"}


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("Bonjour {prénom},", "Bonjour Claire,"),
        ("Question n° {numero}, {Territoire}.", "Question n° 4821, Pays d’Orsanne."),
        ("Bonjour {animateur}, bien à vous", "Bonjour, bien à vous"),
        ("Rien à remplacer.", "Rien à remplacer."),
        ("{prénom} {inconnu} {nom}", "Claire Vidal"),
    ],
)
def test_placeholders_are_filled_and_leave_no_hole(words: str, written: str) -> None:
    assert filled(words, KNOWN) == written


@given(st.text())
def test_filling_never_fails_and_leaves_no_placeholder_behind(words: str) -> None:
    assert "{prénom}" not in filled(words + "{prénom}", KNOWN)


def test_a_canned_answer_asks_only_for_what_is_known_of_a_question() -> None:
    assert read_canned("  Bonjour {prénom},\n") == "Bonjour {prénom},"
    with pytest.raises(InputError) as caught:
        read_canned("Bonjour {civilité},")
    assert caught.value.what == "canned_unknown_placeholder"


@pytest.mark.parametrize("words", ["", "  \n", "x" * (LONGEST + 1)])
def test_a_canned_answer_fits_in_one_message(words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_canned(words)
    assert caught.value.what == "canned_text_wanted"


@pytest.mark.parametrize("title", ["", " ", "x" * (LONGEST_TITLE + 1)])
def test_a_title_fits_on_a_button(title: str) -> None:
    with pytest.raises(InputError) as caught:
        read_title(title)
    assert caught.value.what == "canned_title_wanted"
    assert read_title("  Accusé  de\nréception ") == "Accusé de réception"
