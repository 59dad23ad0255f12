"""Finding validated answers: an index of the whole base, kept in step with the tables."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from core.search import Document, Hit, SearchIndex
from core.settings import HotlineSettings

AT_ONCE = 1_000
"""Up to how many answers are indexed anew before a search, rather than behind it."""


@dataclass(frozen=True)
class Suggestion:
    """A validated answer that resembles what was asked."""

    answer_id: int
    question: str
    confidence: float


@dataclass(frozen=True)
class _Known:
    """The base as the tables last said it: `documents` are the validated answers.

    `step` counts what was learned, within this process.
    """

    step: int = 0
    revision: int = -1
    themes: Mapping[int, str] = field(default_factory=dict)
    documents: Mapping[int, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class _Indexed:
    """An index, and the step of what is known from which it was made."""

    step: int
    index: SearchIndex


class AnswerSearch:
    """Searches the validated answers; one for the whole process.

    What is committed is found at the next search, whichever process did it. A large base is
    indexed behind: meanwhile the former index answers, with a small one of what has changed.
    """

    def __init__(self, settings: HotlineSettings) -> None:
        self._settings = settings
        self._known = _Known()
        self._whole: _Indexed | None = None
        self._recent: _Indexed | None = None
        self._coming: asyncio.Future[_Indexed] | None = None
        self._ahead: dict[int, int] = {}  # the step at which each answer that `_whole` lacks came

    async def suggest(self, session: AsyncSession, words: str) -> Sequence[Suggestion]:
        """Return the few answers that resemble `words` enough to be shown; usually none."""
        most = self._settings.suggestions
        whole, recent = await self._ready(session)
        old = whole.suggest(words, most + len(self._ahead))
        new = recent.suggest(words, most + len(self._ahead)) if recent else ()
        return await self._named(session, self._merged(old, new)[:most])

    async def find(
        self, session: AsyncSession, words: str, limit: int = 10
    ) -> Sequence[Suggestion]:
        """Return the answers nearest to `words`, the best first, however far."""
        whole, recent = await self._ready(session)
        old = whole.search(words, limit + len(self._ahead))
        new = recent.search(words, limit + len(self._ahead)) if recent else ()
        return await self._named(session, self._merged(old, new)[:limit])

    async def refresh(self, session: AsyncSession) -> None:
        """Index what has changed before anybody searches: nobody waits for a large base."""
        await self._learn(session)
        while self._take() is None or self._ahead:
            await asyncio.wait({self._start()})

    async def _ready(self, session: AsyncSession) -> tuple[SearchIndex, SearchIndex | None]:
        """Learn what has changed; return an index of the base, and one of what that one lacks."""
        await self._learn(session)
        whole = self._take()
        while whole is None or (self._ahead and len(self._known.documents) <= AT_ONCE):
            await asyncio.wait({self._start()})
            whole = self._take()
        if not self._ahead:
            return whole.index, None
        self._start()
        if self._recent is None or self._recent.step != self._known.step:
            self._recent = await _indexed(self._around_the_changes(), self._settings.acronyms)
        return whole.index, self._recent.index

    async def _learn(self, session: AsyncSession) -> None:
        """Read what has changed in the tables since the last time."""
        revision, themes = await store.revision(session), await store.theme_names(session)
        known = self._known
        if revision <= known.revision and themes == known.themes:
            return
        since = known.revision if themes == known.themes else -1
        changes = await store.documents(session, themes, since)
        if self._known is not known:  # another search learned meanwhile: begin again
            await self._learn(session)
            return
        fresh = {n: each for n, each in changes.items() if each != known.documents.get(n)}
        everything = {**known.documents, **fresh}
        documents = {n: each for n, each in everything.items() if each is not None}
        self._known = _Known(known.step + 1, revision, themes, documents)
        self._ahead |= dict.fromkeys(fresh, self._known.step)

    def _start(self) -> "asyncio.Future[_Indexed]":
        """Begin to index the whole base, unless that is under way."""
        if self._coming is None:
            self._coming = _indexed(self._known, self._settings.acronyms)
        return self._coming

    def _take(self) -> _Indexed | None:
        """Put the index that was being made, if it is ready, in the place of the former one."""
        if self._coming is not None and self._coming.done():
            coming, self._coming = self._coming, None
            made = self._whole = coming.result()
            self._ahead = {n: step for n, step in self._ahead.items() if step > made.step}
        return self._whole

    def _around_the_changes(self) -> _Known:
        """Return what has changed, among enough others to tell rare words from common ones."""
        known = self._known
        fresh = {n: known.documents[n] for n in self._ahead if n in known.documents}
        others = dict(list(known.documents.items())[:AT_ONCE])
        return _Known(known.step, known.revision, known.themes, {**others, **fresh})

    def _merged(self, old: Sequence[Hit], new: Sequence[Hit]) -> Sequence[Hit]:
        """Take what has changed from the small index, and the rest from the large one."""
        rest = [hit for hit in old if hit.id not in self._ahead]
        changed = [hit for hit in new if hit.id in self._ahead]
        both = [*rest, *changed]
        return sorted(both, key=lambda hit: -hit.confidence) if changed else rest

    async def _named(self, session: AsyncSession, hits: Sequence[Hit]) -> Sequence[Suggestion]:
        """Return the hits with their questions; the tables have the last word."""
        named = await store.questions(session, [hit.id for hit in hits]) if hits else {}
        return [
            Suggestion(hit.id, named[hit.id], hit.confidence) for hit in hits if hit.id in named
        ]


def _indexed(known: _Known, acronyms: Mapping[str, str]) -> "asyncio.Future[_Indexed]":
    """Index in a thread: it takes the processor for a while."""

    def make() -> _Indexed:
        return _Indexed(known.step, SearchIndex(known.documents.values(), acronyms))

    return asyncio.get_running_loop().run_in_executor(None, make)
