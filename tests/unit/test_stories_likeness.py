"""Which announcements are one piece of news, and which story an item joins."""

import itertools

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from core.text import normalise
from watch.reading.records import Item
from watch.stories.decide import (
    SAME_LINK,
    THRESHOLD,
    Candidate,
    choose_stories,
    likeness,
    may_be_the_page,
)
from watch.stories.signature import Signature, sign
from watch.understanding.records import Places, Understanding

Said = tuple[str, str]


def signed(said: str | Said, region: str = "", link: str = "") -> Signature:
    title, summary = (said, "") if isinstance(said, str) else said
    places = Places(regions=(region,) if region else ())
    return sign(Item("", link, title, summary, key=normalise(title)), Understanding(places=places))


def alike(one: str | Said, other: str | Said) -> bool:
    first, second = signed(one), signed(other)
    assert likeness(first, second) == likeness(second, first)
    return likeness(first, second) >= THRESHOLD


DECREE = "Décret n° 2026-812 du 4 septembre 2026 relatif aux aides pour l'électrification rurale"
LAW = "Loi n° 2026-640 du 8 juillet 2026 visant à faciliter la transmission des commerces ruraux"
BOILER = (
    "Retrouvez toutes les informations, les actualités, l'agenda, les horaires et les démarches en "
    "ligne sur le site officiel de la communauté de communes, rubrique vivre au quotidien, ainsi "
    "que sur notre application mobile et les panneaux lumineux."
)
PRESS = (
    "Dix-huit tiers-lieux ont créé ce mardi une fédération pour mutualiser leurs outils de "
    "réservation, former leurs animateurs et négocier ensemble la fibre professionnelle auprès des "
    "opérateurs du pays."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DECREE, "Électrification rurale : un décret précise les aides"),
        (DECREE, "JO : publication du décret relatif aux aides pour l’électrification rurale"),
        (DECREE, ("Électrification rurale : le décret", "Le décret n° 2026-812 est paru.")),
        (DECREE, DECREE.upper()),
        (LAW, ("Commerces ruraux : la loi est promulguée", "La loi n° 2026-640 est parue.")),
        (
            "Les 42 lauréats de l'AMI Tiers-lieux ruraux dévoilés",
            "Tiers-lieux ruraux : la liste des 42 lauréats de l'AMI",
        ),
        (
            ("Les tiers-lieux se fédèrent", PRESS),
            ("Une fédération d'espaces", f"{PRESS} Lire la suite"),
        ),
    ],
)
def test_one_piece_of_news_in_other_words(one: str | Said, other: str | Said) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Appel à projets 2026 « Mobilités rurales »",
            "Appel à projets 2027 « Mobilités rurales »",
        ),
        (
            ("Appel « Villages d'avenir et de montagne »", "Avant le 30 juin 2026."),
            ("Appel « Villages d'avenir et de montagne »", "Avant le 30 juin 2027."),
        ),
        ("Formation accueil des actifs : session 1", "Formation accueil des actifs : session 2"),
        ("Podcast vivre ailleurs : épisode 3/5", "Podcast vivre ailleurs : épisode 4/5"),
        (DECREE, DECREE.replace("812", "813")),
        (DECREE, f"Circulaire d'application du {DECREE}"),
        (DECREE, DECREE.replace("Décret", "Arrêté").replace("n° 2026-812 ", "")),
        (LAW, "Projet de loi visant à faciliter la transmission des commerces ruraux"),
        ("Séance du Sénat du 19 novembre sur l'eau", "Séance du Sénat du 20 novembre sur l'eau"),
        ("Aides à la trésorerie : 40 % des charges", "Aides à la trésorerie : 60 % des charges"),
        ("Plan de ruralité de la Creuse signé mardi", "Plan de ruralité du Cantal signé mardi"),
        (
            "La CAF augmente son aide aux crèches rurales",
            "La CAF réduit son aide aux crèches rurales",
        ),
        (
            "Concours Ma belle commune rurale : les inscriptions sont closes",
            "Concours Ma belle commune rurale : les inscriptions sont ouvertes",
        ),
        ("Ordre du jour du conseil communautaire", "Ordre du jour du conseil communautaire"),
        (
            ("Offre d'emploi : chargé de mission habitat, reprise, commerce", "Un an."),
            ("Offre d'emploi : chargé de mission habitat, reprise, commerce", "Deux ans."),
        ),
        (
            ("Une bourse pour jeunes vétérinaires ruraux", "Le conseil du Lot la verse."),
            ("Une bourse pour jeunes vétérinaires ruraux", "Le conseil de la Loire la verse."),
        ),
        ("Appel Tiers-lieux ruraux", "Appel Tiers-lieux ruraux nourriciers et solidaires"),
        (("Une école rouvre", BOILER), ("Le marché de Noël", BOILER)),
        (("Les tiers-lieux se fédèrent", PRESS), ("Les tiers-lieux", PRESS[:90])),
        (
            ("Les tiers-lieux se fédèrent", PRESS),
            ("Une fédération d'espaces", PRESS.replace("Dix-huit", "Vingt").replace("fibre", "5G")),
        ),
        ("Décret : abattoirs mobiles de l'Aubrac", "Arrêté : abattoirs mobiles de l'Aubrac"),
        ("2026", "2026"),
        ("Repas des aînés du village et du bourg", "Repas des aînés du village et du bourg"),
        ("Le budget primitif 2027 adopté à l'unanimité", "Le budget primitif 2027 adopté"),
        (DECREE, "Électrification rurale : les maires commentent le décret n° 2026-812"),
        ("Décret n° 2026-812 : électrification", f"{DECREE} et gazière"),
        (
            "Arrêté n° 2026-12 portant interdiction de circuler",
            "Arrêté n° 2026-12 portant interdiction de stationner",
        ),
        ("Arrêté n° 2026-12 sur la pêche", "Arrêté n° 2026-12 sur la pêche"),
        (DECREE.replace(" n° 2026-812", ""), DECREE.replace(" n° 2026-812", "") + " isolée"),
        ("La ligne des Causses rouvrira en mars", "La ligne des Causses ne rouvrira pas en mars"),
    ],
)
def test_news_that_look_alike_and_are_not_one(one: str | Said, other: str | Said) -> None:
    assert not alike(one, other)


def test_the_same_call_in_two_regions_is_two() -> None:
    title = "Appel à projets : soutenir les maisons de santé et les bourgs ruraux"
    assert likeness(signed(title, "84"), signed(title, "84")) == 1.0
    assert likeness(signed(title, "84"), signed(title, "76")) == 0.0


def test_two_texts_of_the_journal_officiel_of_one_name_are_two() -> None:
    links = [f"https://www.legifrance.gouv.fr/jorf/id/JORFTEXT00004264871{n}" for n in (1, 2)]
    first, second = (signed(DECREE, link=link) for link in links)
    assert (likeness(first, first), likeness(first, second)) == (1.0, 0.0)


WORDS = """
    crèche médecin logement vacant mobilité télétravail fibre saisonnier commerce artisan forêt
    école transport énergie foncier montagne tourisme pharmacie coopérative abattoir
"""
TITLES = st.lists(st.sampled_from(WORDS.split()), min_size=5, max_size=9, unique=True)


@given(TITLES, st.data())
def test_case_accents_and_punctuation_change_nothing(title: list[str], data: st.DataObject) -> None:
    written = [data.draw(st.sampled_from((each, each.upper(), normalise(each)))) for each in title]
    marks = [data.draw(st.sampled_from((" ", ", ", " – ", " : ", " « "))) for _ in title]
    other = "".join(itertools.chain.from_iterable(zip(written, marks, strict=True)))
    assert likeness(signed(" ".join(title)), signed(other)) == 1.0


@given(TITLES, st.integers(1990, 2060), st.integers(1990, 2060))
def test_other_years_are_never_one(title: list[str], year: int, other: int) -> None:
    assume(year != other)
    assert likeness(signed(f"{' '.join(title)} {year}"), signed(f"{' '.join(title)} {other}")) == 0


@given(
    TITLES,
    st.integers(2, 99),
    st.integers(2, 99),
    st.sampled_from(("{}", "n° {}", "session {}", "{} %", "{} 000 euros", "le {} villages", "{}e")),
)
@example(["crèche", "école", "forêt", "santé", "fibre"], 2, 3, "{} 000 euros")
def test_other_numbers_are_never_one(
    title: list[str], number: int, other: int, written: str
) -> None:
    assume(number != other)
    said = [f"{' '.join(title)} {written.format(each)}" for each in (number, other)]
    assert likeness(signed(said[0]), signed(said[1])) == 0


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_the_same_whichever_comes_first(a: str, b: str, c: str, d: str) -> None:
    first, second = signed((a, b)), signed((c, d))
    assert 0.0 <= likeness(first, second) == likeness(second, first) <= 1.0


# --- which story ------------------------------------------------------------------------------


def candidate(number: int, score: float = 1.0, *sources: int) -> Candidate:
    return Candidate(number, score, sources or (number + 100,))


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        ([], None),
        ([candidate(1)], 1),
        ([candidate(1, 0.9), candidate(2, 1.0)], 2),
        ([candidate(2), candidate(1)], 1),
        ([candidate(1, 1.0, 7)], None),
        ([candidate(1, 1.0, 3), candidate(2, 1.0, 3)], None),
        ([candidate(1, 0.9, 3), candidate(2, SAME_LINK, 3)], 2),
    ],
    ids=["nothing", "one", "most alike", "oldest", "own", "two of one source", "same link"],
)
def test_an_item_joins_the_story_most_like_it(
    candidates: list[Candidate], chosen: int | None
) -> None:
    assert choose_stories([candidates], 7) == (chosen,)


def test_a_story_takes_one_item_of_a_document_and_none_in_doubt() -> None:
    near, exact = [candidate(1, 0.9)], [candidate(1, 1.0)]
    assert choose_stories([near, exact, []], 7) == (None, 1, None)
    assert choose_stories([exact, exact], 7) == (None, None)


def test_another_year_at_the_same_address_is_another_page() -> None:
    assert may_be_the_page("Appel à projets 2026", "Appel 2026")
    assert may_be_the_page("Appel à projets", "Appel 2026")
    assert not may_be_the_page("Appel à projets 2027", "Appel à projets 2026")
