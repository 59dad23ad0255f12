"""When a question that awaits an answer is reminded of, and to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guarantee.decide import HEAD, NAMED, TOPIC, Guarantee, Reminder, Wait, thresholds_of
from bot.guarantee.rules import Away, Roster
from core.clock import PARIS
from core.working_time import Days, WorkingTime, read_working_time

TEAM = read_working_time(["mon-fri 09:00-12:30", "mon-fri 14:00-17:30"])
JEANNE, PAUL = 2, 3
THRESHOLDS = thresholds_of([7, 14, 21])


def paris(words: str) -> datetime:
    return datetime.strptime(words, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS).astimezone(UTC)


MONDAY = paris("02/11/2026 09:00")


def known(
    now: datetime,
    *absences: Away,
    jeanne: WorkingTime = TEAM,
    thresholds: tuple[timedelta, ...] = THRESHOLDS,
    alone: bool = False,
) -> Guarantee:
    own = {JEANNE: jeanne} if alone else {JEANNE: jeanne, PAUL: TEAM}
    roster = Roster(TEAM, own, absences)
    return Guarantee(thresholds, roster, roster.team(now), now)


@pytest.mark.parametrize(
    ("since", "level", "at"),
    [
        ("02/11/2026 09:00", 0, "03/11/2026 09:00"),  # 7 hours end with the day: next morning
        ("02/11/2026 10:00", 0, "03/11/2026 10:00"),
        ("02/11/2026 10:00", 1, "04/11/2026 10:00"),
        ("02/11/2026 10:00", 2, "05/11/2026 10:00"),
        ("06/11/2026 16:00", 0, "09/11/2026 16:00"),  # over a week-end
        ("07/11/2026 23:00", 0, "10/11/2026 09:00"),  # asked on a Saturday night
        ("10/11/2026 16:00", 0, "12/11/2026 16:00"),  # 11 November
        ("27/03/2026 16:00", 0, "30/03/2026 16:00"),  # an hour is skipped on Sunday
        ("23/10/2026 16:00", 0, "26/10/2026 16:00"),  # an hour comes twice on Sunday
        ("23/12/2026 16:00", 0, "24/12/2026 16:00"),
        ("24/12/2026 16:00", 0, "28/12/2026 16:00"),  # Christmas
    ],
)
def test_when_the_next_reminder_falls_due(since: str, level: int, at: str) -> None:
    wait = Wait(paris(since), level)
    assert known(wait.since).coming(wait) == Reminder(level + 1, paris(at))


def test_after_the_last_level_nothing_comes() -> None:
    assert known(MONDAY).coming(Wait(MONDAY, 3)) is None
    assert known(MONDAY, thresholds=()).coming(Wait(MONDAY)) is None


def test_three_levels_at_most_least_first() -> None:
    assert thresholds_of([14, 7.5, 28, 21]) == tuple(timedelta(hours=h) for h in (7.5, 14, 21))
    assert thresholds_of([-1]) == (timedelta(0),)


def test_who_took_charge_is_reminded_by_name() -> None:
    wait = Wait(MONDAY, 1, JEANNE)
    assert known(MONDAY).coming(wait) == Reminder(NAMED, paris("04/11/2026 09:00"), JEANNE)


def test_who_took_charge_is_reminded_in_their_own_hours() -> None:
    afternoons = read_working_time(["mon-fri 14:00-17:30"])
    wait = Wait(MONDAY, 1, JEANNE)
    found = known(MONDAY, jeanne=afternoons).coming(wait)
    assert found == Reminder(NAMED, paris("04/11/2026 14:00"), JEANNE)


def test_hours_that_come_after_the_next_level_are_not_waited_for() -> None:
    fridays = read_working_time(["fri 09:00-12:00"])
    wait = Wait(MONDAY, 1, JEANNE)
    found = known(MONDAY, jeanne=fridays).coming(wait)
    assert found == Reminder(NAMED, paris("04/11/2026 09:00"))
    without_head = known(MONDAY, jeanne=fridays, thresholds=THRESHOLDS[:2]).coming(wait)
    assert without_head == Reminder(NAMED, paris("06/11/2026 09:00"), JEANNE)


def test_who_is_away_is_replaced() -> None:
    week = Days(date(2026, 11, 2), date(2026, 11, 6))
    wait, at = Wait(MONDAY, 1, JEANNE), paris("04/11/2026 09:00")
    assert known(MONDAY, Away(JEANNE, week, PAUL)).coming(wait) == Reminder(NAMED, at, PAUL)
    assert known(MONDAY, Away(JEANNE, week)).coming(wait) == Reminder(NAMED, at)


def test_an_absence_that_begins_before_their_own_hours_come_is_seen() -> None:
    """She works on Thursdays and is away on that one; Paul stands in."""
    thursdays = read_working_time(["thu 09:00-17:00"])
    away = Away(JEANNE, Days(date(2026, 11, 5), date(2026, 11, 5)), PAUL)
    found = known(MONDAY, away, jeanne=thursdays).coming(Wait(MONDAY, 1, JEANNE))
    assert found == Reminder(NAMED, paris("05/11/2026 09:00"), PAUL)


def test_nothing_is_due_before_its_time_nor_at_night() -> None:
    wait = Wait(paris("02/11/2026 16:00"))
    assert known(paris("03/11/2026 15:59")).due(wait, {9}) == []
    assert known(paris("03/11/2026 16:00")).due(wait, {9}) == [
        Reminder(1, paris("03/11/2026 16:00"))
    ]
    night = paris("03/11/2026 22:00")
    assert known(night).due(wait, {9}) == []
    assert known(night).coming(wait) == Reminder(1, paris("04/11/2026 09:00"))


def test_after_a_long_stop_everybody_is_told_once() -> None:
    now = paris("20/11/2026 10:00")
    due = known(now).due(Wait(MONDAY, 0, JEANNE), {9})
    assert due == [Reminder(TOPIC, now), Reminder(NAMED, now, JEANNE), Reminder(HEAD, now)]


def test_after_a_long_stop_the_topic_is_told_once() -> None:
    now = paris("20/11/2026 10:00")
    assert known(now).due(Wait(MONDAY), {9}) == [Reminder(NAMED, now), Reminder(HEAD, now)]
    assert known(now).due(Wait(MONDAY, 1), {9}) == [Reminder(NAMED, now), Reminder(HEAD, now)]


def test_after_a_long_stop_who_is_both_animator_and_head_is_told_once() -> None:
    now = paris("20/11/2026 10:00")
    due = known(now).due(Wait(MONDAY, 0, JEANNE), {JEANNE})
    assert due == [Reminder(TOPIC, now), Reminder(HEAD, now)]


def test_after_a_long_stop_in_hours_that_are_not_theirs_the_topic_is_told() -> None:
    mornings = read_working_time(["mon-fri 09:00-12:00"])
    now = paris("20/11/2026 15:00")
    due = known(now, jeanne=mornings).due(Wait(MONDAY, 0, JEANNE), {9})
    assert due == [Reminder(NAMED, now), Reminder(HEAD, now)]


def test_working_time_passes_only_when_somebody_is_there() -> None:
    away = Away(JEANNE, Days(date(2026, 11, 3), date(2026, 11, 6)))
    wait = Wait(paris("02/11/2026 16:00"))
    assert known(wait.since, away, alone=True).coming(wait) == Reminder(
        1, paris("09/11/2026 16:00")
    )


# --- properties -----------------------------------------------------------------------------

NOVEMBER = st.integers(0, 60 * 24 * 30).map(lambda m: MONDAY + timedelta(minutes=m))
days = st.integers(0, 29).map(lambda day: date(2026, 11, 2) + timedelta(days=day))
stays = st.builds(lambda a, b: Days(min(a, b), max(a, b)), days, days)
aways = st.builds(
    Away, st.sampled_from([JEANNE, PAUL]), stays, st.sampled_from([None, PAUL, JEANNE])
)
someones = st.sampled_from(
    [TEAM, read_working_time(["thu 09:00-17:00"]), read_working_time(["mon-wed 08:00-10:00"])]
)


@given(NOVEMBER, st.integers(0, 3), NOVEMBER, st.lists(aways, max_size=3), someones)
def test_a_reminder_comes_within_working_hours_and_when_it_is_due_it_goes(
    since: datetime, level: int, now: datetime, absences: list[Away], jeanne: WorkingTime
) -> None:
    guarantee = known(now, *absences, jeanne=jeanne)
    wait = Wait(since, level, JEANNE)
    coming = guarantee.coming(wait)
    assert (coming is None) == (level == 3)
    if coming is None:
        return
    assert coming.at >= now
    hours = guarantee.roster.own[coming.to] if coming.to else guarantee.team
    assert hours.is_open(coming.at)
    levels = [each.level for each in guarantee.due(wait, {9})]
    assert levels == sorted(set(levels))
    assert bool(levels) == (coming.at <= now)


@given(NOVEMBER, st.lists(aways, max_size=3), someones)
def test_levels_fall_due_in_their_order(
    since: datetime, absences: list[Away], jeanne: WorkingTime
) -> None:
    guarantee = known(since, *absences, jeanne=jeanne)
    coming = [guarantee.coming(Wait(since, level, JEANNE)) for level in range(3)]
    instants = [each.at for each in coming if each is not None]
    assert len(instants) == 3
    assert instants == sorted(instants)


@given(NOVEMBER, st.integers(0, 2), st.lists(aways, max_size=3), someones)
def test_asked_at_the_instant_that_was_announced_it_is_due(
    since: datetime, level: int, absences: list[Away], jeanne: WorkingTime
) -> None:
    wait = Wait(since, level, JEANNE)
    first = known(since, *absences, jeanne=jeanne).coming(wait)
    assert first is not None
    then = known(first.at, *absences, jeanne=jeanne).coming(wait)
    assert then == first
