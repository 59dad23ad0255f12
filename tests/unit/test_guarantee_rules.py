"""What is promised, who stands in for whom, and when a team of several is there."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guarantee.rules import Away, Promise, Roster, away_on, in_charge, promise
from core.clock import PARIS
from core.working_time import Days, read_working_time

TEAM = read_working_time(["mon-fri 09:00-12:30", "mon-fri 14:00-17:30"])
JEANNE, PAUL, LEA = 2, 3, 4
DAY = date(2026, 12, 28)
HOLIDAY = Days(date(2026, 12, 24), date(2027, 1, 2))


def paris(words: str) -> datetime:
    return datetime.strptime(words, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS).astimezone(UTC)


def test_within_working_hours_only_the_day_of_the_answer_is_told() -> None:
    asked = paris("02/11/2026 10:00")
    assert promise(TEAM, asked, 2) == Promise(paris("04/11/2026 17:30"), None)


def test_outside_of_working_hours_it_is_told_when_the_team_is_back() -> None:
    asked = paris("06/11/2026 18:00")
    told = promise(TEAM, asked, 2)
    assert told == Promise(paris("12/11/2026 17:30"), paris("09/11/2026 09:00"))


@pytest.mark.parametrize(
    ("absences", "day", "found"),
    [
        ([], DAY, None),
        ([Away(JEANNE, HOLIDAY)], DAY, 0),
        ([Away(PAUL, HOLIDAY)], DAY, None),
        ([Away(JEANNE, HOLIDAY)], date(2027, 1, 3), None),
        ([Away(JEANNE, HOLIDAY), Away(JEANNE, Days(DAY, DAY))], DAY, 0),
        ([Away(JEANNE, HOLIDAY), Away(JEANNE, HOLIDAY, PAUL)], DAY, 1),
    ],
)
def test_of_several_absences_the_one_that_ends_last_counts(
    absences: list[Away], day: date, found: int | None
) -> None:
    assert away_on(absences, JEANNE, day) == (None if found is None else absences[found])


@pytest.mark.parametrize(
    ("absences", "animators", "who"),
    [
        ([], {JEANNE, PAUL}, JEANNE),
        ([], {PAUL}, None),  # she has left
        ([Away(JEANNE, HOLIDAY)], {JEANNE, PAUL}, None),
        ([Away(JEANNE, HOLIDAY, PAUL)], {JEANNE, PAUL}, PAUL),
        ([Away(JEANNE, HOLIDAY, PAUL)], {JEANNE}, None),
        ([Away(JEANNE, HOLIDAY, PAUL), Away(PAUL, HOLIDAY, LEA)], {JEANNE, PAUL, LEA}, LEA),
        ([Away(JEANNE, HOLIDAY, PAUL), Away(PAUL, HOLIDAY, JEANNE)], {JEANNE, PAUL}, None),
        ([Away(JEANNE, HOLIDAY, JEANNE)], {JEANNE}, None),
    ],
)
def test_who_answers_in_somebody_s_place(
    absences: list[Away], animators: set[int], who: int | None
) -> None:
    assert in_charge(absences, JEANNE, DAY, animators) == who


def test_nobody_in_particular_is_the_team() -> None:
    assert in_charge([Away(JEANNE, HOLIDAY, PAUL)], None, DAY, {JEANNE, PAUL}) is None


people = st.integers(1, 4)


@given(
    st.lists(st.builds(Away, people, st.just(HOLIDAY), st.none() | people)),
    st.none() | people,
    st.frozensets(people),
)
def test_who_is_in_charge_is_there_and_an_animator(
    absences: list[Away], person: int | None, animators: frozenset[int]
) -> None:
    who = in_charge(absences, person, DAY, animators)
    assert who is None or (who in animators and away_on(absences, who, DAY) is None)


def test_without_any_animator_the_team_has_its_usual_hours() -> None:
    assert Roster(TEAM, {}).team(paris("02/11/2026 10:00")) == TEAM


def test_the_team_is_there_when_one_of_it_is() -> None:
    mornings, afternoons = read_working_time(["mon-fri 09:00-12:00"]), TEAM
    roster = Roster(TEAM, {JEANNE: mornings, PAUL: afternoons}, (Away(PAUL, HOLIDAY),))
    team = roster.team(paris("23/12/2026 10:00"))
    assert team.is_open(paris("23/12/2026 15:00"))
    assert team.is_open(paris("28/12/2026 10:00"))
    assert not team.is_open(paris("28/12/2026 15:00"))
    assert roster.of(PAUL).next_opening(DAY_START) == paris("04/01/2027 09:00")
    assert roster.of(LEA) == TEAM


DAY_START = paris("28/12/2026 00:00")


def test_when_everybody_is_away_for_weeks_the_clock_goes_on_so_that_somebody_knows() -> None:
    long, summer = Days(DAY, date(2027, 3, 31)), Days(DAY, date(2027, 1, 31))
    assert Roster(TEAM, {JEANNE: TEAM}, (Away(JEANNE, long),)).team(DAY_START) == TEAM
    away = Roster(TEAM, {JEANNE: TEAM}, (Away(JEANNE, summer),)).team(DAY_START)
    assert away.next_opening(DAY_START) == paris("01/02/2027 09:00")
