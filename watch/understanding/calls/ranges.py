"""From a day to another: « du 1er mars au 30 avril »."""

from watch.understanding.calls.surroundings import Surroundings
from watch.understanding.calls.verdicts import (
    CALLS,
    SPECIFIC,
    Verdict,
    closing,
    closing_of,
    first_of,
    has,
    speaks_of_calls,
    speaks_of_training,
)
from watch.understanding.calls.vocabulary import Meaning, Said

_NEVER: frozenset[Meaning] = frozenset({"regime", "event"})
_CLOSED: frozenset[Meaning] = frozenset({"label", "deposit", "due"})
_NOUNS: frozenset[Meaning] = frozenset({"name", "paper", "act"})


def lasting(near: Surroundings) -> Verdict | None:
    """Return what lasts from a day to another: a call opens and closes, a training begins."""
    told = near.since if near.apart else near.sentence
    for said in told:
        if said.meaning in _NEVER and said in near.clause:
            return None
        if said.meaning in SPECIFIC or said.meaning in _CLOSED:
            specific = said if said.meaning in SPECIFIC else first_of(near.near, SPECIFIC)
            return _open(closing(specific, said))
        if said.meaning == "extension":
            moved = Verdict("extension", "closing", (said,))
            return moved if speaks_of_calls(near) else None
        if said.meaning in {"training", "starting", "held"}:
            return _trained(near, said)
        if said.meaning == "opening":
            return _opened(near, said)
    noun = first_of(told, _NOUNS)
    return _open(closing(noun)) if noun else _from_right(near)


def _open(verdict: Verdict) -> Verdict:
    return Verdict(verdict.kind, "opening", verdict.because)


def _opened(near: Surroundings, said: Said) -> Verdict | None:
    """« ouvert du… au… »: a call, if one is spoken of; else a training, if it is one."""
    if has(near.sentence, *CALLS) or speaks_of_calls(near):
        return _open(closing(first_of(near.near, SPECIFIC), said))
    return _trained(near, said) if has(near.sentence, "training") else None


def _trained(near: Surroundings, said: Said) -> Verdict | None:
    """Return what is named first: a training, or a call for trainings."""
    before = near.sentence[near.sentence.index(said) :]
    if said.meaning == "training" and has(before, "name"):
        return _open(closing(None, said))
    training = first_of((*near.sentence, *near.right[:1]), {"training"})
    if training or speaks_of_training(near):
        return Verdict("training", "training", (training or said,))
    return None


def _from_right(near: Surroundings) -> Verdict | None:
    """Return what follows: « Du 1er mars au 30 avril, candidatez »."""
    said = first_of(near.right, _NEVER | CALLS | {"past", "training"})
    if said is None:
        bare = near.first and speaks_of_training(near)
        return Verdict("training", "training") if bare else None
    if said.meaning == "training":
        return Verdict("training", "training", (said,))
    verdict = closing_of(near.right) if said.meaning in CALLS else None
    return _open(verdict) if verdict else None
