"""What a date is, decided from what stands around it."""

from watch.understanding.calls.labels import labelled, tagged
from watch.understanding.calls.limits import limited, started
from watch.understanding.calls.ranges import lasting
from watch.understanding.calls.spans import Shape
from watch.understanding.calls.surroundings import Surroundings
from watch.understanding.calls.verdicts import (
    CALLS,
    SPEAKS_OF_CALLS,
    Verdict,
    closing,
    first_of,
    has,
)


def decide(shape: Shape, near: Surroundings) -> Verdict | None:
    """Return what the days of a span are; None when they are of no call and no training."""
    if _is_foreign(near):
        return None
    verdict = lasting(near) if shape == "range" else tagged(near) or _by_lead(near)
    if verdict is None:
        return None
    if verdict.kind == "full_file" and not near.two_steps:
        return Verdict("closing", verdict.first, verdict.because)
    if verdict.kind == "closing" and shape == "list":
        return Verdict("round", None, verdict.because)
    return verdict if verdict.kind != "round" or _is_round(shape, near, verdict) else None


def _is_foreign(near: Surroundings) -> bool:
    """Taxes and elections have deadlines that are not ours, unless a call is named."""
    around = (*near.sentence, *near.right)
    return has(around, "foreign") and not has(around, "name")


def _by_lead(near: Surroundings) -> Verdict | None:
    if near.lead == "limit" or near.urged:
        return limited(near)
    if near.lead == "start":
        return started(near)
    if near.lead == "after":
        said = first_of(near.sentence, CALLS | {"label"})
        return closing(None, said) if said and near.refused else None
    if near.lead == "instead":
        said = first_of(near.sentence, {"extension"})
        return closing(None, said) if said else None
    return labelled(near)


def _is_round(shape: Shape, near: Surroundings, verdict: Verdict) -> bool:
    """« la relève », « la vague » may be anything, where no call is spoken of."""
    sure = shape == "list" or has(verdict.because, "round")
    return (
        sure or bool(near.document & SPEAKS_OF_CALLS) or has((*near.sentence, *near.right), *CALLS)
    )
