"""French words, normalised once for everything."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import SENTENCE, STOP_WORDS, fold, normalise, stems, tokenise

FRENCH = st.text(alphabet="aàâbcçdeéèêëiïîlmnoôqrstuùûxyœæLDQU'’ -.,\n\u0301\u00ad", max_size=60)
ANYTHING = st.text() | FRENCH


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("L’Offre D'ACCUEIL", "offre accueil"),
        ("qu'il, jusqu’au lorsqu'elle", "il au elle"),
        ("aujourd'hui", "aujourdhui"),
        ("Conseil de prud’hommes", "conseil de prudhommes"),
        ("Cœur de bourg, œuvre, ex æquo", "coeur de bourg oeuvre ex aequo"),
        ("tiers-lieu tiers_lieu", "tiers lieu tiers lieu"),
        ("e\u0301cole ÉCOLE école", "ecole ecole ecole"),
        ("accom\u00adpagnement zéro\u200bespace", "accompagnement zeroespace"),
        ("ﬁnancement \uff12\uff17 n° 12", "financement 27 n 12"),
        ("CGCT, art. L. 1511-8", "cgct art l 1511 8"),
        ("d' l’", "d l"),
        ("l'l'accueil", "accueil"),
        ("", ""),
        ("… !?", ""),
    ],
)
def test_what_does_not_count_is_removed(written: str, normalised: str) -> None:
    assert normalise(written) == normalised


@pytest.mark.parametrize(
    "family",
    [
        "médecin medecin MÉDECINS médecins",
        "rénover rénové rénovée rénovées renovee rénovation",
        "attractif attractivité attractivite attractifs",
        "saisonnier saisonnière saisonniers saisonnieres",
        "lieu lieux",
        "travail travaux",
        "logement logements",
        "crèche creche Crèches",
        "mobilité mobilités mobilite",
        "premier première",
        "prud'hommes prudhommes",
    ],
)
def test_words_of_a_family_have_one_root(family: str) -> None:
    assert len(set(stems(family))) == 1


def test_words_of_different_families_keep_different_roots() -> None:
    words = "accueil commerce crèche médecin mobilité emploi logement fibre marché école"
    assert len(set(stems(words))) == 10


def test_stop_words_go_but_still_count_as_positions() -> None:
    assert [(t.word, t.position) for t in tokenise("La maison de la santé")] == [
        ("maison", 1),
        ("sante", 4),
    ]


@pytest.mark.parametrize("mark", [".", ",", " ; ", " : ", " (", "…", "\n\n", " — ", " « "])
def test_punctuation_sets_words_apart(mark: str) -> None:
    first, second = tokenise(f"offre{mark}accueil")
    assert second.position - first.position == SENTENCE


@pytest.mark.parametrize("join", [" ", "-", "\n", " l'", "\u00a0", "/"])
def test_what_joins_words_does_not(join: str) -> None:
    first, second = tokenise(f"offre{join}accueil")
    assert second.position - first.position == 1


def test_each_token_shows_the_word_as_it_was_written() -> None:
    text = "Qu’est-ce que l’Œuvre e\u0301phe\u0301me\u0300re ?"
    assert [text[token.start : token.end] for token in tokenise(text)] == [
        "Œuvre",
        "e\u0301phe\u0301me\u0300re",
    ]


def test_the_stop_words_are_normalised_themselves() -> None:
    assert {normalise(word) for word in STOP_WORDS} == STOP_WORDS


def test_folding_twice_changes_nothing_for_any_character_of_living_scripts() -> None:
    folded = {fold(chr(code)) for code in range(0x20000)}
    again = {piece: "".join(fold(character) for character in piece) for piece in folded}
    assert [piece for piece, twice in again.items() if piece != twice] == []


@given(ANYTHING)
@example("İſŉß½①㎏\ud800\x00")
@example("l'\u0301accueil")
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(ANYTHING)
def test_spans_index_the_original_in_order_and_give_the_word_back(text: str) -> None:
    end = 0
    for token in tokenise(text):
        assert end <= token.start < token.end <= len(text)
        assert token.word in normalise(text[token.start : token.end]).replace(" ", "")
        assert token.stem
        end = token.start


@given(ANYTHING)
def test_positions_grow(text: str) -> None:
    positions = [token.position for token in tokenise(text)]
    assert positions == sorted(set(positions))


@given(FRENCH)
def test_neither_case_nor_accents_change_the_roots(text: str) -> None:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    assert stems(bare) == stems(text) == stems(text.upper())


@given(FRENCH)
def test_composed_and_decomposed_accents_are_the_same(text: str) -> None:
    assert stems(unicodedata.normalize("NFC", text)) == stems(unicodedata.normalize("NFD", text))


@given(FRENCH)
def test_texts_of_plain_french_and_others_are_cut_in_the_same_words(text: str) -> None:
    alone, followed = tokenise(text), tokenise(f"{text} Ж")
    assert followed[: len(alone)] == alone
    assert followed[len(alone) :][-1].word == "ж"
