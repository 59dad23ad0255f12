"""Départements and regions: named, and not the rivers and words that are like them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watch.understanding.places import find_places, is_outside
from watch.understanding.records import Places
from watch.understanding.territory import (
    DEPARTMENTS,
    FORMER,
    IN_REGION,
    MASSIF_CENTRAL,
    REGIONS,
    codes_of,
    departments_of,
    names,
    unknown_places,
)


def places(text: str) -> list[str]:
    found = find_places(text)
    return [*found.departments, *found.regions]


# --- the tables -------------------------------------------------------------------------------


def test_the_territory_is_whole() -> None:
    lying = [code for departments in IN_REGION.values() for code in departments]

    assert len(DEPARTMENTS) == 101
    assert len(IN_REGION) == 18
    assert sorted(lying) == sorted(DEPARTMENTS)
    assert len(MASSIF_CENTRAL) == 22
    assert set(DEPARTMENTS) >= MASSIF_CENTRAL


@pytest.mark.parametrize("former", FORMER.values())
def test_a_former_region_lies_in_one_of_today(former: str) -> None:
    assert any(departments >= set(former.split()) for departments in IN_REGION.values())


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "Le département : {name}",
        "Un appel à projets pour {name} ({code}).",
        "Vaucouleurs ({code}) recrute",
        "département {code}",
        "dépt {code}",
        "dpt {code}",
        "Cantal, {name} et Mayotte",
    ],
)
@pytest.mark.parametrize("vary", [str, str.upper, lambda name: name.replace("-", " ")])
def test_every_departement_is_found(written: str, vary: Callable[[str], str]) -> None:
    missed = [
        name
        for code, name in DEPARTMENTS.items()
        if code not in places(written.format(name=vary(name), code=code))
    ]

    assert missed == []


@pytest.mark.parametrize("name", [name for name in DEPARTMENTS.values() if "-" in name])
def test_a_compound_name_needs_nothing_and_is_not_its_parts(name: str) -> None:
    code = next(code for code, known in DEPARTMENTS.items() if known == name)

    for written in (name, name.lower(), name.replace("’", "'"), name.replace("-", "\u2011")):
        assert places(f"À voir : {written} !") == [code]


@pytest.mark.parametrize(("code", "region"), REGIONS.items())
def test_every_region_is_found(code: str, region: tuple[str, str]) -> None:
    assert places(f"Pour la région {region[0]}, un fonds") == [code]
    assert places(f"EN {region[0].upper()} :") == [code]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("dans la Creuse", ["23"]),
        ("en Creuse", ["23"]),
        ("Creuse : un appel à projets", ["23"]),
        ("EN CREUSE", ["23"]),
        ("le Lot et la Lozère", ["46", "48"]),
        ("un ballot dans le Lot", ["46"]),
        ("l’Allier recrute", ["03"]),
        ("les communes de l'Ain", ["01"]),
        ("Puy de Dôme", ["63"]),
        ("HAUTE-LOIRE", ["43"]),
        ("haute loire", ["43"]),
        ("Saint-Étienne (Loire)", ["42"]),
        ("Paulhac-en-Margeride (Lozère)", ["48"]),
        ("Lille (Nord)", ["59"]),
        ("(Lot, Cantal)", ["46", "15"]),
        ("Lot (46)", ["46"]),
        ("46 - Lot", ["46"]),
        ("département du Lot", ["46"]),
        ("département de la somme", ["80"]),
        ("DÉPARTEMENT DU NORD", ["59"]),
        ("conseil départemental du Nord", ["59"]),
        ("préfet de la Manche", ["50"]),
        ("DDT du Cher", ["18"]),
        ("centre de gestion de la fonction publique territoriale du Nord", ["59"]),
        ("dans le Nord, un fonds", ["59"]),
        ("dans la Vienne", ["86"]),
        ("dans les Landes", ["40"]),
        ("du Var", ["83"]),
        ("Nord, Pas-de-Calais", ["59", "62"]),
        ("Cantal et Paris", ["15", "75"]),
        ("Paris, Nord, Cantal", ["75", "59", "15"]),
        ("Lot (46) et Paris", ["46", "75"]),
        ("la Ville de Paris", ["75"]),
        ("préfecture de Paris", ["75"]),
        ("Drôme-Ardèche", ["26", "07"]),
        ("Seine Saint Denis", ["93"]),
        ("Côtes d’Armor", ["22"]),
        ("à La Réunion", ["974"]),
        ("La Réunion", ["974"]),
        ("île de la Réunion", ["974"]),
        ("département de La Réunion", ["974"]),
        ("La Réunion et Mayotte", ["974", "976"]),
        ("Corse", ["R94"]),
        ("Haute-Corse", ["2B"]),
        ("PACA", ["R93"]),
        ("Paca", ["R93"]),
        ("AURA", ["R84"]),
        ("en Région Sud", ["R93"]),
        ("la région Centre", ["R24"]),
        ("la région Centre-Val de Loire", ["R24"]),
        ("Grand Est", ["R44"]),
        ("Grand-Est", ["R44"]),
        ("Ile de France", ["R11"]),
        ("en Nouvelle Aquitaine", ["R75"]),
        ("l’Auvergne", ["03", "15", "43", "63"]),
        ("Midi-Pyrénées", ["09", "12", "31", "32", "46", "65", "81", "82"]),
        ("le Limousin", ["19", "23", "87"]),
        ("Antilles-Guyane", ["971", "972", "973"]),
        ("les départements 03, 15, 43 et 63", ["03", "15", "43", "63"]),
        ("départements (03/2A/974)", ["03", "2A", "974"]),
        ("dép. 43", ["43"]),
        ("Brioude (43), Ajaccio (2a)", ["43", "2A"]),
        ("Le Puy (43-63)", ["43", "63"]),
        ("Vichy (03200), Saint-Denis (97400), Ajaccio (20000)", ["03", "974"]),
        ("Haute-Loire, puis Cantal et Haute-Loire", ["43", "15"]),
    ],
)
def test_places_that_are_named(written: str, expected: list[str]) -> None:
    assert places(written) == expected


def test_the_massif_central_is_its_departements() -> None:
    assert set(places("dans le Massif Central")) == MASSIF_CENTRAL
    assert find_places("le massif central").regions == ()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "un lot de terrains",
        "Lot : 3 logements",
        "dans le Lot 3",
        "Attribution du Lot n° 2",
        "DANS LE LOT",
        "(LOT)",
        "la somme de 3 000 €",
        "La Somme de 3 000 €",
        "la préfecture procède au versement de la somme",
        "Cher collègue",
        "Allier vie professionnelle et vie privée",
        "à Vienne",
        "mairie de Vienne",
        "la Manche",
        "le tunnel sous la Manche",
        "Nord",
        "dans le nord",
        "dans le Nord de la France",
        "Europe du Nord",
        "Habitat du Nord",
        "un séminaire à Paris",
        "Réunion (Paris)",
        "Caen, Clermont-Ferrand, Lille, Paris, Rennes",
        "les paris hippiques",
        "la réunion du 12 mars",
        "La réunion publique",
        "LA RÉUNION DU 12 MARS",
        "La Réunion du comité",
        "compte rendu de la Réunion plénière",
        "Réunion d’information",
        "bassin de la Loire",
        "les bords de Loire",
        "la vallée du Lot",
        "vins du Val de Loire",
        "La Loire à vélo",
        "Cosne sur Loire",
        "Cosne-sur-Loire",
        "Marne-la-Vallée",
        "agence de l’eau Loire-Bretagne",
        "Grande-Bretagne",
        "la Grande Bretagne",
        "le canton du Jura",
        "Nord-Est",
        "l’heure creuse",
        "HEURE CREUSE",
        "une bière au calvados",
        "il aura",
        "grand est notre embarras",
        "la région sud",
        "le centre-ville",
        "pays de la mer",
        "Commentaires (12)",
        "LOI de finances pour 2021 (1)",
        "covid (19)",
        "les offres d’emploi (23)",
        "Article 12 (34)",
        "département 99, Trouville (99)",
        "départements 12° 13%",
        "(43)",
        "Lyon (1er)",
        "Marseille (13e)",
    ],
)
def test_what_is_no_place(written: str) -> None:
    assert places(written) == []


@given(some.text(max_size=60))
def test_whatever_is_written_is_read(text: str) -> None:
    found = find_places(text)

    assert set(found.departments) <= set(DEPARTMENTS)
    assert set(found.regions) <= set(IN_REGION)


FRAGMENTS = [
    *DEPARTMENTS.values(),
    *REGIONS,
    *("Auvergne", "Paris,", "et", "-", "(", ")", "(43)", "dans", "le", "la"),
    *("département", "du", "de", "lot", "n°", "3"),
]


@given(some.lists(some.sampled_from(FRAGMENTS), max_size=12).map(" ".join))
def test_places_are_named_once(text: str) -> None:
    found = places(text)

    assert len(set(found)) == len(found)


@pytest.mark.parametrize("seed", ["Lot, ", "Lot et ", "Nord-", "dans le ", "(43) ", "préfet ", "a"])
def test_a_hostile_text_is_read_to_its_end(seed: str) -> None:
    """A rule that is not linear would hold this test for minutes."""
    assert "43" in places((seed * 50_000) + " ; Haute-Loire")


# --- what is wanted ---------------------------------------------------------------------------

HAUTE_LOIRE = Places(departments=("43",))
AUVERGNE_RHONE_ALPES = Places(regions=("R84",))
VAUCLUSE = Places(departments=("84",))


@pytest.mark.parametrize(
    ("named", "wanted", "outside"),
    [
        (HAUTE_LOIRE, ["43"], False),
        (HAUTE_LOIRE, ["63"], True),
        (HAUTE_LOIRE, ["R84"], False),
        (HAUTE_LOIRE, ["r84"], False),
        (HAUTE_LOIRE, ["84"], True),
        (VAUCLUSE, ["84"], False),
        (VAUCLUSE, ["R84"], True),
        (HAUTE_LOIRE, ["Auvergne-Rhône-Alpes"], False),
        (HAUTE_LOIRE, ["auvergne"], False),
        (HAUTE_LOIRE, ["la Haute Loire"], False),
        (HAUTE_LOIRE, ["Massif central"], False),
        (VAUCLUSE, ["Massif central"], True),
        (AUVERGNE_RHONE_ALPES, ["43"], False),
        (AUVERGNE_RHONE_ALPES, ["84"], True),
        (AUVERGNE_RHONE_ALPES, ["R84", "12"], False),
        (Places(("84", "43")), ["43"], False),
        (Places(("974",)), ["R04"], False),
        (Places(("974",)), ["La Réunion"], False),
        (Places(), ["43"], False),
        (HAUTE_LOIRE, [], False),
        (HAUTE_LOIRE, ["nowhere"], False),
    ],
)
def test_what_is_outside(named: Places, wanted: list[str], outside: bool) -> None:
    assert is_outside(named, wanted) is outside


def test_what_is_wanted_is_checked() -> None:
    assert unknown_places(
        ["43", "R84", "84", "2a", "Lot ", "l'Ain", "R99", "", "99", "Ardéche"]
    ) == (
        "R99",
        "",
        "99",
    )
    assert departments_of(["R94", "43", "R99"]) == {"2A", "2B", "43"}


def test_a_place_is_written_by_its_code_or_its_name() -> None:
    assert codes_of("2a") == ("2A",)
    assert codes_of("R84") == codes_of("auvergne rhone alpes") == ("R84",)
    assert codes_of("Lot") == codes_of("le Lot") == ("46",)
    assert codes_of("R04") == ("R04",)
    assert codes_of("Auvergne") == ("03", "15", "43", "63")
    assert codes_of("Bavière") == ()


def test_codes_are_shown_by_their_names() -> None:
    assert names(["43", "R84", "21", "974", "99"]) == (
        "Haute-Loire",
        "Auvergne-Rhône-Alpes",
        "Côte-d’Or",
        "La Réunion",
        "99",
    )
    assert names([*sorted(MASSIF_CENTRAL), "75", "R94"]) == ("Massif central", "Paris", "Corse")
    assert names(["R04"]) == ("La Réunion",)
    assert names(()) == ()
