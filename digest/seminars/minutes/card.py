"""What this room adds to the card of a meeting, for the animators."""

from datetime import datetime

from core.chat import Button, Keyboard
from digest.seminars import names
from digest.seminars.decide import Kind, State, is_committee
from digest.seminars.minutes.rendering import words
from digest.seminars.models import Seminar


def buttons(seminar: Seminar, now: datetime) -> Keyboard:
    """Return the button that leads to the minutes, once the meeting is over."""
    if seminar.state != State.PUBLISHED or now < seminar.ends_at:
        return ()
    label = words("card_button", {"committee": is_committee(Kind(seminar.kind))})
    reference = names.seminar_reference(seminar.id)
    return ((Button(label, "minutes.show", reference, seminar.version),),)
