"""What a meeting's evidence is made of, and what it lacks. Decisions only."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from digest.seminars.decide import Kind
from digest.seminars.half_days import Half

SLUGS = {
    Kind.SEMINAR: "seminaire",
    Kind.STEERING: "comite-de-pilotage",
    Kind.TECHNICAL: "comite-technique",
    Kind.WORKSHOP: "atelier",
}

EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/heic": "heic",
    "image/webp": "webp",
    "image/tiff": "tif",
    "text/csv": "csv",
    "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_ENDING = re.compile(r"\.([a-z0-9]{1,5})")


@dataclass(frozen=True)
class HalfDayHeld:
    """A half-day: how many signed sheets it has, how many people were noted as present."""

    id: int
    day: date
    half: Half
    scans: int
    noted: int


@dataclass(frozen=True)
class Facts:
    """What is there, as far as evidence goes. `loose_scans` are about no half-day in particular."""

    half_days: Sequence[HalfDayHeld]
    invited: bool
    programme: bool
    loose_scans: int
    projet: bool
    final: bool


@dataclass(frozen=True)
class Missing:
    """Something that funders ask for and that is not there; `half_day` for what is about one."""

    what: str
    half_day: int | None = None


def missing(facts: Facts) -> tuple[Missing, ...]:
    """Return what is not there, in the order of the evidence."""
    found = []
    if not facts.invited:
        found.append(Missing("invitation"))
    if not facts.programme:
        found.append(Missing("programme"))
    if not facts.loose_scans:
        found += [Missing("scan", half.id) for half in facts.half_days if not half.scans]
    found += [Missing("presence", half.id) for half in facts.half_days if not half.noted]
    if not facts.final:
        found.append(Missing("final" if facts.projet else "minutes"))
    return tuple(found)


def pack_name(kind: Kind, number: int, day: date) -> str:
    """Return the name of the whole file: what, which, when; nobody's words."""
    return f"justificatifs-{SLUGS[kind]}-{number}-{day.isoformat()}.zip"


def extension_of(media_type: str, name: str) -> str:
    """Return how a file's name ends: by its type, else by the name that it came with."""
    known = EXTENSIONS.get(media_type.partition(";")[0].strip().lower())
    if known:
        return known
    found = _ENDING.fullmatch("." + name.lower().rpartition(".")[2]) if "." in name else None
    return found[1] if found else "bin"


def numbered(stems: Iterable[tuple[str, str]]) -> list[str]:
    """Return a path for each stem and ending, numbered from 1 within the same stem."""
    seen: dict[str, int] = {}
    paths = []
    for stem, ending in stems:
        seen[stem] = seen.get(stem, 0) + 1
        paths.append(f"{stem}-{seen[stem]}.{ending}")
    return paths


REASON_WORDS = frozenset(
    {
        "moved", "cancelled", "superseded", "begun", "left", "erased", "no_address", "bounced",
        "not_registered", "registered", "excused", "represented", "waiting", "invited",
        "unsubscribed", "done", "draft",
    }
)  # fmt: skip
"""The reasons that have words of their own; any other is shown as « autre motif »."""

_REPLY = re.compile(r"(?<!\d)([245]\d\d)(?!\d)")


def reason_shown(reason: str | None) -> tuple[str, str]:
    """Return the name of the words for a reason, and the number that a mail server answered.

    What a server says may hold an address: only its number is shown.
    """
    if not reason:
        return "", ""
    if reason in REASON_WORDS:
        return reason, ""
    found = _REPLY.search(reason)
    return ("refused", found[1]) if found else ("other", "")
