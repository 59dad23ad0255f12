"""What a piece of news is known by, and how that is shown."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.text import stems
from watch.relevance.words import MOST_READ, News

TITLE = "Reprise du dernier commerce : 12 communes lancent l’appel à projets"
SUMMARY = "Les commerces de l'Allier, tenus par des élus. Appel à candidatures."


def test_words_are_roots_and_a_word_of_the_title_counts_there_only() -> None:
    clues = News(TITLE, SUMMARY, "7").clues()
    assert clues.title == ("repris", "derni", "commerc", "commun", "lancent", "appel", "projet")
    assert clues.summary == ("alli", "tenus", "elus", "candidatur")
    assert clues.phrases[:3] == ("repris derni", "derni commerc", "commerc commun")
    assert clues.source == ("@7",)


def test_figures_count_for_nothing() -> None:
    assert News("Décret n° 2020-1577 du 14 décembre 2020", "", "1").clues().title == (
        *stems("décret n du décembre"),
    )


def test_only_the_beginning_of_a_summary_is_read() -> None:
    far = "mot " * (MOST_READ // 4) + "crèche"
    assert News("Titre", far, "1").clues().summary == ("mot",)


def test_clues_are_shown_as_they_were_written_without_repeating() -> None:
    news = News(TITLE, SUMMARY, "7")
    clues = ("repris derni", "repris", "appel projet", "elus", "@7")
    assert news.written(clues, 4, "Journal officiel") == (
        "Reprise du dernier",
        "appel à projets",
        "élus",
        "Journal officiel",
    )
    assert news.written(clues, 1, "") == ("Reprise du dernier",)
    assert news.written(("@7", "elus"), 3, "") == ("élus",)


@given(st.text(), st.text(max_size=200))
def test_any_text_is_read_and_each_clue_can_be_shown(title: str, summary: str) -> None:
    news = News(title, summary, "x")
    clues = news.clues()
    every = [clue for kind in clues for clue in kind]
    assert len(every) == len(set(every))
    assert all(news.written([clue], 1, "Source") for clue in every)


def test_accents_in_two_characters_are_accents() -> None:
    apart = unicodedata.normalize("NFD", TITLE + SUMMARY)
    assert News(apart, "", "1").clues() == News(TITLE + SUMMARY, "", "1").clues()
