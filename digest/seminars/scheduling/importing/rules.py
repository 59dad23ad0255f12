"""Meetings as a file plans them: a CSV with one a line, or TOML. Decisions only.

Columns and keys: `kind`, `title`, `when` (as people type it: `12/03/2027 de 9h30 à 17h`), then
`place`, `video_url`, `access`, `capacity`, `programme`, `open_to_all`, `audience`, `meals`,
`carpool`, `questions`, `reminder_days`, `chase_days`, `speakers`, `animators`. In a CSV, the lines
of a list or of a text have a `|` in between; in TOML they are lists, or lines.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import InputError
from core.spreadsheet import BadLine, Column, nearest, read
from digest.seminars.decide import Kind, is_committee
from digest.seminars.half_days import Hours
from digest.seminars.rules import (
    parse_access,
    parse_capacity,
    parse_link,
    parse_meals,
    parse_offsets,
    parse_place,
    parse_programme,
    parse_questions,
    parse_speaker,
    parse_title,
    plain,
)
from digest.seminars.scheduling.rules import parse_half_days

KINDS = {
    "seminaire": Kind.SEMINAR,
    "comite de pilotage": Kind.STEERING,
    "copil": Kind.STEERING,
    "comite technique": Kind.TECHNICAL,
    "cotech": Kind.TECHNICAL,
    "atelier": Kind.WORKSHOP,
    **{kind.value: kind for kind in Kind},
}
YES, NO = {"yes", "oui", "true", "1"}, {"no", "non", "false", "0"}

WHY = {
    "title_empty": "there is no title",
    "title_long": "the title is over 150 characters",
    "place_empty": "there is no place",
    "place_long": "the place is over 300 characters",
    "link_unknown": "the video link is not an address",
    "access_long": "the access is over 1,000 characters",
    "programme_long": "the programme is over 5,000 characters",
    "capacity_unknown": "the capacity is not a number of places from 1 to 5,000",
    "meals_few": "a meal needs two choices at least",
    "meals_many": "a meal has 8 choices at most",
    "meals_long": "a choice of meal is over 60 characters",
    "questions_many": "there are more than 5 questions",
    "questions_long": "a question is over 200 characters",
    "offsets_unknown": "these are not days before a meeting (6 at most, from 0 to 180)",
    "speaker_empty": "a speaker has no name",
    "speaker_long": "a speaker is over 200 characters",
    "when_unknown": "the date cannot be understood",
    "when_day": "the day is missing, or comes after the hours",
    "when_hours": "the hours are missing",
    "when_across": "each day needs its own hours",
    "when_impossible": "this day or hour does not exist, or is over eight years ahead",
    "when_leap": "there is no 29 February that year",
    "when_weekday": "the day of the week and the date do not agree",
    "when_order": "it ends before it starts",
    "when_overlap": "two of the hours overlap",
    "when_days_order": "the last day is before the first",
    "when_many": "a meeting lasts 10 days at most",
    "when_past": "this date is past",
}
"""What is wrong, in operators' words, by the name of the sentence for the animators."""

WHEN_HINT = 'write "12/03/2027 de 9h30 à 17h", or "12 et 13 mars 2027 9h-17h"'


@dataclass(frozen=True)
class Plan:
    """A meeting that a file plans, read whole."""

    kind: Kind
    title: str
    hours: tuple[Hours, ...]
    place: str = ""
    video_url: str | None = None
    access: str = ""
    capacity: int | None = None
    programme: str = ""
    open_to_all: bool | None = None
    audience: str = ""
    meals: tuple[str, ...] = ()
    carpool: bool = False
    questions: tuple[str, ...] = ()
    reminder_days: tuple[int, ...] | None = None
    chase_days: tuple[int, ...] | None = None
    speakers: tuple[tuple[str, str, str], ...] = ()
    animators: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Plans:
    """What a file holds: plans with the number of their line (or block), and what is wrong."""

    good: tuple[tuple[int, Plan], ...] = ()
    bad: tuple[BadLine, ...] = ()


def read_csv(data: bytes, now: datetime) -> Plans:
    """Read a CSV file. A date that is past at `now` is wrong."""
    reading = read(data, [Column(name, str, name in REQUIRED) for name in KEYS])
    given = [(record.line, record.values) for record in reading.records]
    found = _plans(given, now)
    bad = sorted((*reading.bad_lines, *found.bad), key=lambda line: line.number)
    return Plans(found.good, tuple(bad))


def read_toml(data: bytes, now: datetime) -> Plans:
    """Read a TOML file: one meeting, or several blocks `[[meeting]]`, numbered from 1."""
    try:
        given = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Plans(bad=(BadLine(1, f"this is not TOML ({error})", "quote texts"),))
    blocks = given.get("meeting", [given])
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        return Plans(bad=(BadLine(1, "meeting is not a block", "begin each with [[meeting]]"),))
    return _plans(list(enumerate(blocks, start=1)), now)


def _plans(given: Sequence[tuple[int, Mapping[str, Any]]], now: datetime) -> Plans:
    good: list[tuple[int, Plan]] = []
    bad: list[BadLine] = []
    seen: dict[tuple[str, str, object], int] = {}
    for number, values in given:
        try:
            plan = _plan(values, now)
            key = (plan.kind.value, plan.title, plan.hours[0].day)
            twice = seen.setdefault(key, number)
            if twice != number:
                bad.append(BadLine(number, f"the same meeting as {twice}", "keep one"))
                continue
            good.append((number, plan))
        except InputError as error:
            bad.append(BadLine(number, error.what, error.hint))
    return Plans(tuple(good), tuple(bad))


def _plan(values: Mapping[str, Any], now: datetime) -> Plan:
    """Read one meeting. Raises InputError in operators' words."""
    read_values: dict[str, Any] = {}
    for key, value in values.items():
        if key not in KEYS:
            raise InputError(f"{key!r} is unknown", hint=nearest(key, KEYS))
        if value not in ("", None, []):
            read_values[key] = _understood(key, value, now)
    for key in REQUIRED:
        if key not in read_values:
            raise InputError(f"{key} is missing", hint=f"every meeting has {', '.join(REQUIRED)}")
    place, link = read_values.pop("place", ("", None))
    hours = read_values.pop("when")
    video_url = read_values.pop("video_url", link)
    plan = Plan(hours=hours, place=place, video_url=video_url, **read_values)
    if plan.audience and not is_committee(plan.kind):
        raise InputError("only committees have an audience", hint="leave audience empty")
    return plan


def _understood(key: str, value: Any, now: datetime) -> Any:
    """Read one value. Raises InputError in operators' words."""
    lines = value if isinstance(value, list) else str(value).split("|")
    text = "\n".join(str(line) for line in lines)
    try:
        if key == "when":
            return parse_half_days(" ".join(text.split()), now)
        return READERS[key](text)
    except InputError as error:
        hint = error.hint or (WHEN_HINT if key == "when" else "")
        raise InputError(f"{key}: {WHY.get(error.what, error.what)}", hint=hint) from error


def _kind(text: str) -> Kind:
    found = KINDS.get(plain(text))
    if found is None:
        raise InputError(f"{text!r} is unknown", hint=nearest(plain(text), KINDS))
    return found


def _audience(text: str) -> str:
    if text not in {"restricted", "extended"}:
        raise InputError(f"{text!r} is unknown", hint="restricted or extended")
    return text


def _yes(text: str) -> bool:
    if text.casefold() not in YES | NO:
        raise InputError(f"{text!r} is neither yes nor no", hint="yes or no")
    return text.casefold() in YES


def _people(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(parse_speaker(line) for line in text.splitlines() if line.strip())


READERS: Mapping[str, Callable[[str], Any]] = {
    "kind": _kind,
    "title": parse_title,
    "place": parse_place,
    "video_url": parse_link,
    "access": parse_access,
    "capacity": parse_capacity,
    "programme": parse_programme,
    "open_to_all": _yes,
    "audience": _audience,
    "meals": lambda text: tuple(parse_meals(text)),
    "carpool": _yes,
    "questions": lambda text: tuple(parse_questions(text)),
    "reminder_days": lambda text: tuple(parse_offsets(text)),
    "chase_days": lambda text: tuple(parse_offsets(text)),
    "speakers": _people,
    "animators": _people,
}
REQUIRED = ("kind", "title", "when")
KEYS = (*REQUIRED, *(key for key in READERS if key not in REQUIRED))
