"""Outside guests as animators type them, pages of choices, what buttons carry."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from digest.seminars.inviting.rules import (
    ON_A_PAGE,
    BadLine,
    TypedGuest,
    numbers,
    one_page,
    page_of,
    parse_guests,
    read_guest,
)

JEANNE = TypedGuest(
    "Jeanne Martin", "j.martin@prefecture.example", "Préfecture", "chargée de mission"
)


@pytest.mark.parametrize(
    "line",
    [
        "Jeanne Martin ; J.Martin@prefecture.example ; Préfecture ; chargée de mission",
        "Jeanne Martin, j.martin@prefecture.example, Préfecture, chargée de mission",
        "Jeanne Martin\tj.martin@prefecture.example\tPréfecture\tchargée de mission",
        "Jeanne  Martin | mailto:j.martin@prefecture.example|Préfecture|chargée de mission",
        "Jeanne Martin <j.martin@prefecture.example> ; Préfecture ; chargée de mission",
        "j.martin@prefecture.example ; Jeanne Martin ; Préfecture ; chargée de mission ; 04",
    ],
)
def test_a_guest_is_understood_however_the_line_is_cut(line: str) -> None:
    assert parse_guests(line).good == (JEANNE,)


def test_a_name_and_an_address_are_enough() -> None:
    (guest,) = parse_guests("Élu Test <elu@mairie.example>").good
    assert guest == TypedGuest("Élu Test", "elu@mairie.example")
    assert read_guest(guest.as_json()) == guest


def test_bad_lines_are_explained_and_good_ones_kept() -> None:
    typed = "\n".join(
        [
            "Jeanne Martin ; j.martin@prefecture.example ; Préfecture ; chargée de mission",
            "",
            "Sans Adresse ; Mairie",
            "Mauvaise ; pas@une@adresse ; Mairie",
            "Deux ; a@b.example ; c@d.example",
            "seule@adresse.example",
            f"{'x' * 101} ; long@nom.example",
            "J. Martin ; J.MARTIN@prefecture.example",
        ]
    )
    read = parse_guests(typed)
    assert read.good == (JEANNE,)
    assert [(one.number, one.reason) for one in read.bad] == [
        (3, "line_no_email"),
        (4, "line_email"),
        (5, "line_email"),
        (6, "line_no_name"),
        (7, "line_long"),
        (8, "line_twice"),
    ]
    assert read.bad[0] == BadLine(3, "Sans Adresse ; Mairie", "line_no_email")
    assert read.bad[4].begins == "x" * 39 + "…"


def test_lines_typed_again_are_added_to_those_that_were_good() -> None:
    read = parse_guests("Paul ; paul@x.example", [JEANNE])
    assert [one.email for one in read.good] == ["j.martin@prefecture.example", "paul@x.example"]
    assert parse_guests("Twice ; j.martin@prefecture.example", [JEANNE]).bad[0].reason == (
        "line_twice"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "guests_empty"), (" \n ", "guests_empty"), ("x\n" * 201, "guests_many")],
)
def test_nothing_or_too_much_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_guests(text)
    assert raised.value.what == reason


@given(st.text(max_size=300))
def test_whatever_is_typed_each_line_is_understood_or_explained(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    with contextlib.suppress(InputError):
        read = parse_guests(text)
        assert len(read.good) + len(read.bad) == len(lines)
        assert all(one.name and "\n" not in one.name for one in read.good)


@given(st.integers(-3, 40), st.integers(0, 100))
def test_pages_show_every_choice_once(number: int, count: int) -> None:
    page = page_of(number, count)
    assert 0 <= page.number <= page.last
    items = list(range(count))
    pages = [one_page(items, page_of(each, count)) for each in range(page.last + 1)]
    assert [item for shown in pages for item in shown] == items
    assert all(len(shown) <= ON_A_PAGE for shown in pages)


@pytest.mark.parametrize(
    ("text", "many", "expected"),
    [
        ("12-3", 2, (12, 3)),
        ("12", 1, (12,)),
        ("12", 2, None),
        ("12-x", 2, None),
        ("12-", 2, None),
        ("1234567890", 1, None),
    ],
)
def test_what_a_button_is_about(text: str, many: int, expected: tuple[int, ...] | None) -> None:
    assert numbers(text, many) == expected
