"""Pausing a sending, going on, and stopping it for good. Nothing here commits."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core import acts, failpoints
from core.ledger import holds
from core.ledger import store as ledger
from core.reference import Party
from digest.letter import editions, names
from digest.letter.decide import State
from digest.letter.models import Edition

STOPPED = "stopped"
"""The reason kept on the rows that a stop cancelled."""


async def pause(session: AsyncSession, edition: Edition, actor: Party, now: datetime) -> None:
    """Let nothing more of an edition leave until `resume`. Raises ValueError unless it is sent."""
    editions.move(edition, State.PAUSED)
    edition.paused_at = now
    await holds.hold(session, names.EDITION, names.edition_slot(edition.number), now)
    acts.record(session, actor, "letter.paused", names.edition_reference(edition.number), now)
    failpoints.reach("letter.pausing")


async def resume(session: AsyncSession, edition: Edition, actor: Party, now: datetime) -> None:
    """Go on where a pause began. Raises ValueError unless it is paused."""
    editions.move(edition, State.SENDING)
    edition.paused_at = None
    await holds.release(session, names.EDITION, names.edition_slot(edition.number))
    acts.record(session, actor, "letter.resumed", names.edition_reference(edition.number), now)
    failpoints.reach("letter.resuming")


async def stop(session: AsyncSession, edition: Edition, actor: Party, now: datetime) -> int:
    """Give up the rest of a paused sending; what left stays. Returns how many rows.

    Raises ValueError unless it is paused.
    """
    editions.move(edition, State.CANCELLED)
    edition.paused_at = None
    reference = names.edition_reference(edition.number)
    count = await cancel_rows(session, edition, now)
    await holds.release(session, names.EDITION, names.edition_slot(edition.number))
    acts.record(session, actor, "letter.stopped", reference, now, cancelled=count)
    failpoints.reach("letter.stopping")
    return count


async def cancel_rows(session: AsyncSession, edition: Edition, now: datetime) -> int:
    """Cancel the rows of a stopped edition that have not left; return how many."""
    reference = names.edition_reference(edition.number)
    return await ledger.cancel(session, STOPPED, now, kind=names.EDITION, cause=reference)
