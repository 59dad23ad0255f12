"""What every paper of a meeting shows: the fundings in force on its day, words that fonts have."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.chat import Text
from core.clock import PARIS
from core.funding.emblem import emblem_svg
from core.funding.rules import EMBLEM_HEIGHT, in_force
from core.parts import Parts
from digest.seminars.attendance.rules import printable
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown

WORDS = "print/attendance.txt"

Say = Callable[..., str]


def saying(parts: Parts, seminar: Seminar, **values: object) -> Say:
    """Return what renders a block of the papers' words, about a meeting."""
    about = {**shown(parts, seminar), **values}
    language = parts.settings.network.language

    def say(block: str, **more: object) -> str:
        return printable(parts.renderer.plain(Text(WORDS, block, {**about, **more}), language))

    return say


def operations(parts: Parts, say: Say, at: datetime) -> Sequence[str]:
    """Return the title and number of each operation funded on the day of `at`, in Paris."""
    running = in_force(parts.settings.funding, at.astimezone(PARIS).date())
    named = [each for each in running if each.operation or each.number]
    every = (say("operation", operation=each.operation, number=each.number) for each in named)
    return list(dict.fromkeys(every))


def funding(parts: Parts, say: Say, at: datetime) -> Mapping[str, Any]:
    """Return the notice in force at `at`, as layouts of typst show it."""
    notice = parts.renderer.notice(at)
    return {
        "emblem": emblem_svg(EMBLEM_HEIGHT, border=False),
        "emblem_words": say("emblem_words"),
        "european": [printable(each) for each in notice.european],
        "others": [printable(each) for each in notice.others],
        "logos": [
            {"data": list(logo.data), "words": logo.words, "height": logo.height}
            for logo in notice.logos
        ],
    }
