"""What each outcome means for a delivery, and which moves are legal."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger.outcomes import Later, Outcome, Policy, Refused, Sent, Unknown
from core.ledger.rules import (
    IN_FLIGHT,
    LONGEST_DELAY,
    MOVES,
    SETTLED,
    UNSETTLED,
    Settlement,
    State,
    backoff,
    dead,
    doubt,
    legal,
    settle,
    tidy,
    wait,
)
from core.settings import LedgerSettings

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SETTINGS = LedgerSettings(
    max_attempts=4,
    max_doubtful_attempts=3,
    backoff_first=4,
    backoff_most=60,
    heartbeat_expiry=180,
)
JITTERS = st.floats(0, 1, exclude_max=True)
OUTCOMES = st.one_of(
    st.builds(Sent, st.text()),
    st.builds(Refused, st.text()),
    st.builds(Later, st.text(), st.none() | st.floats(allow_nan=False)),
    st.builds(Unknown, st.text()),
)


def test_what_the_peer_accepted_is_sent_under_the_peers_name_for_it() -> None:
    assert settle(Sent("42:7"), 1, Policy.HOLD, SETTINGS, 0) == Settlement(
        State.SENT, external_id="42:7"
    )


def test_what_the_peer_refused_has_failed_and_says_why() -> None:
    assert settle(Refused("blocked"), 1, Policy.RESEND, SETTINGS, 0) == Settlement(
        State.FAILED, "blocked"
    )


def test_what_did_not_leave_is_tried_again_after_our_delay() -> None:
    assert settle(Later("busy"), 2, Policy.HOLD, SETTINGS, 0) == Settlement(
        State.PENDING, "busy", delay=8
    )


def test_the_delay_that_the_peer_asks_for_is_honoured() -> None:
    assert settle(Later("429", after=30), 1, Policy.HOLD, SETTINGS, 0).delay == 30
    assert settle(Later("429", after=30), 1, Policy.HOLD, SETTINGS, 0.5).delay == 32


def test_what_did_not_leave_is_given_up_after_the_last_attempt() -> None:
    assert settle(Later("busy"), 3, Policy.RESEND, SETTINGS, 0).state is State.PENDING
    assert settle(Later("busy"), 4, Policy.RESEND, SETTINGS, 0) == Settlement(
        State.FAILED, "busy (given up after 4 attempts)"
    )


def test_a_peer_that_is_away_for_four_days_loses_nothing() -> None:
    settings = LedgerSettings()
    shortest = sum(backoff(n, settings, 0.5) for n in range(1, settings.max_attempts))
    assert timedelta(seconds=shortest) > timedelta(days=3)
    usual = sum(backoff(n, settings, 0) for n in range(1, settings.max_attempts))
    assert timedelta(seconds=usual) > timedelta(days=4)


def test_a_doubt_is_held_for_a_person_to_decide() -> None:
    assert settle(Unknown("cut"), 1, Policy.HOLD, SETTINGS, 0) == Settlement(State.UNCERTAIN, "cut")


def test_a_doubt_that_may_be_resent_is_and_is_marked() -> None:
    assert settle(Unknown("cut"), 1, Policy.RESEND, SETTINGS, 0) == Settlement(
        State.PENDING, "cut", delay=4, resent=True
    )


def test_nothing_is_resent_for_ever() -> None:
    assert settle(Unknown("cut"), 3, Policy.RESEND, SETTINGS, 0) == Settlement(
        State.UNCERTAIN, "cut"
    )


def test_what_a_dead_worker_was_sending_is_resent_at_once_or_held() -> None:
    assert doubt("dead", 1, Policy.RESEND, SETTINGS) == Settlement(
        State.PENDING, "dead", delay=None, resent=True
    )
    assert doubt("dead", 1, Policy.HOLD, SETTINGS) == Settlement(State.UNCERTAIN, "dead")


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 4), (2, 8), (3, 16), (5, 60), (10_000, 60)])
def test_delays_double_up_to_the_longest(attempts: int, seconds: float) -> None:
    assert backoff(attempts, SETTINGS, 0) == seconds


@given(st.integers(0, 10_000), JITTERS)
def test_jitter_takes_at_most_half_of_the_delay(attempts: int, jitter: float) -> None:
    whole = backoff(attempts, SETTINGS, 0)
    assert whole / 2 <= backoff(attempts, SETTINGS, jitter) <= whole


@given(st.floats(allow_nan=False), st.integers(1, 20), JITTERS)
def test_a_peer_is_never_asked_sooner_than_it_said_nor_after_a_day(
    after: float, attempts: int, jitter: float
) -> None:
    delay = wait(after, attempts, SETTINGS, jitter)
    assert min(max(after, 0), LONGEST_DELAY) <= delay <= LONGEST_DELAY


@given(OUTCOMES, st.integers(1, 20), st.sampled_from(Policy), JITTERS)
def test_every_settlement_is_a_legal_move_and_says_no_more_than_it_should(
    outcome: Outcome, attempts: int, policy: Policy, jitter: float
) -> None:
    settlement = settle(outcome, attempts, policy, SETTINGS, jitter)
    assert legal(State.SENDING, settlement.state)
    assert (settlement.external_id is not None) == (settlement.state is State.SENT)
    assert (settlement.delay is not None) == (settlement.state is State.PENDING)
    assert (settlement.state is State.UNCERTAIN or settlement.resent) == isinstance(
        outcome, Unknown
    )
    if settlement.delay is not None:
        assert NOW + timedelta(seconds=settlement.delay) >= NOW
        most = SETTINGS.max_doubtful_attempts if settlement.resent else SETTINGS.max_attempts
        assert attempts < most


def test_what_is_settled_never_moves_again() -> None:
    assert all(not legal(before, after) for before in SETTLED for after in State)


def test_nothing_is_sent_that_was_not_claimed_and_started() -> None:
    assert [state for state in State if legal(state, State.SENDING)] == [State.CLAIMED]
    assert [state for state in State if legal(state, State.SENT)] == [State.SENDING]
    assert [state for state in State if legal(state, State.CLAIMED)] == [State.PENDING]


def test_a_delivery_being_sent_is_never_cancelled_nor_skipped() -> None:
    assert not legal(State.SENDING, State.CANCELLED)
    assert not legal(State.SENDING, State.SKIPPED)


def test_every_state_is_unsettled_settled_or_in_doubt() -> None:
    assert set(MOVES) == set(State) == {*UNSETTLED, *SETTLED, State.UNCERTAIN}
    assert set(IN_FLIGHT) < set(UNSETTLED)


@pytest.mark.parametrize(
    ("silence", "gone", "condemned"),
    [
        (179, False, False),
        (180, False, False),
        (181, False, True),
        (0, True, True),
        (-180, False, False),
        (-181, False, True),
    ],
)
def test_a_worker_is_dead_when_its_heart_or_its_process_is(
    silence: int, gone: bool, condemned: bool
) -> None:
    seen = NOW - timedelta(seconds=silence)
    assert dead(seen, NOW, SETTINGS, gone=gone) is condemned


@given(st.text(st.characters(exclude_categories=())))
def test_what_a_peer_says_can_always_be_stored(said: str) -> None:
    reason = tidy(said)
    assert "\0" not in reason
    assert len(reason) <= 500
    reason.encode()


def test_plain_reasons_are_kept_as_they_are() -> None:
    assert tidy("550 boîte inconnue") == "550 boîte inconnue"
