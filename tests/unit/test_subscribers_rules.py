"""What a subscription may do."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.subscribers.rules import (
    Answer,
    Choices,
    Confirmation,
    State,
    answer_to,
    confirmation_of,
    read_choices,
    truncated,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "requests", "ago", "answer"),
    [
        (State.PENDING, 0, None, Answer.CONFIRMATION),
        (State.UNSUBSCRIBED, 5, None, Answer.CONFIRMATION),
        (State.PENDING, 1, timedelta(minutes=9), Answer.NOTHING),
        (State.PENDING, 1, timedelta(minutes=10), Answer.CONFIRMATION),
        (State.CONFIRMED, 1, timedelta(minutes=9), Answer.NOTHING),
        (State.CONFIRMED, 1, timedelta(minutes=11), Answer.ALREADY),
        (State.PENDING, 3, timedelta(hours=23), Answer.NOTHING),
        (State.PENDING, 3, timedelta(days=1), Answer.CONFIRMATION),
    ],
)
def test_a_request_is_answered_once_and_nobody_is_harassed(
    state: State, requests: int, ago: timedelta | None, answer: Answer
) -> None:
    requested_at = None if ago is None else NOW - ago
    assert answer_to(state, requests, requested_at, NOW) is answer


def test_a_confirmation_link_does_nothing_after_an_unsubscription() -> None:
    assert confirmation_of(State.PENDING) is Confirmation.DONE
    assert confirmation_of(State.CONFIRMED) is Confirmation.ALREADY
    assert confirmation_of(State.UNSUBSCRIBED) is Confirmation.ASK_AGAIN


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::/48"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_only_the_network_of_an_address_is_kept(address: str, network: str) -> None:
    assert truncated(address) == network


def test_choices_are_those_of_known_themes() -> None:
    known = ["habitat", "emploi"]
    assert read_choices("", ["habitat"], known) == Choices(themes=("habitat",))
    assert read_choices("1", [], known) == Choices(alerts=True)
    assert read_choices("1", ["emploi", "<x>", "habitat"], known).themes == ("habitat", "emploi")


def test_an_alert_is_wanted_of_every_theme_unless_some_were_chosen() -> None:
    assert not Choices().wants(["habitat"])
    assert Choices(alerts=True).wants(["habitat"])
    assert Choices(alerts=True, themes=("habitat",)).wants(["emploi", "habitat"])
    assert not Choices(alerts=True, themes=("habitat",)).wants(["emploi"])
