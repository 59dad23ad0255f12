"""Dates that a preposition makes a limit or a start: « jusqu’au », « à partir du »."""

from itertools import takewhile

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
)
from watch.understanding.calls.vocabulary import Meaning, Said

_HIDE: frozenset[Meaning] = frozenset({"regime", "starting"})
_HANDED_IN: frozenset[Meaning] = frozenset({"paper", *SPECIFIC})
_HANDING: frozenset[Meaning] = frozenset({"deposit", "due"})
_ABOVE: frozenset[Meaning] = frozenset({"name", "letter", "round", "deposit", "label"})
_SPOKEN: frozenset[Meaning] = frozenset({"name", "act", "training", "label"})


def limited(near: Surroundings) -> Verdict | None:
    """Return what closes at a limit; None when nothing does.

    It is the nearest thing that is handed in; else what is called, done, or said to close. What
    lasts until a date hides all that comes before it.
    """
    if near.purpose and (verdict := closing_of(near.right)):
        return extended(near, verdict)
    seen = tuple(takewhile(lambda said: not _hides(near, said), near.sentence))
    said = _nearest(near.since[: len(seen)], seen)
    if said is None:
        return _from_right(near) or _from_document(near) if seen == near.sentence else None
    if said.meaning == "training":
        return _from_right(near)
    if said.meaning not in SPECIFIC and (turn := first_of(near.since, {"round"})):
        return closing(turn, said)
    return extended(near, closing(said))


def _nearest(since: tuple[Said, ...], seen: tuple[Said, ...]) -> Said | None:
    """Return what is limited: said since the date before, if anything is."""
    return (
        first_of(since, _HANDED_IN)
        or first_of(since, _HANDING)
        or first_of(seen, _HANDED_IN | _HANDING)
        or first_of(seen, _SPOKEN)
    )


def _hides(near: Surroundings, said: Said) -> bool:
    """« ouvert jusqu’au » is of the call, whatever lasts is said between them."""
    opened = has(near.near[:1], "opening") and has(near.sentence, *CALLS)
    return said.meaning in _HIDE and said in near.clause and not opened


def _from_right(near: Surroundings) -> Verdict | None:
    """Return what closes in the words that follow: « Avant le 15 mars, déposez… »."""
    said = first_of(near.right, CALLS | _HIDE | {"event"})
    verdict = closing_of(near.right) if said and said.meaning in CALLS else None
    return extended(near, verdict) if verdict else None


def _from_document(near: Surroundings) -> Verdict | None:
    """Return what closes in the text: if the sentence itself says little else."""
    if near.right and near.right[0].meaning in _HIDE | {"event"}:
        return None
    if near.document & _ABOVE and not has(near.clause, "event"):
        told = near.short or has(near.clause, "opening", "send", "fund", "extension")
        return extended(near, Verdict("closing", None, near.clause[:1])) if told else None
    funded = has(near.near[:1], "opening") and has(near.sentence, "fund")
    return Verdict("closing", None, near.near[:1]) if near.alone or funded else None


def started(near: Surroundings) -> Verdict | None:
    """Return what « à partir du » opens or begins; None when it is neither call nor training."""
    for said in (*near.sentence, *near.right):
        if said.meaning in {"regime", "event"}:
            return None
        if said.meaning in CALLS or (said.meaning == "opening" and speaks_of_calls(near)):
            return Verdict("opening", None, (said,))
        if said.meaning == "training":
            return Verdict("training", None, (said,))
    return None
