"""Marks: what proves, for ever, that an address was given by the service."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.tokens import Tokens

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_mark_is_always_the_same_and_good_for_one_thing_only() -> None:
    clock = FixedClock(NOW)
    tokens = Tokens("secret", clock)
    mark = tokens.mark("page", 4)
    assert (len(mark), mark) == (27, tokens.mark("page", 4))
    clock.set(NOW + timedelta(days=10_000))
    assert tokens.is_mark("page", 4, mark)
    assert not tokens.is_mark("page", 5, mark)
    assert not tokens.is_mark("other", 4, mark)
    assert not Tokens("another", clock).is_mark("page", 4, mark)


@pytest.mark.parametrize("nonsense", ["", "a" * 27, "-" * 27, "_" * 27, "é"])
def test_what_is_no_mark_is_refused(nonsense: str) -> None:
    assert not Tokens("secret", FixedClock(NOW)).is_mark("page", 4, nonsense)
