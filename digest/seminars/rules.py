"""What people type about a seminar, understood; what a registration may become."""

import enum
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.email_address import normalise
from core.errors import InputError

LONGEST_TITLE = 150
LONGEST_PLACE = 300
LONGEST_NAME = 100
LONGEST_ACCESS = 1_000
LONGEST_PROGRAMME = 5_000
LONGEST_QUESTION = 200
LONGEST_MEAL = 60
LONGEST_SPEAKER = 200
MOST_QUESTIONS = 5
MOST_MEALS = 8
MOST_PLACES = 5_000
MOST_OFFSETS = 6
FURTHEST_OFFSET = 180
"""In days before a meeting: what people are told earlier is its invitation."""

NOTHING = "-"
"""The answer of a button that leaves something empty."""

SOON = timedelta(minutes=10)
LATER = timedelta(days=1)
FREE_REQUESTS = 3
"""Beyond so many requests, mails to one address are a day apart: forms must not harass."""


class RegistrationState(enum.StrEnum):
    """What somebody answers about a seminar.

    `invited` has not answered yet; `asked` waits for a mailbox to confirm; `waiting` is on the
    waiting list; `excused` will not come; `represented` sends somebody else.
    """

    INVITED = "invited"
    ASKED = "asked"
    REGISTERED = "registered"
    WAITING = "waiting"
    EXCUSED = "excused"
    REPRESENTED = "represented"
    CANCELLED = "cancelled"


class Answer(enum.StrEnum):
    """What a request of the page is answered with, by mail only: the page never tells."""

    CONFIRMATION = "confirmation"
    REGISTRATION = "registration"
    NOTHING = "nothing"


class Confirmation(enum.StrEnum):
    """What following a confirmation link means."""

    DONE = "done"
    ALREADY = "already"
    ASK_AGAIN = "ask_again"


@dataclass(frozen=True)
class Visitor:
    """Who asks for a place on the page, as it is stored."""

    email: str
    name: str


def answer_to(
    state: RegistrationState, requests: int, requested_at: datetime | None, now: datetime
) -> Answer:
    """Decide which mail answers a request; too soon after the last one, none.

    A last one that is still to come was before the clock was set back: it makes nobody wait.
    """
    wait = SOON if requests < FREE_REQUESTS else LATER
    if requested_at is not None and timedelta(0) <= now - requested_at < wait:
        return Answer.NOTHING
    answered = {
        RegistrationState.REGISTERED,
        RegistrationState.WAITING,
        RegistrationState.REPRESENTED,
    }
    return Answer.REGISTRATION if state in answered else Answer.CONFIRMATION


PENDING = frozenset({RegistrationState.ASKED, RegistrationState.INVITED, RegistrationState.EXCUSED})
"""The states in which a request waits for its mailbox: whoever types an address on a page changes
nothing of what its owner was asked, or answered."""


def confirmation_of(state: RegistrationState, *, requested: bool) -> Confirmation:
    """Decide what a confirmation link does. One from before a cancellation does nothing.

    `requested` says that a request waits, which any answer settles.
    """
    if state in PENDING and requested:
        return Confirmation.DONE
    held = state in {
        RegistrationState.REGISTERED,
        RegistrationState.WAITING,
        RegistrationState.REPRESENTED,
    }
    return Confirmation.ALREADY if held else Confirmation.ASK_AGAIN


def parse_title(text: str) -> str:
    """Return a title on one line. Raises InputError: `title_empty` or `title_long`."""
    return _line(text, LONGEST_TITLE, "title")


def parse_place(text: str) -> tuple[str, str | None]:
    """Return a place and a video link; one of the two can be missing.

    Raises InputError: `place_empty` or `place_long`.
    """
    line = _line(text, LONGEST_PLACE, "place")
    words = line.split()
    links = [word for word in words if re.match(r"https?://\S", word)]
    place = " ".join(word for word in words if word not in links[:1])
    return place, links[0] if links else None


def parse_link(text: str) -> str | None:
    """Return a video link, or None for none. Raises InputError: `link_unknown`."""
    line = " ".join(text.split())
    if line == NOTHING:
        return None
    readable = line.isprintable() and len(line) <= LONGEST_PLACE
    if not readable or not re.fullmatch(r"https?://\S+\.\S+", line):
        raise InputError("link_unknown")
    return line


def parse_access(text: str) -> str:
    """Return how to come, in paragraphs; may be none. Raises InputError: `access_long`."""
    return _passage(text, LONGEST_ACCESS, "access")


def parse_programme(text: str) -> str:
    """Return a programme, line by line; may be none. Raises InputError: `programme_long`."""
    return _passage(text, LONGEST_PROGRAMME, "programme")


def parse_capacity(text: str) -> int | None:
    """Return how many places there are on site; None for no limit.

    Raises InputError: `capacity_unknown`.
    """
    typed = plain(text)
    if typed == NOTHING or typed.startswith(("sans limite", "illimite")):
        return None
    found = re.fullmatch(r"(\d{1,4})(?: (?:places?|personnes?))?\.?", typed)
    if found is None or not 1 <= int(found[1]) <= MOST_PLACES:
        raise InputError("capacity_unknown")
    return int(found[1])


def parse_meals(text: str) -> list[str]:
    """Return the choices of a meal, one a line; none to ask nothing.

    Raises InputError: `meals_few`, `meals_many` or `meals_long`.
    """
    found = _lines(text, MOST_MEALS, LONGEST_MEAL, "meals")
    if len(found) == 1:
        raise InputError("meals_few")
    return found


def parse_questions(text: str) -> list[str]:
    """Return what people are asked, one question a line; may be none.

    Raises InputError: `questions_many` or `questions_long`.
    """
    return _lines(text, MOST_QUESTIONS, LONGEST_QUESTION, "questions")


def parse_offsets(text: str) -> list[int]:
    """Return how many days before a meeting something is said, the earliest first; may be none.

    Raises InputError: `offsets_unknown`.
    """
    typed = plain(text)
    if typed in {NOTHING, "aucun", "aucune", "jamais"}:
        return []
    numbers = re.sub(r"\b(?:j ?-|jours?|avant|et|a)(?=\W|\d|$)|[,;.]", " ", typed).split()
    if not numbers or not all(re.fullmatch(r"\d{1,3}", each) for each in numbers):
        raise InputError("offsets_unknown")
    found = sorted({int(each) for each in numbers}, reverse=True)
    if len(found) > MOST_OFFSETS or found[0] > FURTHEST_OFFSET:
        raise InputError("offsets_unknown")
    return found


def parse_speaker(text: str) -> tuple[str, str, str]:
    """Return a name, a function and a structure, typed with commas in between.

    Only the name is needed. Raises InputError: `speaker_empty` or `speaker_long`.
    """
    line = _line(text, LONGEST_SPEAKER, "speaker")
    name, function, organisation, *_ = [*(each.strip() for each in line.split(",", 2)), "", ""]
    if not name:
        raise InputError("speaker_empty")
    return name, function, organisation


def parse_name(text: str) -> str:
    """Return a guest's name. Raises InputError: `name_empty` or `name_long`."""
    return _line(text, LONGEST_NAME, "name")


def parse_email(typed: str) -> str:
    """Return the address as it is stored.

    Raises InputError: `email_empty`, `email_several` or `email_invalid` (see `normalise`).
    """
    try:
        return normalise(typed)
    except InputError as error:
        raise InputError(f"email_{error.what}") from error


def plain(text: str) -> str:
    """Return a text in lower case, without accents, with one kind of dash and of space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[‐‑‒–—−]", "-", letters).split())  # noqa: RUF001  # dashes of all kinds


def _passage(text: str, longest: int, what: str) -> str:
    """Return lines as they were typed, less what cannot be printed and spaces at the ends."""
    if text.strip() == NOTHING:
        return ""
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.splitlines())
    found = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()
    if len(found) > longest:
        raise InputError(f"{what}_long")
    return found


def _lines(text: str, most: int, longest: int, what: str) -> list[str]:
    found = [line.lstrip("-•* ") for line in _passage(text, most * longest, what).splitlines()]
    found = list(dict.fromkeys(line for line in found if line))
    if len(found) > most:
        raise InputError(f"{what}_many")
    if any(len(line) > longest for line in found):
        raise InputError(f"{what}_long")
    return found


def _line(text: str, longest: int, what: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not line:
        raise InputError(f"{what}_empty")
    if len(line) > longest:
        raise InputError(f"{what}_long")
    return line
