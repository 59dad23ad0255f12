"""Which fundings run on a day, and how large a logo may be shown: decisions only."""

from collections.abc import Sequence
from datetime import date

from core.settings import FundingSettings

EMBLEM_HEIGHT = 48
"""How high the emblem is shown on a screen, in CSS pixels: more than the centimetre (38 pixels)
that managing authorities ask for."""

WIDEST_LOGO = 160


def in_force(profiles: Sequence[FundingSettings], day: date) -> tuple[FundingSettings, ...]:
    """Return the fundings that run on `day`, both ends included, in the order of the config."""
    return tuple(
        profile
        for profile in profiles
        if (profile.since is None or profile.since <= day)
        and (profile.until is None or day <= profile.until)
    )


def shown_size(width: int, height: int) -> tuple[int, int]:
    """Return the size at which a logo is shown, in CSS pixels, its proportions kept.

    Never higher than the emblem: Regulation (EU) 2021/1060, annex IX, 1.7, has the emblem at
    least as large, in height or in width, as the largest of the other logos. A small one grows
    to its height. `width` and `height` are at least 1.
    """
    factor = min(EMBLEM_HEIGHT / height, WIDEST_LOGO / width)
    return max(1, round(width * factor)), max(1, round(height * factor))
