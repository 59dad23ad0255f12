"""The examination of the fundings, for `relais check`: the day's, and the files of their logos."""

from collections.abc import Sequence
from datetime import date

from core.clock import PARIS, Clock
from core.errors import InputError
from core.funding.notice import read_logo
from core.funding.rules import in_force
from core.room import Check, Finding
from core.settings import FundingSettings, Settings

SUBJECT = "funding"


def funding_check(settings: Settings, clock: Clock) -> Check:
    """Return the examination of what funders have us show."""

    async def run() -> Sequence[Finding]:
        if not settings.funding:
            return []
        today = clock.now().astimezone(PARIS).date()
        return [_today(settings.funding, today), *map(_profile, settings.funding)]

    return Check(SUBJECT, run)


def _today(profiles: Sequence[FundingSettings], today: date) -> Finding:
    running = in_force(profiles, today)
    if running:
        codes = ", ".join(profile.code for profile in running)
        return Finding(SUBJECT, ok=True, what=f"shown today: {codes}")
    hint = "see since and until in [[funding]]: no notice is shown anywhere"
    return Finding(SUBJECT, ok=False, what="none runs today", hint=hint)


def _profile(profile: FundingSettings) -> Finding:
    if profile.since and profile.until and profile.until < profile.since:
        what, hint = f"{profile.code} ends before it begins", "exchange since and until"
        return Finding(SUBJECT, ok=False, what=what, hint=hint)
    if not profile.sentence.strip():
        what, hint = f"{profile.code} has no sentence", "copy it from the agreement"
        return Finding(SUBJECT, ok=False, what=what, hint=hint)
    try:
        logos = [read_logo(logo) for logo in profile.logos]
    except InputError as error:
        what = f"{profile.code}: {error.what}"
        return Finding(SUBJECT, ok=False, what=what, hint=error.hint)
    shown = f"{'the emblem' if profile.emblem else 'no emblem'}, {len(logos)} other logo(s)"
    return Finding(SUBJECT, ok=True, what=f"{profile.code}: its sentence, {shown}")
