"""Who is invited: groups, their preview, invitations and what is asked again: as a room."""

from datetime import datetime

from core.followers import Followers, no_followers
from core.parts import Parts
from core.room import PersonalData, Room, Tick
from digest.seminars.inviting import names, offered, store
from digest.seminars.inviting.deliveries import delivery_kinds
from digest.seminars.inviting.desk import Choosing
from digest.seminars.inviting.opening import Opening
from digest.seminars.inviting.pages import PaperPages
from digest.seminars.inviting.people import Singling
from digest.seminars.inviting.preview import Previewing
from digest.seminars.inviting.waiting import Waiting


def build(parts: Parts, followers: Followers = no_followers) -> Room:
    """Return what invites people; `followers` says who follows a theme in chat."""
    opening = Opening(parts, followers)
    choosing = Choosing(opening)
    waiting = Waiting(opening)
    singling, previewing = Singling(opening, choosing), Previewing(opening, waiting)
    return Room(
        name=names.ROOM,
        actions=(*choosing.actions(), *singling.actions(), *previewing.actions()),
        forms=(*choosing.forms(), *singling.forms()),
        pages=PaperPages(parts).routes(),
        ticks=(_leave_tick(opening, waiting),),
        deliveries=delivery_kinds(),
        views={names.WAITING_VIEW: waiting.address},
        personal_data=PersonalData(offered.export, offered.erase),
    )


def _leave_tick(opening: Opening, waiting: Waiting) -> Tick:
    async def run(now: datetime) -> None:
        await store.leave(opening.parts, opening.followers, now, waiting.over)

    return Tick("invitations.leave", run, store.next_due, every=5.0)
