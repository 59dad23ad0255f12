"""Who has a place, who waits for one, what can be chosen. Decisions only."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.seminars.rules import RegistrationState

COMING = frozenset({RegistrationState.REGISTERED, RegistrationState.REPRESENTED})
"""The states of who comes, or sends somebody."""

HOLDING = COMING | {RegistrationState.WAITING}
"""The states of who has something to give up: a place, or a rank on the waiting list."""


class Mode(enum.StrEnum):
    """How somebody takes part."""

    SITE = "site"
    REMOTE = "remote"


@dataclass(frozen=True)
class Choice:
    """What somebody chooses as they register.

    `half_days` are the ids of those they come to (None: all); `meal` is one of the meeting's, as
    it is worded; `carpool` the code of the département that they leave from, and whether they have
    room or look for some (`63:offer`, `63:seek`); `answers` are given by the words of the
    questions.
    """

    mode: Mode = Mode.SITE
    half_days: tuple[int, ...] | None = None
    meal: str | None = None
    carpool: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Room:
    """How full a meeting is: places on site (None: no limit), how many are taken, who waits."""

    capacity: int | None
    taken: int
    waiting: int

    @property
    def free(self) -> int | None:
        """How many places nobody has (None: no limit); never below zero."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass(frozen=True)
class Admission:
    """What becomes of who asks for a place; `waits` is for one on site, whatever they have."""

    state: RegistrationState
    mode: Mode
    waits: bool = False


def modes(place: str, video_url: str | None) -> tuple[Mode, ...]:
    """Return how one can take part, the usual way first: remotely when there is a video link."""
    ways = [Mode.SITE] if place or not video_url else []
    return (*ways, Mode.REMOTE) if video_url else tuple(ways)


def admitted(
    state: RegistrationState, had: Mode, wanted: Mode, room: Room, *, represented: bool
) -> Admission:
    """Decide what becomes of who asks for a place, or asks otherwise than before.

    Places are counted on site only. Who has one keeps it; nobody passes those who wait. Who
    comes remotely goes on so until there is a place.
    """
    comes = RegistrationState.REPRESENTED if represented else RegistrationState.REGISTERED
    if wanted is Mode.REMOTE:
        return Admission(comes, Mode.REMOTE)
    kept = state in COMING and had is Mode.SITE
    if kept or room.free is None or (room.free > 0 and not room.waiting):
        return Admission(comes, Mode.SITE)
    if state in COMING:
        return Admission(comes, Mode.REMOTE, waits=True)
    return Admission(RegistrationState.WAITING, Mode.SITE, waits=True)


def promotions(room: Room) -> int:
    """Return how many of those who wait have a place now."""
    return room.waiting if room.free is None else min(room.free, room.waiting)
