"""Who came: attendance sheets, scans, certificates, what they thought of it: as a room."""

from core.files import FileSource
from core.parts import Parts
from core.room import PersonalData, Room
from digest.seminars.attendance import certificates, personal, thanks
from digest.seminars.attendance.after import After
from digest.seminars.attendance.deliveries import delivery_kinds
from digest.seminars.attendance.desk import Desk
from digest.seminars.attendance.fetching import fetching
from digest.seminars.attendance.pages import FeedbackPages
from digest.seminars.attendance.receiving import Receiving


def build(parts: Parts, files: FileSource) -> Room:
    """Return what happens on the day and after."""
    desk, receiving, after = Desk(parts), Receiving(parts), After(parts)
    return Room(
        name="attendance",
        actions=(*desk.actions(), *receiving.actions(), *after.actions()),
        replies=receiving.replies(),
        forms=(*desk.forms(), *receiving.forms()),
        pages=FeedbackPages(parts).routes(),
        ticks=(fetching(parts, files).tick(), certificates.tick(parts), thanks.tick(parts)),
        deliveries=delivery_kinds(parts),
        personal_data=PersonalData(personal.export, personal.erase, personal.keeps),
    )
