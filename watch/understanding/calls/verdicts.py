"""What a date may be found to be, and what every finding of it stands on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watch.understanding.calls.surroundings import Surroundings
from watch.understanding.calls.vocabulary import Meaning, Said
from watch.understanding.records import DateKind


@dataclass(frozen=True)
class Verdict:
    """What the days of a span are, and which words said so.

    `first` is what the first day of a range is, when that is something else.
    """

    kind: DateKind
    first: DateKind | None = None
    because: tuple[Said, ...] = ()


SPECIFIC: dict[Meaning, DateKind] = {
    "registration": "registration",
    "letter": "letter_of_intent",
    "full": "full_file",
    "round": "round",
    "wave": "round",
}
"""The words that name one kind of closing."""

CALLS: frozenset[Meaning] = frozenset(
    {"name", "paper", "act", "deposit", "due", "registration", "letter", "full", "round"}
)
"""The words that speak of something that can be answered, in the sentence of a date."""

SPEAKS_OF_CALLS: frozenset[Meaning] = frozenset(
    {"name", "letter", "round", "deposit", "due", "label", "paper"}
)
"""The same, in the title or shortly before."""


def first_of(words: Iterable[Said], meanings: Iterable[Meaning]) -> Said | None:
    """Return the first of `words` that means one of `meanings`."""
    wanted = frozenset(meanings)
    return next((said for said in words if said.meaning in wanted), None)


def has(words: Iterable[Said], *meanings: Meaning) -> bool:
    """Tell whether one of `words` means one of `meanings`."""
    return first_of(words, meanings) is not None


def speaks_of_calls(near: Surroundings) -> bool:
    """Tell whether something can be answered: around the date, in the title or shortly before."""
    return bool(near.document & SPEAKS_OF_CALLS) or has((*near.sentence, *near.right), *CALLS)


def speaks_of_training(near: Surroundings) -> bool:
    """Tell whether the title, or what comes shortly before, is about a training and no call."""
    return "training" in near.document and "name" not in near.document


def closing(said: Said | None, *others: Said) -> Verdict:
    """Return the closing that a word names: of any call, or of one kind."""
    words = (said, *others) if said else others
    return Verdict(SPECIFIC.get(said.meaning, "closing") if said else "closing", None, words)


def closing_of(words: Sequence[Said]) -> Verdict | None:
    """Return what closes in `words`, which follow the date; None when nothing does.

    « pour déposer leur lettre d’intention » is of the letter, « pour répondre » of the call.
    """
    said = first_of(words, CALLS | {"send"})
    if said is None:
        return None
    specific = first_of(words, SPECIFIC)
    if specific and said.meaning in {"act", "send", "due", "deposit", *SPECIFIC}:
        return closing(specific, said)
    return Verdict("closing", None, (said,))


def extended(near: Surroundings, verdict: Verdict) -> Verdict:
    """Return a closing as the extension that « prorogé » makes of it, if that is said.

    Said before a colon, it is of the whole call: of nothing that has a kind of its own.
    """
    said = first_of(near.since if verdict.kind == "closing" else near.near, {"extension"})
    return Verdict("extension", None, (*verdict.because, said)) if said else verdict
