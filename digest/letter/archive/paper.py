"""The editions on paper: each made once a process, one at a time."""

import asyncio
from collections import OrderedDict
from datetime import datetime

from core.parts import Parts
from digest.letter.decide import Contents
from digest.letter.printing import edition_pdf

_KEPT = 8
"""How many editions are held, the latest asked for: what left does not change."""


class Paper:
    """Gives editions as PDF.

    Anybody may ask, and making one takes a second of processor: no two are made at once.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._made: OrderedDict[str, bytes | None] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, number: int, contents: Contents, printed_at: datetime) -> bytes | None:
        """Return an edition of two pages; None where typst is not installed."""
        key = f"{number}:{contents.hash}"
        async with self._turn:
            if key not in self._made:
                given = (self._parts, number, contents, printed_at)
                self._made[key] = await asyncio.to_thread(edition_pdf, *given)
                if len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]
