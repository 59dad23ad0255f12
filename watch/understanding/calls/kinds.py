"""What a date is, decided from what stands around it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watch.understanding.calls.spans import Shape
from watch.understanding.calls.surroundings import Surroundings
from watch.understanding.calls.vocabulary import Meaning, Said
from watch.understanding.records import DateKind


@dataclass(frozen=True)
class Verdict:
    """What the days of a span are, and which words said so.

    `first` is what the first day of a range is; None says nothing.
    """

    kind: DateKind
    first: DateKind | None = None
    because: tuple[Said, ...] = ()


_SPECIFIC: dict[Meaning, DateKind] = {
    "registration": "registration",
    "letter": "letter_of_intent",
    "full": "full_file",
    "round": "round",
    "wave": "round",
}
_ANSWERED: frozenset[Meaning] = frozenset({"name", "paper", "act", "deposit", "due"})
_CALLS: frozenset[Meaning] = _ANSWERED | {"registration", "letter", "full", "round"}
_SPEAKS_OF_CALLS: frozenset[Meaning] = frozenset(
    {"name", "letter", "round", "deposit", "due", "label", "paper"}
)


def decide(shape: Shape, near: Surroundings) -> Verdict | None:
    """Return what the days of a span are; None when they are of no call and no training."""
    if _is_foreign(near):
        return None
    verdict = _range(near) if shape == "range" else _point(near, several=shape == "list")
    return _in_steps(verdict, near) if verdict else None


def _is_foreign(near: Surroundings) -> bool:
    """Taxes and elections have deadlines that are not ours, unless a call is named."""
    around = {said.meaning for said in (*near.sentence, *near.right)}
    return "foreign" in around and "name" not in around


def _in_steps(verdict: Verdict, near: Surroundings) -> Verdict:
    """A full file without a letter of intent is an ordinary closing."""
    if verdict.kind == "full_file" and not near.two_steps:
        return Verdict("closing", verdict.first, verdict.because)
    return verdict


# --- a day, or several ------------------------------------------------------------------------


def _point(near: Surroundings, *, several: bool) -> Verdict | None:
    verdict = _tagged(near) or _by_lead(near, several=several)
    if verdict and verdict.kind == "round" and not (several or _is_round(near, verdict)):
        return None
    if verdict and verdict.kind == "closing" and several:
        return Verdict("round", None, verdict.because)
    return verdict


def _is_round(near: Surroundings, verdict: Verdict) -> bool:
    """« la relève », « la vague » may be anything where no call is spoken of."""
    sure = any(said.meaning == "round" for said in verdict.because)
    return sure or bool(near.document & _SPEAKS_OF_CALLS) or _has(near.sentence, _ANSWERED)


def _by_lead(near: Surroundings, *, several: bool) -> Verdict | None:
    match near.lead:
        case "since":
            return None
        case "limit":
            return _limited(near)
        case "start":
            return _started(near)
        case "after":
            said = _first(near.sentence, _ANSWERED | {"label"})
            return Verdict("closing", None, (said,)) if said and near.refused else None
        case "instead":
            said = _first(near.sentence, {"extension"})
            return Verdict("closing", None, (said,)) if said else None
        case _:
            return _limited(near) if near.urged else _plain(near, several=several)


def _tagged(near: Surroundings) -> Verdict | None:
    """« 15 avril : clôture des candidatures », « 15 avril (dossier complet) »."""
    for said in near.tags:
        if kind := _SPECIFIC.get(said.meaning):
            return Verdict(kind, None, (said,))
        if said.meaning in {"label", "deposit", "due"}:
            specific = _first(near.tags, _SPECIFIC)
            kind = _SPECIFIC[specific.meaning] if specific else "closing"
            return Verdict(kind, None, (said,))
        if said.meaning == "opening" and (_calls_around(near) or _has(near.tags, _CALLS)):
            return Verdict("opening", None, (said,))
        if said.meaning == "training" and near.first:
            return Verdict("training", None, (said,))
        return None
    return None


def _limited(near: Surroundings) -> Verdict | None:
    """A limit is of a call when the nearest thing that can be limited is."""
    if near.purpose and (kind := _kind_of(near.right)):
        return _extended(near, kind) or Verdict(kind[0], None, kind[1])
    fallback: Said | None = None
    opened = _has(near.near[:1], {"opening"}) and _has(near.sentence, _CALLS)
    for said in near.sentence:
        if said.meaning in {"regime", "starting"} and said in near.clause and not opened:
            if fallback is None:
                return None
            break
        if said.meaning in _SPECIFIC or said.meaning in {"paper", "deposit", "due"}:
            kind = _SPECIFIC.get(said.meaning, "closing")
            found = (kind, (said,))
            return _extended(near, found) or Verdict(kind, None, (said,))
        if said.meaning in {"name", "act", "training", "label"} and fallback is None:
            fallback = said
    if fallback:
        return _fallen_back(near, fallback)
    return _from_right(near)


def _fallen_back(near: Surroundings, said: Said) -> Verdict | None:
    """Only the name of a call, a verb or a label was said."""
    if said.meaning == "training":
        return _from_right(near, training=True)
    return _extended(near, ("closing", (said,))) or Verdict("closing", None, (said,))


def _from_right(near: Surroundings, *, training: bool = False) -> Verdict | None:
    """What follows the date says what is limited, or what the text speaks of does."""
    for said in near.right:
        if said.meaning in {"regime", "starting", "event"}:
            return None
        if said.meaning in _CALLS:
            kind = _kind_of(near.right) or ("closing", (said,))
            return _extended(near, kind) or Verdict(kind[0], None, kind[1])
    if training:
        return None
    extended = _extended(near, ("closing", ()))
    if extended and _calls_around(near):
        return extended
    opened = _has(near.clause, {"opening", "send", "fund"})
    if _calls_around(near) and (opened or near.short) and not _has(near.clause, {"event"}):
        return Verdict("closing", None, near.clause[:1])
    return Verdict("closing") if near.alone or _fund_opened(near) else None


def _fund_opened(near: Surroundings) -> bool:
    return _has(near.near[:1], {"opening"}) and _has(near.sentence, {"fund"})


def _extended(near: Surroundings, found: tuple[DateKind, tuple[Said, ...]]) -> Verdict | None:
    """« prorogé au » makes an extension of a closing; said before a colon, of nothing specific."""
    kind, because = found
    extension = _first(near.near, {"extension"})
    if extension is None and kind == "closing":
        extension = _first(near.sentence[:2], {"extension"})
    if extension is None:
        return None
    regime = _first(near.clause, {"regime"})
    if regime and not because:
        return None
    return Verdict("extension", None, (*because, extension))


def _kind_of(words: Sequence[Said]) -> tuple[DateKind, tuple[Said, ...]] | None:
    """Return what is answered in `words`: a first step, a registration, else a call."""
    said = _first(words, _CALLS | {"send"})
    if said is None:
        return None
    specific = _first(words, _SPECIFIC)
    if specific and said.meaning in {"act", "send", "due", "deposit", *_SPECIFIC}:
        return _SPECIFIC[specific.meaning], (said, specific)
    return "closing", (said,)


def _started(near: Surroundings) -> Verdict | None:
    """« à partir du » opens a call, or begins a training."""
    for said in (*near.sentence, *near.right):
        if said.meaning in {"regime", "event", "foreign"}:
            return None
        if said.meaning in _CALLS:
            return Verdict("opening", None, (said,))
        if said.meaning == "opening" and _calls_around(near):
            return Verdict("opening", None, (said,))
        if said.meaning == "training":
            return Verdict("training", None, (said,))
    return None


def _plain(near: Surroundings, *, several: bool) -> Verdict | None:
    """Without a preposition of its own, a date needs a label that leads to it."""
    specific: Said | None = None
    weak: Said | None = None
    for said in near.near:
        meaning = said.meaning
        if near.lead == "of" and near.lead_start - said.end > 1 and not specific:
            return None
        if meaning in {"regime", "event", "past"}:
            return None
        if meaning in _SPECIFIC:
            specific = specific or said
            if meaning in {"round", "wave"}:
                return _extended(near, ("round", ())) or Verdict("round", None, (said,))
        elif meaning in {"extension", "label", "ending", "due", "deposit"}:
            return _labelled(near, said, specific, weak)
        elif meaning == "opening":
            known = specific or weak or _calls_around(near) or near.lead == "colon"
            return Verdict("opening", None, (said,)) if known else None
        elif meaning == "training":
            return _trained(near, said)
        elif meaning in {"starting", "held"}:
            return _held(near, said)
        elif meaning in {"name", "paper"}:
            weak = weak or said
        elif meaning in {"act", "send"}:
            return None
    return _bare(near, specific, weak, several=several)


def _labelled(
    near: Surroundings, label: Said, specific: Said | None, weak: Said | None
) -> Verdict | None:
    kind: DateKind = _SPECIFIC[specific.meaning] if specific else "closing"
    because = tuple(said for said in (label, specific) if said)
    if label.meaning == "extension":
        known = specific or weak or _calls_around(near) or _has(near.sentence, {"label"})
        if _has(near.sentence, {"training"}) and not (specific or weak):
            return Verdict("training", None, because)
        return Verdict("extension", None, because) if known else None
    if extended := _extended(near, (kind, because)):
        return extended
    if label.meaning == "ending" and not (specific or weak or _calls_around(near)):
        return None
    return Verdict(kind, None, because)


def _trained(near: Surroundings, said: Said) -> Verdict | None:
    """« formation le 12 mars »: but « appel à projets formation » is a call."""
    if _has(near.clause[near.clause.index(said) :], {"name"}):
        return None
    return Verdict("training", None, (said,))


def _held(near: Surroundings, said: Said) -> Verdict | None:
    """« débute le », « session du »: of a training, if one is spoken of; or a label's own verb."""
    rest = near.near[near.near.index(said) + 1 :]
    label = _first(rest, {"label", "training", "event", "extension"})
    if label and label.meaning == "label":
        specific = _first(rest, {"registration", "letter", "full"})
        kind: DateKind = _SPECIFIC[specific.meaning] if specific else "closing"
        return Verdict(kind, None, (label,))
    if label and label.meaning == "event":
        return None
    if training := _first(near.sentence, {"training"}):
        return Verdict("training", None, (training,))
    if _has(near.sentence, _CALLS) or not _is_training(near):
        return None
    return Verdict("training", None, (said,))


def _bare(
    near: Surroundings, specific: Said | None, weak: Said | None, *, several: bool
) -> Verdict | None:
    """Only nouns lead to the date, or nothing does."""
    if near.lead == "colon" and (specific or (weak and weak.meaning == "paper")):
        said = specific or weak
        kind: DateKind = _SPECIFIC[specific.meaning] if specific else "closing"
        return Verdict(kind, None, (said,) if said else ())
    if near.lead == "plain" and specific and specific.meaning in {"letter", "full"}:
        return Verdict(_SPECIFIC[specific.meaning], None, (specific,))
    if near.first and near.right and near.right[0].meaning == "label" and not several:
        return _tagged_after(near)
    if near.first and near.lead in {"plain", "colon"} and _is_training(near):
        return Verdict("training")
    return None


def _tagged_after(near: Surroundings) -> Verdict:
    """« Le 15 mars est la date limite d’inscription »."""
    kind, because = _kind_of(near.right) or ("closing", ())
    return Verdict(kind, None, because or near.right[:1])


# --- from a day to another --------------------------------------------------------------------


def _range(near: Surroundings) -> Verdict | None:
    """« du 1er mars au 30 avril »: a call opens and closes, a training begins."""
    weak: Said | None = None
    for said in near.sentence:
        meaning = said.meaning
        if meaning in {"regime", "event"}:
            if said in near.clause:
                return None
        elif meaning in _SPECIFIC:
            return Verdict(_SPECIFIC[meaning], "opening", (said,))
        elif meaning == "extension":
            return Verdict("extension", "closing", (said,)) if _calls_around(near) else None
        elif meaning == "training":
            return _range_of_training(near, said)
        elif meaning in {"starting", "held"}:
            return _training_of(near, said)
        elif meaning in {"name", "paper", "act"}:
            weak = weak or said
        elif meaning in {"opening", "label", "deposit", "due"}:
            return _range_of_call(near, said)
    if weak:
        return Verdict("closing", "opening", (weak,))
    return _range_from_right(near)


def _range_of_training(near: Surroundings, said: Said) -> Verdict:
    """The first that is named is what it is about: a training, or a call for trainings."""
    earlier = near.sentence[near.sentence.index(said) :]
    if _has(earlier, {"name"}):
        return Verdict("closing", "opening", (said,))
    return Verdict("training", "training", (said,))


def _training_of(near: Surroundings, said: Said) -> Verdict | None:
    training = _first(near.sentence, {"training"})
    if training or _is_training(near):
        return Verdict("training", "training", (training or said,))
    return None


def _range_of_call(near: Surroundings, said: Said) -> Verdict | None:
    if said.meaning == "opening" and not (_has(near.sentence, _CALLS) or _calls_around(near)):
        return _training_of(near, said) if _has(near.sentence, {"training"}) else None
    specific = _first(near.near, _SPECIFIC)
    kind: DateKind = _SPECIFIC[specific.meaning] if specific else "closing"
    return Verdict(kind, "opening", (said,))


def _range_from_right(near: Surroundings) -> Verdict | None:
    for said in near.right:
        if said.meaning in {"regime", "event", "past"}:
            return None
        if said.meaning == "training":
            return Verdict("training", "training", (said,))
        if said.meaning in _CALLS:
            kind, because = _kind_of(near.right) or ("closing", (said,))
            return Verdict(kind, "opening", because)
    return Verdict("training", "training") if near.first and _is_training(near) else None


# --- what is spoken of ------------------------------------------------------------------------


def _calls_around(near: Surroundings) -> bool:
    """Tell whether the text speaks of something that can be answered, here or shortly before."""
    return bool(near.document & _SPEAKS_OF_CALLS) or _has((*near.sentence, *near.right), _CALLS)


def _is_training(near: Surroundings) -> bool:
    return "training" in near.document and "name" not in near.document


def _has(words: Iterable[Said], meanings: Iterable[Meaning]) -> bool:
    return _first(words, meanings) is not None


def _first(words: Iterable[Said], meanings: Iterable[Meaning]) -> Said | None:
    wanted = frozenset(meanings)
    return next((said for said in words if said.meaning in wanted), None)
