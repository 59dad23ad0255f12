"""Alerts as the house sees them: who follows what, interest in calls, reminders."""

from core.letter_notices import LetterNotices
from core.parts import Parts
from core.room import Room
from watch.alerts.calling import Calling
from watch.alerts.deliveries import kinds
from watch.alerts.following import Followings
from watch.alerts.pages import InterestPages
from watch.alerts.personal import PERSONAL_DATA
from watch.alerts.reminding import Reminding


def build(parts: Parts, letter: LetterNotices | None = None) -> Room:
    """Return the room, which also shows the choice of `letter`'s notices.

    Whom alerts reach is `watch.alerts.readers`, which the desk is given.
    """
    followings = Followings(letter)
    return Room(
        name="alerts",
        commands=followings.commands(),
        actions=(*followings.actions(), *Calling(parts).actions()),
        pages=InterestPages(parts).routes(),
        ticks=(Reminding(parts).tick(),),
        deliveries=kinds(),
        personal_data=PERSONAL_DATA,
    )
