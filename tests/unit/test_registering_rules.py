"""What people may choose as they register, read from what they typed."""

import pytest

from digest.seminars.registering.decide import Choice, Mode
from digest.seminars.registering.rules import (
    LONGEST_ANSWER,
    Offer,
    Typed,
    may_register,
    read_choice,
    typed_as,
)
from digest.seminars.rules import RegistrationState

OFFER = Offer(
    modes=(Mode.SITE, Mode.REMOTE),
    half_days=(4, 5),
    meals=("Plat", "Salade"),
    departments=("15", "63"),
    questions=("Votre sujet ?", "Une demande ?"),
)
WHOLE = Typed("site", ("4",), "Salade", "63", "offer", (" La mobilité ", " "))


def test_a_whole_form_is_a_choice() -> None:
    choice, problems = read_choice(WHOLE, OFFER)
    assert problems == {}
    assert choice == Choice(Mode.SITE, (4,), "Salade", "63:offer", {"Votre sujet ?": "La mobilité"})


def test_a_choice_fills_the_form_that_makes_it() -> None:
    choice, _ = read_choice(WHOLE, OFFER)
    assert read_choice(typed_as(choice, OFFER), OFFER) == (choice, {})
    assert typed_as(Choice(), OFFER).half_days == ("4", "5")


def test_meal_and_car_are_for_who_comes_on_site() -> None:
    choice, _ = read_choice(Typed("remote", ("4",), "Salade", "63", "offer"), OFFER)
    assert (choice.mode, choice.meal, choice.carpool) == (Mode.REMOTE, None, None)


def test_what_is_not_proposed_is_told_or_left_out() -> None:
    long = "x" * (LONGEST_ANSWER + 1)
    choice, problems = read_choice(
        Typed("by-boat", ("x", "9"), "Cassoulet", "99", "?", ("bref", long)), OFFER
    )
    assert problems == {"half_days": "none", "meal": "unknown", "answer-1": "long"}
    assert (choice.mode, choice.carpool) == (Mode.SITE, None)


def test_who_says_nothing_of_their_car_looks_for_a_place() -> None:
    choice, _ = read_choice(Typed("site", ("4",), "", "15", ""), OFFER)
    assert choice.carpool == "15:seek"


def test_a_meeting_that_asks_nothing_takes_an_empty_form() -> None:
    offer = Offer(half_days=(4,))
    assert not offer.asks
    assert read_choice(Typed(), offer) == (Choice(), {})
    assert Offer(questions=("Pourquoi ?",)).asks
    assert OFFER.asks


@pytest.mark.parametrize(
    ("state", "open_to_all", "invited", "may"),
    [
        (RegistrationState.CANCELLED, True, False, True),
        (RegistrationState.CANCELLED, False, False, False),
        (RegistrationState.INVITED, False, True, True),
        (RegistrationState.REGISTERED, False, False, True),
    ],
)
def test_one_comes_where_it_is_open_or_one_is_invited(
    state: RegistrationState, open_to_all: bool, invited: bool, may: bool
) -> None:
    assert may_register(state, open_to_all=open_to_all, invited=invited) is may
