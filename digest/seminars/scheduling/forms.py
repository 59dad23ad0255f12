"""What is asked about a meeting, one question after the other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from core.chat import Button, Field, Form, Keyboard, Response, Turn
from core.errors import InputError
from core.people.roles import Role
from digest.seminars.decide import Kind
from digest.seminars.rules import (
    NOTHING,
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
)
from digest.seminars.scheduling.decide import Edited
from digest.seminars.scheduling.names import AGAIN_FORM, NEW_FORM, REST_FORM, words
from digest.seminars.scheduling.rules import parse_half_days

Finish = Callable[[Turn, Mapping[str, Any]], Awaitable[Sequence[Response]]]
USUAL = "usual"
"""The answer of who leaves something as the configuration says."""

WHOLE_DAY = ((time(9), time(17)),)
KINDS: Keyboard = tuple((Button(words(f"kind_{kind}"), kind.value),) for kind in Kind)
NONE: Keyboard = ((Button(words("none_button"), NOTHING),),)
PASS: Keyboard = ((Button(words("pass_button"), NOTHING),),)
UNLIMITED: Keyboard = ((Button(words("unlimited_button"), NOTHING),),)
OFFSETS: Keyboard = (
    (Button(words("usual_button"), USUAL), Button(words("never_button"), NOTHING)),
)


def new_form(finish: Finish) -> Form:
    """Ask what a meeting is and when: enough for a draft."""
    fields = (_kind(), _title(), _when())
    return Form(NEW_FORM, fields, finish, Role.ANIMATOR)


def rest_form(finish: Finish) -> Form:
    """Ask where it is, how many can come, what will be said; all of it can be passed."""
    fields = (
        Field("place", words("place_question"), _place, PASS),
        Field("capacity", words("capacity_question"), _capacity, PASS),
        Field("programme", words("programme_question"), _programme, PASS, takes_files=True),
    )
    return Form(REST_FORM, fields, finish, Role.ANIMATOR)


def again_form(finish: Finish) -> Form:
    """Ask only the date of a meeting like an earlier one."""
    return Form(AGAIN_FORM, (Field("date", words("again_question"), _date),), finish, Role.ANIMATOR)


def edit_forms(finish: Callable[[Edited], Finish]) -> tuple[Form, ...]:
    """Ask for each thing that can be changed; what was answered is under `value`."""
    fields = {
        Edited.TITLE: Field("value", words("title_question"), _read(parse_title)),
        Edited.KIND: Field("value", words("kind_question"), _read(parse_kind), KINDS),
        Edited.WHEN: Field("value", words("when_question"), read_when),
        Edited.PLACE: Field("value", words("place_question"), _place),
        Edited.ACCESS: Field("value", words("access_question"), _read(parse_access), NONE),
        Edited.LINK: Field("value", words("link_question"), _read(parse_link), NONE),
        Edited.CAPACITY: Field("value", words("capacity_question"), _capacity, UNLIMITED),
        Edited.PROGRAMME: Field(
            "value", words("programme_question"), _programme, NONE, takes_files=True
        ),
        Edited.MEALS: Field("value", words("meals_question"), _read(parse_meals), NONE),
        Edited.QUESTIONS: Field("value", words("questions_question"), _read(parse_questions), NONE),
        Edited.REMINDERS: Field("value", words("reminders_question"), _offsets, OFFSETS),
        Edited.CHASES: Field("value", words("chases_question"), _offsets, OFFSETS),
    }
    return tuple(
        Form(f"scheduling.{edited}", (field,), finish(edited), Role.ANIMATOR)
        for edited, field in fields.items()
    )


def speaker_form(part: str, finish: Finish) -> Form:
    """Ask who speaks (`speaker`) or animates (`animator`)."""
    field = Field("value", words(f"{part}_question"), lambda text, _now: list(parse_speaker(text)))
    return Form(f"scheduling.{part}", (field,), finish, Role.ANIMATOR)


def parse_kind(text: str) -> str:
    """Read a kind, chosen by its button. Raises InputError: `kind_unknown`."""
    try:
        return Kind(text).value
    except ValueError as error:
        raise InputError("kind_unknown") from error


def read_when(text: str, now: datetime) -> list[dict[str, Any]]:
    """Read half-days. Raises InputError as `parse_half_days` does."""
    return [each.to_json() for each in parse_half_days(text, now)]


def _kind() -> Field:
    return Field("kind", words("kind_question"), _read(parse_kind), KINDS)


def _title() -> Field:
    return Field("title", words("title_question"), _read(parse_title))


def _when() -> Field:
    return Field("when", words("when_question"), read_when)


def _read(parse: Callable[[str], Any]) -> Callable[[str, datetime], Any]:
    return lambda text, _now: parse(text)


def _place(text: str, _now: datetime) -> list[str | None]:
    return ["", None] if text == NOTHING else list(parse_place(text))


def _capacity(text: str, _now: datetime) -> int | None:
    return parse_capacity(text)


def _programme(text: str, _now: datetime) -> str:
    return parse_programme(text)


def _offsets(text: str, _now: datetime) -> list[int] | None:
    return None if text == USUAL else parse_offsets(text)


def _date(text: str, now: datetime) -> str:
    """Check that a date can be read, whatever the hours of the last meeting are."""
    parse_half_days(text, now, WHOLE_DAY)
    return text
