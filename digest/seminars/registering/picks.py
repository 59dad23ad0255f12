"""What a button of somebody's answer is about: a meeting, and one thing chosen there."""

import re
from dataclasses import dataclass

from core.chat import Button, Text
from core.reference import NotARowError, Reference
from digest.seminars.models import Seminar

ROOM, KIND = "seminars", "choice"
_PICK = re.compile(r"([0-9]{1,9})-([a-z])-([0-9A-Za-z]{1,9})")

MODE = "m"
HALF_DAY = "h"
MEAL = "r"
DEPARTMENT = "d"
CAR = "c"
QUESTION = "q"
PERSON = "p"

NOTHING = "0"
"""The value of who chooses none."""


@dataclass(frozen=True)
class Pick:
    """One thing chosen: `what` is one of the letters above."""

    seminar: int
    what: str
    value: str

    @property
    def reference(self) -> Reference:
        """What the button is about."""
        return Reference(ROOM, KIND, f"{self.seminar}-{self.what}-{self.value}")

    @property
    def number(self) -> int:
        """The value as a number. Raises NotARowError when it is not one."""
        if not self.value.isdecimal():
            raise NotARowError(f"not a number: {self.what}")
        return int(self.value)


def read_pick(reference: Reference) -> Pick:
    """Return what a button is about. Raises NotARowError for a forged one."""
    found = _PICK.fullmatch(reference.id)
    if found is None or (reference.room, reference.kind) != (ROOM, KIND):
        raise NotARowError(f"not a choice: {reference}")
    return Pick(int(found[1]), found[2], found[3])


def pick_button(label: Text, action: str, seminar: Seminar, what: str, value: str) -> Button:
    """Return a button that chooses one thing, at the meeting's present version."""
    return Button(label, action, Pick(seminar.id, what, value).reference, seminar.version)
