"""What a subscription may do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from digest.letter.rules import (
    Answer,
    Confirmation,
    State,
    answer_to,
    confirmation_of,
    masked,
    normalise,
    truncated,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("jeanne@example.org", "jeanne@example.org"),
        ("  Jeanne.Morel@Example.ORG ", "jeanne.morel@example.org"),
        ("accueil@mairie-orsanne.fr", "accueil@mairie-orsanne.fr"),
        ("jeanne@pays-étang.fr", "jeanne@xn--pays-tang-f4a.fr"),
    ],
)
def test_an_address_is_stored_in_one_way(typed: str, stored: str) -> None:
    assert normalise(typed) == stored


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("jeanne", "invalid"),
        ("jeanne@", "invalid"),
        ("jeanne@example", "invalid"),
        ("jeanne@example.org, paul@example.org", "invalid"),
        ("Jeanne <jeanne@example.org>", "invalid"),
        ("jeannée@example.org", "invalid"),
        ("a" * 250 + "@example.org", "invalid"),
        ("jeanne@example.org\nBcc: paul@example.org", "several"),
        ("jeanne@example.org\r\n", "several"),
        ("jeanne@example.org\0", "several"),
    ],
)
def test_what_is_not_one_address_is_refused_with_the_sentence_that_explains(
    typed: str, why: str
) -> None:
    with pytest.raises(InputError) as raised:
        normalise(typed)
    assert raised.value.what == why


@given(st.text())
def test_no_address_ever_carries_a_line_break(typed: str) -> None:
    try:
        stored = normalise(typed)
    except InputError:
        return
    assert stored.isascii()
    assert not set(stored) & set("\r\n\t\0 ")
    assert normalise(stored) == stored


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


def test_an_address_is_shown_masked() -> None:
    assert masked("marie.durand@example.org") == "m•••@example.org"


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
