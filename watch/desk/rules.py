"""When news is shown and in which order, which date comes next, how lists are cut: all pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from core.clock import PARIS, aware
from core.errors import InputError
from core.working_time import WEEKDAYS, WorkingTime, paris_day, read_working_time
from watch.understanding.records import CLOSING_KINDS, DateKind, TypedDate, deadline

MOST_SHOWN = 30
"""How many news are shown one by one in half a day, all sources together; the rest is counted."""

AFTERNOON = time(13)
UNJUDGED = 0.5
"""The likelihood of what was not judged: too little was decided yet."""

PER_PAGE = 8
LONGEST_NOTE = 600

RETRIES = (timedelta(0), timedelta(minutes=2), timedelta(minutes=15))
"""When the page of an added address is read, counted from the addition, until it can be."""

LAST_TRY = timedelta(minutes=5)
"""How long the last try may take, in another process perhaps."""

_WEEKLY = re.compile(r"([a-z]{3})\s+(\d{1,2}):(\d{2})")
_WEEKLY_HINT = 'write "mon 08:45"; days are mon tue wed thu fri sat sun'

# --- hours ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownHours:
    """When news may be shown by itself: in working time, or always when there is none."""

    working: WorkingTime | None

    def is_open(self, now: datetime) -> bool:
        """Say whether news may be shown now."""
        return self.working is None or self.working.is_open(now)

    def next_opening(self, at: datetime) -> datetime:
        """Return the next instant when news may be shown: `at` itself when it is one."""
        return aware(at) if self.working is None else self.working.next_opening(at)


@dataclass(frozen=True)
class Weekly:
    """An instant of the week in Paris: a day (0 is Monday) and a time of its clock."""

    weekday: int
    at: time


def read_shown_hours(
    hours: Sequence[str], closures: Sequence[str] = (), worked_holidays: Sequence[str] = ()
) -> ShownHours:
    """Read the words of the configuration; no hours mean always. Raises InputError."""
    if not hours:
        return ShownHours(None)
    try:
        return ShownHours(read_working_time(hours, closures, worked_holidays))
    except InputError as error:
        raise InputError(f"watch.shown_hours: {error.what}", hint=error.hint) from error


def read_weekly(words: str) -> Weekly:
    """Read `mon 08:45`. Raises InputError."""
    found = _WEEKLY.fullmatch(words.strip().casefold())
    try:
        if found and found[1] in WEEKDAYS:
            return Weekly(WEEKDAYS.index(found[1]), time(int(found[2]), int(found[3])))
    except ValueError:
        pass  # no such time of a day
    raise InputError(f"watch.summary: not a day and a time: {words!r}", hint=_WEEKLY_HINT)


def weekly_instant(weekly: Weekly, hours: ShownHours, now: datetime) -> datetime:
    """Return when the summary of this week is sent, past or to come.

    When nobody works on its day, on the next day of the week when somebody does, if there is one.
    """
    return _of_week(weekly, hours, _monday(now))


def _of_week(weekly: Weekly, hours: ShownHours, monday: date) -> datetime:
    wished = monday + timedelta(days=weekly.weekday)
    day = paris_day(hours.next_opening(datetime.combine(wished, time(), PARIS)))
    this_week = day - monday < timedelta(days=7)
    return aware(datetime.combine(day if this_week else wished, weekly.at, PARIS))


def summary_slot(weekly: Weekly, hours: ShownHours, now: datetime) -> str | None:
    """Return the week (« 2026-W48 ») whose summary is due: from its hour to the end of that day."""
    due = weekly_instant(weekly, hours, now)
    if due > now or paris_day(due) != paris_day(now):
        return None
    year, week, _ = paris_day(now).isocalendar()
    return f"{year}-W{week:02}"


def next_summary(weekly: Weekly, hours: ShownHours, now: datetime) -> datetime:
    """Return when the next summary is sent, later than `now`."""
    due = weekly_instant(weekly, hours, now)
    if due > now:
        return due
    return _of_week(weekly, hours, _monday(now) + timedelta(days=7))  # a week may be 167 h


def half_day(now: datetime) -> datetime:
    """Return when this half of the day began in Paris."""
    local = aware(now).astimezone(PARIS)
    begins = AFTERNOON if local.time() >= AFTERNOON else time()
    return aware(datetime.combine(local.date(), begins, PARIS))


def next_hour(now: datetime) -> datetime:
    """Return when the next hour begins."""
    return aware(now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def hour_slot(now: datetime) -> str:
    """Return the name of this hour: what is counted is told once in it."""
    return f"{aware(now):%Y-%m-%dT%H}Z"


def _monday(now: datetime) -> date:
    today = paris_day(now)
    return today - timedelta(days=today.weekday())


# --- order ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A piece of news to be shown: how likely it is to be kept, and its date."""

    story_id: int
    likelihood: float | None
    at: datetime


def in_order(candidates: Iterable[Candidate]) -> tuple[int, ...]:
    """Return the order in which news are read: the most likely first, then the oldest.

    Of those of one instant the last of the document comes first, as feeds are written.
    """

    def place(each: Candidate) -> tuple[float, datetime, int]:
        likelihood = UNJUDGED if each.likelihood is None else each.likelihood
        return -likelihood, each.at, -each.story_id

    return tuple(each.story_id for each in sorted(candidates, key=place))


# --- dates ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NextDate:
    """The date that matters next: what it is, when, in how many days of the calendar.

    `all_day` when the text gave no hour. `at` is None for what has no end. When all is `past` it is
    what closed last, and `days` how many days ago.
    """

    kind: DateKind
    at: datetime | None = None
    days: int = 0
    all_day: bool = False
    past: bool = False


def read_dates(stored: Iterable[dict[str, Any]]) -> tuple[TypedDate, ...]:
    """Read dates as a story's row holds them."""
    return tuple(
        TypedDate(
            kind=raw["kind"],
            at=datetime.fromisoformat(raw["at"]) if raw["at"] else None,
            words=raw["words"],
        )
        for raw in stored
    )


def next_date(dates: tuple[TypedDate, ...], now: datetime) -> NextDate | None:
    """Return what closes next; else that nothing does, or what closed last; None without any."""
    coming = deadline(dates, now)
    if coming is not None:
        return _dated(dates, coming, now)
    if any(each.kind == "open_ended" for each in dates):
        return NextDate("open_ended")
    past = [each.at for each in dates if each.at and each.kind in CLOSING_KINDS and each.at < now]
    return _dated(dates, max(past), now) if past else None


def next_training(dates: Iterable[TypedDate], now: datetime) -> NextDate | None:
    """Return when the next training begins."""
    coming = [each.at for each in dates if each.kind == "training" and each.at and each.at >= now]
    return NextDate("training", min(coming), 0, _is_all_day(min(coming))) if coming else None


def _dated(dates: Iterable[TypedDate], at: datetime, now: datetime) -> NextDate:
    kinds = [each.kind for each in dates if each.at == at and each.kind in CLOSING_KINDS]
    days = abs((paris_day(at) - paris_day(now)).days)
    return NextDate(kinds[-1], at, days, _is_all_day(at), past=at < now)


def _is_all_day(at: datetime) -> bool:
    """Say whether an instant stands for a whole day: its first minute or its last."""
    local = at.astimezone(PARIS)
    return (local.hour, local.minute) in {(0, 0), (23, 59)}


# --- what buttons carry -----------------------------------------------------------------------


def pair(identity: str) -> tuple[int, int] | None:
    """Read two numbers, such as `12-4`; None when they are forged."""
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", identity)
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True)
class Page:
    """A page of a list: its number from 1, how many there are, and where it begins."""

    number: int
    last: int

    @property
    def first(self) -> int:
        """How many things come before those of this page."""
        return (self.number - 1) * PER_PAGE


def page(count: int, wanted: int) -> Page:
    """Return a page of a list of `count` things; the nearest one there is."""
    last = max(1, -(-count // PER_PAGE))
    return Page(min(max(wanted, 1), last), last)


def list_page(identity: str) -> tuple[str, int] | None:
    """Read the name of a list and a page, such as `kept-2`; None when it is forged."""
    found = re.fullmatch(r"([a-z]{1,12})-([0-9]{1,4})", identity)
    return (found[1], int(found[2])) if found else None


# --- what is typed ----------------------------------------------------------------------------


def parse_note(text: str) -> str:
    """Read « notre lecture », on one line. Raises InputError: `note_too_long`, `note_wanted`."""
    words = " ".join(text.split())
    if not words:
        raise InputError("note_wanted")
    if len(words) > LONGEST_NOTE:
        raise InputError("note_too_long")
    return words


def split_link(text: str) -> tuple[str, str]:
    """Return the web address that a message begins with, and the words that follow."""
    address, *rest = text.split()
    return address.rstrip(".,;:!?»”’\"'"), " ".join(rest)


def title_from_link(link: str) -> str:
    """Return what an address says of its page when nothing else does: its last words."""
    parts = urlsplit(link)
    name = unquote(parts.path.rstrip("/").rpartition("/")[2])
    words = re.sub(r"[-_+\s]+", " ", re.sub(r"\.[a-zA-Z0-9]{2,5}$", "", name)).strip()
    if not re.search(r"[^\W\d_]{3}", words):
        return link
    return words[:1].upper() + words[1:]


# --- reading an added address -----------------------------------------------------------------

TO_READ = "page:"
"""What the mark of an entry begins with as long as its page is to be read."""


def to_read(tries: int) -> str:
    """Return the mark of an entry whose page is still to be read, after so many tries."""
    return f"{TO_READ}{tries}"


def tries_of(mark: str) -> int:
    """Return how often the page of an entry so marked was tried."""
    return int(mark.removeprefix(TO_READ))


def next_try(added_at: datetime, tries: int) -> datetime | None:
    """Return when to read a page after so many tries; None when it was tried enough."""
    return added_at + RETRIES[tries] if tries < len(RETRIES) else None


def given_up(added_at: datetime) -> datetime:
    """Return when a page is given up whose last try told nothing: a crash may have cut it short."""
    return added_at + RETRIES[-1] + LAST_TRY
