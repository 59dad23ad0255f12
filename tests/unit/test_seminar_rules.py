"""What people type about seminars, understood."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from core.errors import InputError
from digest.seminars.rules import (
    Answer,
    Confirmation,
    RegistrationState,
    answer_to,
    confirmation_of,
    parse_email,
    parse_name,
    parse_place,
    parse_title,
    parse_when,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday 23 November 2026, 9 h in Paris."""


def when(text: str, now: datetime = NOW) -> tuple[str, str]:
    """Return what was understood, as clocks show it in Paris."""
    starts_at, ends_at = (one.astimezone(PARIS) for one in parse_when(text, now))
    return starts_at.strftime("%d/%m/%Y %H:%M"), ends_at.strftime("%d/%m/%Y %H:%M")


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2027 9h30-17h",
        "12/03/2027 de 9h30 à 17h",
        "12/03/2027, de 9 h 30 à 17 h",
        "12/3 9:30-17:00",
        "12.03.2027 9h30 – 17h",
        "vendredi 12 mars 9h30-17h",
        "Vendredi 12 mars 2027 de 9h30 à 17h00",
        "le vendredi 12 mars, 9h30 à 17h.",
        "  LE 12 MARS   09H30—17H  ",
        "12 mars 2027 à 9h30 jusqu’à 17 heures",
        "12 mars 2027 de 9 h 30 à 17 h",
    ],
)
def test_a_day_and_its_hours_as_people_type_them(text: str) -> None:
    assert when(text) == ("12/03/2027 09:30", "12/03/2027 17:00")


def test_without_an_end_it_lasts_half_a_day() -> None:
    assert when("12 mars 2027 9h30") == ("12/03/2027 09:30", "12/03/2027 12:30")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("23/11 14h", "23/11/2026 14:00"),
        ("23/11 8h", "23/11/2027 08:00"),
        ("1er décembre 9h", "01/12/2026 09:00"),
        ("2 août 9h", "02/08/2027 09:00"),
        ("29 février 9h", "29/02/2028 09:00"),
    ],
)
def test_without_a_year_it_is_the_next_such_day(text: str, start: str) -> None:
    assert when(text)[0] == start


def test_hours_are_those_of_paris_in_summer_and_in_winter() -> None:
    assert parse_when("12/01/2027 9h", NOW)[0] == datetime(2027, 1, 12, 8, tzinfo=UTC)
    assert parse_when("12/07/2027 9h", NOW)[0] == datetime(2027, 7, 12, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "when_unknown"),
        ("bientôt", "when_unknown"),
        ("12 mars", "when_unknown"),
        ("9h30-17h", "when_unknown"),
        ("12/03/27 9h", "when_unknown"),
        ("32/01/2027 9h", "when_impossible"),
        ("29/02/2027 9h", "when_impossible"),
        ("31 juin 9h", "when_impossible"),
        ("12/13/2027 9h", "when_impossible"),
        ("12/03/0000 9h", "when_impossible"),
        ("31/12/9999 23h", "when_impossible"),
        ("28/03/2027 2h30-3h10", "when_order"),
        ("12/03/2027 25h", "when_impossible"),
        ("12/03/2027 9h75", "when_impossible"),
        ("jeudi 12 mars 9h", "when_weekday"),
        ("12/03/2027 17h-9h30", "when_order"),
        ("12/03/2027 9h-9h", "when_order"),
        ("12/03/2020 9h", "when_past"),
        ("23/11/2026 9h", "when_past"),
    ],
)
def test_what_is_not_a_future_day_with_its_hours_is_explained(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_when(text, NOW)
    assert caught.value.what == why


typed_dates = st.from_regex(
    r"(le )?(lundi )?[0-9]{1,2}(/[0-9]{1,2}(/[0-9]{4})?| mars)( de)? "
    r"[0-9]{1,2}h([0-9]{2})?(-[0-9]{1,2}h)?",
    fullmatch=True,
)


@given(st.one_of(st.text(max_size=80), typed_dates))
def test_whatever_is_typed_gives_dates_ahead_or_an_explanation(text: str) -> None:
    try:
        starts_at, ends_at = parse_when(text, NOW)
    except InputError:
        return
    assert NOW < starts_at < ends_at


@given(
    st.dates(min_value=datetime(2026, 11, 24).date(), max_value=datetime(2034, 12, 31).date()),  # noqa: DTZ001
    st.integers(4, 22),
    st.integers(0, 59),
)
def test_a_date_written_in_full_is_read_back(day: datetime, hour: int, minute: int) -> None:
    start, end = when(f"{day:%d/%m/%Y} de {hour}h{minute:02} à 23h59")
    assert start == f"{day:%d/%m/%Y} {hour:02}:{minute:02}"
    assert end == f"{day:%d/%m/%Y} 23:59"


def test_a_title_is_one_line() -> None:
    assert parse_title("  Accueillir,\n et après\x00 ? 🎉 ") == "Accueillir, et après ? 🎉"


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (parse_title, " \n ", "title_empty"),
        (parse_title, "a" * 151, "title_long"),
        (parse_name, "", "name_empty"),
        (parse_name, "a" * 101, "name_long"),
        (parse_place, "", "place_empty"),
        (parse_place, "a" * 301, "place_long"),
    ],
)
def test_what_is_empty_or_too_long_is_explained(parse: object, text: str, why: str) -> None:
    assert callable(parse)
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.what == why


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("Salle des fêtes, Ambert", ("Salle des fêtes, Ambert", None)),
        ("https://visio.example/abc", ("", "https://visio.example/abc")),
        ("Ambert ou https://visio.example/abc", ("Ambert ou", "https://visio.example/abc")),
        ("javascript:alert(1)", ("javascript:alert(1)", None)),
    ],
)
def test_a_place_is_a_room_or_a_video_link(text: str, understood: tuple[str, str | None]) -> None:
    assert parse_place(text) == understood


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Zoe@Orsanne.example ", "zoe@orsanne.example"),
        ("zoe@évènement.example", "zoe@xn--vnement-2xah.example"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert parse_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "email_empty"),
        ("  ", "email_empty"),
        ("zoe", "email_invalid"),
        ("a" * 250 + "@x.fr", "email_invalid"),
        ("zoe@x.fr\nBcc: paul@x.fr", "email_several"),
    ],
)
def test_a_wrong_address_is_explained(typed: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_email(typed)
    assert caught.value.what == why


def test_requests_are_answered_but_never_harass() -> None:
    asked, registered = RegistrationState.ASKED, RegistrationState.REGISTERED
    assert answer_to(asked, 0, None, NOW) is Answer.CONFIRMATION
    assert answer_to(registered, 1, None, NOW) is Answer.REGISTRATION
    soon, later = NOW - timedelta(minutes=9), NOW - timedelta(minutes=10)
    assert answer_to(asked, 1, soon, NOW) is Answer.NOTHING
    assert answer_to(asked, 1, later, NOW) is Answer.CONFIRMATION
    assert answer_to(asked, 3, later, NOW) is Answer.NOTHING
    assert answer_to(asked, 3, NOW - timedelta(days=1), NOW) is Answer.CONFIRMATION


def test_what_a_confirmation_link_does() -> None:
    assert confirmation_of(RegistrationState.ASKED) is Confirmation.DONE
    assert confirmation_of(RegistrationState.REGISTERED) is Confirmation.ALREADY
    assert confirmation_of(RegistrationState.CANCELLED) is Confirmation.ASK_AGAIN
