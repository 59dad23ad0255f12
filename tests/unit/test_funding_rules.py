"""Which fundings are shown on a day, and how large their logos are."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from core.funding.rules import EMBLEM_HEIGHT, WIDEST_LOGO, in_force, shown_size
from core.settings import FundingSettings

OLD = FundingSettings(code="feder-2014", sentence="Cofinancé", until=date(2023, 12, 31))
NEW = FundingSettings(
    code="feder-2021", sentence="Cofinancé", since=date(2024, 1, 1), until=date(2029, 12, 31)
)
REGION = FundingSettings(code="region", sentence="Avec le soutien de la Région", emblem=False)


def codes(day: date) -> list[str]:
    return [profile.code for profile in in_force([OLD, NEW, REGION], day)]


def test_a_funding_is_shown_from_its_first_day_to_its_last() -> None:
    assert codes(date(2023, 12, 31)) == ["feder-2014", "region"]
    assert codes(date(2024, 1, 1)) == ["feder-2021", "region"]
    assert codes(date(2029, 12, 31)) == ["feder-2021", "region"]
    assert codes(date(2030, 1, 1)) == ["region"]


def test_no_funding_no_profile() -> None:
    assert in_force([], date(2026, 11, 23)) == ()


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_no_logo_is_higher_than_the_emblem(width: int, height: int) -> None:
    shown_width, shown_height = shown_size(width, height)
    assert 1 <= shown_height <= EMBLEM_HEIGHT
    assert 1 <= shown_width <= WIDEST_LOGO


def test_a_logo_keeps_its_proportions() -> None:
    assert shown_size(300, 150) == (96, 48)
    assert shown_size(20, 10) == (96, 48)
    assert shown_size(1600, 100) == (160, 10)
