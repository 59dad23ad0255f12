"""What a calendar is told of a meeting, read back by a calendar program's eyes (RFC 5545, 5546)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]  # it has no types
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from core.clock import PARIS
from digest.seminars.calendars.events import Followed, Meeting, Method, Organiser, calendar

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BASE = Meeting(
    uid="seminar-4@relais.test",
    sequence=0,
    starts_at=datetime(2027, 3, 12, 8, 30, tzinfo=UTC),
    ends_at=datetime(2027, 3, 12, 15, 30, tzinfo=UTC),
    changed_at=NOW,
    created_at=NOW - timedelta(days=3),
    summary="Séminaire – Accueillir, et après ?",
    location="Salle des fêtes, Ambert",
    description="9 h 30 Ouverture",
    category="Séminaire",
    url="https://relais.test/rencontres/4",
)
ORGANISER = Organiser("contact@relais.test", "Réseau de test")
NASTY = [
    "\\N",
    "\\n",
    "\r\n",
    "\n",
    ",",
    ";",
    ":",
    '"',
    "🎉",
    "👩‍👩‍👧",
    "é",
    "\x00",
    "\u2028",
    "END:VEVENT",
]
TEXT = st.lists(st.sampled_from(NASTY) | st.text(max_size=90), max_size=12).map("".join)
INSTANT = st.datetimes(
    datetime(2026, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001  # hypothesis wants them so
)  # fmt: skip
SHORT = st.timedeltas(timedelta(minutes=1), timedelta(days=3))
NIGHTS = [  # of 2027: an hour is missing in March, one comes twice in October
    (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), timedelta(hours=1)),
    (datetime(2027, 10, 30, 23, 30, tzinfo=UTC), timedelta(hours=1)),
    (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), timedelta(minutes=45)),
    (datetime(2027, 10, 31, 1, 15, tzinfo=UTC), timedelta(minutes=30)),
]


def lines(text: str) -> Sequence[bytes]:
    data = text.encode()
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    return data.split(b"\r\n")


def event_of(text: str) -> Event:
    whole = Calendar.from_ical(text)
    assert isinstance(whole, Calendar)
    (event,) = whole.events
    assert whole.errors == []
    assert event.errors == []
    return event


def without_controls(text: str) -> str:
    text = re.sub(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", text)


@given(TEXT, TEXT, TEXT, st.sampled_from(["PUBLISH", "REQUEST", "CANCEL"]))
@example("🎉" * 200, "x" * 5000, "\\" * 80, "REQUEST")
def test_any_text_comes_back_from_short_lines(
    summary: str, location: str, description: str, method: Method
) -> None:
    told = replace(BASE, summary=summary, location=location, description=description)
    text = calendar([replace(told, organiser=ORGANISER)], method=method)
    assert all(len(line) <= 75 for line in lines(text))
    for line in lines(text):
        line.decode()  # no character is cut in two
    event = event_of(text)
    for name, given_ in (
        ("SUMMARY", summary),
        ("LOCATION", location),
        ("DESCRIPTION", description),
    ):
        read = str(event[name]).replace("\u2060", "")
        assert read == without_controls(given_).replace("\u2060", "")


@given(INSTANT, SHORT)
@example(*NIGHTS[0])
@example(*NIGHTS[1])
@example(*NIGHTS[2])
@example(*NIGHTS[3])
def test_hours_come_back_even_on_the_nights_when_clocks_change(
    starts_at: datetime, length: timedelta
) -> None:
    starts_at = starts_at.replace(microsecond=0)
    ends_at = (starts_at + length).replace(microsecond=0)
    text = calendar([replace(BASE, starts_at=starts_at, ends_at=ends_at)])
    event = event_of(text)
    begin, end = event.decoded("DTSTART"), event.decoded("DTEND")
    assert (begin.astimezone(UTC), end.astimezone(UTC)) == (starts_at, ends_at)
    assert end.astimezone(UTC) > begin.astimezone(UTC)
    told = {line.params.get("TZID") for line in (event["DTSTART"], event["DTEND"])}
    assert told in ({"Europe/Paris"}, {None})
    (zone,) = Calendar.from_ical(text).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Paris"


def test_the_time_of_paris_is_told_by_two_yearly_rules() -> None:
    (zone,) = Calendar.from_ical(calendar([BASE])).walk("VTIMEZONE")
    written = zone.to_ical().decode().split("\r\n")
    assert written == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Paris",
        "BEGIN:DAYLIGHT",
        "DTSTART:19810329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19961027T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


@given(INSTANT)
def test_these_rules_tell_the_same_hours_as_the_time_zone(instant: datetime) -> None:
    (zone,) = Calendar.from_ical(calendar([])).walk("VTIMEZONE")
    local = instant.astimezone(PARIS).replace(microsecond=0)
    if local.fold or (local - timedelta(hours=1)).replace(tzinfo=PARIS).utcoffset() != (
        local.utcoffset()
    ):
        return  # the hour around a change: another test is about it
    assert _told(zone.to_ical().decode()).utcoffset(local.replace(tzinfo=None)) == local.utcoffset()


def _told(text: str) -> tzinfo:
    found: tzinfo = tzical(StringIO(text.replace("\r\n", "\n"))).get("Europe/Paris")
    return found


def test_the_same_meeting_is_told_with_the_same_bytes() -> None:
    assert calendar([BASE]) == calendar([replace(BASE)])


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "CANCEL"])
def test_what_is_sent_or_published_has_an_organiser(method: Method) -> None:
    text = calendar([replace(BASE, organiser=ORGANISER)], method=method)
    event = event_of(text)
    assert event["ORGANIZER"] == "mailto:contact@relais.test"
    assert event["ORGANIZER"].params["CN"] == "Réseau de test"
    assert Calendar.from_ical(text)["METHOD"] == method


def test_a_calendar_to_follow_has_a_name_and_no_method() -> None:
    followed = Followed("Rencontres – Réseau de test", "https://relais.test/rencontres.ics")
    cancelled = replace(BASE, uid="seminar-5@relais.test", status="CANCELLED", busy=False)
    whole = Calendar.from_ical(calendar([BASE, cancelled], followed=followed))
    assert "METHOD" not in whole
    assert whole["X-WR-CALNAME"] == whole["NAME"] == "Rencontres – Réseau de test"
    assert whole["X-PUBLISHED-TTL"] == "PT4H"
    assert whole.decoded("REFRESH-INTERVAL") == timedelta(hours=4)
    assert [e["STATUS"] for e in whole.walk("VEVENT")] == ["CONFIRMED", "CANCELLED"]
    assert [e["TRANSP"] for e in whole.walk("VEVENT")] == ["OPAQUE", "TRANSPARENT"]
    assert not any("ORGANIZER" in event or "ATTENDEE" in event for event in whole.walk("VEVENT"))


def test_each_property_that_must_be_alone_is() -> None:
    text = calendar([replace(BASE, organiser=ORGANISER)], method="REQUEST")
    (event,) = re.findall(r"BEGIN:VEVENT\r\n(.*)END:VEVENT", text, re.DOTALL)
    names = re.findall(r"^([A-Z-]+)[;:]", event, re.MULTILINE)
    for name in (
        "UID",
        "DTSTAMP",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "ORGANIZER",
        "STATUS",
    ):
        assert names.count(name) == 1, name
