"""What people type about a seminar, understood; what a registration may become."""

import enum
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import PARIS, aware
from core.email_address import normalise
from core.errors import InputError

LONGEST_TITLE = 150
LONGEST_PLACE = 300
LONGEST_NAME = 100
HALF_DAY = timedelta(hours=3)
"""How long a meeting lasts when only its beginning was given."""

EARLIEST_YEAR = 2000
FURTHEST_YEARS = 8
"""How far ahead meetings are planned; the 29 February comes back within that time."""

SOON = timedelta(minutes=10)
LATER = timedelta(days=1)
FREE_REQUESTS = 3
"""Beyond so many requests, mails to one address are a day apart: forms must not harass."""

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip

_WHEN = re.compile(
    rf"(?:le\s+)?(?:(?P<weekday>{'|'.join(WEEKDAYS)})\s+)?(?:le\s+)?"
    rf"(?:(?P<day>\d{{1,2}})(?:er)?\s+(?P<month_name>{'|'.join(MONTHS)})(?:\s+(?P<year>\d{{4}}))?"
    r"|(?P<day_number>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year_number>\d{4}))?)"
    r"\s*,?\s*(?:(?:de|a|des)\s+)?"
    r"(?P<hour>\d{1,2})\s*(?:h(?:eures?)?|:)\s*(?P<minute>\d{2})?"
    r"(?:\s*(?:-|a|jusqu'a)\s*"
    r"(?P<end_hour>\d{1,2})\s*(?:h(?:eures?)?|:)\s*(?P<end_minute>\d{2})?)?\s*\.?"
)


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
    """Decide which mail answers a request; too soon after the last one, none."""
    wait = SOON if requests < FREE_REQUESTS else LATER
    if requested_at is not None and now - requested_at < wait:
        return Answer.NOTHING
    registered = state is RegistrationState.REGISTERED
    return Answer.REGISTRATION if registered else Answer.CONFIRMATION


def confirmation_of(state: RegistrationState) -> Confirmation:
    """Decide what a confirmation link does. One from before a cancellation does nothing."""
    if state is RegistrationState.ASKED:
        return Confirmation.DONE
    held = state in {RegistrationState.REGISTERED, RegistrationState.WAITING}
    return Confirmation.ALREADY if held else Confirmation.ASK_AGAIN


def parse_when(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the beginning and the end, in UTC, of a day with its hours as people type them.

    « jeudi 12 mars 9h30-17h », « 12/03/2027 de 9h30 à 17h »; hours are those of Paris. Without a
    year, the next such day; without an end, half a day. Raises InputError whose `what` names
    the sentence that explains: `when_unknown`, `when_impossible`, `when_weekday`, `when_order`,
    `when_past`.
    """
    found = _WHEN.fullmatch(_plain(text))
    if found is None:
        raise InputError("when_unknown")
    first = _hour(found["hour"], found["minute"])
    last = _hour(found["end_hour"], found["end_minute"]) if found["end_hour"] else None
    day = _day(found, first, now.astimezone(PARIS))
    if found["weekday"] and WEEKDAYS[day.weekday()] != found["weekday"]:
        raise InputError("when_weekday")
    starts_at = aware(datetime.combine(day, first, PARIS))
    ends_at = starts_at + HALF_DAY
    if last is not None:
        ends_at = aware(datetime.combine(day, last, PARIS))
    if ends_at <= starts_at:
        raise InputError("when_order")
    if starts_at <= now:
        raise InputError("when_past")
    return starts_at, ends_at


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


def _plain(text: str) -> str:
    """Lower case, no accents, one kind of dash and of space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[‐‑‒–—−]", "-", letters).split())  # noqa: RUF001  # dashes of all kinds


def _line(text: str, longest: int, what: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not line:
        raise InputError(f"{what}_empty")
    if len(line) > longest:
        raise InputError(f"{what}_long")
    return line


def _hour(hour: str, minute: str | None) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as error:
        raise InputError("when_impossible") from error


def _day(found: re.Match[str], first: time, now: datetime) -> date:
    """Return the day that was typed; without a year, the next one that is not past."""
    day = int(found["day"] or found["day_number"])
    month = MONTHS.index(found["month_name"]) + 1 if found["month_name"] else int(found["month"])
    year = found["year"] or found["year_number"]
    coming = range(now.year, now.year + FURTHEST_YEARS + 1)
    for candidate in [int(year)] if year else coming:
        if not EARLIEST_YEAR <= candidate <= coming[-1]:
            break
        try:
            typed = date(candidate, month, day)
        except ValueError:
            continue
        if year or datetime.combine(typed, first, PARIS) > now:
            return typed
    raise InputError("when_impossible")
