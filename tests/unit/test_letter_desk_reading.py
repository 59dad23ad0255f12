"""What animators type about an edition."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import InputError
from digest.letter.desk import reading

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "text", "wanted"),
    [
        (reading.title, " Un  titre\nsur deux lignes ", "Un titre sur deux lignes"),
        (reading.summary, "-", ""),
        (reading.summary, "Un texte.", "Un texte."),
        (reading.note, "", ""),
        (reading.note, "À lire.", "À lire."),
        (reading.description, "Une école de village.", "Une école de village."),
        (reading.link, "-", ""),
        (reading.link, " https://www.example.org/a?b=c ", "https://www.example.org/a?b=c"),
        (reading.date, "-", ""),
        (reading.date, "12/03/2027 9h30", "2027-03-12T09:30:00+01:00"),
        (reading.date, "12.03.2027 à 14 h", "2027-03-12T14:00:00+01:00"),
        (reading.date, "1/7/2027, 9:05", "2027-07-01T09:05:00+02:00"),
        (reading.editorial, "Bonjour\nà tous.\n\n\nÀ bientôt.", "Bonjour à tous.\n\nÀ bientôt."),
    ],
)
def test_what_is_understood(read: Callable[[str, datetime], Any], text: str, wanted: str) -> None:
    assert read(text, NOW) == wanted


@pytest.mark.parametrize(
    ("read", "text", "why"),
    [
        (reading.title, "   ", "words_empty"),
        (reading.title, "a" * 301, "words_long"),
        (reading.description, "", "words_empty"),
        (reading.description, "a" * 251, "words_long"),
        (reading.summary, "a" * 1_501, "words_long"),
        (reading.note, "a" * 601, "words_long"),
        (reading.link, "example.org", "link_wrong"),
        (reading.link, "https://sans-point", "link_wrong"),
        (reading.link, "javascript:alert(1).org", "link_wrong"),
        (reading.date, "demain", "date_wrong"),
        (reading.date, "12/03/2027", "date_wrong"),
        (reading.date, "31/02/2027 9h", "date_wrong"),
        (reading.date, "12/03/2026 9h", "date_past"),
        (reading.editorial, " \n ", "editorial_empty"),
        (reading.editorial, "a" * 3_001, "editorial_long"),
    ],
)
def test_what_is_not_says_why(read: Callable[[str, datetime], Any], text: str, why: str) -> None:
    with pytest.raises(InputError) as raised:
        read(text, NOW)
    assert raised.value.what == why
