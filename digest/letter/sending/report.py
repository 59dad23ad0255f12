"""What became of a mailing, for the animators; kept in step while mails still come back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Text
from core.ledger import views
from core.ledger.draft import Content, Draft, Parcel, Refused, Sent, Skip
from core.ledger.outcomes import Channel
from core.ledger.rules import State as Row
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Reference
from core.room import Tick
from digest.letter import names
from digest.letter.decide import State
from digest.letter.models import Correction, Edition
from digest.letter.sending.counting import count as counted
from digest.letter.sending.counting import tally
from digest.letter.sending.rules import Tally, failures
from digest.letter.sending.shown import correct_button, figure, words
from digest.subscribers.models import Bounce

PACE = 60.0
FOLLOWED = timedelta(days=10)
"""How long a report is kept in step: servers give up after five days (RFC 5321 §4.5.4.1)."""


class Reports:
    """Keeps the reports that were sent in step with bounces and with what people decide."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def tick(self) -> Tick:
        """Return the work that the clock brings."""
        return Tick("letter.report", self.run, _nothing_planned, every=PACE)

    async def run(self, now: datetime) -> None:
        """Show anew each report of which something has changed."""
        async with self._parts.database.read() as session:
            wanted = await self._wanted(session, now)
            changed = [each for each in wanted if await _stale(session, *each)]
        for key, content in changed:
            async with self._parts.database.write() as session:
                await views.show(session, key, ANIMATORS, content)

    async def _wanted(self, session: AsyncSession, now: datetime) -> list[tuple[str, Content]]:
        recently = now - FOLLOWED
        found = []
        for edition in await session.scalars(select(Edition).where(Edition.sent_at >= recently)):
            count = await tally(session, edition.number)
            draft = await edition_report(session, self._parts, edition, count, now)
            found.append((names.report_view(draft.slot), draft.content))
        rows = await session.scalars(select(Correction).where(Correction.sent_at >= recently))
        for correction in rows:
            draft = await correction_report(session, self._parts, correction, now)
            found.append((names.report_view(draft.slot), draft.content))
        return found


async def edition_report(
    session: AsyncSession, parts: Parts, edition: Edition, count: Tally, now: datetime
) -> Draft:
    """Return what became of an edition's rows, and what can be done about it."""
    number = edition.number
    bounces = await _bounced(session, names.EDITION, names.edition_slot(number))
    stopped = edition.state == State.CANCELLED
    text = _words(parts, number, 0, count, bounces, stopped=stopped)
    reference = names.edition_reference(number)
    keyboard = (*_doubts(reference, count, may_resend=not stopped), (correct_button(number),))
    content = _content(parts, text, keyboard)
    slot = names.report_slot(number)
    return Draft(names.REPORT, slot, ANIMATORS, content, reference, now, stream=names.DESK)


async def correction_report(
    session: AsyncSession, parts: Parts, correction: Correction, now: datetime
) -> Draft:
    """Return what became of a correction's rows."""
    number, rank = correction.edition, correction.rank
    slot = names.correction_slot(number, rank)
    count = await counted(session, names.CORRECTION, slot)
    bounces = await _bounced(session, names.CORRECTION, slot)
    text = _words(parts, number, rank, count, bounces, stopped=False)
    reference = names.correction_reference(correction.id)
    keyboard = _doubts(reference, count, may_resend=True)
    content = _content(parts, text, keyboard)
    slot = names.report_slot(number, rank)
    return Draft(names.REPORT, slot, ANIMATORS, content, reference, now, stream=names.DESK)


async def adopted(
    session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, _now: datetime
) -> None:
    """Take a report that has been shown as a view: it is kept in step from now on."""
    if isinstance(outcome, Sent):
        content = Content(Channel.CHAT, parcel.body)
        key = names.report_view(parcel.slot)
        await views.adopt(session, key, ANIMATORS, content, outcome.external_id)


def _words(
    parts: Parts,
    number: int,
    rank: int,
    count: Tally,
    bounces: Mapping[str, int],
    *,
    stopped: bool,
) -> Text:
    return words(
        "report",
        {
            "number": number,
            "rank": rank,
            "stopped": stopped,
            "url": names.edition_url(parts, number),
            "sent": count.of(Row.SENT),
            "reasons": _listed(count.skipped),
            "cancelled": count.of(Row.CANCELLED),
            "failures": _listed(failures(count.failed)),
            "uncertain": count.of(Row.UNCERTAIN),
            "hard": bounces.get("hard", 0),
            "soft": bounces.get("soft", 0),
        },
    )


def _listed(counts: Mapping[Any, int]) -> list[dict[str, Any]]:
    return [
        {"code": str(code), "count": some, "figure": figure(some)} for code, some in counts.items()
    ]


def _doubts(reference: Reference, count: Tally, *, may_resend: bool) -> Keyboard:
    """Return what can be done about messages of which nobody knows whether they arrived."""
    if not count.of(Row.UNCERTAIN):
        return ()
    leave = Button(words("leave_button"), "letter.leave", reference)
    resend = Button(words("resend_button"), "letter.resend", reference)
    return ((resend, leave) if may_resend else (leave,),)


def _content(parts: Parts, text: Text, keyboard: Keyboard) -> Content:
    language = parts.settings.network.language
    return render_post(parts.renderer, text, keyboard, language).content()


async def _bounced(session: AsyncSession, kind: str, slot: str) -> Mapping[str, int]:
    """Count the recipients from whom a mail came back, by severity."""
    rows = await session.execute(
        select(Bounce.severity, func.count(func.distinct(Bounce.recipient)).label("some"))
        .where(Bounce.kind == kind, Bounce.slot == slot)
        .group_by(Bounce.severity)
    )
    return {row.severity: row.some for row in rows}


async def _stale(session: AsyncSession, key: str, content: Content) -> bool:
    """Say whether a report that was shown says something else now."""
    shown = await views.wanted(session, key)
    return shown is not None and shown != content.body


async def _nothing_planned(_session: AsyncSession) -> None:
    """Say that the clock brings nothing here: mails that come back do."""
