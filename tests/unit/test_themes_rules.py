"""Which themes a text speaks of, and the words that decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.themes.rules import Match, ThemeWords, match

WELCOME = ThemeWords(
    "accueil",
    ("offre d'accueil", "nouveaux arrivants", "attractivité"),
    ("accueil du jeune enfant", "famille d'accueil"),
)
CHILDREN = ThemeWords("enfance", ("jeune enfant", "crèche", "MAM"))
MONEY = ThemeWords("financements", ("AMI", "appel à projets", "FSE+"))
THEMES = (WELCOME, CHILDREN, MONEY)


def codes(text: str) -> list[str]:
    return [found.code for found in match(text, THEMES)]


def test_words_and_phrases_are_compared_by_their_roots() -> None:
    assert match("Une OFFRE pour l’accueil d’un nouvel arrivant attractif", THEMES) == (
        Match("accueil", 3, ("OFFRE pour l’accueil", "attractif")),
    )


def test_accueil_alone_says_nothing() -> None:
    assert codes("Accueil — écrire à accueil@mairie.example") == []


def test_an_excluded_passage_counts_for_nothing_in_that_theme_only() -> None:
    assert codes("Une offre d'accueil du jeune enfant") == ["enfance"]
    assert codes("Les familles d'accueil") == []


def test_the_same_theme_may_still_win_elsewhere_in_the_text() -> None:
    text = "L'accueil du jeune enfant dans l'offre d'accueil"
    assert match(text, THEMES)[0] == Match("accueil", 2, ("offre d'accueil",))


def test_the_theme_with_most_to_say_comes_first_then_the_given_order() -> None:
    assert codes("Une crèche, un appel à projets") == ["financements", "enfance"]
    assert codes("Une crèche, l'attractivité") == ["accueil", "enfance"]


def test_repeating_a_word_proves_nothing_more_and_is_shown_once() -> None:
    assert match("crèche crèche Crèches", THEMES) == (Match("enfance", 1, ("crèche", "Crèches")),)


@pytest.mark.parametrize(
    "text",
    [
        "Une offre. L'accueil suit",
        "offre, accueil",
        "accueil et offre",
        "offre de logement, accueil",
    ],
)
def test_a_phrase_is_not_scattered_words(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "found"), [("un AMI est ouvert", ["financements"]), ("un ami", [])]
)
def test_an_acronym_is_matched_by_capitals_only(text: str, found: list[str]) -> None:
    assert codes(text) == found


def test_a_phrase_inside_a_longer_one_is_not_shown_twice() -> None:
    theme = ThemeWords("commerce", ("commerce", "dernier commerce", "dernier"))
    assert match("le dernier commerce du bourg", [theme]) == (
        Match("commerce", 4, ("dernier commerce",)),
    )


def test_overlapping_phrases_are_both_shown() -> None:
    theme = ThemeWords("x", ("espace partagé", "partagé rural"))
    assert match("espace partagé rural", [theme]) == (
        Match("x", 4, ("espace partagé", "partagé rural")),
    )


@pytest.mark.parametrize("word", ["", "de la", "?!"])
def test_an_expression_without_meaning_matches_nothing(word: str) -> None:
    assert match("de la crèche", [ThemeWords("x", (word,))]) == ()


def test_no_theme_no_match() -> None:
    assert match("crèche", ()) == ()
    assert match("", THEMES) == ()


WORDS = st.sampled_from(
    [
        "offre",
        "d'accueil",
        "du jeune enfant",
        "nouveaux",
        "arrivants",
        "crèche",
        "AMI",
        "ami.",
        "MAM",
    ]
)


@given(st.lists(WORDS).map(" ".join) | st.text())
def test_the_evidence_is_always_a_piece_of_the_text(text: str) -> None:
    for found in match(text, THEMES):
        assert found.score >= 1
        assert found.evidence
        assert all(words in text for words in found.evidence)


def test_an_expression_with_one_telling_word_is_taken_whole() -> None:
    themes = [ThemeWords("financements", ("service fait", "de minimis"))]
    assert match("Le service fait est constaté, règle de minimis", themes)[0].evidence == (
        "service",
        "minimis",
    )
    assert match("Le service public fait défaut", themes) == ()
    assert match("Au service", themes) == ()
