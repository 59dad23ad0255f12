"""Who has a place, who waits: decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.seminars.half_days import half_days_chosen
from digest.seminars.registering.decide import (
    COMING,
    Admission,
    Mode,
    Room,
    admitted,
    modes,
    promotions,
)
from digest.seminars.rules import RegistrationState

S = RegistrationState
SITE, REMOTE = Mode.SITE, Mode.REMOTE
FULL = Room(capacity=2, taken=2, waiting=0)


@pytest.mark.parametrize(
    ("place", "video_url", "ways"),
    [
        ("Ambert", None, (SITE,)),
        ("Ambert", "https://visio.example", (SITE, REMOTE)),
        ("", "https://visio.example", (REMOTE,)),
        ("", None, (SITE,)),
    ],
)
def test_one_takes_part_where_there_is_a_place_or_a_link(
    place: str, video_url: str | None, ways: tuple[Mode, ...]
) -> None:
    assert modes(place, video_url) == ways


@pytest.mark.parametrize(
    ("state", "had", "wanted", "room", "becomes"),
    [
        (S.INVITED, SITE, SITE, Room(None, 900, 0), S.REGISTERED),
        (S.INVITED, SITE, SITE, Room(2, 1, 0), S.REGISTERED),
        (S.INVITED, SITE, SITE, FULL, S.WAITING),
        (S.INVITED, SITE, REMOTE, FULL, S.REGISTERED),
        (S.REGISTERED, SITE, SITE, FULL, S.REGISTERED),
        (S.REGISTERED, SITE, SITE, Room(1, 2, 3), S.REGISTERED),
        (S.REPRESENTED, SITE, SITE, FULL, S.REGISTERED),
        (S.WAITING, SITE, SITE, Room(2, 1, 1), S.WAITING),
        (S.WAITING, SITE, REMOTE, FULL, S.REGISTERED),
        (S.CANCELLED, SITE, SITE, Room(2, 1, 1), S.WAITING),
        (S.EXCUSED, SITE, SITE, Room(0, 0, 0), S.WAITING),
    ],
)
def test_a_place_is_kept_given_or_waited_for(
    state: S, had: Mode, wanted: Mode, room: Room, becomes: S
) -> None:
    waits = becomes is S.WAITING
    assert admitted(state, had, wanted, room, represented=False) == Admission(
        becomes, wanted, waits
    )
    instead = S.WAITING if waits else S.REPRESENTED
    assert admitted(state, had, wanted, room, represented=True) == Admission(instead, wanted, waits)


@pytest.mark.parametrize("state", sorted(COMING))
@pytest.mark.parametrize("room", [FULL, Room(2, 1, 1), Room(0, 0, 0)])
def test_who_comes_remotely_keeps_that_place_while_waiting_for_one_on_site(
    state: S, room: Room
) -> None:
    waits = Admission(S.REGISTERED, REMOTE, waits=True)
    assert admitted(state, REMOTE, SITE, room, represented=False) == waits
    sends = Admission(S.REPRESENTED, REMOTE, waits=True)
    assert admitted(state, REMOTE, SITE, room, represented=True) == sends


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_promoting_fills_the_room_and_never_more(capacity: int, taken: int, waiting: int) -> None:
    room = Room(capacity, taken, waiting)
    count = promotions(room)
    assert 0 <= count <= waiting
    assert count == 0 or taken + count <= capacity
    assert count == waiting or taken + count >= capacity


def test_without_a_limit_nobody_goes_on_waiting() -> None:
    assert promotions(Room(None, 5, 7)) == 7


@given(st.sampled_from(sorted(S)), st.sampled_from(Mode), st.integers(0, 9), st.integers(0, 9))
def test_nobody_new_passes_those_who_wait(state: S, had: Mode, taken: int, waiting: int) -> None:
    room = Room(5, taken, waiting)
    admission = admitted(state, had, SITE, room, represented=False)
    if waiting and not (state in COMING and had is SITE):
        assert admission.waits
        assert (admission.state is S.WAITING) is (state not in COMING)


def test_half_days_that_vanished_are_forgotten() -> None:
    assert half_days_chosen((3, 9), (1, 2, 3)) == (3,)
    assert half_days_chosen((3, 1), (1, 2, 3)) == (1, 3)
    assert half_days_chosen((9,), (1, 2)) is None
    assert half_days_chosen((1, 2), (1, 2)) is None
    assert half_days_chosen(None, (1, 2)) is None
    assert half_days_chosen((), (1, 2)) is None
