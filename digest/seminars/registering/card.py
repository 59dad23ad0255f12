"""What this room adds to the card of a meeting, for the animators."""

from datetime import datetime

from core.chat import Button, Keyboard
from digest.seminars import names
from digest.seminars.decide import State
from digest.seminars.models import Seminar
from digest.seminars.registering.rendering import words


def buttons(seminar: Seminar, now: datetime) -> Keyboard:
    """Return « Inscriptions », as soon as anybody can answer and for ever after."""
    del now
    if seminar.state == State.DRAFT:
        return ()
    reference = names.seminar_reference(seminar.id)
    return ((Button(words("desk_button"), "registrations.desk", reference, seminar.version),),)
