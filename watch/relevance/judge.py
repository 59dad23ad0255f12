"""How likely a piece of news is to be kept, learned from the team's own decisions."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from watch.relevance import store
from watch.relevance.evidence import Lesson
from watch.relevance.learner import REMEMBERED, Judgement, Learner
from watch.relevance.words import News

__all__ = ["Judge", "Judgement"]

_PAGE = 100
_AT_ONCE = 10
"""How many decisions are read, and learned, in one go: more would hold the event loop up."""

_SEEN_AGAIN = 20
"""How many of the latest decisions are looked at anew: one may be committed after a later one, or
be taken back with its transaction.
"""


class Judge:
    """Judges news by what was kept and dropped before. Knows nothing until `warm` or `refresh`.

    It is all in memory, made anew from the tables by each process.
    """

    def __init__(self) -> None:
        self._learner = Learner()
        self._names: dict[int, str] = {}
        self._after: int | None = None
        self._seen: dict[int, tuple[int, str]] = {}
        self._busy = False

    async def warm(self, session: AsyncSession) -> None:
        """Learn everything; not in a transaction that others wait for."""
        await self._learn(session, everything=True)

    async def refresh(self, session: AsyncSession) -> None:
        """Learn from the decisions taken since the last time; cheap when there are none.

        Of many, it learns some and leaves the rest for later; nor does it wait for another task
        that is learning.
        """
        await self._learn(session, everything=False)

    def judge(self, title: str, summary: str, source_id: int) -> Judgement | None:
        """Return what is to be expected of an item; None while too little was decided."""
        return self._learner.judge(title, summary, str(source_id), self._names.get(source_id, ""))

    async def _learn(self, session: AsyncSession, *, everything: bool) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            if not await self._learn_page(session):
                return
            while everything and await self._learn_page(session):
                pass
            for _ in self._learner.settle():
                await asyncio.sleep(0)
        finally:
            self._busy = False

    async def _learn_page(self, session: AsyncSession) -> bool:
        """Learn the next decisions, the earliest first; tell whether there were any."""
        if self._after is None:
            self._after = await store.before_the_latest(session, REMEMBERED)
        found = dict(await store.decisions(session, self._after, _PAGE))
        changed = sorted(found.items() ^ self._seen.items())
        stories = dict.fromkeys(story for _, (story, _) in changed)
        if not stories:
            return False
        await self._learn_stories(session, list(stories))
        self._seen = dict(list(found.items())[-_SEEN_AGAIN:])
        if len(self._seen) == _SEEN_AGAIN:
            self._after = min(self._seen) - 1
        return True

    async def _learn_stories(self, session: AsyncSession, stories: list[int]) -> None:
        """Learn how stories stand decided; forget those that do not."""
        known = await store.decided(session, stories, await store.let_go_until(session))
        for number, story in enumerate(stories):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            found = known.get(story)
            if found is None:
                self._learner.unlearn(story)
                continue
            self._names[found.source_id] = found.source
            clues = News(found.title, found.summary, str(found.source_id)).clues()
            self._learner.learn(story, Lesson(clues, found.kept, found.folded))
