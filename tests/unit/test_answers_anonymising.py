"""What is flagged in a question and its answer before they become public."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.anonymising import Kind, Names, anonymised, flag, known, replace

PLACEHOLDERS = {kind: f"[{kind.value}]" for kind in Kind}

NAMES = known(
    Names(
        people=[("Claire", "Vidal"), ("Jean-Marie", "Le Goff"), ("Hélène", "Roche"), ("Al", "Bo")],
        given_names=["Claire"],
        territories=["Pays d’Orsanne", "Vallées de la Brune-Claire", "Communauté de communes"],
        structures=["Agence Massif", "Maison de l’emploi de Vernoux"],
    )
)


def seen(text: str) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.kind.value) for each in flag(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("Écrivez à claire.vidal@orsanne.example.", [("claire.vidal@orsanne.example", "email")]),
        ("Au 06 12 34 56 78, merci", [("06 12 34 56 78", "phone")]),
        ("+33 (0)6 12 34 56 78", [("+33 (0)6 12 34 56 78", "phone")]),
        ("Tel 0033612345678.", [("0033612345678", "phone")]),
        ("En Suisse\u00a0: +41 22 345 67 89", [("+41 22 345 67 89", "phone")]),
        ("SIRET 123 456 789 00012", [("123 456 789 00012", "siret")]),
        ("Siren n° 123456789", [("123456789", "siret")]),
        ("Née le 12/03/1980 à Lyon", [("12/03/1980", "birth")]),
        ("Date de naissance\u00a0: 3 mars 1975", [("3 mars 1975", "birth")]),
        (
            "Au 12 bis, rue des lilas, 63000 Clermont-Ferrand\u00a0?",
            [("12 bis, rue des lilas, 63000 Clermont-Ferrand", "address")],
        ),
        (
            "3 place du Général de Gaulle et après",
            [("3 place du Général de Gaulle", "address")],
        ),
        ("BP 12, 19000 Tulle", [("BP 12, 19000 Tulle", "address")]),
        ("À 43100 Brioude", [("43100 Brioude", "address")]),
        ("La mairie de Vieille-Brioude", [("Vieille-Brioude", "place")]),
        ("Le maire d’Aubusson", [("Aubusson", "place")]),
        ("Vers Saint-Orsan-sur-Lestoire", [("Saint-Orsan-sur-Lestoire", "place")]),
        ("https://x.fr/a?id=3&token=abc", [("https://x.fr/a?id=3&token=abc", "link")]),
        ("t.me/relais_bot?start=abcd", [("t.me/relais_bot?start=abcd", "link")]),
        (
            "https://x.fr/p/aB3dE5gH7jK9mN1pQ3sT",
            [("https://x.fr/p/aB3dE5gH7jK9mN1pQ3sT", "link")],
        ),
        ("Madame claire vidal a appelé", [("claire vidal", "person")]),
        ("VIDAL Claire", [("VIDAL Claire", "person")]),
        ("M. Le Goff et Mme ROCHE", [("Le Goff", "person"), ("ROCHE", "person")]),
        ("He\u0301le\u0300ne Roche", [("He\u0301le\u0300ne Roche", "person")]),
        ("Merci, Claire", [("Claire", "person")]),
        ("Au pays d'Orsanne", [("pays d'Orsanne", "territory")]),
        ("Sur Orsanne", [("Orsanne", "territory")]),
        ("La Brune Claire", [("Brune Claire", "territory")]),
        ("L’Agence massif", [("Agence massif", "structure")]),
        ("Vernoux", []),
        ("la maison de l'emploi de Vernoux", [("maison de l'emploi de Vernoux", "structure")]),
    ],
)
def test_what_tells_who_or_where_is_flagged(text: str, passages: list[tuple[str, str]]) -> None:
    assert seen(text) == passages


@pytest.mark.parametrize(
    "text",
    [
        "Une roche claire, une vallée brune.",
        "La communauté de communes peut-elle aider un artisan à acheter son local ?",
        "CGI, art. 44 quindecies A ; loi n° 2025-127, art. 99 ; arrêté du 14 avril 2025",
        "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000048834236",
        "Une étude à 45 000 € HT, 25000 Euros, 12000 HT",
        "Depuis le 1er janvier 2026, 3 cours par semaine, 45 places",
        "CCP, art. R. 2122-8 ; décret n° 2025-1386 ; règlement (UE) 2021/1060",
        "Al habite ici",
        "",
    ],
)
def test_the_words_of_an_answer_are_left_alone(text: str) -> None:
    assert seen(text) == []


def test_each_passage_takes_its_replacement() -> None:
    text = "Claire Vidal (Pays d’Orsanne, claire@orsanne.example) demande : « Qui a déjà fait ? »"
    assert anonymised(text, NAMES, PLACEHOLDERS) == (
        "[person] ([territory], [email]) demande : « Qui a déjà fait ? »"
    )


def test_what_already_stands_for_something_is_left_alone() -> None:
    names = known(Names(people=[("Jean", "Personne")]))
    placeholders = dict.fromkeys(Kind, "[Personne]")
    assert flag("[Personne] et Personne", names, placeholders.values())[0].start == 14
    assert anonymised("[Personne] et Personne", names, placeholders) == "[Personne] et [Personne]"


PIECES = st.sampled_from(
    [
        *("Claire", "Vidal", "claire vidal", "Orsanne", "Pays d’Orsanne", "Roche", "le goff"),
        *("a@b.fr", "@", ".", "06 12 34 56 78", "0612345678", "12345678900012", "12", "0", "33"),
        *("12 rue des Lilas", "63000 Tulle", "né le 1/2/1980", "https://x.fr/?token=1", "t.me/x"),
        *("mairie de ", "Saint-", "Aubusson", " ", "\n", "-", "’", "é", "[person]", "[", "]", "+"),
        *("une question ordinaire", "siren ", "BP 1"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))


def test_a_long_text_is_read_in_no_time() -> None:
    for text in ("a" * 50_000, "a.b" * 20_000, "A-" * 20_000, "1 rue " * 10_000, "?key" * 10_000):
        assert flag(text, NAMES) == () or text.startswith(("1", "A"))


@given(TEXTS)
def test_replacing_loses_no_other_text(text: str) -> None:
    passages = flag(text, NAMES, PLACEHOLDERS.values())
    assert all(each.start < each.end for each in passages)
    assert all(one.end <= two.start for one, two in itertools.pairwise(passages))
    starts = [0, *(each.end for each in passages)]
    ends = [*(each.start for each in passages), len(text)]
    kept = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    expected = kept[0] + "".join(
        PLACEHOLDERS[each.kind] + rest for each, rest in zip(passages, kept[1:], strict=True)
    )
    assert replace(text, passages, PLACEHOLDERS) == expected


@given(TEXTS)
def test_anonymising_twice_changes_nothing(text: str) -> None:
    once = anonymised(text, NAMES, PLACEHOLDERS)
    assert anonymised(once, NAMES, PLACEHOLDERS) == once
    assert flag(once, NAMES, PLACEHOLDERS.values()) == ()
