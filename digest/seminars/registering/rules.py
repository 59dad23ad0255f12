"""What people may choose as they register, read from what they typed. Decisions only."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.seminars.half_days import half_days_chosen
from digest.seminars.registering.decide import HOLDING, Choice, Mode
from digest.seminars.rules import RegistrationState

MOST_QUESTIONS = 20
"""How many free questions a form carries."""

LONGEST_ANSWER = 1000
"""Characters of an answer to a free question."""

OFFERS = "offer"
SEEKS = "seek"
"""Whether somebody has room in their car, or looks for some."""


@dataclass(frozen=True)
class Offer:
    """What a meeting lets people choose, in its order; `departments` is empty without carpool."""

    modes: tuple[Mode, ...] = (Mode.SITE,)
    half_days: tuple[int, ...] = ()
    meals: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether there is anything to choose at all."""
        several = len(self.modes) > 1 or len(self.half_days) > 1
        return several or bool(self.meals or self.departments or self.questions)


@dataclass(frozen=True)
class Typed:
    """A filled form, as it was: to be shown again when something in it is wrong."""

    mode: str = ""
    half_days: tuple[str, ...] = ()
    meal: str = ""
    department: str = ""
    car: str = ""
    answers: tuple[str, ...] = ()


def read_choice(typed: Typed, offer: Offer) -> tuple[Choice, Mapping[str, str]]:
    """Return the choice that a form makes, and what is wrong with it by field.

    Problems: `half_days` (`none`: nobody comes to no half-day), `meal` (`unknown`: it is not
    proposed any more), `answer-N` (`long`). Meal and car are for who comes on site.
    """
    problems: dict[str, str] = {}
    known = {mode.value: mode for mode in offer.modes}
    mode = known.get(typed.mode, offer.modes[0])
    chosen = tuple(one for one in offer.half_days if str(one) in typed.half_days)
    if len(offer.half_days) > 1 and not chosen:
        problems["half_days"] = "none"
    meal = typed.meal if mode is Mode.SITE and offer.meals else ""
    if meal and meal not in offer.meals:
        problems["meal"] = "unknown"
    answers = {}
    for number, (question, words) in enumerate(zip(offer.questions, typed.answers, strict=False)):
        if len(words) > LONGEST_ANSWER:
            problems[f"answer-{number}"] = "long"
        if words.strip():
            answers[question] = words.strip()
    choice = Choice(
        mode=mode,
        half_days=half_days_chosen(chosen, offer.half_days),
        meal=meal or None,
        carpool=_car(typed, offer) if mode is Mode.SITE else None,
        answers=answers,
    )
    return choice, problems


def typed_as(choice: Choice, offer: Offer) -> Typed:
    """Return the form that makes a choice: what is shown to who changes theirs."""
    department, _, car = (choice.carpool or "").partition(":")
    half_days = half_days_chosen(choice.half_days, offer.half_days) or offer.half_days
    return Typed(
        mode=choice.mode.value,
        half_days=tuple(map(str, half_days)),
        meal=choice.meal or "",
        department=department,
        car=car,
        answers=tuple(choice.answers.get(question, "") for question in offer.questions),
    )


def may_register(state: RegistrationState, *, open_to_all: bool, invited: bool) -> bool:
    """Say whether somebody can ask for a place: when it is open, or they were invited."""
    return open_to_all or invited or state in HOLDING


def _car(typed: Typed, offer: Offer) -> str | None:
    if typed.department not in offer.departments:
        return None
    return f"{typed.department}:{typed.car if typed.car in {OFFERS, SEEKS} else SEEKS}"
