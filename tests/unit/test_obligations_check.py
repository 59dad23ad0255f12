"""What `relais check` says of the contract's obligations."""

from typing import Any

import pytest

from core.settings import ObligationSettings
from digest.seminars.obligations.check import examine


def obligation(**given: Any) -> ObligationSettings:
    return ObligationSettings.model_validate(
        {"code": "seminars", "words": "2 séminaires par an", "since": "2026-01-01", **given}
    )


def test_what_is_asked_is_said_in_full() -> None:
    every = obligation(every="year", count=2, counts="seminar")
    once = obligation(code="kick-off", within_days=15)
    said = [finding.what for finding in examine([every, once], 2026)]
    assert said == [
        "seminars: 2 in each year counted from 2026-01-01 (seminar counts by itself)",
        "kick-off: 1 within 15 days after 2026-01-01",
    ]
    assert all(finding.ok for finding in examine([every, once], 2026))


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "seminars: it never asks for anything"),
        (
            {"every": "year", "within_days": 3},
            "seminars: both every and within_days: within_days is ignored",
        ),
        ({"every": "year", "until": "2025-12-31"}, "seminars: until comes before since"),
        (
            {"within_days": 3, "until": "2027-12-31"},
            "seminars: until means nothing for what is done once",
        ),
        ({"every": "year", "words": " "}, "seminars: a code or the words are empty"),
        ({"every": "year", "since": "0026-01-01"}, "seminars: since is in 26"),
    ],
)
def test_what_cannot_be_meant_is_named(given: dict[str, Any], what: str) -> None:
    (finding,) = examine([obligation(**given)], 2026)
    assert (finding.ok, finding.what) == (False, what)
    assert finding.hint


def test_two_obligations_of_one_code_are_named() -> None:
    twin = obligation(every="year")
    said = [finding.what for finding in examine([twin, twin], 2026)]
    assert said == ["seminars: several obligations have this code"] * 2
