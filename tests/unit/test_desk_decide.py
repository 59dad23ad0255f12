"""What the animators' desk decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.decide import Standing, Written, fitting, restored, topic_link
from bot.hotline.decide import State

HOLD = timedelta(seconds=20)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKED = NOON - timedelta(hours=9)
OWED = Standing(State.OPEN, ASKED, 2, None)
ANSWERED = Standing(State.ANSWERED, None, 0, NOON)


def written(seconds: int, before: Standing, *, stands: bool = False) -> Written:
    return Written(NOON + timedelta(seconds=seconds), stands, before)


def test_what_is_held_back_was_never_written() -> None:
    assert restored(ANSWERED, [written(0, OWED)], HOLD) == OWED


def test_what_stands_changes_nothing() -> None:
    assert restored(ANSWERED, [written(0, OWED, stands=True)], HOLD) == ANSWERED
    assert restored(ANSWERED, [], HOLD) == ANSWERED


@pytest.mark.parametrize("stands", [(True, False), (False, True)])
def test_one_of_two_answers_is_enough(stands: tuple[bool, bool]) -> None:
    both = [written(0, OWED, stands=stands[0]), written(5, ANSWERED, stands=stands[1])]
    assert restored(ANSWERED, both, HOLD) == ANSWERED


def test_two_answers_held_back_leave_what_was_before_the_first() -> None:
    assert restored(ANSWERED, [written(0, OWED), written(5, ANSWERED)], HOLD) == OWED


def test_an_answer_held_back_after_an_earlier_one_leaves_it_answered() -> None:
    first = replace(ANSWERED, first_answer_at=NOON - timedelta(days=2))
    long_ago = written(-100_000, OWED, stands=True)
    assert restored(first, [long_ago, written(0, first)], HOLD) == first


def test_who_has_asked_since_is_owed_an_answer_from_the_earlier_wait() -> None:
    since = Standing(State.OPEN, NOON + timedelta(seconds=5), 0, NOON)
    assert restored(since, [written(0, OWED)], HOLD) == OWED
    waiting = Standing(State.WAITING, None, 0, None)
    assert restored(since, [written(0, waiting)], HOLD) == replace(since, first_answer_at=None)


def test_what_waited_for_its_asker_waits_again() -> None:
    waiting = Standing(State.WAITING, None, 0, NOON - timedelta(days=1))
    assert restored(ANSWERED, [written(0, waiting)], HOLD) == waiting


def test_a_closed_question_stays_closed() -> None:
    closed = Standing(State.CLOSED, None, 0, NOON)
    assert restored(closed, [written(0, OWED)], HOLD) == replace(closed, first_answer_at=None)


def test_what_was_held_back_long_ago_was_undone_then() -> None:
    long_ago = written(-3600, replace(OWED, silence_level=0))
    later = replace(OWED, awaiting_since=NOON - timedelta(minutes=5))
    assert restored(ANSWERED, [long_ago, written(0, later)], HOLD) == later


def test_the_link_of_a_topic() -> None:
    assert topic_link(-1001234567890, 77) == "https://t.me/c/1234567890/77"
    assert topic_link(-1001234567890, None) == ""
    assert topic_link(-42, 77) == ""


def test_lines_that_fit() -> None:
    assert fitting(["aa", "bb", "cc"], 9) == 3
    assert fitting(["aa", "bb", "cc"], 8) == 2
    assert fitting(["🌾"], 2) == 0
    assert fitting([], 0) == 0


@given(st.lists(st.text(max_size=40), max_size=30), st.integers(0, 300))
def test_as_many_lines_as_possible_fit(lines: list[str], room: int) -> None:
    count = fitting(lines, room)
    size = [
        len("".join(f"{line}\n" for line in lines[:n]).encode("utf-16-le")) // 2
        for n in range(len(lines) + 1)
    ]
    assert size[count] <= room
    assert count == len(lines) or size[count + 1] > room
