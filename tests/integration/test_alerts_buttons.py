"""What the alerts' buttons lead to."""

import pytest

from core.clock import FixedClock
from core.db import Database
from tests.parts import make_parts
from watch.alerts.names import read_button, story_url


@pytest.mark.parametrize(
    "link",
    [
        "https://www.drome.gouv.fr/appel?a=1#b",
        "http://a.example:8080",
        "https://91.199.1.2/x",
    ],
)
def test_a_button_leads_to_the_site(database: Database, clock: FixedClock, link: str) -> None:
    assert read_button(make_parts(database, clock), 12, link).url == link


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://localhost:8080/appel",
        "https://intranet/appel",
        "https://a.example:0/",
        'https://a"b.example/',
        "https://a..example/",
        "https://[::1]/",
    ],
)
def test_what_telegram_would_refuse_leads_to_our_page(
    database: Database, clock: FixedClock, link: str
) -> None:
    parts = make_parts(database, clock)
    assert read_button(parts, 12, link).url == story_url(parts, 12)
