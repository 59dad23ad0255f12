"""What `relais check` says of the guarantee, in operators' English."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.guarantee.decide import LEVELS
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.people.store import people_with_role
from core.room import Finding
from core.settings import HotlineSettings
from core.working_time import public_holidays, read_day

HOURS = "working hours"
SILENCE = "silence guarantee"


async def findings(parts: Parts) -> Sequence[Finding]:
    """Examine the hours, and who would be reminded in the end."""
    settings, now = parts.settings.hotline, parts.clock.now()
    found = [*_worked(settings), *_thresholds(settings)]
    try:
        async with parts.database.read() as session:
            heads = await people_with_role(session, Role.HEAD, now)
            codes = set((await session.scalars(select(Person.code))).all())
    except DBAPIError:  # no tables yet: the database's own finding says so
        return found
    found += [_unknown(code) for code in settings.animator_hours if code not in codes]
    if not any(finding.subject == HOURS for finding in found):
        found.append(Finding(HOURS, ok=True, what="readable"))
    if heads:
        what = "a question without an answer goes up to the head of the network"
        found.append(Finding(SILENCE, ok=True, what=what))
    elif len(settings.silence_hours) >= len(LEVELS):
        hint = "give somebody the role `head` in the directory"
        what = "nobody is the head of the network: the last reminder would reach nobody"
        found.append(Finding(SILENCE, ok=False, what=what, hint=hint))
    return found


def _worked(settings: HotlineSettings) -> Sequence[Finding]:
    days = [read_day(words) for words in settings.worked_holidays]
    hint = "correct hotline.worked_holidays: only public holidays need to be listed there"
    return [
        Finding(HOURS, ok=False, what=f"{day} is no public holiday", hint=hint)
        for day in days
        if day not in public_holidays(day.year)
    ]


def _thresholds(settings: HotlineSettings) -> Sequence[Finding]:
    hours = settings.silence_hours
    if len(hours) <= len(LEVELS) and all(each > 0 for each in hours) and hours == sorted(hours):
        return []
    hint = "give at most three numbers of working hours, each larger than the one before"
    what = f"hotline.silence_hours is {hours}"
    return [Finding(SILENCE, ok=False, what=what, hint=hint)]


def _unknown(code: str) -> Finding:
    hint = "its key is the code of an animator in the directory"
    return Finding(HOURS, ok=False, what=f"nobody has the code {code!r}", hint=hint)
