"""Meetings in people's own calendars: invitations, files, feeds: as a room."""

from core.parts import Parts
from core.room import PersonalData, Room
from digest.seminars.calendars import keys
from digest.seminars.calendars.feeds import Feeds
from digest.seminars.calendars.mine import MyCalendar
from digest.seminars.calendars.pages import MyCalendarPages


def build(parts: Parts) -> Room:
    """Return what calendars read."""
    return Room(
        name="calendars",
        actions=MyCalendar(parts).actions(),
        pages=(*Feeds(parts).routes(), *MyCalendarPages(parts).routes()),
        personal_data=PersonalData(keys.export, keys.erase),
    )
