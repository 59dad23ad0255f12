"""The dates of meetings as people type them, understood."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from core.errors import InputError
from digest.seminars.half_days import Half, Hours, half_at, half_days_of, half_days_on
from digest.seminars.scheduling.rules import MONTHS, PARTS, WEEKDAYS, parse_half_days

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday 23 November 2026, 9 h in Paris."""


def shown(half_days: tuple[Hours, ...]) -> list[str]:
    """Say half-days as clocks show them in Paris."""
    return [
        f"{one.day:%d/%m/%Y} {one.starts_at.astimezone(PARIS):%H:%M}"
        f"-{one.ends_at.astimezone(PARIS):%H:%M}"
        for one in half_days
    ]


def when(text: str, now: datetime = NOW) -> list[str]:
    return shown(parse_half_days(text, now))


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2027 9h30-17h",
        "12/03/2027 de 9h30 à 17h",
        "12/03/2027, de 9 h 30 à 17 h",
        "12/3 9:30-17:00",
        "12.03.2027 9h30 – 17h",
        "12/3/27 9h30-17h",
        "12-03-27 9h30-17h",
        "12-03-2027 9h30-17h",
        "2027-03-12 9:30-17:00",
        "vendredi 12 mars 9h30-17h",
        "Vendredi 12 mars 2027 de 9h30 à 17h00",
        "le vendredi 12 mars, 9h30 à 17h.",
        "  LE 12 MARS   09H30—17H  ",
        "12 mars 2027 à 9h30 jusqu’à 17 heures",
        "12 mars 2027 de 9 h 30 à 17 h",
        "12 mars 2027 - 9h30 à 12h30 puis 14h à 17h",
        "12 mars 9h30-12h30 et 14h-17h",
        "12 mars 14h-17h, 9h30-midi et 12h-12h30",
        "12 mars 9h30-10h et 11h-17h",
    ],
)
def test_a_day_and_its_hours_as_people_type_them(text: str) -> None:
    assert when(text) == ["12/03/2027 09:30-12:30", "12/03/2027 14:00-17:00"]


@pytest.mark.parametrize(
    "text",
    [
        "12 et 13 mars 9h-12h",
        "12-13 mars 9-12h",
        "du 12 au 13 mars 2027 de 9h à 12h",
        "du vendredi 12 au samedi 13 mars de 9h à midi",
        "12/03 et 13/03/2027 9h-12h",
        "le 12 mars et le 13 mars, de 9h à 12h",
        "12 mars 2027 9h-12h, 13 mars 9h-12h",
        "13 mars 2027 9h-12h et 12 mars 2027 9h-12h",
    ],
)
def test_several_days_as_people_type_them(text: str) -> None:
    assert when(text) == ["12/03/2027 09:00-12:00", "13/03/2027 09:00-12:00"]


@pytest.mark.parametrize(
    ("text", "half_days"),
    [
        ("12 mars matin", ["12/03/2027 09:00-12:30"]),
        ("12 mars après-midi", ["12/03/2027 14:00-17:00"]),
        ("12 mars, l’après midi", None),
        ("12 mars en soirée", ["12/03/2027 18:00-20:00"]),
        ("12 mars toute la journée", ["12/03/2027 09:00-12:30", "12/03/2027 14:00-17:00"]),
        ("12 mars matin et après-midi", ["12/03/2027 09:00-12:30", "12/03/2027 14:00-17:00"]),
        (
            "12 mars 14h-17h et 13 mars matin",
            ["12/03/2027 14:00-17:00", "13/03/2027 09:00-12:30"],
        ),
        ("12 mars matin, 12 mars soir", ["12/03/2027 09:00-12:30", "12/03/2027 18:00-20:00"]),
        (
            "du 30 décembre au 1er janvier 9h-12h",
            [f"{day} 09:00-12:00" for day in ("30/12/2026", "31/12/2026", "01/01/2027")],
        ),
        (
            "30 décembre et 2 janvier 2028 9h-12h",
            ["30/12/2027 09:00-12:00", "02/01/2028 09:00-12:00"],
        ),
        ("12 mars 9h", ["12/03/2027 09:00-12:00"]),
        ("12 mars à partir de 10h", ["12/03/2027 10:00-13:00"]),
        ("12 mars 23h", ["12/03/2027 23:00-23:59"]),
    ],
)
def test_half_days_with_their_own_hours(text: str, half_days: list[str] | None) -> None:
    if half_days is None:
        with pytest.raises(InputError, match="when_unknown"):
            when(text)
    else:
        assert when(text) == half_days


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("23/11 14h", "23/11/2026 14:00"),
        ("23/11 8h", "23/11/2027 08:00"),
        ("1er décembre 9h", "01/12/2026 09:00"),
        ("2 août 9h", "02/08/2027 09:00"),
        ("29 février 9h", "29/02/2028 09:00"),
        ("29/02/2028 9h", "29/02/2028 09:00"),
        ("29/2/28 9h", "29/02/2028 09:00"),
        ("1er déc. 9h", "01/12/2026 09:00"),
        ("15 févr 14h", "15/02/2027 14:00"),
        ("3 juil. 9h", "03/07/2027 09:00"),
        ("15 sept. 2027 9h", "15/09/2027 09:00"),
    ],
)
def test_without_a_year_it_is_the_next_such_day(text: str, start: str) -> None:
    assert when(text)[0].startswith(start)


def test_hours_are_those_of_paris_in_summer_and_in_winter() -> None:
    (winter,) = parse_half_days("12/01/2027 9h", NOW)
    (summer,) = parse_half_days("12/07/2027 9h", NOW)
    assert winter.starts_at == datetime(2027, 1, 12, 8, tzinfo=UTC)
    assert summer.starts_at == datetime(2027, 7, 12, 7, tzinfo=UTC)


def test_the_usual_hours_serve_when_none_is_typed() -> None:
    usual = ((time(9, 30), time(12, 30)), (time(14), time(16)))
    said = ["12/03/2027 09:30-12:30", "12/03/2027 14:00-16:00"]
    assert shown(parse_half_days("12 mars", NOW, usual)) == said
    assert shown(parse_half_days("12 mars 10h-11h", NOW, usual)) == ["12/03/2027 10:00-11:00"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "when_unknown"),
        ("bientôt", "when_unknown"),
        ("mars 9h", "when_unknown"),
        ("12 9h", "when_unknown"),
        ("12 mars 9h -", "when_unknown"),
        ("12/03/2027 9h 🎉", "when_unknown"),
        ("12 mars", "when_hours"),
        ("9h30-17h", "when_day"),
        ("9-17h le 12 mars", "when_day"),
        ("matin", "when_day"),
        ("du 12 mars 14h au 13 mars 12h", "when_across"),
        ("32/01/2027 9h", "when_impossible"),
        ("29/02/2027 9h", "when_leap"),
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
        ("12/03/2027 9h-12h et 11h-17h", "when_overlap"),
        ("du 14 au 12 mars 9h", "when_days_order"),
        ("13/03/2027 et 12/03/2027 9h", "when_days_order"),
        ("du 1er au 30 mars 9h", "when_many"),
        ("1 et 2 et 3 et 4 et 5 et 6 et 7 et 8 et 9 et 10 et 11 mars 9h", "when_many"),
        ("12/03/2020 9h", "when_past"),
        ("23/11/2026 9h", "when_past"),
    ],
)
def test_what_is_not_a_future_day_with_its_hours_is_explained(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        when(text)
    assert caught.value.what == why


words = st.sampled_from(
    [
        *WEEKDAYS, *MONTHS, *PARTS, "12", "13", "1er", "2027", "12/03/2027", "2027-03-12", "29/2",
        "9h", "9h30", "17h", "9-17h", "midi", "de", "à", "au", "-", "et", ",", "puis", "le", "du",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(words, max_size=12).map(" ".join)))
def test_whatever_is_typed_gives_half_days_ahead_or_an_explanation(text: str) -> None:
    try:
        found = parse_half_days(text, NOW)
    except InputError as error:
        why = error.what
    else:
        why = "when_understood"
        _coherent(found)
    assert why.startswith("when_")


def _coherent(found: tuple[Hours, ...]) -> None:
    assert found[0].starts_at > NOW
    assert all(one.starts_at < one.ends_at for one in found)
    assert all(a.ends_at <= b.starts_at for a, b in itertools.pairwise(found))
    assert len({(one.day, one.half) for one in found}) == len(found)


hours = st.tuples(st.integers(4, 11), st.sampled_from([0, 15, 30])).map(lambda each: time(*each))
lengths = st.sampled_from([timedelta(minutes=30), timedelta(hours=1)])
days = st.dates(date(2026, 11, 24), date(2034, 12, 31))


@given(st.lists(days, min_size=1, max_size=5, unique=True), hours, lengths, st.integers(0, 2))
def test_half_days_written_in_full_are_read_back(
    chosen: list[date], start: time, length: timedelta, style: int
) -> None:
    chosen.sort()
    end = (datetime.combine(chosen[0], start) + length).time()

    def said(day: date) -> str:
        named = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
        return (f"{day:%d/%m/%Y}", named, day.isoformat())[style]

    text = f"{', '.join(map(said, chosen))} de {start:%Hh%M} à {end:%H:%M}"
    assert when(text) == [f"{day:%d/%m/%Y} {start:%H:%M}-{end:%H:%M}" for day in chosen]
    alone = ", ".join(f"{said(day)} {start.hour}h{start.minute:02}-{end:%Hh%M}" for day in chosen)
    assert when(alone) == when(text)


@given(days, hours, lengths)
def test_half_days_are_stored_and_read_back(day: date, start: time, length: timedelta) -> None:
    end = (datetime.combine(day, start) + length).time()
    (one,) = half_days_on(day, [(start, end)])
    assert Hours.from_json(one.to_json()) == one


def test_a_meeting_is_cut_at_midday() -> None:
    first, last = (datetime(2027, 3, 12, hour, 30, tzinfo=UTC) for hour in (8, 16))
    assert [one.half for one in half_days_of(first, last)] == [Half.MORNING, Half.AFTERNOON]
    late = datetime(2027, 3, 13, 0, 30, tzinfo=UTC)
    (night,) = half_days_of(datetime(2027, 3, 12, 19, tzinfo=UTC), late)
    assert (night.day, night.half, night.ends_at) == (date(2027, 3, 12), Half.EVENING, late)
    assert half_at(time(14)) is Half.AFTERNOON
