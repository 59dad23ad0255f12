"""The words of all news, in memory: disposable, brought up to date from the tables."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import tantivy
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tantivy import Occur, Query

from core.text import stems
from watch.models import Entry, Story

_AT_ONCE = 1_000
_LONGEST = 4_096
_WEIGHTS = {"title": 2.0, "rest": 1.0}


@dataclass(frozen=True)
class _Text:
    """What is indexed of a story, at a version."""

    id: int
    version: int
    title: str
    rest: str


class StoryIndex:
    """Finds news by their words: title, note and summaries. One for the whole process.

    `refresh` reads what is new, and what was decided or changed since (its version tells).
    """

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, indexed=True)
        for name in _WEIGHTS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        self._index = tantivy.Index(builder.build())
        self._newest = 0
        self._versions: dict[int, int] = {}
        self._turn = asyncio.Lock()

    async def refresh(self, session: AsyncSession) -> None:
        """Bring the index up to date. A large archive takes some seconds the first time."""
        async with self._turn:
            newest = await session.scalar(select(func.max(Story.id))) or 0
            changed = await self._changed(session)
            fresh = range(self._newest + 1, newest + 1)
            for start in range(0, len(fresh), _AT_ONCE):
                part = fresh[start : start + _AT_ONCE]
                await self._take(session, Story.id.between(part[0], part[-1]))
            for start in range(0, len(changed), _AT_ONCE):
                await self._take(session, Story.id.in_(changed[start : start + _AT_ONCE]))
            self._newest = newest

    async def _changed(self, session: AsyncSession) -> Sequence[int]:
        """Return the indexed news whose version is not the one that was indexed."""
        query = select(Story.id, Story.version).where(Story.version > 0, Story.id <= self._newest)
        rows = (await session.execute(query)).all()
        return [row.id for row in rows if self._versions.get(row.id) != row.version]

    async def _take(self, session: AsyncSession, which: object) -> None:
        columns = (Story.id, Story.version, Story.title, Story.note)
        rows = (await session.execute(select(*columns).where(which))).all()  # type: ignore[arg-type]
        if not rows:
            return
        summaries = await _summaries(session, [row.id for row in rows])
        texts = [
            _Text(row.id, row.version, row.title, f"{row.note}\n{summaries.get(row.id, '')}")
            for row in rows
        ]
        await asyncio.to_thread(self._write, texts)

    def _write(self, texts: Iterable[_Text]) -> None:
        writer = self._index.writer(num_threads=1)
        for text in texts:
            writer.delete_documents_by_term("id", text.id)
            document = tantivy.Document(
                id=text.id,
                title=" ".join(stems(text.title[:_LONGEST])),
                rest=" ".join(stems(text.rest[:_LONGEST])),
            )
            writer.add_document(document)
            self._versions |= {text.id: text.version} if text.version else {}
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def find(self, words: str, limit: int) -> Sequence[int]:
        """Return the numbers of the news that hold all of these words, the nearest first."""
        roots = list(dict.fromkeys(stems(words[:_LONGEST])))
        if not roots:
            return []
        schema = self._index.schema
        clauses = []
        for root in roots:
            terms = [
                Query.boost_query(Query.term_query(schema, field, root, "freq"), weight)
                for field, weight in _WEIGHTS.items()
            ]
            clauses.append((Occur.Must, Query.disjunction_max_query(terms)))
        searcher = self._index.searcher()
        hits = searcher.search(Query.boolean_query(clauses), limit, count=False).hits
        return [int(searcher.doc(address)["id"][0]) for _, address in hits]


async def _summaries(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, str]:
    """Return what the sources say of each of these news, all together."""
    query = select(Entry.story_id, Entry.summary).where(Entry.story_id.in_(ids))
    found: dict[int, str] = {}
    for row in await session.execute(query.order_by(Entry.id)):
        found[row.story_id] = f"{found.get(row.story_id, '')}\n{row.summary}"
    return found
