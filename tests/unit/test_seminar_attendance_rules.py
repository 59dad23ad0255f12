"""Names, order, counts: decisions about who was there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.seminars.attendance import rules
from digest.seminars.attendance.rules import Count, Row


def row(name: str, family: str = "", **more: object) -> Row:
    family = family or rules.family_of(name)
    return Row(f"person:{name}", f"person:{name}", name, family, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "family"),
    [
        ("Inès Roche", "Roche"),
        ("Marie DE LA TOUR", "DE LA TOUR"),
        ("Jean Pierre DUPONT MARTIN", "DUPONT MARTIN"),
        ("Hervé de La Rochefoucauld-Montmorency", "de La Rochefoucauld-Montmorency"),
        ("Ludwig van Beethoven", "van Beethoven"),
        ("Jeanne 🎉 Petit", "Petit"),
        ("JEAN DUPONT", "DUPONT"),
        ("Cher", "Cher"),
        ("🎉", ""),
        ("", ""),
        ("Paul B.", "B."),
    ],
)
def test_the_family_name_is_told_from_what_people_type(typed: str, family: str) -> None:
    assert rules.family_of(typed) == family


def test_names_are_listed_family_first() -> None:
    assert row("Inès Roche").listed == "ROCHE Inès"
    assert row("Jeanne 🎉 Petit-Jean 👩‍🌾").listed == "PETIT-JEAN Jeanne"
    assert row("Cher").listed == "CHER"
    assert row("Zoé Lambert", "Vidal", instead_of="Marc Vidal").listed == "VIDAL Marc"


def test_names_are_compared_without_accents_case_nor_order() -> None:
    assert rules.plain("ROCHE  Inès") == rules.plain("ines roche")
    assert rules.plain("Jean-Luc Petit") == rules.plain("Petit, Jean Luc")
    assert rules.walk_in("Zoé Lambert") == "walk_in:lambert zoe"


def test_pictograms_are_not_printed() -> None:
    assert rules.printable("Accueillir 🎉 et après\u00a0? 👩‍🌾") == "Accueillir et après\u00a0?"
    assert rules.printable("n° 3 © ½ → Ambert") == "n° 3 © ½ → Ambert"


def test_rows_come_by_family_name_then_who_speaks_then_who_animates() -> None:
    rows = [
        row("Odile Vernhet", part="animator"),
        row("Amélie Font", part="speaker"),
        row("Zoé Étienne"),
        row("Inès Roche"),
        row("Abel Roche"),
        row("Max Eyraud"),
        row("Une Inconnue", part="other"),
    ]
    listed = [each.name for each in rules.ordered(rows)]
    assert listed == [
        "Zoé Étienne", "Max Eyraud", "Une Inconnue", "Abel Roche", "Inès Roche",
        "Amélie Font", "Odile Vernhet",
    ]  # fmt: skip


def test_counting() -> None:
    rows = [row("A B", present=True), row("C D", present=False), row("E F"), row("G H")]
    assert rules.count(rows) == Count(present=1, absent=1, unknown=2)


def test_a_name_is_somebody_s_only_when_nobody_else_has_it() -> None:
    rows = [row("Inès Roche"), row("Marc Vidal"), Row("person:9", None, "Vidal Marc", "Vidal")]
    found = rules.matching("roche ines", rows)
    assert found is not None
    assert found.name == "Inès Roche"
    assert rules.matching("Marc Vidal", rows) is None
    assert rules.matching("Paul", rows) is None


def test_the_nearest_names_share_most_words() -> None:
    rows = [row("Inès Roche"), row("Inès Vidal"), row("Marc Petit"), row("Paul Roche")]
    assert [each.name for each in rules.nearest("Roche Inès (iPad)", rows, 2)] == [
        "Inès Roche",
        "Paul Roche",
    ]
    assert rules.nearest("Salle 3", rows) == []


def test_attended_half_days_come_in_their_order() -> None:
    noted = {2: {"person:1": True, "person:2": False}, 1: {"person:1": True}, 3: {"person:2": True}}
    assert rules.attended(noted, [1, 2, 3, 4]) == {"person:1": (1, 2), "person:2": (3,)}


@given(st.text(max_size=40))
def test_any_name_has_its_family_name_and_is_listed_whole(name: str) -> None:
    listed = row(name).listed
    assert rules.family_of(name) in " ".join(name.split())
    assert listed == " ".join(listed.split(" ")).strip()
