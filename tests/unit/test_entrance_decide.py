"""Strangers at the door: what is believed, sent and shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entrance.decide import (
    A_DAY,
    LONGEST_NAME,
    TRIES,
    Asked,
    Hearing,
    Sendings,
    Standing,
    State,
    code_of,
    hear,
    may_send,
    parse_code,
    parse_email,
    same_code,
    shown_name,
    standing,
)
from core.errors import InputError

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)


def asked(state: State = State.SENT, tries: int = 0, expires_at: datetime = LATER) -> Asked:
    return Asked(state, tries, expires_at)


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([], Standing.NEW),
        ([asked()], Standing.CODE_SENT),
        ([asked(tries=TRIES)], Standing.NEW),
        ([asked(expires_at=NOW)], Standing.NEW),
        ([asked(State.DROPPED), asked(State.REFUSED), asked(State.ACCEPTED)], Standing.NEW),
        ([asked(), asked(State.CONFIRMED)], Standing.WAITING),
        ([asked(State.CONFIRMED), asked(State.BARRED)], Standing.BARRED),
    ],
)
def test_where_a_stranger_stands(requests: list[Asked], expected: Standing) -> None:
    assert standing(requests, NOW) is expected


@pytest.mark.parametrize(
    ("request_", "right", "expected"),
    [
        (asked(), True, Hearing.RIGHT),
        (asked(), False, Hearing.WRONG),
        (asked(tries=TRIES - 1), True, Hearing.RIGHT),
        (asked(tries=TRIES - 1), False, Hearing.WORN_OUT),
        (asked(tries=TRIES), True, Hearing.WORN_OUT),
        (asked(expires_at=NOW), True, Hearing.EXPIRED),
        (asked(State.DROPPED), True, Hearing.GONE),
        (asked(State.CONFIRMED), True, Hearing.GONE),
    ],
)
def test_what_a_code_is_worth(request_: Asked, right: bool, expected: Hearing) -> None:
    assert hear(request_, right=right, now=NOW) is expected


@pytest.mark.parametrize(
    ("sendings", "allowed"),
    [
        (Sendings(0, 0, 0), True),
        (Sendings(A_DAY - 1, A_DAY - 1, 29), True),
        (Sendings(A_DAY, 0, 0), False),
        (Sendings(0, A_DAY, 0), False),
        (Sendings(0, 0, 30), False),
    ],
)
def test_how_many_codes_are_sent(sendings: Sendings, allowed: bool) -> None:
    assert may_send(sendings, 30) is allowed


def test_a_code_is_of_one_secret_one_request_one_account_one_address() -> None:
    code = code_of("secret", "salt", "9", "a@b.example")
    others = {
        code_of("other", "salt", "9", "a@b.example"),
        code_of("secret", "other", "9", "a@b.example"),
        code_of("secret", "salt", "8", "a@b.example"),
        code_of("secret", "salt", "9", "c@b.example"),
    }
    assert code not in others
    assert len(others) == 4
    assert code == code_of("secret", "salt", "9", "a@b.example")


@given(st.text(), st.text(), st.text())
def test_a_code_has_six_digits(secret: str, account: str, email: str) -> None:
    code = code_of(secret, "salt", account, email)
    assert parse_code(code, NOW) == code


def test_codes_are_compared_whole() -> None:
    assert same_code("123456", "123456")
    assert not same_code("123456", "123457")


@pytest.mark.parametrize("typed", ["123 456", " 123456\n", "12 34 56"])
def test_spaces_in_a_code_do_not_count(typed: str) -> None:
    assert parse_code(typed, NOW) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "\uff11" * 6, "-12345"])
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(InputError, match="code_shape"):
        parse_code(typed, NOW)


def test_an_address_is_read_as_it_is_stored() -> None:
    assert parse_email(" Claire.Vidal@Orsanne.Example ", NOW) == "claire.vidal@orsanne.example"


@pytest.mark.parametrize(
    ("typed", "block"),
    [("", "email_empty"), ("a@b.fr\nBcc: c@d.fr", "email_several"), ("claire", "email_invalid")],
)
def test_what_is_no_address(typed: str, block: str) -> None:
    with pytest.raises(InputError, match=block):
        parse_email(typed, NOW)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Odile Vernhet", "Odile Vernhet"),
        ("Jean-Noël D’Alès", "Jean-Noël D’Alès"),
        ("Gagnez 1000 € sur https://vol.example !", "Gagnez sur https vol example"),
        ("<b>Chef</b>\n⸨code⸩", "b Chef b code"),
        ("🎉🎉", ""),
        ("", ""),
    ],
)
def test_a_strangers_name_carries_no_message(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text())
def test_a_shown_name_leads_nowhere_and_is_short(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= LONGEST_NAME
    assert not set(shown) & set("./:@<>&0123456789\n")
