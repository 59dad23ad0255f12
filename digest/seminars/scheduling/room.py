"""How meetings are planned and changed, as a room."""

from core.files import FileSource
from core.parts import Parts
from core.room import Room
from digest.seminars.scheduling.dating import Dating
from digest.seminars.scheduling.editing import Editing
from digest.seminars.scheduling.listing import Listing
from digest.seminars.scheduling.opening import Opening
from digest.seminars.scheduling.people import Speakers
from digest.seminars.scheduling.programmes import Programmes, deliveries, fetching
from digest.seminars.scheduling.publishing import Publishing
from digest.seminars.scheduling.school.file import holidays_check, school_holidays


def build(parts: Parts, files: FileSource) -> Room:
    """Return what plans and changes meetings; `files` gives the bytes of their programmes."""
    of_config = parts.settings.seminars
    opening = Opening(parts, school_holidays(of_config))
    dating = Dating(opening)
    listing, speakers = Listing(opening, dating), Speakers(opening)
    editing = Editing(opening, dating, Programmes(opening))
    publishing = Publishing(opening, dating)
    return Room(
        name="scheduling",
        commands=listing.commands(),
        actions=(
            *listing.actions(),
            *dating.actions(),
            *editing.actions(),
            *speakers.actions(),
            *publishing.actions(),
        ),
        forms=(*listing.forms(), *editing.forms(), *speakers.forms()),
        ticks=(fetching(parts, files).tick(),),
        deliveries=deliveries(parts),
        checks=(holidays_check(of_config),),
    )
