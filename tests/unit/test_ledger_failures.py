"""What the log may know of an error."""

from core.ledger.failures import described


def test_an_error_is_known_by_its_type_and_place_and_never_by_its_words() -> None:
    error = ValueError("agent@example.org")
    try:
        raise error
    except ValueError:
        told = described(error)
    assert told["error"] == "ValueError"
    assert "test_ledger_failures.py:" in told["where"]
    assert "example.org" not in str(told)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert described(KeyError("x")) == {"error": "KeyError", "where": ""}
