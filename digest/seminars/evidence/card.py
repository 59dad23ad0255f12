"""What this room adds to the card of a meeting, for the animators."""

from datetime import datetime

from core.chat import Button, Keyboard, Text
from digest.seminars import names
from digest.seminars.decide import State
from digest.seminars.evidence.pieces import CHAT
from digest.seminars.models import Seminar


def buttons(seminar: Seminar, now: datetime) -> Keyboard:
    """Return the button that leads to the evidence, once the meeting has begun."""
    if seminar.state != State.PUBLISHED or now < seminar.starts_at:
        return ()
    reference = names.seminar_reference(seminar.id)
    return ((Button(Text(CHAT, "card_button"), "evidence.show", reference, seminar.version),),)
