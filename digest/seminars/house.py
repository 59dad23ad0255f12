"""The rooms of the meetings, all together."""

from collections.abc import Sequence

import digest.seminars.attendance.room
import digest.seminars.calendars.room
import digest.seminars.evidence.room
import digest.seminars.inviting.room
import digest.seminars.minutes.room
import digest.seminars.obligations.room
import digest.seminars.registering.room
import digest.seminars.reminding.room
import digest.seminars.room
import digest.seminars.scheduling.room
from core.files import NO_FILES, FileSource
from core.followers import Followers, no_followers
from core.parts import Parts
from core.room import PersonalData, Room
from digest.seminars.guests import Holders


def rooms(
    parts: Parts,
    files: FileSource = NO_FILES,
    followers: Followers = no_followers,
    holders: Holders | None = None,
) -> tuple[Room, ...]:
    """Return them; `files` gives the bytes of what is sent in chat.

    `followers` says who follows a theme: a meeting may invite them. `holders` is asked, once every
    room is built, what each holds about a guest; without it, these rooms only are.
    """

    def meetings() -> Sequence[tuple[str, PersonalData]]:
        return [(room.name, room.personal_data) for room in house if room.personal_data]

    house: tuple[Room, ...] = (
        digest.seminars.scheduling.room.build(parts, files),
        digest.seminars.inviting.room.build(parts, followers),
        digest.seminars.registering.room.build(parts, holders or meetings),
        digest.seminars.reminding.room.build(parts),
        digest.seminars.calendars.room.build(parts),
        digest.seminars.attendance.room.build(parts, files),
        digest.seminars.minutes.room.build(parts, files),
        digest.seminars.evidence.room.build(parts),
        digest.seminars.obligations.room.build(parts),
        digest.seminars.room.build(parts, meetings),
    )
    return house
