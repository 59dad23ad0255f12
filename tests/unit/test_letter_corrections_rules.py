"""Who approves a correction, and when it may leave."""

from digest.letter.corrections.rules import Press, approve, given
from digest.letter.decide import State, Verdict, judge


def test_who_approved_is_read_back_in_order() -> None:
    assert given(None) == ()
    assert given("person:1 person:2") == ("person:1", "person:2")


def test_a_press_is_good_for_the_version_that_it_shows_and_while_it_has_not_left() -> None:
    assert judge(State.IN_REVIEW, 2, 2, State.APPROVED) is Verdict.GO
    assert judge(State.IN_REVIEW, 2, 1, State.APPROVED) is Verdict.STALE
    assert judge(State.SENDING, 2, 2, State.CANCELLED) is Verdict.CLOSED
    assert judge(State.SENT, 1, 1, State.DRAFT) is Verdict.CLOSED


def test_two_approvals_are_those_of_two_people() -> None:
    assert approve((), "person:1", 1) is Press.ENOUGH
    assert approve((), "person:1", 2) is Press.GO
    assert approve(("person:1",), "person:1", 2) is Press.TWICE
    assert approve(("person:1",), "person:2", 2) is Press.ENOUGH
