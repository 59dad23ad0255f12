"""What becomes of minutes: states, presses, observations, whom they go to. Decisions only."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import PARIS, aware
from core.working_time import public_holidays
from digest.seminars.decide import Kind, is_committee
from digest.seminars.rules import RegistrationState

LONGEST_OBSERVATION = 4_000
MOST_OBSERVATIONS = 20
"""How many observations one person may leave on a draft."""

SATURDAY = 5


class State(enum.StrEnum):
    """The life of minutes: being written, sent as « projet », « définitif », being put right.

    While they are put right, what was sent last as final still holds.
    """

    DRAFT = "draft"
    PROJET = "projet"
    FINAL = "final"
    RECTIFYING = "rectifying"


CLOSED = frozenset({State.FINAL, State.RECTIFYING})
"""From then on there is no « projet » any more, nor observations."""


class Sending(enum.StrEnum):
    """What keeps minutes from leaving, or lets them."""

    READY = "ready"
    STALE = "stale"
    CLOSED = "closed"
    EMPTY = "empty"
    FETCHING = "fetching"
    SAME = "same"
    UNCHANGED = "unchanged"
    CONFIRM = "confirm"


class Reason(enum.StrEnum):
    """Why one is asked again before minutes become final."""

    NEVER_SENT = "never_sent"
    STILL_OPEN = "still_open"
    UNREAD = "unread"


class Refusal(enum.StrEnum):
    """Why an observation is not taken; the name of the sentence that says it."""

    CLOSED = "closed"
    EMPTY = "empty"
    LONG = "long"
    MANY = "many"


class Outcome(enum.StrEnum):
    """What the animators answer to an observation."""

    TAKEN = "taken"
    LEFT = "left"


@dataclass(frozen=True)
class Standing:
    """Minutes as a decision sees them.

    `sent_version` is that of the last « projet » (None: none was sent). `unread` counts the
    observations that nobody has answered. `as_final`: they say what was sent last as final.
    """

    state: State
    version: int
    written: bool
    fetching: bool = False
    sent_version: int | None = None
    observations_until: datetime | None = None
    unread: int = 0
    as_final: bool = False


def may_write(state: State) -> bool:
    """Say whether minutes can still be changed."""
    return state is not State.FINAL


def judge_projet(standing: Standing, pressed: int) -> Sending:
    """Decide whether minutes can be sent as « projet », as version `pressed` was shown."""
    found = _judge(standing, pressed)
    if found is Sending.READY and standing.sent_version == standing.version:
        return Sending.SAME
    return found


def judge_final(standing: Standing, pressed: int, now: datetime, *, confirmed: bool) -> Sending:
    """Decide whether minutes can become « définitif », as version `pressed` was shown.

    What `reasons` gives asks for a confirmation first.
    """
    found = _judge(standing, pressed)
    if found is Sending.READY and not confirmed and reasons(standing, now):
        return Sending.CONFIRM
    return found


def judge_rectified(standing: Standing, pressed: int) -> Sending:
    """Decide whether final minutes can leave put right, as version `pressed` was shown."""
    if standing.state is not State.RECTIFYING:
        return Sending.CLOSED
    found = _complete(standing, pressed)
    return Sending.UNCHANGED if found is Sending.READY and standing.as_final else found


def reasons(standing: Standing, now: datetime) -> tuple[Reason, ...]:
    """Return why one would think twice before making minutes final."""
    found = []
    if standing.sent_version is None:
        found.append(Reason.NEVER_SENT)
    if standing.observations_until is not None and now <= standing.observations_until:
        found.append(Reason.STILL_OPEN)
    if standing.unread:
        found.append(Reason.UNREAD)
    return tuple(found)


def _judge(standing: Standing, pressed: int) -> Sending:
    return Sending.CLOSED if standing.state in CLOSED else _complete(standing, pressed)


def _complete(standing: Standing, pressed: int) -> Sending:
    if standing.version != pressed:
        return Sending.STALE
    if standing.fetching:
        return Sending.FETCHING
    return Sending.READY if standing.written else Sending.EMPTY


def observations_until(now: datetime, days: int) -> datetime:
    """Return until when observations are taken: the end, in Paris, of a working day.

    It is that of the day `days` after today, or of the next working one (Labour Code, art.
    L. 3133-1 for the holidays; neither Saturday nor Sunday).
    """
    day = now.astimezone(PARIS).date() + timedelta(days=days)
    while not _is_working(day):
        day += timedelta(days=1)
    return aware(datetime.combine(day, time(23, 59, 59), PARIS))


def _is_working(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def refuse_observation(
    standing: Standing, text: str, given: Sequence[str], now: datetime
) -> Refusal | None:
    """Say why an observation is not taken; `given` are those that its author left before."""
    open_now = standing.state is State.PROJET and (
        standing.observations_until is not None and now <= standing.observations_until
    )
    if not open_now:
        return Refusal.CLOSED
    if not text:
        return Refusal.EMPTY
    if len(text) > LONGEST_OBSERVATION:
        return Refusal.LONG
    return Refusal.MANY if text not in given and len(given) >= MOST_OBSERVATIONS else None


def receives(kind: Kind, state: RegistrationState | None, *, present: bool) -> bool:
    """Say whether somebody gets the minutes: who was present, and who should have been.

    The absent are those registered, excused or represented, and, of a committee, all its invited
    members.
    """
    if present:
        return True
    expected = {
        RegistrationState.REGISTERED,
        RegistrationState.EXCUSED,
        RegistrationState.REPRESENTED,
    }
    if is_committee(kind):
        expected |= {RegistrationState.INVITED, RegistrationState.WAITING}
    return state in expected


def counted(
    states: Mapping[str, RegistrationState], presence: Mapping[str, bool], others: int = 0
) -> Mapping[str, int]:
    """Return how many people were present, excused, represented.

    `states` and `presence` are by party; `others` were there and have none, as walk-ins.
    """
    present = {party for party, came in presence.items() if came}
    absent = [state for party, state in states.items() if party not in present]
    return {
        "present": len(present) + others,
        "excused": absent.count(RegistrationState.EXCUSED),
        "represented": absent.count(RegistrationState.REPRESENTED),
    }


@dataclass(frozen=True)
class Block:
    """A piece of typed minutes: a `heading`, a `paragraph`, or a `list` of `items`."""

    what: str
    words: str = ""
    items: tuple[str, ...] = ()


def lines_of(text: str) -> tuple[str, ...]:
    """Cut typed words into paragraphs: each line that says something is one, spaces tidied."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(line for line in lines if line)


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read typed words: a line that begins with « # » is a heading, lines with a dash a list."""
    blocks: list[Block] = []
    for line in lines_of(text):
        item = line[1:].strip() if line[0] in _DASHES else ""
        heading = line.lstrip("#").strip() if line[0] == "#" else ""
        if item and blocks and blocks[-1].what == "list":
            blocks[-1] = Block("list", items=(*blocks[-1].items, item))
        elif item:
            blocks.append(Block("list", items=(item,)))
        else:
            blocks.append(Block("heading", heading) if heading else Block("paragraph", line))
    return tuple(blocks)


_DASHES = ("-", "–", "•", "*")


def replaced(text: str, number: int, words: str) -> str | None:
    """Give paragraph `number` (from 1) other words, none to take it away; None if it is not."""
    lines = list(lines_of(text))
    if not 1 <= number <= len(lines):
        return None
    lines[number - 1 : number] = lines_of(words)
    return "\n".join(lines)


class Format(enum.StrEnum):
    """A file that minutes can be."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"

    @property
    def media_type(self) -> str:
        """The type that such a file is served as."""
        return _TYPES[self]


_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.ODT: "application/vnd.oasis.opendocument.text",
}

_ODT_MARK = b"mimetypeapplication/vnd.oasis.opendocument.text"


def format_of(data: bytes) -> Format | None:
    """Return what a file is by its bytes, whatever it is called; None for what is not minutes.

    After ISO 32000 (§7.5.2), OpenDocument 1.3 part 2 (§3.3) and Office Open XML part 2.
    """
    if data.startswith(b"%PDF-"):
        return Format.PDF
    if data.startswith(b"PK\x03\x04"):
        if _ODT_MARK in data[:200]:
            return Format.ODT
        if b"word/document" in data:
            return Format.DOCX
    return None
