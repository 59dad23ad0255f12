"""When news is shown, in which order, which date comes next: the desk's decisions."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from watch.desk.rules import (
    LONGEST_NOTE,
    PER_PAGE,
    Candidate,
    NextDate,
    Page,
    ShownHours,
    Weekly,
    given_up,
    half_day,
    hour_slot,
    in_order,
    list_page,
    next_date,
    next_hour,
    next_summary,
    next_training,
    next_try,
    page,
    pair,
    parse_note,
    read_dates,
    read_shown_hours,
    read_weekly,
    split_link,
    summary_slot,
    title_from_link,
    to_read,
    tries_of,
    weekly_instant,
)
from watch.understanding.records import DateKind, TypedDate

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, 9 h 00 in Paris."""

HOURS = read_shown_hours(["mon-fri 08:00-19:00"])
MONDAY = Weekly(0, time(8, 45))


def utc(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def dated(kind: DateKind, at: datetime | None) -> TypedDate:
    return TypedDate(kind, at, "les mots")


# --- hours ------------------------------------------------------------------------------------


def test_news_is_shown_in_its_hours_and_else_at_their_next_opening() -> None:
    assert HOURS.is_open(NOW)
    assert HOURS.next_opening(NOW) == NOW
    saturday = utc(28, 12)
    assert not HOURS.is_open(saturday)
    assert HOURS.next_opening(saturday) == utc(30, 7)


def test_without_hours_news_is_shown_at_any_time() -> None:
    always = read_shown_hours([])
    assert always == ShownHours(None)
    assert always.is_open(utc(28, 2))
    assert always.next_opening(utc(28, 2)) == utc(28, 2)


def test_hours_that_cannot_be_read_name_their_setting() -> None:
    with pytest.raises(
        InputError, match=r"watch\.shown_hours: not working hours: 'lundi'"
    ) as error:
        read_shown_hours(["lundi"])
    assert "mon-fri 09:00-12:30" in error.value.hint


@pytest.mark.parametrize("words", ["mon 08:45", " MON  8:45 "])
def test_the_summary_has_a_day_and_a_time(words: str) -> None:
    assert read_weekly(words) == MONDAY


@pytest.mark.parametrize("words", ["", "lun 08:45", "mon", "mon 25:00", "mon 08:75", "mon 8h45"])
def test_a_summary_that_cannot_be_read_says_how_to_write_it(words: str) -> None:
    with pytest.raises(InputError, match=r"watch\.summary") as error:
        read_weekly(words)
    assert error.value.hint.startswith('write "mon 08:45"')


def test_the_summary_is_sent_at_the_same_time_of_the_clock_in_winter_and_in_summer() -> None:
    assert weekly_instant(MONDAY, HOURS, NOW) == utc(23, 7, 45)
    assert weekly_instant(MONDAY, HOURS, utc(7, 9, month=7)) == utc(6, 6, 45, month=7)


def test_a_holiday_puts_the_summary_off_to_the_next_day_of_work() -> None:
    easter_monday = utc(6, 9, month=4)
    assert weekly_instant(MONDAY, HOURS, easter_monday) == utc(7, 6, 45, month=4)


def test_a_week_without_work_has_its_summary_on_its_day() -> None:
    closed = read_shown_hours(["mon-fri 08:00-19:00"], ["2026-11-23/2026-11-29"])
    assert weekly_instant(MONDAY, closed, NOW) == utc(23, 7, 45)
    assert weekly_instant(Weekly(6, time(8, 45)), HOURS, NOW) == utc(29, 7, 45)


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        (utc(23, 7, 44), None),
        (utc(23, 7, 45), "2026-W48"),
        (utc(23, 22, 59), "2026-W48"),
        (utc(23, 23, 0), None),
        (utc(24, 8), None),
    ],
)
def test_the_summary_is_due_from_its_time_to_the_end_of_that_day(
    at: datetime, slot: str | None
) -> None:
    assert summary_slot(MONDAY, HOURS, at) == slot


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # aware by timezones
def test_the_next_summary_is_within_nine_days_and_due_when_it_comes(now: datetime) -> None:
    coming = next_summary(MONDAY, HOURS, now)
    assert now < coming <= now + timedelta(days=9)
    assert summary_slot(MONDAY, HOURS, coming)


@pytest.mark.parametrize("weekly", [Weekly(0, time(0, 0)), Weekly(6, time(23, 59)), MONDAY])
def test_no_week_is_without_a_summary_when_the_clocks_change(weekly: Weekly) -> None:
    """A week of a change has 167 or 169 hours; that of a new year begins in the old one."""
    now, weeks = utc(1, 9, month=1), set[str]()
    for _ in range(104):
        coming = next_summary(weekly, read_shown_hours([]), now)
        assert coming > now
        weeks.add(summary_slot(weekly, read_shown_hours([]), coming) or "")
        now = coming
    assert len(weeks) == 104


def test_a_day_has_two_halves_in_paris() -> None:
    assert half_day(utc(23, 8)) == utc(22, 23)
    assert half_day(utc(23, 11, 59)) == utc(22, 23)
    assert half_day(utc(23, 12)) == utc(23, 12)


def test_what_is_counted_is_told_once_an_hour() -> None:
    assert hour_slot(utc(23, 8, 59)) == hour_slot(NOW) == "2026-11-23T08Z"
    assert next_hour(utc(23, 8, 59)) == utc(23, 9)


# --- order ------------------------------------------------------------------------------------


def test_the_likely_comes_first_then_the_oldest() -> None:
    found = [
        Candidate(1, None, utc(3, 9)),
        Candidate(2, 0.9, utc(3, 9)),
        Candidate(3, 0.1, utc(1, 9)),
        Candidate(4, None, utc(2, 9)),
        Candidate(5, None, utc(2, 9)),
    ]
    assert in_order(found) == (2, 5, 4, 1, 3)


# --- dates ------------------------------------------------------------------------------------


def test_the_next_date_says_what_it_is_and_in_how_many_days() -> None:
    dates = (dated("round", utc(20, 22, 59)), dated("round", utc(30, 15)))
    assert next_date(dates, NOW) == NextDate("round", utc(30, 15), 7)


def test_a_day_without_an_hour_is_a_whole_day() -> None:
    assert next_date((dated("closing", utc(25, 22, 59)),), NOW) == NextDate(
        "closing", utc(25, 22, 59), 2, all_day=True
    )


def test_what_has_no_end_says_so_unless_something_closes() -> None:
    endless = dated("open_ended", None)
    assert next_date((endless,), NOW) == NextDate("open_ended")
    assert next_date((endless, dated("closing", utc(30, 15))), NOW) == NextDate(
        "closing", utc(30, 15), 7
    )


def test_when_all_is_past_the_last_date_says_it_even_this_morning() -> None:
    dates = (dated("closing", utc(2, 9)), dated("round", utc(23, 7)))
    assert next_date(dates, NOW) == NextDate("round", utc(23, 7), 0, past=True)


def test_what_only_begins_closes_nothing() -> None:
    starts = dated("training", utc(30, 8))
    assert next_date((starts,), NOW) is None
    assert next_training((starts, dated("training", utc(1, 8))), NOW) == NextDate(
        "training", utc(30, 8)
    )
    assert next_training((dated("closing", utc(30, 8)),), NOW) is None


def test_dates_are_read_as_they_are_stored() -> None:
    stored: list[dict[str, Any]] = [
        {"kind": "closing", "at": "2026-11-30T16:00:00+01:00", "words": "le 30"},
        {"kind": "open_ended", "at": None, "words": "au fil de l’eau"},
    ]
    assert read_dates(stored) == (
        TypedDate("closing", utc(30, 15), "le 30"),
        TypedDate("open_ended", None, "au fil de l’eau"),
    )


# --- what buttons carry -----------------------------------------------------------------------


def test_what_a_button_carries_is_read_unless_it_is_forged() -> None:
    assert pair("12-4") == (12, 4)
    assert pair("12-4-1") is None
    assert pair("a-4") is None
    assert list_page("kept-2") == ("kept", 2)
    assert list_page("kept") is None


def test_a_list_is_cut_into_pages() -> None:
    assert page(0, 1) == Page(1, 1)
    assert page(PER_PAGE, 2) == Page(1, 1)
    assert page(PER_PAGE + 1, 2) == Page(2, 2)
    assert page(PER_PAGE + 1, 2).first == PER_PAGE
    assert page(30, 0).number == 1


# --- what is typed ----------------------------------------------------------------------------


def test_a_note_is_a_line_of_words() -> None:
    assert parse_note("  À retenir :\n le fonds  ouvre. ") == "À retenir : le fonds ouvre."
    with pytest.raises(InputError, match="note_wanted"):
        parse_note("  \n")
    with pytest.raises(InputError, match="note_too_long"):
        parse_note("a" * (LONGEST_NOTE + 1))


@pytest.mark.parametrize(
    ("said", "address", "words"),
    [
        ("https://a.fr/x", "https://a.fr/x", ""),
        ("  https://a.fr/x.  À lire\nvite ", "https://a.fr/x", "À lire vite"),
        ("https://a.fr/x\nÀ lire", "https://a.fr/x", "À lire"),
    ],
)
def test_an_address_is_told_from_the_words_after_it(said: str, address: str, words: str) -> None:
    assert split_link(said) == (address, words)


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("https://a.fr/docs/guide-pratique_TVLH-2026.pdf", "Guide pratique TVLH 2026"),
        ("https://a.fr/actualit%C3%A9s/", "Actualités"),
        ("https://a.fr/", "https://a.fr/"),
        ("https://a.fr/12?id=3", "https://a.fr/12?id=3"),
    ],
)
def test_an_address_says_something_of_its_page(link: str, title: str) -> None:
    assert title_from_link(link) == title


def test_a_page_is_tried_three_times_later_each_time() -> None:
    waits = [next_try(NOW, tries) for tries in range(4)]
    assert waits == [NOW, NOW + timedelta(minutes=2), NOW + timedelta(minutes=15), None]
    assert [tries_of(to_read(tries)) for tries in range(3)] == [0, 1, 2]
    assert given_up(NOW) == NOW + timedelta(minutes=20)
