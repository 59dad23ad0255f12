"""What this room adds to the card of a meeting, for the animators."""

from datetime import datetime

from core.chat import Button, Keyboard
from digest.seminars import names
from digest.seminars.decide import State
from digest.seminars.models import Seminar
from digest.seminars.reminding.contents import words


def buttons(seminar: Seminar, now: datetime) -> Keyboard:
    """Return « Rappels » once a meeting is published; after it, what was said can still be seen."""
    del now
    if seminar.state == State.DRAFT:
        return ()
    reference = names.seminar_reference(seminar.id)
    return ((Button(words("card_button"), "reminders.open", reference, seminar.version),),)
