"""Corrections in the database: written, changed, approved, given up. Nothing here commits."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.ledger.rules import State as Row
from core.ledger.store import post
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from digest.letter import names
from digest.letter.corrections import rendering, rules
from digest.letter.decide import State
from digest.letter.models import Correction, Edition


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Correction | None:
    """Return a correction; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Correction, identity, with_for_update=lock or None)


async def corrections_of(session: AsyncSession, number: int) -> Sequence[Correction]:
    """Return the corrections of an edition that left, oldest first."""
    rows = await session.scalars(
        select(Correction)
        .where(Correction.edition == number, Correction.sending_at.is_not(None))
        .order_by(Correction.rank)
    )
    return rows.all()


async def waiting(session: AsyncSession, number: int) -> Correction | None:
    """Return the correction of an edition that is still to leave, if there is one."""
    states = [state.value for state in rules.OPEN]
    return await session.scalar(
        select(Correction).where(Correction.edition == number, Correction.state.in_(states))
    )


async def readers(session: AsyncSession, number: int) -> int:
    """Count those who received an edition."""
    return (
        await session.scalar(
            select(func.count()).where(
                Delivery.kind == names.EDITION,
                Delivery.slot == names.edition_slot(number),
                Delivery.state == Row.SENT.value,
            )
        )
        or 0
    )


async def write(
    session: AsyncSession,
    parts: Parts,
    edition: Edition,
    now: datetime,
    *,
    words: str,
    actor: Party,
) -> Correction:
    """Keep the words of a new correction, and show them to the animators.

    `edition` is locked by the caller, and has no other correction that is still to leave.
    """
    last = await session.scalar(
        select(func.max(Correction.rank)).where(Correction.edition == edition.number)
    )
    correction = Correction(
        edition=edition.number,
        rank=(last or 0) + 1,
        state=State.IN_REVIEW.value,
        version=1,
        words=words,
        created_at=now,
    )
    session.add(correction)
    await session.flush()
    reference = names.correction_reference(correction.id)
    acts.record(session, actor, "letter.correction_written", reference, now)
    await _show(session, parts, correction, now)
    return correction


async def rewrite(
    session: AsyncSession, parts: Parts, correction: Correction, words: str, now: datetime
) -> None:
    """Give a correction other words: a new version, and no approval."""
    correction.state = State.IN_REVIEW.value
    correction.words = words
    correction.version += 1
    correction.approved_by = correction.approved_at = correction.approved_hash = None
    correction.mail = correction.article = None
    await session.flush()
    await _show(session, parts, correction, now)


def approve(
    session: AsyncSession, parts: Parts, correction: Correction, actor: Party, now: datetime
) -> rules.Press:
    """Take somebody's approval; once there are enough, what will be sent is made now."""
    already = rules.given(correction.approved_by)
    needed = parts.settings.digest.approvals
    outcome = rules.approve(already, str(actor), needed)
    if outcome is rules.Press.TWICE:
        return outcome
    correction.approved_by = " ".join((*already, str(actor)))
    correction.approved_hash = words_hash(correction.words)
    if outcome is rules.Press.ENOUGH:
        correction.state = State.APPROVED.value
        correction.approved_at = now
        correction.mail = rendering.mail(parts, correction, now).body
        correction.article = rendering.article(parts, correction)
    reference = names.correction_reference(correction.id)
    acts.record(
        session, actor, "letter.correction_approved", reference, now,
        hash=correction.approved_hash, version=correction.version,
    )  # fmt: skip
    return outcome


def cancel(session: AsyncSession, correction: Correction, actor: Party, now: datetime) -> None:
    """Give up a correction that has not left."""
    correction.state = State.CANCELLED.value
    reference = names.correction_reference(correction.id)
    acts.record(session, actor, "letter.correction_cancelled", reference, now)


def words_hash(words: str) -> str:
    """Return the SHA-256 of what is approved, in hexadecimal."""
    return hashlib.sha256(words.encode()).hexdigest()


async def _show(session: AsyncSession, parts: Parts, correction: Correction, now: datetime) -> None:
    count = await readers(session, correction.edition)
    text, keyboard = rendering.review(parts, correction, count)
    language = parts.settings.network.language
    content = render_post(parts.renderer, text, keyboard, language).content()
    slot = names.correction_review_slot(correction.edition, correction.rank, correction.version)
    cause = names.correction_reference(correction.id)
    draft = Draft(names.CORRECTION_REVIEW, slot, ANIMATORS, content, cause, now, stream=names.DESK)
    await post(session, [draft], now)
