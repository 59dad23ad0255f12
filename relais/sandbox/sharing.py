"""What the sample network shares: consents, experiences, sponsorships, canned answers, alerts."""

import csv
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.models import CannedAnswer
from bot.network import consents
from bot.network.models import Proposal, Sponsorship, SponsorshipExchange
from core.acts import SYSTEM, Act, record
from core.people.importing import ImportReport
from core.people.models import Person, Territory, Theme
from core.reference import Reference
from watch.alerts.models import Following

FOLDER = Path(__file__).parent / "network"
YES = "oui"
FOLLOWED = "sample.followed"

Row = Mapping[str, str]
Add = Callable[[AsyncSession, int, Row, datetime], Awaitable[bool]]
"""Adds a line of a file, given its number from 1; says whether it was not there yet."""


def acronyms() -> Mapping[str, str]:
    """Return what the sample network's acronyms stand for."""
    return {row["acronym"]: row["meaning"] for row in _rows("acronyms")}


async def load_sharing(session: AsyncSession, now: datetime) -> Mapping[str, ImportReport]:
    """Add what is not there yet; what people changed or removed since stays so."""
    return {name: await _load(session, name, add, now) for name, add in _FILES.items()}


async def _load(session: AsyncSession, name: str, add: Add, now: datetime) -> ImportReport:
    rows = _rows(name)
    added = [await add(session, number, row, now) for number, row in enumerate(rows, 1)]
    return ImportReport(sum(added), 0, len(added) - sum(added), ())


async def _consent(session: AsyncSession, _number: int, row: Row, now: datetime) -> bool:
    person = await _person(session, row["person"])
    if await consents.consent_of(session, person.id) is not None:
        return False
    themes = [(await _theme(session, code)).id for code in row["themes"].split("|") if code]
    cap = int(row["monthly_cap"])
    asked, contact = row["asked"] == YES, row["contact"] == YES
    await consents.change(session, person.id, cap, now, asked=asked, contact=contact, themes=themes)
    return True


async def _experience(session: AsyncSession, number: int, row: Row, now: datetime) -> bool:
    if await session.scalar(select(Proposal.id).where(Proposal.update_id == -number)):
        return False
    session.add(
        Proposal(
            person_id=(await _person(session, row["person"])).id,
            territory_id=(await _territory(session, row["territory"])).id,
            theme_id=(await _theme(session, row["theme"])).id,
            kind="experience",
            text=row["text"],
            url=row["url"],
            contactable=True,
            state="kept",
            created_at=now,
            update_id=-number,  # Telegram's are positive
            decided_at=now,
        )
    )
    return True


async def _sponsorship(session: AsyncSession, number: int, row: Row, now: datetime) -> bool:
    exchange = SponsorshipExchange.update_id == -number
    if await session.scalar(select(SponsorshipExchange.id).where(exchange)):
        return False
    pair = Sponsorship(
        sponsor_id=(await _territory(session, row["sponsor"])).id,
        supported_id=(await _territory(session, row["supported"])).id,
        theme_id=(await _theme(session, row["theme"])).id,
        since=date.fromisoformat(row["since"]),
        recorded_at=now,
    )
    session.add(pair)
    await session.flush()
    session.add(
        SponsorshipExchange(
            sponsorship_id=pair.id,
            held_on=date.fromisoformat(row["held_on"]),
            line=row["line"],
            noted_at=now,
            update_id=-number,
        )
    )
    return True


async def _canned(session: AsyncSession, _number: int, row: Row, now: datetime) -> bool:
    title = CannedAnswer.title == row["title"]
    if await session.scalar(select(CannedAnswer.id).where(title)):
        return False
    session.add(CannedAnswer(title=row["title"], text=row["text"], updated_at=now))
    return True


async def _following(session: AsyncSession, _number: int, row: Row, now: datetime) -> bool:
    """Follow themes, once: the trail remembers it for whoever follows none any more."""
    person = await _person(session, row["person"])
    subject = Reference("core", "person", str(person.id))
    done = select(Act.id).where(Act.verb == FOLLOWED, Act.subject == str(subject))
    if await session.scalar(done):
        return False
    record(session, SYSTEM, FOLLOWED, subject, now)
    for code in row["themes"].split("|"):
        session.add(Following(person_id=person.id, theme=code, since=now))
    return True


_FILES: Mapping[str, Add] = {
    "consents": _consent,
    "experiences": _experience,
    "sponsorships": _sponsorship,
    "canned": _canned,
    "followings": _following,
}


async def _person(session: AsyncSession, code: str) -> Person:
    return (await session.scalars(select(Person).where(Person.code == code))).one()


async def _territory(session: AsyncSession, code: str) -> Territory:
    return (await session.scalars(select(Territory).where(Territory.code == code))).one()


async def _theme(session: AsyncSession, code: str) -> Theme:
    return (await session.scalars(select(Theme).where(Theme.code == code))).one()


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
