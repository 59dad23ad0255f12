"""What a meeting's evidence is made of: names without anybody's words, and what it lacks."""

from dataclasses import replace
from datetime import date

import pytest

from digest.seminars.decide import Kind
from digest.seminars.evidence.decide import (
    Facts,
    HalfDayHeld,
    Missing,
    extension_of,
    missing,
    numbered,
    pack_name,
    reason_shown,
)
from digest.seminars.half_days import Half, in_file_names

DAY = date(2027, 3, 12)
MORNING = HalfDayHeld(1, DAY, Half.MORNING, scans=1, noted=12)
AFTERNOON = HalfDayHeld(2, DAY, Half.AFTERNOON, scans=0, noted=0)
WHOLE = Facts(
    [MORNING], invited=True, programme=True, loose_scans=0, projet=True, final=True
)  # fmt: skip


def test_nothing_is_missing_when_all_is_there() -> None:
    assert missing(WHOLE) == ()


def test_what_is_missing_is_said_half_day_by_half_day() -> None:
    facts = replace(
        WHOLE, half_days=[MORNING, AFTERNOON], invited=False, programme=False, final=False
    )
    assert missing(facts) == (
        Missing("invitation"), Missing("programme"), Missing("scan", 2), Missing("presence", 2),
        Missing("final"),
    )  # fmt: skip
    assert Missing("minutes") in missing(replace(facts, projet=False))
    assert Missing("scan", 2) not in missing(replace(facts, loose_scans=1))


def test_names_hold_nobodys_words() -> None:
    assert pack_name(Kind.STEERING, 4, DAY) == ("justificatifs-comite-de-pilotage-4-2027-03-12.zip")
    assert [in_file_names(DAY, half) for half in Half] == [
        "2027-03-12-matin", "2027-03-12-apres-midi", "2027-03-12-soiree",
    ]  # fmt: skip
    assert numbered([("a", "pdf"), ("b", "jpg"), ("a", "jpg")]) == ["a-1.pdf", "b-1.jpg", "a-2.jpg"]


@pytest.mark.parametrize(
    ("media_type", "name", "expected"),
    [
        ("application/pdf", "x.exe", "pdf"),
        ("image/jpeg; q=1", "", "jpg"),
        ("", "Programme.ODP", "odp"),
        ("", "sans point", "bin"),
        ("", "mal.é t é", "bin"),
    ],
)
def test_a_file_ends_as_what_it_is(media_type: str, name: str, expected: str) -> None:
    assert extension_of(media_type, name) == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (None, ("", "")),
        ("", ("", "")),
        ("moved", ("moved", "")),
        ("550 5.1.1 <ines@orsanne.example> unknown", ("refused", "550")),
        ("ines@orsanne.example is unknown", ("other", "")),
        ("ines2500@orsanne.example", ("other", "")),
    ],
)
def test_a_reason_never_shows_what_a_server_said(
    reason: str | None, expected: tuple[str, str]
) -> None:
    assert reason_shown(reason) == expected
