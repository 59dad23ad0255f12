"""What resembles what, and how sure that makes us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search import rules
from core.search.rules import Base, Concept

BASE = Base(documents=500, whole_match=4.0)


def test_a_word_that_few_hold_is_worth_more() -> None:
    assert rules.rarity(0, 100) > rules.rarity(1, 100) > rules.rarity(50, 100) > 0


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_no_word_is_worth_less_than_nothing(one: int, other: int) -> None:
    assert rules.rarity(min(one, other), max(one, other)) > 0


def test_more_evidence_makes_surer_and_more_asked_for_makes_less_sure() -> None:
    assert rules.confidence(20, 15, BASE) > rules.confidence(10, 15, BASE)
    assert rules.confidence(20, 15, BASE) > rules.confidence(20, 40, BASE)


def test_a_whole_match_of_one_rare_word_is_as_sure_in_any_base() -> None:
    sure = [
        rules.confidence(base.whole_match * worth, worth, base)
        for base in (Base(12, 2.7), Base(500, 4.3), Base(100_000, 4.5))
        for worth in [rules.rarity(0, base.documents)]
    ]
    assert sure == pytest.approx([1 / (1 + rules.ENOUGH)] * 3)


@given(st.floats(1e-6, 1e4), st.floats(1e-6, 1e4), st.integers(1, 10**6))
def test_confidence_is_between_nothing_and_certainty(
    score: float, worth: float, documents: int
) -> None:
    assert 0 < rules.confidence(score, worth, Base(documents, 4.0)) < 1


def test_a_whole_match_is_the_median_of_what_questions_score_for_themselves() -> None:
    assert rules.whole_match([(8, 2), (9, 3), (20, 2), (0, 5)]) == 4


def test_without_a_question_found_a_whole_match_is_the_usual_one() -> None:
    assert rules.whole_match([]) == rules.USUAL_MATCH
    assert rules.whole_match([(0, 3)]) == rules.USUAL_MATCH


def test_kin_begin_alike_over_most_of_their_length() -> None:
    vocabulary = sorted(
        ["inter", "interim", "interimair", "internet", "interdiction", "intern", "zone"]
    )
    assert dict(rules.kin("interim", vocabulary)) == pytest.approx(
        {"interimair": 0.7, "inter": 5 / 7, "intern": 5 / 7, "internet": 5 / 8}
    )


@pytest.mark.parametrize("root", ["", "ab", "loi", "2024", "covid19", "zzzz"])
def test_short_words_and_numbers_have_no_kin(root: str) -> None:
    vocabulary = sorted(["abc", "lois", "20245", "zz"])
    assert list(rules.kin(root, vocabulary)) == []


def test_a_word_comes_first_then_its_synonyms_then_its_kin() -> None:
    found = rules.alternatives(
        "subvent", ["aid", "unknown"], [("subvenir", 0.7)], {"subvent": 1, "aid": 2}
    )
    assert list(found.items()) == [("subvent", 1.0), ("aid", 0.6), ("subvenir", 0.35)]


def test_an_unknown_word_is_not_looked_for_itself() -> None:
    assert rules.alternatives("mail", ["courriel"], [], {"courriel": 1}) == {"courriel": 0.6}


def test_only_the_most_telling_alternatives_are_kept() -> None:
    near = [(f"mot{number}", number / 20) for number in range(12, 20)]
    found = rules.alternatives("mot", [], near, {"mot": 1})
    assert len(found) == rules.MOST_ALTERNATIVES
    assert "mot12" not in found


def test_a_guess_is_looked_for_but_worth_an_unknown_word() -> None:
    found = rules.guessed({"logement": 1.0, "habit": 0.5}, ["logement", "log"], 500)
    assert found == Concept({"logement": 0.9, "log": 0.9, "habit": 0.45}, rules.rarity(0, 500))


KNOWN = {"tele", "travail", "teletravail", "tiers", "lieu", "logements", "vacants", "mairie"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("tiers lieu", "tiers lieu"),
        ("tierslieu", "tiers lieu"),
        ("logementsvacants", "logements vacants"),
        ("tele travail", "tele travail"),
        ("mairies", "mairies"),
        ("lieutiers", "lieutiers"),
        ("", ""),
    ],
)
def test_words_are_cut_and_joined_as_the_base_writes_them(written: str, read: str) -> None:
    assert rules.rejoined(written.split(), KNOWN) == read.split() or read == written


def test_two_words_of_which_one_is_unknown_are_joined() -> None:
    assert rules.rejoined(["co", "financement"], {"cofinancement"}) == ["cofinancement"]
    assert rules.rejoined(["co", "financement"], {"financement"}) == ["co", "financement"]


@pytest.mark.parametrize(
    ("word", "edits"),
    [("pret", 0), ("taxe2", 0), ("x" * 41, 0), ("taxes", 1), ("logment", 1), ("revitalisaton", 2)],
)
def test_the_longer_a_word_the_more_errors_it_bears(word: str, edits: int) -> None:
    assert rules.edits_allowed(word) == edits
