"""What a date runs into, what a change asks for, and what files give of meetings."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat import TOO_BIG
from core.working_time import public_holidays
from digest.seminars.decide import Kind, State, is_committee
from digest.seminars.half_days import Half, half_days_on
from digest.seminars.scheduling.decide import (
    Caution,
    Edited,
    Other,
    SchoolHoliday,
    Step,
    Warns,
    cautions,
    follow,
    grows,
    is_bridge,
    is_followed,
    step,
)
from digest.seminars.scheduling.pdf.rules import Fault, examine, refusal
from digest.seminars.scheduling.school.rules import read_school_holidays

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MORNING, WHOLE = ((time(9), time(12)),), ((time(9), time(17)),)
WINTER = SchoolHoliday("A", date(2027, 2, 13), date(2027, 2, 28), "hiver")


def found(
    *days: date, school: tuple[SchoolHoliday, ...] = (), zones: tuple[str, ...] = (),
    others: tuple[Other, ...] = (),
) -> list[tuple[str, int]]:  # fmt: skip
    hours = [each for day in days for each in half_days_on(day, MORNING)]
    return [(each.what.value, each.day.day) for each in cautions(hours, school, zones, others)]


def test_days_off_and_bridges_are_told() -> None:
    assert found(date(2027, 5, 5)) == []
    days = [date(2027, 5, day) for day in (6, 7, 8, 9)]
    assert found(*days) == [("holiday", 6), ("bridge", 7), ("holiday", 8), ("week_end", 9)]


@pytest.mark.parametrize(
    ("day", "bridge"),
    [
        (date(2027, 5, 7), True),  # between Ascension day and a Saturday
        (date(2026, 7, 13), True),  # a Monday before 14 July
        (date(2027, 5, 5), False),
        (date(2027, 5, 6), False),
        (date(2027, 3, 12), False),
    ],
)
def test_a_bridge_is_a_lonely_working_day(day: date, bridge: bool) -> None:
    assert is_bridge(day) is bridge


@given(st.dates(date(2000, 1, 1), date(2099, 12, 30)))
def test_a_bridge_is_worked_and_touches_a_holiday(day: date) -> None:
    if is_bridge(day):
        around = (day - timedelta(days=1), day + timedelta(days=1))
        assert day.weekday() < 5
        assert any(each in public_holidays(each.year) for each in around)


def test_school_holidays_are_told_for_the_zones_that_matter() -> None:
    other = SchoolHoliday("B", date(2027, 2, 20), date(2027, 3, 7), "hiver")
    days, school = (date(2027, 2, 24),), (other, WINTER)
    assert found(*days, school=school, zones=("C",)) == []
    assert found(*days, school=school, zones=("A",)) == [("school", 24)]
    hours = half_days_on(days[0], MORNING)
    (both,) = cautions(hours, school, (), ())
    assert both == Caution(Warns.SCHOOL, days[0], "hiver", ("A", "B"))
    assert found(date(2027, 3, 12), school=school) == []


def test_another_meeting_of_the_day_is_told() -> None:
    day = date(2027, 3, 12)
    same = Other("Comité", "steering", ((day, Half.MORNING),))
    later = Other("Atelier", "workshop", ((day, Half.AFTERNOON),))
    elsewhere = Other("Autre", "workshop", ((date(2027, 3, 15), Half.MORNING),))
    assert found(day, others=(same, later, elsewhere)) == [("clash", 12), ("same_day", 12)]


def test_only_the_date_is_typed_of_a_meeting_like_the_last() -> None:
    day = date(2026, 3, 12)
    last = half_days_on(day, WHOLE)
    assert follow("4 juin 2027", NOW, last) == tuple(half_days_on(date(2027, 6, 4), WHOLE))
    assert len(follow("4 juin 2027 9h-11h", NOW, last)) == 1
    two = [*last, *half_days_on(day + timedelta(days=1), MORNING)]
    days = [each.day.day for each in follow("4 juin 2027", NOW, two)]
    assert days == [4, 4, 5]
    assert [each.day.day for each in follow("4 et 7 juin 2027", NOW, two)] == [4, 4, 7, 7]


@pytest.mark.parametrize(
    ("edited", "state", "hours", "outcome"),
    [
        (Edited.TITLE, State.DRAFT, 1, Step.DONE),
        (Edited.TITLE, State.CANCELLED, 1, Step.LATE),
        (Edited.WHEN, State.DRAFT, -1, Step.CONFIRMED),
        (Edited.WHEN, State.PUBLISHED, 1, Step.CONFIRMED),
        (Edited.WHEN, State.PUBLISHED, -1, Step.LATE),
        (Edited.PLACE, State.DRAFT, 1, Step.DONE),
        (Edited.PLACE, State.PUBLISHED, 1, Step.CONFIRMED),
        (Edited.LINK, State.PUBLISHED, -1, Step.CONFIRMED),
        (Edited.LINK, State.PUBLISHED, -9, Step.DONE),
        (Edited.PROGRAMME, State.PUBLISHED, 1, Step.DONE),
    ],
)
def test_what_is_told_is_confirmed_first(
    edited: Edited, state: State, hours: int, outcome: Step
) -> None:
    starts_at = NOW + timedelta(hours=hours)
    assert step(edited, state, starts_at, starts_at + timedelta(hours=7), NOW) is outcome


def test_people_follow_what_is_published_and_not_over() -> None:
    assert is_followed(State.PUBLISHED, NOW + timedelta(hours=1), NOW)
    assert not is_followed(State.PUBLISHED, NOW, NOW)
    assert not is_followed(State.DRAFT, NOW + timedelta(hours=1), NOW)


def test_places_grow_towards_no_limit() -> None:
    assert grows(10, 20)
    assert grows(10, None)
    assert not grows(20, 10)
    assert not grows(None, 10)


def test_committees_alone_have_audiences() -> None:
    assert [is_committee(kind.value) for kind in Kind] == [False, True, True, False]


def test_a_file_of_school_holidays() -> None:
    data = (
        "zone;first;last;name\nZone a;13/02/2027;2027-02-28;hiver\nD;2027-02-13;2027-02-28;\n"
        "A;2027-02-31;2027-03-01;\nB;2027-03-07;2027-02-20;hiver\n"
    )
    good, bad = read_school_holidays(data.encode())
    assert good == (WINTER,)
    assert [(line.number, line.what) for line in bad] == [
        (3, "not a zone: 'D'"),
        (4, "not a day: '2027-02-31'"),
        (5, "the last day is before the first"),
    ]


def sent(**changes: object) -> dict[str, object]:
    file = {"kind": "document", "name": "a.pdf", "mime_type": "application/pdf", "size": 10}
    return file | changes


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ([sent()], None),
        ([sent(name="programme")], None),
        ([sent(mime_type="")], None),
        ([sent(), sent()], Fault.SEVERAL),
        ([sent(kind="photo")], Fault.FORMAT),
        ([sent(name="a.docx", mime_type="application/msword")], Fault.FORMAT),
        ([sent(size=TOO_BIG + 1)], Fault.HEAVY),
    ],
)
def test_what_was_sent_is_worth_fetching(
    files: list[dict[str, object]], fault: Fault | None
) -> None:
    assert refusal(files, TOO_BIG) is fault


def test_the_bytes_of_a_programme() -> None:
    assert examine(b"%PDF-1.7 ... %%EOF\n", TOO_BIG) is None
    assert examine(b"PK\x03\x04", TOO_BIG) is Fault.FORMAT
    assert examine(b"%PDF-1.7 ...", TOO_BIG) is Fault.BROKEN
    assert examine(b"%PDF-" + b"x" * TOO_BIG, TOO_BIG) is Fault.HEAVY


@given(st.sampled_from([b"", b"%PDF-"]), st.binary(max_size=300), st.sampled_from([b"", b"%%EOF"]))
def test_any_bytes_are_a_programme_or_say_why(start: bytes, middle: bytes, end: bytes) -> None:
    faults = {None, Fault.FORMAT, Fault.BROKEN, Fault.HEAVY}
    assert examine(start + middle + end, 200) in faults
