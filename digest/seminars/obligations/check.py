"""The examination of the contract's obligations, for `relais check`."""

from collections import Counter
from collections.abc import Iterator, Sequence

from core.clock import Clock
from core.room import Check, Finding
from core.settings import ObligationSettings, Settings
from core.working_time import paris_day

SUBJECT = "obligations"


def obligations_check(settings: Settings, clock: Clock) -> Check:
    """Return the examination of what the configuration says that the contract asks for."""

    async def run() -> Sequence[Finding]:
        return examine(settings.obligation, paris_day(clock.now()).year)

    return Check(SUBJECT, run)


def examine(obligations: Sequence[ObligationSettings], year: int) -> list[Finding]:
    """Return a line for each obligation: what is asked, or each thing that is wrong with it."""
    findings = []
    codes = Counter(one.code for one in obligations)
    for one in obligations:
        wrong = list(_wrong(one, codes, year))
        findings += [_bad(f"{one.code}: {what}", hint) for what, hint in wrong]
        if not wrong:
            findings.append(Finding(SUBJECT, ok=True, what=f"{one.code}: {_asked(one)}"))
    return findings


def _wrong(one: ObligationSettings, codes: Counter[str], year: int) -> Iterator[tuple[str, str]]:
    if not one.code.strip() or not one.words.strip():
        yield "a code or the words are empty", "give both: the words are what people read"
    if codes[one.code] > 1:
        yield "several obligations have this code", "give each its own: what is done is kept by it"
    if one.every is None and one.within_days is None:
        yield "it never asks for anything", 'give every ("year"…) or within_days'
    if one.every is not None and one.within_days is not None:
        yield "both every and within_days: within_days is ignored", "keep one of the two"
    if one.until is not None and one.until < one.since:
        yield "until comes before since", "mend the dates"
    if one.every is None and one.until is not None:
        yield "until means nothing for what is done once", "remove it, or give every"
    if abs(one.since.year - year) > FAR:
        yield f"since is in {one.since.year}", "mend the date"


FAR = 20
"""Years from which a date looks mistyped."""


def _asked(one: ObligationSettings) -> str:
    by = f" ({one.counts} counts by itself)" if one.counts else ""
    if one.every is not None:
        return f"{one.count} in each {one.every} counted from {one.since}{by}"
    return f"{one.count} within {one.within_days} days after {one.since}{by}"


def _bad(what: str, hint: str) -> Finding:
    return Finding(SUBJECT, ok=False, what=what, hint=hint)
