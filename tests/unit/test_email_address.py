"""E-mail addresses: as people type them, as they are stored, and as they may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.email_address import masked, normalise
from core.errors import InputError


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


def test_an_address_is_shown_masked() -> None:
    assert masked("marie.durand@example.org") == "m•••@example.org"
