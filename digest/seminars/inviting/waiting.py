"""The message that says that invitations wait to leave: once that is over, it says so itself."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Turn
from core.ledger import views
from core.ledger.draft import Address, ChatAddress, Content
from core.posts import render_post
from core.reference import Party
from digest.seminars.inviting import names
from digest.seminars.inviting.decide import RoundState
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.inviting.opening import Opening, Screen, act, words
from digest.seminars.models import Seminar


@dataclass(frozen=True)
class Waiting:
    """Keeps the message of a round in step, until another press puts something else in it."""

    opening: Opening

    async def shown(self, turn: Turn, row: InvitationRound, screen: Screen) -> None:
        """Take the pressed message, in which `screen` is drawn, as the one of a round."""
        row.shown_as = names.message(turn.incoming)
        await views.adopt(
            turn.session,
            names.waiting_view(row.shown_as),
            Party.parse(row.planned_by),
            self._content(screen),
            row.shown_as,
        )

    async def over(self, session: AsyncSession, seminar: Seminar, row: InvitationRound) -> None:
        """Say in the message of a round that it has left, or will not; it may show it no more."""
        key = names.waiting_view(row.shown_as or "")
        if await views.wanted(session, key) is None:
            return
        block = "left" if row.state == RoundState.LEFT else "not_left"
        values = {**self.opening.facts(seminar), "count": row.count}
        keyboard = ((act(words("back_button"), "overview", seminar),),)
        content = self._content(Screen(words(block, values), keyboard))
        await views.show(session, key, Party.parse(row.planned_by), content)

    async def address(self, _session: AsyncSession, key: str) -> Address | None:
        """Return the chat of a round's message."""
        chat = int(key.removeprefix(names.WAITING_VIEW).partition(":")[0])
        telegram = self.opening.parts.settings.telegram
        return ChatAddress(chat, telegram.desk_thread_id if chat == telegram.group_id else None)

    def _content(self, screen: Screen) -> Content:
        parts = self.opening.parts
        language = parts.settings.network.language
        return render_post(parts.renderer, screen.text, screen.keyboard, language).content()
