"""What this room adds to the card of a meeting, for the animators."""

from datetime import datetime

from core.chat import Button, Keyboard
from digest.seminars import names
from digest.seminars.attendance.words import words
from digest.seminars.decide import State
from digest.seminars.models import Seminar


def buttons(seminar: Seminar, now: datetime) -> Keyboard:
    """Return « Le jour J », which becomes « Présences et retours » once the meeting began."""
    if seminar.state != State.PUBLISHED:
        return ()
    label = words("after_button" if now >= seminar.starts_at else "day_button")
    reference = names.seminar_reference(seminar.id)
    return ((Button(label, "attendance.panel", reference, seminar.version),),)
