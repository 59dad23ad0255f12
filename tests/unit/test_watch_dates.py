"""Dates as feeds write them."""

from datetime import UTC, datetime
from time import struct_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from watch.reading.dates import read_date


def paris(*parts: int) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Mon, 23 Nov 2026 09:30:15 GMT", datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:30:00 +0100", paris(2026, 11, 23, 9, 30)),
        ("Mon, 23 Nov 26 09:30 EST", datetime(2026, 11, 23, 14, 30, tzinfo=UTC)),
        ("2026-11-23T09:30:00Z", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("2026-11-23T09:30:00.123+01:00", paris(2026, 11, 23, 9, 30)),
        ("2026-11-23T09:30:00-05:00", datetime(2026, 11, 23, 14, 30, tzinfo=UTC)),
        ("2026-11-23 09:30", paris(2026, 11, 23, 9, 30)),
        ("2026-11-23", paris(2026, 11, 23)),
        ("Fri,25 Sep 2026", paris(2026, 9, 25)),
        ("mar., 03 nov. 2026", paris(2026, 11, 3)),
        ("mar., 03 nov. 2026 14:05:00 +0100", paris(2026, 11, 3, 14, 5)),
        ("2020-12-15 01:00:00 +0100 CET", paris(2020, 12, 15, 1)),
        ("2020-12-11 09:38:09.863720448 +0100 CET m=+17.591125507", paris(2020, 12, 11, 9, 38, 9)),
        ("Tue, 14 Jul 2026 10:00:00 CEST", paris(2026, 7, 14, 10)),
        ("14 juillet 2026", paris(2026, 7, 14)),
        ("1er février 2026 à 18h30", paris(2026, 2, 1, 18, 30)),
        ("03/11/2026", paris(2026, 11, 3)),
        ("03/11/2026 18 h 05", paris(2026, 11, 3, 18, 5)),
        ("Tuesday, November 3, 2026 - 10:00", paris(2026, 11, 3, 10)),
        ("23 Nov 98 10:00 GMT", datetime(1998, 11, 23, 10, 0, tzinfo=UTC)),
        ("Mo, 25 Jun 2018 11:41:36", paris(2018, 6, 25, 11, 41)),
        ("2016/6/29 15:07:41", paris(2016, 6, 29, 15, 7)),
        ("Tue, 24 May 2016 2:17:57 PM CEST", paris(2016, 5, 24, 14, 17)),
        ("Nov 3, 2026 12:05 a.m. GMT", datetime(2026, 11, 3, 0, 5, tzinfo=UTC)),
        ("2016-05-24 14:17:57.02016-05-24 14:17:57.0", paris(2016, 5, 24, 14, 17)),
        ("Publié le 3 novembre 2026 à 9h05", paris(2026, 11, 3, 9, 5)),
        ("03 fe\u0301vrier 2026", paris(2026, 2, 3)),
        ("14/01/26", paris(2026, 1, 14)),
        ("20261103T091500Z", datetime(2026, 11, 3, 9, 15, tzinfo=UTC)),
        ("20261103", paris(2026, 11, 3)),
        ("2026-11-03T10:00:00+01", paris(2026, 11, 3, 10)),
        ("Tue, 03 Nov 2026 10:00:00 PST", datetime(2026, 11, 3, 18, 0, tzinfo=UTC)),
        ("Tue, 03 Nov 2026 24:10:00 +0100", paris(2026, 11, 3)),
        ("1604397600", datetime(2020, 11, 3, 10, 0, tzinfo=UTC)),
        ("1604397600000", datetime(2020, 11, 3, 10, 0, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_their_authors_meant_them(written: str, instant: datetime) -> None:
    found = read_date(written)
    assert found is not None
    assert found.replace(second=0) == instant.replace(second=0)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hier",
        "31/02/2026",
        "2026-13-45",
        "12 brumaire 2026",
        "10:30",
        "0000-01-01",
        "Month 3, 2026",
    ],
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert read_date(written) is None


def test_what_only_feedparser_understands_is_taken_from_it() -> None:
    parsed = struct_time((2026, 11, 3, 10, 0, 0, 1, 307, 0))
    assert read_date("2026-W45-2", parsed) == datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


@given(st.text())
def test_reading_a_date_never_fails(written: str) -> None:
    found = read_date(written)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis wants naive bounds
def test_iso_dates_are_read_to_the_second(instant: datetime) -> None:
    assert read_date(instant.isoformat()) == instant.replace(microsecond=0)
