"""Dates that have no preposition of their own: a label leads to them, or follows."""

from watch.understanding.calls.surroundings import Surroundings
from watch.understanding.calls.verdicts import (
    CALLS,
    SPECIFIC,
    Verdict,
    closing,
    closing_of,
    extended,
    first_of,
    has,
    speaks_of_calls,
    speaks_of_training,
)
from watch.understanding.calls.vocabulary import Meaning, Said

_STOPS: frozenset[Meaning] = frozenset({"regime", "event", "past", "act", "send"})
_NOUNS: frozenset[Meaning] = frozenset({"name", "paper"})
_STEPS: frozenset[Meaning] = frozenset({"registration", "letter", "full"})


def tagged(near: Surroundings) -> Verdict | None:
    """Return what a bracket or a colon right after says: « 15 avril : clôture »."""
    if not near.tags:
        return None
    said = near.tags[0]
    if said.meaning in SPECIFIC:
        return closing(said)
    if said.meaning in {"label", "deposit", "due"}:
        return closing(first_of(near.tags, SPECIFIC), said)
    if said.meaning == "opening" and (speaks_of_calls(near) or has(near.tags, *CALLS)):
        return Verdict("opening", None, (said,))
    if said.meaning == "training" and not has(near.near, "label"):
        return Verdict("training", None, (said,))
    return None


def labelled(near: Surroundings) -> Verdict | None:
    """Return what the words that lead to a date say it is; None when they say nothing."""
    passed: list[Said] = []
    for said in near.near:
        if said.meaning in _STOPS or (near.lead == "of" and not _touches(near, said, passed)):
            return None
        if said.meaning in {"round", "wave"}:
            return closing(said)
        if said.meaning in {"extension", "label", "ending", "due", "deposit"}:
            return _closed(near, said, passed)
        if said.meaning == "opening":
            known = passed or speaks_of_calls(near) or near.lead == "colon"
            return Verdict("opening", None, (said,)) if known else None
        if said.meaning in {"training", "starting", "held"}:
            return _begun(near, said)
        passed.append(said)
    return _bare(near, passed)


def _touches(near: Surroundings, said: Said, passed: list[Said]) -> bool:
    """« du 15 mars » is of the word right before it: « la date limite d’inscription du… »."""
    return near.lead_start - said.end <= 1 or has(passed, *_STEPS)


def _closed(near: Surroundings, label: Said, passed: list[Said]) -> Verdict | None:
    """Return what « clôture », « échéance », « à déposer », « reporté » make of a date."""
    specific = first_of(passed, SPECIFIC)
    known = has(passed, *_NOUNS, *SPECIFIC) or speaks_of_calls(near)
    if label.meaning == "extension":
        if has(near.sentence, "training") and not has(passed, *_NOUNS, *SPECIFIC):
            return Verdict("training", None, (label,))
        return Verdict("extension", None, (label,)) if known else None
    if label.meaning == "ending" and not known:
        return None
    if label.meaning in {"due", "deposit"} and not specific:
        specific = first_of(near.since, _STEPS)
    return extended(near, closing(specific, label))


def _begun(near: Surroundings, said: Said) -> Verdict | None:
    """Return what « formation », « débute », « session », « prévu » make of a date."""
    rest = near.near[near.near.index(said) :]
    label = first_of(rest, {"label", "training", "event", "extension"})
    if label and label.meaning == "event":
        return None
    if label and label.meaning == "label":
        return closing(first_of(rest, _STEPS), label)
    if said.meaning == "training" and has(near.clause[near.clause.index(said) :], "name"):
        return None
    if training := first_of((*near.sentence, *near.right[:1]), {"training"}):
        return Verdict("training", None, (training,))
    alone = speaks_of_training(near) and not has(near.sentence, *CALLS)
    return Verdict("training", None, (said,)) if alone else None


def _bare(near: Surroundings, passed: list[Said]) -> Verdict | None:
    """Return what nouns alone say: « Dossiers : 15 mars », « dossier complet le 15 mars »."""
    step = first_of(passed, _STEPS)
    paper = first_of(passed, {"paper"})
    if near.lead == "colon" and (step or paper):
        return closing(step or paper)
    if near.lead == "plain" and step and step.meaning != "registration":
        return closing(step)
    if near.first and near.right and near.right[0].meaning == "label":
        return closing_of(near.right) or closing(near.right[0])
    return _bare_training(near)


def _bare_training(near: Surroundings) -> Verdict | None:
    """Return a training whose date nothing leads to: « Formation : 4 jours (12 mars…) »."""
    if near.purpose and has(near.right[:1], "training"):
        return Verdict("training", None, near.right[:1])
    if not near.near and near.short and has(near.since[:1], "training"):
        return Verdict("training", None, near.since[:1])
    bare = near.first and near.lead != "of" and speaks_of_training(near)
    return Verdict("training") if bare else None
