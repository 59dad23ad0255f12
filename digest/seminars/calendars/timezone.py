"""The time of Paris as calendars are told it: fixed, with yearly rules.

What icalendar derives from the machine's time zones lists each change as a date of its own, and
Outlook then shows wrong hours. The rules are those of the European Union since 1996 (directive
2000/84/EC): clocks change at 01:00 UTC, on the last Sundays of March and October.
"""

from datetime import datetime, timedelta

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

TZID = "Europe/Paris"

_WINTER, _SUMMER = timedelta(hours=1), timedelta(hours=2)


def paris() -> Timezone:
    """Return the VTIMEZONE that every calendar of ours holds."""
    zone = Timezone()
    zone.add("TZID", TZID)
    zone.add_component(_summer())
    zone.add_component(_winter())
    return zone


def _summer() -> TimezoneDaylight:
    summer = TimezoneDaylight()
    summer.add("TZNAME", "CEST")
    summer.add("DTSTART", datetime(1981, 3, 29, 2))  # noqa: DTZ001  # RFC 5545: local time
    summer.add("TZOFFSETFROM", _WINTER)
    summer.add("TZOFFSETTO", _SUMMER)
    summer.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": 3, "BYDAY": "-1SU"})
    return summer


def _winter() -> TimezoneStandard:
    winter = TimezoneStandard()
    winter.add("TZNAME", "CET")
    winter.add("DTSTART", datetime(1996, 10, 27, 3))  # noqa: DTZ001  # RFC 5545: local time
    winter.add("TZOFFSETFROM", _SUMMER)
    winter.add("TZOFFSETTO", _WINTER)
    winter.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": 10, "BYDAY": "-1SU"})
    return winter
