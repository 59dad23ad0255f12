"""A comment with a rating, as it is read."""

from datetime import UTC, datetime

import pytest

from bot.hotline.following import read_comment
from core.errors import InputError

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_a_comment_is_kept_without_what_surrounds_it() -> None:
    assert read_comment("  Parfait pour notre conseil.\n", NOW) == "Parfait pour notre conseil."
    assert read_comment("é" * 1000, NOW) == "é" * 1000


@pytest.mark.parametrize(
    ("said", "block"),
    [("", "comment_empty"), (" \n", "comment_empty"), ("é" * 1001, "comment_too_long")],
)
def test_what_is_no_comment_is_explained(said: str, block: str) -> None:
    with pytest.raises(InputError) as refused:
        read_comment(said, NOW)
    assert refused.value.what == block
