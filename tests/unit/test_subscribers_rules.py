"""What a subscription may do."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.subscribers.rules import (
    Answer,
    Basis,
    Choices,
    Confirmation,
    Event,
    Reason,
    State,
    Verdict,
    answer_to,
    confirmation_of,
    ending,
    left_for_good,
    read_choices,
    stronger,
    suppresses,
    suspends,
    truncated,
    verdict_of,
    weighed,
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


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        (Reason.OBJECTED, Answer.CONFIRMATION),
        (Reason.BOUNCED, Answer.NOTHING),
        (Reason.COMPLAINED, Answer.NOTHING),
        (Reason.OPERATOR, Answer.NOTHING),
    ],
)
def test_what_is_not_written_to_is_asked_of_seldom_or_never(reason: Reason, answer: Answer) -> None:
    an_hour_ago = NOW - timedelta(hours=1)
    assert answer_to(State.UNSUBSCRIBED, 1, an_hour_ago, NOW, reason) is answer
    never_before = answer_to(State.UNSUBSCRIBED, 0, None, NOW, reason)
    may = reason in {Reason.OBJECTED, Reason.BOUNCED}
    assert never_before is (Answer.CONFIRMATION if may else Answer.NOTHING)


def test_an_address_is_confirmed_by_who_reads_it_unless_they_complained() -> None:
    assert confirmation_of(State.SUPPRESSED, Reason.BOUNCED) is Confirmation.DONE
    assert confirmation_of(State.PENDING, Reason.COMPLAINED) is Confirmation.ASK_AGAIN


@pytest.mark.parametrize("first", Reason)
@pytest.mark.parametrize("second", Reason)
def test_the_weightier_reason_stays_whatever_came_first(first: Reason, second: Reason) -> None:
    assert stronger(first, second) is stronger(second, first)
    assert stronger(Reason.COMPLAINED, first) is Reason.COMPLAINED
    assert suspends(first) is (first in {Reason.BOUNCED, Reason.OPERATOR})


def test_who_never_asked_objects_and_who_asked_unsubscribes() -> None:
    assert ending(Basis.PUBLIC_INTEREST) is Event.OBJECT
    assert ending(Basis.CONSENT) is Event.UNSUBSCRIBE


@pytest.mark.parametrize(
    ("state", "reason", "verdict"),
    [
        (None, None, Verdict.ADDED),
        (State.PENDING, None, Verdict.ADDED),
        (State.CONFIRMED, None, Verdict.ALREADY),
        (State.SUPPRESSED, None, Verdict.ALREADY),
        (State.UNSUBSCRIBED, None, Verdict.LEFT),
        (State.UNSUBSCRIBED, Reason.OBJECTED, Verdict.OBJECTED),
        (None, Reason.OBJECTED, Verdict.OBJECTED),
        (State.CONFIRMED, Reason.BOUNCED, Verdict.SUPPRESSED),
        (None, Reason.COMPLAINED, Verdict.SUPPRESSED),
    ],
)
def test_an_import_adds_and_never_brings_back(
    state: State | None, reason: Reason | None, verdict: Verdict
) -> None:
    assert verdict_of(state, reason) is verdict


def test_errors_weigh_by_what_they_say_of_the_address() -> None:
    assert weighed("hard", "5.1.1") == "hard"
    assert weighed("hard", "5.7.26") == "soft"
    assert suppresses("hard", 0, 5)
    assert suppresses("soft", 5, 5)
    assert not suppresses("soft", 4, 5)


def test_a_letter_is_narrowed_only_to_some_themes() -> None:
    known = ["habitat", "emploi"]
    assert not read_choices("", ["emploi"], known, "1").whole
    assert read_choices("", [], known, "1").whole
    assert read_choices("", ["emploi"], known).whole


@pytest.mark.parametrize(
    ("state", "confirmed", "left", "wanted"),
    [
        (State.UNSUBSCRIBED, None, None, True),
        (State.UNSUBSCRIBED, 1, 2, True),
        (State.PENDING, None, None, False),
        (State.PENDING, None, 2, True),
        (State.PENDING, 1, 2, True),
        (State.PENDING, 3, 2, False),
        (State.CONFIRMED, 1, 2, False),
        (State.SUPPRESSED, 1, None, False),
    ],
)
def test_who_left_has_left_until_they_confirm(
    state: State, confirmed: int | None, left: int | None, wanted: bool
) -> None:
    confirmed_at = None if confirmed is None else NOW + timedelta(days=confirmed)
    left_at = None if left is None else NOW + timedelta(days=left)
    assert left_for_good(state, confirmed_at, left_at) is wanted
