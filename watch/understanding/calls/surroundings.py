"""What stands around a date: the preposition that leads to it, and the words that say what it is.

A sentence ends at a full stop before a capital, a semicolon, a bullet, a new line before a
capital; its clause begins at its last colon. A line that begins with a date belongs to the line
above it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from watch.understanding.calls.folding import Folded
from watch.understanding.calls.spans import Span
from watch.understanding.calls.vocabulary import Meaning, Said, find_said

Lead = Literal["limit", "start", "after", "instead", "since", "of", "colon", "plain"]
"""« jusqu’au », « à partir du », « après le », « au lieu du », « depuis le », « du », « : »."""


@dataclass(frozen=True)
class Surroundings:
    """What is said around a span of days.

    `lead_start` is where the preposition begins. `near` are the words between the date before and
    this one in the clause, `since` those in the sentence; `clause` and `sentence` go farther back
    than that date; all begin with the nearest. `right` are those that follow in the clause, in
    order; `tags` those of a bracket or a colon right after (« 15 avril : clôture »).

    `first` says that nothing stands before in the clause, `short` that little does, `apart` that
    something is said between the date before and this one; `urged` that a
    limit is said afterwards (« le 15 mars au plus tard »), `purpose` that what one does until then
    is (« jusqu’au 15 mars pour candidater »), `refused` that something is refused.

    `document` are the meanings of the title and of what comes shortly before; `two_steps` says
    that a letter of intent may be spoken of in the text, `alone` that it says nothing else.
    """

    lead: Lead
    lead_start: int
    near: tuple[Said, ...] = ()
    since: tuple[Said, ...] = ()
    clause: tuple[Said, ...] = ()
    sentence: tuple[Said, ...] = ()
    right: tuple[Said, ...] = ()
    tags: tuple[Said, ...] = ()
    first: bool = False
    short: bool = False
    urged: bool = False
    purpose: bool = False
    refused: bool = False
    document: frozenset[Meaning] = frozenset()
    two_steps: bool = False
    apart: bool = False
    alone: bool = False


_BREAK = re.compile(
    r"[.!?…;•►▶◆■●*\n](?:(?<=[;•►▶◆■●])|(?<=\s\*)(?=\s)|(?<=\n)(?=[^\S\n]{0,4}[^\sa-zà-ÿ])"
    r"|(?<=[.!?…])(?<![\s.(][A-Z].)(?=[\s\"»”)]{1,4}[^a-zà-ÿ\s]|\s{0,4}\Z))"
)
_PREPOSITION = re.compile(
    r"(?<!\w)(?:"
    r"(?P<limit>(?:jusqu'?\s?(?:au|a|aux|en|le)|avant|au\splus\stard|d'ici|pour\sle|until|before|by"
    r"|no\slater\sthan|sous\speine\sd'irrecevabilite|dernier\sdelai)(?!\w)"
    r"(?:\s?,?\s(?:jusqu'au|d'ici|pour|avant))?(?:\sla\sdate(?:\slimite)?)?(?:\sau\ssoir)?)"
    r"|(?P<start>(?:a\spartir|a\scompter|des|from)(?:\sdu)?)"
    r"|(?P<after>(?:apres|passe|au-dela|posterieurement)(?:\sau|\sdu)?)"
    r"|(?P<instead>au\slieu(?:\sdu)?|et\snon(?:\sau)?)"
    r"|(?P<since>depuis)"
    r")(?!\w)[\s:]{0,3}(?:(?:le|la|les|du|des|au|a|en|the|ce)\s)?[\s:\"«(*-]{0,4}\Z"
)
_OTHERWISE = re.compile(
    r"(?P<of>(?<!\w)(?:du|des|de))\s\Z"
    r"|(?P<colon>[:=]\s?[\"«(*-]?\s?(?:(?:le|les|au|du)\s)?)\Z"
    r"|(?P<plain>(?:(?<!\w)(?:le|les|au|aux|a|on|en)\s)?[\"«(*\s-]{0,4})\Z"
)
_LEAD_LENGTH = 48
_URGED = re.compile(
    r"[^.;:\n]{0,24}?(?:au\splus\stard|dernier(?:e)?\s(?:delai|limite)|delai\sde\srigueur"
    r"|cachet\sde\sla\sposte|sous\speine\sd'irrecevabilite|delai\slimite)"
)
_PURPOSE = re.compile(r"[\s,(]*(?:inclus|au\ssoir|heure\sde\sparis)?[\s,)]*pour\s")
_REFUSED = re.compile(
    r"[^.;\n]{0,60}?(?:ne\s(?:sera|seront|pourr)|irrecevab|refus|rejet|pas\s(?:pris|etudi|examin))"
)
_TAG = re.compile(r"\s?(?:(?P<bracket>\()|[:=]\s|-\s)")
_CLAUSE_END = re.compile(r"[.;:!?\n•]")
_WINDOW = 240
_RIGHT = 120
_ABOVE = 400
_APART = re.compile(r"\b(?!puis\b|enfin\b|ensuite\b)[a-z]{4,}")
_LETTER = re.compile(r"[a-z]")


class Surveyor:
    """Looks around the spans of one text, each word of it at most once."""

    def __init__(self, folded: Folded, spans: Sequence[Span]) -> None:
        self._folded = folded
        self._spans = spans
        self._breaks = [found.start() for found in _BREAK.finditer(folded.bare)]
        self._said: list[Said] = []
        self._starts: list[int] = []
        self._read = 0
        self._title_end = max(0, folded.plain.find("\n"))
        self._two_steps = any(hint in folded.plain for hint in ("intention", "d'interet", "pre-"))

    def _look(self, start: int, end: int) -> None:
        """Read the words of a part of the text, and of its title: never what was read before."""
        if not self._read:
            self._read_on(0, min(self._title_end, start))
        self._read_on(max(self._read, start), end)

    def _read_on(self, start: int, end: int) -> None:
        said = list(find_said(self._folded.bare, self._folded.plain, start, end))
        self._said += said
        self._starts += [each.start for each in said]
        self._read = max(self._read, end)

    def around(self, index: int) -> Surroundings | None:
        """Return what stands around the span of that index; None when it can be nothing.

        The spans are asked for in their order.
        """
        plain, span = self._folded.plain, self._spans[index]
        before = self._spans[index - 1].end if index else 0
        left = self._left(span.start, before)
        lead, lead_start = self._lead(max(left, before), span.start)
        urged = bool(_URGED.match(plain, span.end))
        if lead == "since" or (lead == "of" and not (urged or self._belongs(span, lead_start))):
            return None
        self._look(max(0, span.start - _ABOVE), span.end + _RIGHT)
        colon = plain.rfind(":", left, lead_start)
        clause_start = max(left, colon + 1)
        nearest = tuple(reversed(list(self._between(left, lead_start))))
        clause = tuple(said for said in nearest if said.start >= clause_start)
        right = tuple(self._between(span.end, self._right(index)))
        first = not _LETTER.search(plain, clause_start, lead_start)
        return Surroundings(
            lead=lead,
            lead_start=lead_start,
            near=tuple(said for said in clause if said.start >= before),
            since=tuple(said for said in nearest if said.start >= before),
            clause=clause,
            sentence=nearest,
            right=right,
            tags=self._tags(span.end, right, first=first, heading=lead == "colon"),
            first=first,
            short=lead_start - clause_start <= 40,  # noqa: PLR2004
            urged=urged,
            purpose=bool(_PURPOSE.match(plain, span.end)),
            refused=lead == "after" and bool(_REFUSED.match(plain, span.end)),
            document=self._document(span.start),
            two_steps=self._two_steps,
            apart=bool(_APART.search(plain, max(before, left), lead_start)),
            alone=self._is_alone(lead_start, span.end),
        )

    def _between(self, start: int, end: int) -> Iterator[Said]:
        for index in range(bisect_left(self._starts, start), bisect_left(self._starts, end)):
            if self._said[index].end <= end:
                yield self._said[index]

    def _is_alone(self, start: int, end: int) -> bool:
        """Tell whether a short text says nothing but this."""
        plain = self._folded.plain
        short = len(plain) <= end - start + _RIGHT
        return short and not _LETTER.search(plain[:start]) and not _LETTER.search(plain[end:])

    def _belongs(self, span: Span, lead_start: int) -> bool:
        """Tell whether a word that could be a label is right before « du »."""
        if span.shape == "range":
            return True
        window = max(0, lead_start - 32)
        said = list(find_said(self._folded.bare, self._folded.plain, window, lead_start))
        return bool(said) and lead_start - said[-1].end <= 1

    def _left(self, start: int, before: int) -> int:
        """Return where the sentence of a date begins."""
        index = bisect_left(self._breaks, start) - 1
        left = self._breaks[index] + 1 if index >= 0 else 0
        if left > before and self._folded.plain[left - 1] == "\n" and index >= 0:
            opening = self._folded.plain[left:start]
            if len(opening) <= 20 and not _heavy(opening):  # noqa: PLR2004
                left = self._breaks[index - 1] + 1 if index else 0
        return max(left, start - _WINDOW, 0)

    def _right(self, index: int) -> int:
        """Return where the clause of a date ends: no farther than the next date."""
        span, plain = self._spans[index], self._folded.plain
        after = min(len(plain), span.end + _RIGHT)
        if index + 1 < len(self._spans):
            after = min(after, self._spans[index + 1].start)
        skipped = _TAG.match(plain, span.end)
        start = skipped.end() if skipped else span.end
        found = bisect_right(self._breaks, span.end - 1)
        if found < len(self._breaks):
            after = min(after, max(start, self._breaks[found]))
        ending = _CLAUSE_END.search(plain, start, after)
        return max(start, ending.start() if ending and ending[0] != "." else after)

    def _lead(self, left: int, start: int) -> tuple[Lead, int]:
        plain = self._folded.plain
        found = _PREPOSITION.search(plain, max(left, start - _LEAD_LENGTH), start)
        found = found or _OTHERWISE.search(plain, max(left, start - 8), start)
        name = cast("Lead", found.lastgroup) if found and found.lastgroup else "plain"
        return name, found.start() if found else start

    def _tags(
        self, end: int, right: tuple[Said, ...], *, first: bool, heading: bool
    ) -> tuple[Said, ...]:
        found = _TAG.match(self._folded.plain, end)
        if not found:
            return ()
        if found["bracket"]:
            close = self._folded.plain.find(")", end, end + _RIGHT)
            return tuple(said for said in right if said.end <= close)
        return right if first or (heading and ":" in found[0]) else ()

    def _document(self, start: int) -> frozenset[Meaning]:
        """Return the meanings of the title and of what comes shortly before."""
        title = {said.meaning for said in self._between(0, min(start, self._title_end))}
        above = {said.meaning for said in self._between(max(0, start - _ABOVE), start)}
        return frozenset(title | above)


def _heavy(opening: str) -> bool:
    """Tell whether a line says more before its date than « - jusqu’au » does."""
    return len(_LETTER.findall(opening)) > len("au plus tard le")
