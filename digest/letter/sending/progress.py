"""One message in the animators' group that says how far a sending is, kept in step by editing."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger import views
from core.ledger.draft import Address, ChatAddress, Content
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS
from core.room import Tick
from digest.letter import names
from digest.letter.decide import State
from digest.letter.models import Edition
from digest.letter.sending import shown
from digest.letter.sending.counting import tally

PACE = 6.0
"""Seconds between two looks: edits count among the messages that a group takes in a minute."""

LAST_LOOK = timedelta(hours=1)
"""How long after its end a sending is still looked at: the last state must be shown."""


class Progress:
    """Shows the progress of what is being sent."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def tick(self) -> Tick:
        """Return the work that the clock brings."""
        return Tick("letter.progress", self.run, _nothing_planned, every=PACE)

    async def run(self, now: datetime) -> None:
        """Show anew each sending of which something has changed."""
        if not self._parts.settings.telegram.group_id:
            return
        async with self._parts.database.read() as session:
            wanted = [
                (edition.number, await self._content(session, edition, now))
                for edition in await _to_show(session, now)
            ]
            changed = [
                (number, content)
                for number, content in wanted
                if await views.wanted(session, names.progress_view(number)) != content.body
            ]
        for number, content in changed:
            async with self._parts.database.write() as session:
                await views.show(session, names.progress_view(number), ANIMATORS, content)

    async def redraw(self, session: AsyncSession, edition: Edition, now: datetime) -> None:
        """Show at once what a press has changed, in its own transaction."""
        if self._parts.settings.telegram.group_id:
            await session.flush()
            content = await self._content(session, edition, now)
            await views.show(session, names.progress_view(edition.number), ANIMATORS, content)

    async def address(self, _session: AsyncSession, _key: str) -> Address | None:
        """Return where progress and reports are shown: where the letter is spoken of."""
        telegram = self._parts.settings.telegram
        if not telegram.group_id:
            return None
        return ChatAddress(telegram.group_id, telegram.desk_thread_id)

    async def _content(self, session: AsyncSession, edition: Edition, now: datetime) -> Content:
        count = await tally(session, edition.number, now)
        text = shown.progress(edition, count, now)
        language = self._parts.settings.network.language
        return render_post(self._parts.renderer, text, shown.keyboard(edition), language).content()


async def _to_show(session: AsyncSession, now: datetime) -> list[Edition]:
    at_work = Edition.state.in_([State.SENDING.value, State.PAUSED.value])
    just_over = Edition.sent_at >= now - LAST_LOOK
    stopping = (Edition.state == State.CANCELLED.value) & Edition.sent_at.is_(None)
    begun = Edition.sending_at.is_not(None)
    query = select(Edition).where(begun, or_(at_work, just_over, stopping))
    return list(await session.scalars(query.order_by(Edition.number)))


async def _nothing_planned(_session: AsyncSession) -> None:
    """Say that the clock brings nothing here: what leaves does."""
