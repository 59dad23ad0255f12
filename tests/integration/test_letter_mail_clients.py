"""The letter's HTML held against what mail clients show."""

import re
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import Database
from core.parts import Parts
from tests import rich_letter
from tests.mail_features import features
from tests.mail_support import EVERYWHERE, FALLS_SHORT, ORNAMENT

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "mail-clients.md"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/unused.sqlite3")
    return rich_letter.rich_parts(database, FixedClock(rich_letter.PRINTED), tmp_path)


@pytest.fixture
def used(parts: Parts) -> set[str]:
    """Return what an edition uses, and a mail with a button."""
    values = {"letter": "La lettre", "confirmation_url": "https://relais.test/x", "days": 7}
    button = parts.renderer.mail("confirmation", values).html
    return features(rich_letter.html(parts)) | features(button)


def test_every_feature_was_looked_up(used: set[str]) -> None:
    assert used - EVERYWHERE - ORNAMENT - FALLS_SHORT.keys() == set()


def test_the_guide_says_what_comes_of_each_shortfall_and_of_no_other(used: set[str]) -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| ([^|]+) \|", GUIDE.read_text(), re.MULTILINE))
    assert rows.keys() == used & FALLS_SHORT.keys()
    for feature, clients in rows.items():
        assert all(client in clients for client in FALLS_SHORT[feature]), feature


def test_what_is_not_in_the_tables_is_seen() -> None:
    mail = '<div style="display:flex;gap:1em"><video src="https://x.fr/a.mp4"></video></div>'
    assert features(mail) == {
        "html-div", "html-video", "css-display-flex", "css-gap", "css-unit-em", "image-https"
    }  # fmt: skip
    sheet = "<style>@media (hover) { a:hover > b { color: red !important } }</style><p>x</p>"
    assert features(sheet) >= {
        "css-at-media-hover", "css-pseudo-class", "css-selector-child", "css-important"
    }  # fmt: skip


def test_nothing_is_fetched_from_anywhere(parts: Parts) -> None:
    html = rich_letter.html(parts)
    assert set(re.findall(r"""(?:src|background)=["'](\w+):""", html)) == {"cid"}
    assert "url(" not in html
    assert "@import" not in html
    assert "<script" not in html
    assert "<link" not in html
