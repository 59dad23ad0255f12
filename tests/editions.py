"""Editions that left, put in the tables as the letter leaves them."""

from datetime import timedelta
from typing import Any

from core.parts import Parts
from digest.letter import rendering
from digest.letter.decide import WHOLE, Contents, Item, State
from digest.letter.models import Edition, Rendition


async def left(parts: Parts, number: int, *items: Item, **more: Any) -> None:
    """Put an edition that left in the tables."""
    now = parts.clock.now()
    contents = Contents("La lettre de test", "Bonjour à toutes et à tous.", items)
    article = rendering.article(parts, number, contents, now)
    given = {
        "number": number,
        "state": State.SENT,
        "version": 1,
        "title": contents.title,
        "editorial": contents.editorial,
        "items": [item.to_json() for item in items],
        "content_hash": contents.hash,
        "period_from": now - timedelta(days=14),
        "period_until": now,
        "created_at": now,
        "sending_at": now + timedelta(days=number),
    }
    async with parts.database.write() as session:
        session.add(Edition(**{**given, **more}))
        await session.flush()
        session.add(
            Rendition(
                edition=number,
                choice=WHOLE,
                content_hash=contents.hash,
                mail=b"",
                message_hash="",
                article=article,
            )
        )
