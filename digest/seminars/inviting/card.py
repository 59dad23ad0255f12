"""What this room adds to the card of a meeting, for the animators."""

from datetime import datetime

from core.chat import Keyboard
from digest.seminars.decide import State
from digest.seminars.inviting.opening import act, words
from digest.seminars.models import Seminar


def buttons(seminar: Seminar, now: datetime) -> Keyboard:
    """Return rows of buttons; none when there is nothing to do about it at `now`."""
    if seminar.state == State.CANCELLED or now >= seminar.starts_at:
        return ()
    return ((act(words("card_button"), "open", seminar),),)
