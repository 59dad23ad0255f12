"""When an agent blocks the bot, or is back: the topics of their open questions say so at once."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.store import open_of
from bot.desk.words import text
from bot.hotline import store
from bot.hotline.posts import Composer
from core.ledger.store import post
from core.room import Reachability


def reachability(composer: Composer) -> Reachability:
    """Return what is told when somebody blocks the bot or is back."""

    async def told(session: AsyncSession, person_id: int, blocked: bool, now: datetime) -> None:
        name = "blocked" if blocked else "back"
        for question in await open_of(session, person_id):
            fiche = await store.fiche(session, question, now)
            slot = f"question:{question.id}/{name}:{now.isoformat()}"
            words = text(f"asker_{name}", fiche=fiche)
            await post(session, [composer.notice(slot, question.id, words, now)], now)

    return told
