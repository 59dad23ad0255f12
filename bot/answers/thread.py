"""What a question and its answer are, in the thread of their messages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers.rules import one_line
from bot.hotline.decide import Direction, courtesy


@dataclass(frozen=True)
class Said:
    """A message of a question's thread."""

    direction: Direction
    text: str


@dataclass(frozen=True)
class Exchange:
    """What was asked and answered; `wording` is how its asker began, on one line."""

    question: str
    answer: str
    wording: str


def exchange(thread: Sequence[Said]) -> Exchange:
    """Return what was asked, up to the first answer, and all that was answered to it.

    Courtesies and notes are left out.
    """
    said = [each for each in thread if each.text.strip() and each.direction is not Direction.NOTE]
    first = next(
        (place for place, each in enumerate(said) if each.direction is Direction.TO_AGENT),
        len(said),
    )
    asked = [each.text.strip() for each in said[:first] if courtesy(each.text) is None]
    answers = [each.text.strip() for each in said if each.direction is Direction.TO_AGENT]
    return Exchange(
        question="\n\n".join(asked),
        answer="\n\n".join(answers),
        wording=one_line(asked[0]) if asked else "",
    )
