"""When the « bon à diffuser » can be asked for or given, and when it is enough."""

import pytest

from digest.letter.approving.rules import Given, Refusal, asks_others, refusal, standing
from digest.letter.decide import State


def given(party: str, version: int = 3, content_hash: str = "h", *, yes: bool = True) -> Given:
    return Given(party, party.upper(), yes, version, content_hash)


def test_two_different_people_are_needed_when_two_are() -> None:
    one = standing([given("a"), given("a")], 3, "h", 2)
    assert (one.names, one.enough, one.missing) == (("A",), False, 1)
    two = standing([given("a"), given("b")], 3, "h", 2)
    assert (two.names, two.enough, two.missing) == (("A", "B"), True, 0)


def test_what_was_said_of_another_version_or_other_contents_does_not_count() -> None:
    said = [given("a", 2), given("b", 3, "other"), given("c", yes=False)]
    assert standing(said, 3, "h", 1).parties == frozenset()


@pytest.mark.parametrize(
    ("state", "items", "fetching", "examined", "blocking", "wanted"),
    [
        (State.IN_REVIEW, 3, False, True, (), None),
        (State.APPROVED, 3, False, True, (), Refusal.CLOSED),
        (State.IN_REVIEW, 0, False, True, (), Refusal.EMPTY),
        (State.IN_REVIEW, 3, True, True, (), Refusal.FETCHING),
        (State.IN_REVIEW, 3, False, False, (), Refusal.UNEXAMINED),
        (State.IN_REVIEW, 3, False, True, ("a link is gone",), Refusal.BLOCKED),
    ],
)
def test_it_is_refused_until_the_edition_is_ready(  # noqa: PLR0917  # one for each column
    state: State,
    items: int,
    fetching: bool,
    examined: bool,
    blocking: tuple[str, ...],
    wanted: Refusal | None,
) -> None:
    found = refusal(state, items=items, fetching=fetching, examined=examined, blocking=blocking)
    assert found == wanted


def test_others_are_asked_when_there_are_others() -> None:
    assert not asks_others(1, 0)
    assert asks_others(2, 0)
    assert asks_others(1, 1)
