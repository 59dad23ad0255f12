"""What people write to the network, read: who has done what, links, days, choices."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from core.clock import PARIS, aware
from core.errors import InputError
from core.text import normalise

KINDS = ("experience", "link", "document")
"""What somebody may propose."""

REASONS = ("scope", "known", "thin", "none")
"""Why a proposal is dropped: out of the network's scope, known already, too little, not said."""

LONGEST_QUESTION = 1500
"""The most characters of a question put to the network."""

SHORTEST = 10
"""The fewest characters in which an experience, or a question, can be told."""

LONGEST_LINE = 300
LONGEST_LINK = 2000
LONGEST_TITLE = 120

_WHO_DID = re.compile(
    r"\bqui (?:a|aurait|avait|ont) (?:(?:pu|su) )?(?:deja|mis en place|experimente|teste|reussi)\b"
    r"|\b(?:un|une|autres?|territoires?|collegues?|communes?|intercommunalites?|epci|certains) "
    r"(?:a|ont|aurait|auraient) (?:t )?(?:(?:il|ils|elle|elles|on) )?deja\b"
)
_EXPERIENCE = re.compile(r"\bretours? (?:d )?experiences?\b")
_VERB = re.compile(
    r"^\s*(?:(?:fait|mis|mene|monte|cree|lance|organise|realise|travaille|eu|en|place|sur|"
    r"essaye?|de|d|un|une|le|la|les|des|du)\b\s*)+"
)


def asks_who_did(text: str) -> bool:
    """Say whether a question asks who has already done something: « Qui a déjà fait… ? »."""
    words = normalise(text)
    asks = "?" in text or re.search(r"\bcherch\w+\b", words) is not None
    return bool(_WHO_DID.search(words)) or (asks and bool(_EXPERIENCE.search(words)))


def what_was_done(text: str) -> str:
    """Return what a « Qui a déjà fait… ? » is about, normalised; all of it when unsure."""
    words = normalise(text)
    for opening in (_WHO_DID, _EXPERIENCE):
        if found := opening.search(words):
            rest = _VERB.sub("", words[found.end() :]).strip()
            return f"{words[: found.start()]}{rest}".strip() or words
    return words


def link_in(text: str) -> str:
    """Return the first web address (http or https) of a text, whole; empty when there is none."""
    for found in re.finditer(r"(?:https?://|\bwww\.)\S+", text, re.IGNORECASE):
        link = found[0].rstrip(".,;:!?)]}>»”’\"'")
        if _is_web_address(link := link if "//" in link[:8] else f"https://{link}"):
            return link
    return ""


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None
    return plain and "." in host.strip(".") and len(link) <= LONGEST_LINK


def title_of(text: str) -> str:
    """Return the first sentence of a text, or what fits of it."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    sentence = re.split(r"(?<=[.!?…])\s", line, maxsplit=1)[0].rstrip(".")
    if len(sentence) <= LONGEST_TITLE:
        return sentence
    return sentence[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"


def parse_words(text: str) -> str:
    """Read a sentence or more. Raises InputError: `too_short`."""
    words = text.strip()
    if len(words) < SHORTEST:
        raise InputError("too_short")
    return words


def parse_line(text: str) -> str:
    """Read a line. Raises InputError: `line_wanted`."""
    line = " ".join(text.split())
    if not line or len(line) > LONGEST_LINE:
        raise InputError("line_wanted")
    return line


def parse_among(text: str, known: Iterable[str]) -> str:
    """Read an answer given by a button. Raises InputError: `button_wanted`."""
    if text not in known:
        raise InputError("button_wanted")
    return text


def parse_day(text: str, now: datetime) -> str:
    """Read a day of Paris as ISO: « 25/11/2026 », « 25/11 » (the last one), aujourd’hui, hier.

    Raises InputError: `day_wanted`.
    """
    today = aware(now).astimezone(PARIS).date()
    words = normalise(text)
    if words in {"aujourdhui", "today"}:
        return today.isoformat()
    if words == "hier":
        return (today - timedelta(days=1)).isoformat()
    found = re.fullmatch(r"\s*(\d{1,2})[/. ](\d{1,2})(?:[/. ](\d{4}))?\s*", text, re.ASCII)
    iso = re.fullmatch(r"\s*(\d{4})-(\d{2})-(\d{2})\s*", text, re.ASCII)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
    if not found:
        raise InputError("day_wanted")
    day = _day(int(found[3] or today.year), int(found[2]), int(found[1]))
    if not found[3] and day > today:
        day = _day(today.year - 1, day.month, day.day)
    return day.isoformat()


def parse_past_day(text: str, now: datetime) -> str:
    """Read a day that is not to come. Raises InputError: `day_wanted`, `day_to_come`."""
    day = parse_day(text, now)
    if date.fromisoformat(day) > aware(now).astimezone(PARIS).date():
        raise InputError("day_to_come")
    return day


def _day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise InputError("day_wanted") from None
    if not 2000 <= found.year <= 2100:  # noqa: PLR2004  # a slip of the finger
        raise InputError("day_wanted")
    return found


def choice(identity: str) -> tuple[str, int] | None:
    """Read what a button carries, such as `asked-1` or `theme-5`; None when it is forged."""
    found = re.fullmatch(r"([a-z]{1,12})-([0-9]{1,9})", identity)
    return (found[1], int(found[2])) if found else None


def pair(identity: str) -> tuple[int, str] | None:
    """Read a row's number with a word, such as `12-scope`; None when it is forged."""
    found = re.fullmatch(r"([0-9]{1,9})-([a-z]{1,12})", identity)
    return (int(found[1]), found[2]) if found else None
