"""How each cell of the directory's files is read."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.people import rules
from core.people.rules import COLUMNS, Kind, check, known, ordered_days, unrepeated, unshared_email
from core.spreadsheet import BadLine, Reading, Record


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (rules.read_code, "T-01.b_2", "T-01.b_2"),
        (rules.read_department, "63", "63"),
        (rules.read_department, "3", "03"),
        (rules.read_department, "2a", "2A"),
        (rules.read_department, "974", "974"),
        (rules.read_email, "Odile.Vernhet@Orsanne.EXAMPLE", "odile.vernhet@orsanne.example"),
        (rules.read_role, "Animator", "animator"),
        (rules.read_language, "EN", "en"),
        (rules.read_since, "2026-11-23", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        (rules.read_since, "1/7/2026", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (rules.read_until, "31/12/2026", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        (rules.read_expressions, "crèche | jeune enfant||crèche", ["crèche", "jeune enfant"]),
    ],
)
def test_a_good_cell(parse: Callable[[str], Any], cell: str, value: object) -> None:
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "hint"),
    [
        (rules.read_code, "a b", "letters, digits"),
        (rules.read_code, "é", "letters, digits"),
        (rules.read_code, "x" * 65, "letters, digits"),
        (rules.read_department, "99", "63 or 2A"),
        (rules.read_department, "20", "63 or 2A"),
        (rules.read_department, "Cantal", "63 or 2A"),
        (rules.read_email, "odile", "@"),
        (rules.read_email, "odile@orsanne.example\nBcc: x@y.example", ""),
        (rules.read_email, "Odile <odile@orsanne.example>", ""),
        (rules.read_role, "animateur", "did you mean animator"),
        (rules.read_language, "de", "fr or en"),
        (rules.read_since, "31/02/2026", "2026-11-23"),
        (rules.read_since, "0001-01-01", "2026-11-23"),
        (rules.read_until, "9999-12-31", "2026-11-23"),
        (rules.read_since, "hier", "23/11/2026"),
        (rules.read_expressions, "crèche|de la", "carry a meaning"),
    ],
)
def test_a_bad_cell_says_what_to_do(parse: Callable[[str], Any], cell: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(cell)
    assert caught.value.what
    assert hint in caught.value.hint


@given(
    st.sampled_from([column for columns in COLUMNS.values() for column in columns]),
    st.text(max_size=40),
)
def test_no_cell_breaks_anything(column: Any, cell: str) -> None:
    try:
        column.parse(cell)
    except InputError as error:
        assert error.what  # noqa: PT017  # either outcome is right; any other exception is not


def test_every_file_has_columns_and_the_documentation_names_them_all() -> None:
    assert set(COLUMNS) == set(Kind)
    documented = rules.__doc__ or ""
    for kind, columns in COLUMNS.items():
        assert f"\n{kind} " in documented
        assert all(column.name in documented for column in columns)


def record(line: int, **values: object) -> Record:
    return Record(line, values)


def test_checked_lines_move_among_the_bad_ones_in_order() -> None:
    bad = BadLine(3, "bad already")
    reading = Reading((record(2, code="A"), record(4, code="A"), record(5, code="B")), (bad,))
    checked = check(reading, unrepeated(["code"]))
    assert [r.line for r in checked.records] == [2, 5]
    assert checked.bad_lines == (bad, BadLine(4, "this repeats line 2", "keep one of the two"))


def test_an_unknown_code_names_the_file_to_import_first() -> None:
    refuse = known("territory", {"orsanne", "lestoire"}, "territories")
    assert refuse(record(2, territory="orsanne")) is None
    assert refuse(record(3, territory=None)) is None
    assert refuse(record(4)) is None
    assert refuse(record(5, territory="orsane")) == BadLine(
        5,
        "the territory 'orsane' is unknown",
        "import it from territories first; did you mean orsanne?",
    )


def test_an_address_is_one_persons() -> None:
    refuse = unshared_email({"odile@a.example": "P1", "karim@a.example": "P2"})
    assert refuse(record(2, code="P1", email="odile@a.example")) is None
    taken = refuse(record(3, code="P3", email="karim@a.example"))
    assert taken is not None
    assert taken.what == "this e-mail address is already that of P2"
    assert "shared mailbox" in taken.hint


def test_an_address_given_up_can_be_taken_on_a_later_line() -> None:
    refuse = unshared_email({"odile@a.example": "P1", "karim@a.example": "P2"})
    assert refuse(record(2, code="P1", email=None)) is None
    assert refuse(record(3, code="P2", email="odile@a.example")) is None
    assert refuse(record(4, code="P3", email="karim@a.example")) is None
    assert refuse(record(5, code="P4", email="odile@a.example")) is not None


def test_a_file_without_addresses_gives_none_up() -> None:
    refuse = unshared_email({"odile@a.example": "P1"})
    assert refuse(record(2, code="P1")) is None
    assert refuse(record(3, code="P2", email="odile@a.example")) is not None


def test_a_membership_ends_after_it_begins() -> None:
    day = rules.read_since("2026-11-23")
    assert ordered_days(record(2, since=day)) is None
    assert ordered_days(record(2, since=day, until=None)) is None
    assert ordered_days(record(2, since=day, until=rules.read_until("2026-11-23"))) is None
    refused = ordered_days(record(2, since=day, until=rules.read_until("2026-11-22")))
    assert refused == BadLine(2, "it ends before it begins", "check since and until")
