"""The lists of who was connected, as Zoom, Teams, BigBlueButton and Jitsi export them.

CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252; what stands before the
table (a summary of the meeting) is left aside. Hours are those of Paris unless they say otherwise.
Decisions only.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.clock import PARIS, aware
from core.errors import InputError
from core.spreadsheet import guarded
from digest.seminars.attendance.rules import plain

NAMES = {
    "name", "full name", "display name", "name original name", "participant", "participant name",
    "user name", "user", "attendee", "nom", "nom complet", "nom d origine nom", "participants",
    "nom et prenom", "nom du participant", "nom d utilisateur", "nom affiche", "nom nom d origine",
}  # fmt: skip
JOINS = {
    "join time", "join", "joined", "joined at", "first join", "first join time", "time joined",
    "heure d arrivee", "heure de connexion", "premiere participation", "arrivee", "debut",
    "heure d entree", "premiere connexion", "heure pour rejoindre", "rejoint a", "start time",
}  # fmt: skip
LEAVES = {
    "leave time", "leave", "left", "left at", "last leave", "last leave time", "time exited",
    "heure de depart", "heure de deconnexion", "dernier depart", "depart", "fin", "end time",
    "heure de sortie", "derniere deconnexion", "heure pour quitter", "quitte a",
}  # fmt: skip
DURATIONS = {
    "duration minutes", "duration", "in meeting duration", "total duration minutes", "duree",
    "duree minutes", "duree en minutes", "total duration", "online time", "time in session",
    "duree de la reunion", "duree de participation", "duree totale minutes", "minutes",
    "duree de presence",
}  # fmt: skip
EMAILS = {
    "email", "e mail", "user email", "email address", "mail", "adresse e mail", "courriel",
    "adresse email", "adresse mail", "e mail de l utilisateur", "participant id upn",
    "adresse electronique",
}  # fmt: skip

MOST_BYTES = 5_000_000
MOST_LINES = 5_000
MOST_CELLS = 100
LONGEST_CELL = 254
"""How much of a line is read: no list has so many columns, no address is longer."""

# Years beyond those are no hour: some programs write 0001-01-01 where they know of none.
_ISO = re.compile(
    r"(?P<year>[12]\d{3})-(?P<month>\d{1,2})-(?P<day>\d{1,2})[T ,]+"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?\s*"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_WRITTEN = re.compile(
    r"(?:(?P<first>\d{1,2})[/.](?P<second_number>\d{1,2})[/.](?P<year>\d{2}|[12]\d{3})[,\s]+(?:a\s+)?)?"
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]m)?"
)
_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:]+@[^\s@<>()\[\]\",;:]+")
_DURATION = re.compile(
    r"(?:(?P<hours>\d{1,5})\s*h(?:eures?|ours?)?)?"
    r"\s*(?:(?P<minutes>\d{1,5})\s*m(?:in(?:utes?)?)?\.?)?"
    r"\s*(?:(?P<seconds>\d{1,5})\s*s(?:ec(?:ondes?|onds?)?)?\.?)?"
)


@dataclass(frozen=True)
class Stay:
    """Somebody connected from one instant to another."""

    name: str
    email: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Window:
    """A half-day: its id and its instants."""

    id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Connected:
    """Somebody, under the name that they had there: the minutes of each half-day, by its id."""

    name: str
    email: str
    minutes: Mapping[int, int]


@dataclass(frozen=True)
class _Table:
    """Where each thing stands in a table."""

    name: int
    email: int | None
    join: int | None
    leave: int | None
    duration: int | None


def read(data: bytes, windows: Sequence[Window]) -> Sequence[Connected]:
    """Return who was connected during the half-days of a meeting, by their names.

    Several stays of the same person add up, without counting the same minute twice. Raises
    InputError whose `what` names the sentence that explains: `list_large`, `list_unreadable`,
    `list_no_table`, `list_no_hours`, `list_other_day`.
    """
    if len(data) > MOST_BYTES:
        raise InputError("list_large")
    stays = list(_stays(_cells(_text(data)), windows))
    found: dict[str, list[Stay]] = {}
    for stay in stays:
        found.setdefault(plain(stay.name), []).append(stay)
    people = [_connected(each, windows) for each in found.values()]
    if not any(one.minutes for one in people):
        raise InputError("list_other_day")
    return sorted(people, key=lambda one: plain(one.name))


def cleaned(people: Iterable[tuple[Connected, str]], windows: Sequence[Window]) -> bytes:
    """Return a list without addresses, as CSV: the name there, whom it is of, the minutes."""
    written = io.StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    heads = [f"{window.starts_at.astimezone(PARIS):%d/%m/%Y %H:%M}" for window in windows]
    lines.writerow(["nom affiché", "personne", *(f"minutes ({head})" for head in heads)])
    for one, known in people:
        minutes = [one.minutes.get(window.id, 0) for window in windows]
        lines.writerow([guarded(one.name), guarded(known), *minutes])
    return written.getvalue().encode("utf-8-sig")


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[1:2] == b"\0":
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError("list_unreadable")


def _cells(text: str) -> Sequence[Sequence[str]]:
    """Return the lines as cells, by the separator of which there are most."""
    lines = text.splitlines()[:MOST_LINES]
    separator = max("\t;,", key=lambda each: sum(line.count(each) for line in lines[:50]))
    try:
        rows = list(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise InputError("list_unreadable") from error
    return [[_cell(cell[:LONGEST_CELL]) for cell in row[:MOST_CELLS]] for row in rows]


def _cell(words: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def _stays(rows: Sequence[Sequence[str]], windows: Sequence[Window]) -> Iterable[Stay]:
    """Give the stays of the most precise table of a file: that with both hours, if there is."""
    tables = {place: table for place, row in enumerate(rows) if (table := _table(row))}
    if not tables:
        raise InputError("list_no_table")
    place, table = max(tables.items(), key=lambda each: (_precision(each[1]), each[0]))
    if _precision(table) == 0 or (table.join is None and len(windows) > 1):
        raise InputError("list_no_hours")
    for after, row in enumerate(rows[place + 1 :], place + 1):
        if not any(row) or after in tables or row[0][:2] in {"2.", "3.", "4."}:
            break
        if stay := _stay(row, table, windows):
            yield stay


def _precision(table: _Table) -> int:
    if table.join is not None and table.leave is not None:
        return 3
    if table.duration is None:
        return 0
    return 1 if table.join is None else 2


def _table(row: Sequence[str]) -> _Table | None:
    heads = [_head(cell) for cell in row]

    def place(known: set[str]) -> int | None:
        return next((number for number, head in enumerate(heads) if head in known), None)

    name, join, duration = place(NAMES), place(JOINS), place(DURATIONS)
    if name is None or (join is None and duration is None):
        return None
    return _Table(name, place(EMAILS), join, place(LEAVES), duration)


def _head(cell: str) -> str:
    """Return a heading in small letters, without accents nor signs, in its own order."""
    letters = plain_in_order(cell)
    return " ".join(letters.split())


def plain_in_order(words: str) -> str:
    """Return words without accents, case nor signs, in the order they have."""
    return " ".join(found for word in re.split(r"[^\w]+", words) if (found := plain(word)))


def _stay(row: Sequence[str], table: _Table, windows: Sequence[Window]) -> Stay | None:
    def cell(place: int | None) -> str:
        return row[place] if place is not None and place < len(row) else ""

    name, typed = _without_address(cell(table.name))
    if not plain(name):
        return None
    since, until = _instant(cell(table.join), windows), _instant(cell(table.leave), windows)
    lasted = _lasting(cell(table.duration))
    if since is None and table.join is None:
        since = windows[0].starts_at
    if until is None and since is not None and lasted is not None:
        until = since + lasted
    if since is None or until is None or until <= since:
        return None
    return Stay(name, (cell(table.email) or typed).casefold(), since, until)


def _without_address(cell: str) -> tuple[str, str]:
    """Return a name, and the address that it holds: some have no other name where they connect.

    The name is then what stands before the @: the address itself is kept nowhere.
    """
    found = _ADDRESS.search(cell)
    if found is None:
        return _shown(cell), ""
    rest = re.split(r"[(\[<]", _ADDRESS.sub(" ", cell))[0].strip(" \"',;:>")
    before = re.sub(r"[._+-]+", " ", found[0].partition("@")[0]).strip()
    return (rest if plain(rest) else before), found[0]


def _shown(name: str) -> str:
    """Return a name without what programs add: « (Guest) », « (invité) », the name before."""
    return re.sub(r"\s*+[(#\[][^)\]]*+[)\]]?\s*$", "", name).strip() or name


def _instant(cell: str, windows: Sequence[Window]) -> datetime | None:
    words = " ".join(plain_hour(cell).split())
    if found := _ISO.fullmatch(words.upper()):
        return _iso(found)
    found = _WRITTEN.fullmatch(words)
    if found is None:
        return None
    try:
        hour = _clock(found)
    except ValueError:
        return None
    days = {window.starts_at.astimezone(PARIS).date() for window in windows}
    day = min(days) if found["first"] is None else _day(found, days)
    return None if day is None else aware(datetime.combine(day, hour, PARIS))


def plain_hour(cell: str) -> str:
    """Return an hour as it is compared: small letters, « a.m. » as « am », no special space."""
    words = cell.casefold().replace("a.m.", "am").replace("p.m.", "pm").replace("à", "a")
    return words.replace("\u202f", " ").replace("\u00a0", " ")


def _iso(found: re.Match[str]) -> datetime | None:
    zone = found["zone"]
    try:
        local = datetime(
            int(found["year"]), int(found["month"]), int(found["day"]),
            int(found["hour"]), int(found["minute"]), int(found["second"] or 0),
            tzinfo=UTC if zone else PARIS,
        )  # fmt: skip
    except ValueError:
        return None
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        local -= sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return aware(local)


def _clock(found: re.Match[str]) -> time:
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    return time(hour, int(found["minute"]), int(found["second"] or 0))


def _day(found: re.Match[str], days: set[date]) -> date | None:
    """Return the day that was written, the day first or the month first: that of the meeting."""
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)  # noqa: PLR2004
    first, second = int(found["first"]), int(found["second_number"])
    read: list[date] = []
    for month, day in ((second, first), (first, second)):
        try:
            read.append(date(year, month, day))
        except ValueError:
            continue
    return next((day for day in read if day in days), read[0] if read else None)


def _lasting(cell: str) -> timedelta | None:
    words = cell.casefold().strip()
    if re.fullmatch(r"\d{1,5}(?:[.,]\d+)?", words):
        return timedelta(minutes=float(words.replace(",", ".")))
    if clock := re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2})", words):
        hours, minutes, seconds = map(int, clock.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    found = _DURATION.fullmatch(words)
    if not words or found is None:
        return None
    given = {unit: int(value or 0) for unit, value in found.groupdict().items()}
    return timedelta(**given)


def _connected(stays: Sequence[Stay], windows: Sequence[Window]) -> Connected:
    email = next((stay.email for stay in stays if "@" in stay.email), "")
    minutes = {window.id: _minutes(stays, window) for window in windows}
    return Connected(stays[0].name, email, {key: many for key, many in minutes.items() if many})


def _minutes(stays: Iterable[Stay], window: Window) -> int:
    """Return the whole minutes of a half-day during which somebody was connected at least once."""
    total, reached = timedelta(), window.starts_at
    for stay in sorted(stays, key=lambda each: each.since):
        since, until = max(stay.since, reached), min(stay.until, window.ends_at)
        if until > since:
            total += until - since
            reached = until
    return int(total.total_seconds() // 60)
