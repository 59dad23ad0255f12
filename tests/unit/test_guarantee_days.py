"""The days of an absence, as animators type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guarantee.days import parse_days
from core.errors import InputError
from core.working_time import Days

TODAY = date(2026, 11, 23)
"""A Monday."""


def typed(text: str, today: date = TODAY) -> tuple[str, str]:
    days = parse_days(text, today)
    return days.first.strftime("%d/%m/%Y"), days.last.strftime("%d/%m/%Y")


@pytest.mark.parametrize(
    "text",
    [
        "du 24/12 au 02/01",
        "24/12-02/01",
        "24/12 – 02/01",
        "Du 24/12/2026 au 02/01/2027.",
        "du 24/12 au 02/01/2027",
        "24.12.26 au 2.1.27",
        "du jeudi 24 décembre au samedi 2 janvier",
        "du jeudi 24 décembre 2026 jusqu’au samedi 2 janvier 2027",
        "de 24/12 à 02/01",
        "entre le 24 decembre et le 2 janvier",
        "2026-12-24 au 2027-01-02",
        "2026-12-24 - 2027-01-02",
    ],
)
def test_from_a_day_to_another(text: str) -> None:
    assert typed(text) == ("24/12/2026", "02/01/2027")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("aujourd’hui", "23/11/2026"),
        ("Demain", "24/11/2026"),
        ("après-demain", "25/11/2026"),
        ("lundi", "23/11/2026"),
        ("jeudi", "26/11/2026"),
        ("jeudi prochain", "26/11/2026"),
        ("vendredi 12 mars", "12/03/2027"),
        ("le vendredi 12 mars 2027", "12/03/2027"),
        ("12/03/2027", "12/03/2027"),
        ("12/3/27", "12/03/2027"),
        ("2027-03-12", "12/03/2027"),
        ("1er janvier", "01/01/2027"),
        ("le 30/11", "30/11/2026"),
        ("22/11", "22/11/2027"),
        ("29 février", "29/02/2028"),
    ],
)
def test_one_day(text: str, day: str) -> None:
    assert typed(text) == (day, day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("du 2 au 6 mars", "02/03/2027", "06/03/2027"),
        ("du mardi 2 au samedi 6 mars 2027", "02/03/2027", "06/03/2027"),
        ("du jeudi au mardi", "26/11/2026", "01/12/2026"),
        ("de demain à vendredi", "24/11/2026", "27/11/2026"),
        ("après-demain - vendredi", "25/11/2026", "27/11/2026"),
        ("jusqu’à jeudi", "23/11/2026", "26/11/2026"),
        ("jusqu'au 2 janvier", "23/11/2026", "02/01/2027"),
        ("du 16/11 au 27/11", "16/11/2026", "27/11/2026"),
        ("cette semaine", "23/11/2026", "29/11/2026"),
        ("la semaine prochaine", "30/11/2026", "06/12/2026"),
    ],
)
def test_other_ways_to_say_it(text: str, first: str, last: str) -> None:
    assert typed(text) == (first, last)


def test_an_absence_that_began_last_year_goes_on() -> None:
    assert typed("du 24/12 au 02/01", date(2027, 1, 1)) == ("24/12/2026", "02/01/2027")
    assert typed("cette semaine", date(2026, 11, 26)) == ("26/11/2026", "29/11/2026")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "days_unknown"),
        ("quelques jours", "days_unknown"),
        ("le 12", "days_unknown"),
        ("du 12 au 14", "days_unknown"),
        ("jusqu'au 12", "days_unknown"),
        ("12 2027", "days_unknown"),
        ("32/01", "days_impossible"),
        ("30 février", "days_impossible"),
        ("du 1/13 au 2/13", "days_impossible"),
        ("lundi 12 mars", "days_weekday"),
        ("du lundi 24/12 au 02/01", "days_weekday"),
        ("du 12 au 10 mars", "days_order"),
        ("du 02/01/2027 au 24/12/2026", "days_order"),
        ("12/03/2026", "days_past"),
        ("du 01/01/2026 au 05/01/2026", "days_past"),
        ("du 01/01/2027 au 05/01/2028", "days_long"),
    ],
)
def test_what_is_not_understood_is_explained(text: str, what: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_days(text, TODAY)
    assert raised.value.what == what


@given(st.text(alphabet="duael -/.0123456789jusqemain’", max_size=40))
def test_anything_typed_is_days_to_come_or_explained(text: str) -> None:
    found = understood(text)
    if isinstance(found, str):
        assert found.startswith("days_")
        return
    assert found.first <= found.last
    assert found.last >= TODAY
    assert found.last - found.first < timedelta(days=366)


def understood(text: str) -> Days | str:
    try:
        return parse_days(text, TODAY)
    except InputError as error:
        return error.what


@given(st.dates(date(2026, 11, 23), date(2027, 10, 1)), st.integers(0, 180))
def test_a_date_written_out_is_that_date(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    assert parse_days(f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}", TODAY) == Days(first, last)
    assert parse_days(f"{first:%d/%m} - {last:%d/%m}", TODAY).last.timetuple()[1:3] == (
        last.month,
        last.day,
    )
