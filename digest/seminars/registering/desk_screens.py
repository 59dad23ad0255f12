"""The buttons with which animators change somebody's answer."""

from collections.abc import Sequence
from typing import Any

from core.chat import Button, Keyboard, Text
from core.reference import NotARowError, Reference
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import picks, screens
from digest.seminars.registering.decide import HOLDING, Mode
from digest.seminars.registering.picks import read_pick
from digest.seminars.registering.rendering import words
from digest.seminars.rules import RegistrationState

EDIT = "registrations.edit"
STATE = "s"
LIST = "l"
REPRESENTED = "n"


def edits(mine: screens.Mine, registration: Registration, half_days: Sequence[Any]) -> Keyboard:
    """Return the buttons that change somebody's answer."""
    seminar, state = mine.seminar, RegistrationState(registration.state)

    def edit(label: Text, what: str, value: str) -> Button:
        reference = Reference("seminars", "answer", f"{registration.id}-{what}-{value}")
        return Button(label, EDIT, reference, seminar.version)

    moves = [
        ("come", state not in HOLDING or state is RegistrationState.REPRESENTED),
        ("leave", state in HOLDING or state is RegistrationState.ASKED),
        ("excuse", state is not RegistrationState.EXCUSED),
    ]
    states = [edit(words(f"do_{move}"), STATE, move) for move, possible in moves if possible]
    rows: list[tuple[Button, ...]] = [
        tuple(states), (edit(words("do_represent"), REPRESENTED, "1"),)
    ]  # fmt: skip
    if not mine.holds:
        return tuple(rows)
    choice, offer = mine.choice, mine.offer
    if len(offer.modes) > 1:
        rows.append(
            tuple(
                edit(words(f"mode_{one}", {"on": one is choice.mode}), picks.MODE, one.value)
                for one in offer.modes
            )
        )
    on = choice.half_days or offer.half_days
    if len(half_days) > 1:
        rows += [
            (edit(words("half_day", {"half_day": row, "on": row.id in on}),
                  picks.HALF_DAY, str(row.id)),)
            for row in half_days
        ]  # fmt: skip
    if offer.meals and choice.mode is Mode.SITE:
        rows += [
            (edit(words("meal", {"meal": meal, "on": meal == (choice.meal or "")}),
                  picks.MEAL, str(rank)),)
            for rank, meal in enumerate(("", *offer.meals))
        ]  # fmt: skip
    return tuple(rows)


def edited(reference: Reference) -> tuple[int, str, str]:
    """Return the registration, what changes of it, and into what."""
    if reference.kind != "answer":
        raise NotARowError(f"not an answer: {reference}")
    pick = read_pick(Reference(picks.ROOM, picks.KIND, reference.id))
    return pick.seminar, pick.what, pick.value


def page_button(label: str, seminar: Seminar, page: int) -> Button:
    """Return the button that shows a page of the list, the first being 0."""
    return picks.pick_button(words(label), "registrations.page", seminar, LIST, str(page))
