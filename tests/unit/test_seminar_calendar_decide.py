"""What an answer from a calendar program does, and when it does nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.seminars.calendars.decide import MOST_ANSWERS, Answered, Deed, Standing, deed_of
from digest.seminars.rules import RegistrationState

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
INVITED = RegistrationState.INVITED


def standing(
    state: RegistrationState = INVITED,
    *,
    answered_at: datetime | None = None,
    mails: int = 0,
    sequence: int = 0,
    takes_registrations: bool = True,
) -> Standing:
    return Standing(state, answered_at, mails, sequence, takes_registrations)


def answered(answer: str, sequence: int | None = 0, at: datetime | None = NOW) -> Answered:
    return Answered(answer, sequence, at)


@pytest.mark.parametrize(
    ("state", "accepted", "declined"),
    [
        ("invited", Deed.REGISTER, Deed.EXCUSE),
        ("registered", Deed.SETTLED, Deed.EXCUSE),
        ("waiting", Deed.SETTLED, Deed.EXCUSE),
        ("represented", Deed.SETTLED, Deed.EXCUSE),
        ("excused", Deed.REGISTER, Deed.SETTLED),
        ("cancelled", Deed.REGISTER, Deed.SETTLED),
        ("asked", Deed.SETTLED, Deed.SETTLED),
    ],
)
def test_an_answer_changes_what_it_can(state: str, accepted: Deed, declined: Deed) -> None:
    now = standing(RegistrationState(state))
    assert deed_of(answered("accepted"), now) is accepted
    assert deed_of(answered("declined"), now) is declined


@pytest.mark.parametrize("answer", ["tentative", "needs-action", "delegated", ""])
def test_what_is_neither_yes_nor_no_does_nothing(answer: str) -> None:
    assert deed_of(answered(answer), standing()) is Deed.TENTATIVE


def test_a_meeting_that_has_begun_takes_no_answer() -> None:
    closed = standing(takes_registrations=False)
    assert deed_of(answered("accepted"), closed) is Deed.CLOSED


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_who_answered_about_the_former_date_has_not_answered(answer: str) -> None:
    moved = standing(sequence=1)
    assert deed_of(answered(answer, sequence=0), moved) is Deed.OUTDATED
    assert deed_of(answered(answer, sequence=1), moved) is not Deed.OUTDATED
    assert deed_of(answered(answer, sequence=None), moved) is not Deed.OUTDATED


def test_what_was_said_otherwise_since_counts() -> None:
    since = standing(RegistrationState.CANCELLED, answered_at=NOW + timedelta(minutes=5))
    assert deed_of(answered("accepted"), since) is Deed.OUTDATED
    assert deed_of(answered("accepted", at=NOW + timedelta(hours=1)), since) is Deed.REGISTER
    assert deed_of(answered("accepted", at=None), since) is Deed.REGISTER


def test_two_programs_cannot_answer_each_other_for_ever() -> None:
    assert deed_of(answered("accepted"), standing(mails=MOST_ANSWERS)) is Deed.TOO_MANY
    assert deed_of(answered("accepted"), standing(mails=MOST_ANSWERS - 1)) is Deed.REGISTER
