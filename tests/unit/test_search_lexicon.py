"""What readers of French know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.lexicon import COURTESY, SYNONYMS, intents
from core.text import STOP_WORDS, normalise, stems


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Le FCC, c'est quoi ?", {"what"}),
        ("Qu’est-ce qu’un tiers-lieu ?", {"what"}),
        ("Combien de temps dure l’exonération ?", {"when"}),
        ("Quelle est la durée du congé ?", {"when"}),
        ("Combien coûte une étude ?", {"cost"}),
        ("Quel est le tarif ?", {"cost"}),
        ("Qui décide ?", {"who"}),
        ("Comment faire ?", {"how"}),
        ("Peut-on refuser ?", {"may"}),
        ("Avons-nous le droit d’aider un artisan ?", {"may"}),
        ("Sommes-nous obligés de publier ?", {"must"}),
        ("Pourquoi ?", {"why"}),
        ("À qui s’adresser ?", {"who", "where"}),
        ("ZRR", set()),
        ("", set()),
    ],
)
def test_what_is_asked_for_is_recognised(question: str, asked: set[str]) -> None:
    assert set(intents(question)) == asked


@given(st.text())
def test_any_text_asks_for_known_things_once(text: str) -> None:
    found = intents(text)
    assert len(set(found)) == len(found)


def test_synonyms_go_both_ways_and_no_word_is_its_own() -> None:
    for root, others in SYNONYMS.items():
        assert others
        assert root not in others
        assert all(root in SYNONYMS[other] for other in others)


def test_synonyms_are_words_that_the_index_keeps() -> None:
    assert stems("courriel")[0] in SYNONYMS[stems("e-mails".replace("-", ""))[0]]


def test_courtesies_are_normalised_and_more_than_stop_words() -> None:
    assert {normalise(word) for word in COURTESY} == COURTESY
    assert not COURTESY & STOP_WORDS
