"""How the guarantee's things are named: kinds of deliveries, slots, references."""

import re
from dataclasses import dataclass
from datetime import datetime

from core.reference import Party, Reference

TO_TOPIC = "guarantee.topic"
TO_PERSON = "guarantee.person"
TO_MAILBOX = "guarantee.mail"

TAKEN_BY = "taken_by"
"""The value of a delivery that says who had taken charge when it was written."""

IN_GROUP = "group"
"""How a slot ends when the topic is gone: the group itself is told."""

IN_NEW_TOPIC = "anew"
"""How a slot ends when the topic was being made anew: it is told there."""

_SLOT = re.compile(r"question:\d+/silence:(?P<since>-?\d+)/(?P<level>\d)(?:/(?P<way>[a-z]+))?")


@dataclass(frozen=True)
class Slot:
    """Which wait, by its beginning in seconds, and which of its reminders; `way` if a second."""

    since: int
    level: int
    way: str = ""


def slot(number: int, since: datetime, level: int, way: str = "") -> str:
    """Return what makes a reminder the only one: the question, the wait, the level."""
    whole = f"question:{number}/silence:{int(since.timestamp())}/{level}"
    return f"{whole}/{way}" if way else whole


def read_slot(text: str) -> Slot | None:
    """Read what `slot` wrote."""
    found = _SLOT.fullmatch(text)
    if found is None:
        return None
    return Slot(int(found["since"]), int(found["level"]), found["way"] or "")


def is_of(read: Slot, awaiting_since: datetime | None) -> bool:
    """Say whether a question still awaits the very answer that a reminder was about."""
    return awaiting_since is not None and int(awaiting_since.timestamp()) == read.since


def question(number: int) -> Reference:
    """Return how the house names a question."""
    return Reference("hotline", "question", str(number))


def topic(number: int) -> Reference:
    """Return how the house names a question's topic: a reply to what is said of it is a note."""
    return Reference("hotline", "topic", str(number))


def reminder(number: int) -> Reference:
    """Return the cause of what is sent to one person about a question that waits."""
    return Reference("guarantee", "reminder", str(number))


def absence(identity: int) -> Reference:
    """Return how the house names an absence."""
    return Reference("guarantee", "absence", str(identity))


def person(identity: int) -> Party:
    """Return a person as the ledger and the trail name them."""
    return Party("person", str(identity))
