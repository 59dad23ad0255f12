"""Parsing in worker processes of ours, which can be killed when a document is hostile."""

import asyncio
import contextlib
import gc
import multiprocessing
import resource
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from core.errors import RelaisError
from core.themes.rules import ThemeWords
from watch.reading.read_document import read_document
from watch.reading.records import FEED, Document, DocumentError, Item, Recipe
from watch.stories.signature import sign
from watch.understanding.records import Understanding
from watch.understanding.understand import understand

_TASKS_PER_WORKER = 5000
"""A worker is renewed after so many documents, whatever its libraries kept in memory."""

_MOST_MEMORY = 1 << 30
"""A gibibyte of addresses for a worker: ten times what a large feed needs."""

_ITEMS_AT_ONCE = 200
_MADE_BETWEEN_LOOKS = 50_000
_Result = TypeVar("_Result")


class Parser:
    """Reads documents without ever blocking the event loop. To be closed when done with.

    Workers start with the first document. `timeout` is in seconds, for each document.
    """

    def __init__(self, *, workers: int = 2, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=_TASKS_PER_WORKER,
            initializer=_start_worker,
            context=multiprocessing.get_context("spawn"),
        )

    async def parse(
        self, body: bytes, url: str, headers: Mapping[str, str], recipe: Recipe = FEED
    ) -> Document:
        """Read a document. Raises DocumentError: not one, too long to read, or it killed us."""
        return await self._run(read_document, body, url, dict(headers), recipe)

    async def parse_first(
        self,
        body: bytes,
        url: str,
        headers: Mapping[str, str],
        recipe: Recipe = FEED,
        *,
        themes: Sequence[ThemeWords],
        now: datetime,
    ) -> tuple[Document, Sequence[Understanding]]:
        """Read a document of which everything is new: also return what its first items speak of.

        One trip to a worker instead of two. Raises as `parse` does.
        """
        given = (body, url, dict(headers), recipe)
        return await self._run(read_and_understand, given, tuple(themes), now)

    async def understand(
        self, items: Sequence[Item], themes: Sequence[ThemeWords], now: datetime
    ) -> Sequence[Understanding]:
        """Return what each item speaks of, read at `now`. Raises as `parse` does."""
        found: list[Understanding] = []
        for start in range(0, len(items), _ITEMS_AT_ONCE):
            some = list(items[start : start + _ITEMS_AT_ONCE])
            found += await self._run(understand_items, some, tuple(themes), now)
        return found

    async def run(self, function: Callable[..., _Result], *arguments: object) -> _Result:
        """Run a function of a module in a worker, with the same limits. Raises as `parse` does."""
        return await self._run(function, *arguments)

    async def _run(self, function: Callable[..., _Result], *arguments: object) -> _Result:
        future = self._pool.schedule(function, args=arguments, timeout=self._timeout)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise _hostile(f"reading the document took over {self._timeout:g} s") from error
        except ProcessExpired as error:
            raise _hostile("reading the document killed the reader") from error
        except RelaisError:
            raise
        except Exception as error:
            raise _hostile(f"the document broke its reader ({type(error).__name__})") from error

    async def close(self) -> None:
        """Stop the workers, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.close()


def read_and_understand(
    given: tuple[bytes, str, Mapping[str, str], Recipe],
    themes: Sequence[ThemeWords],
    now: datetime,
) -> tuple[Document, list[Understanding]]:
    """Read a document, and return what its first items speak of; runs inside a worker."""
    document = read_document(*given)
    return document, understand_items(document.items[:_ITEMS_AT_ONCE], themes, now)


def understand_items(
    items: Sequence[Item], themes: Sequence[ThemeWords], now: datetime
) -> list[Understanding]:
    """Return what each item speaks of; runs inside a worker."""
    found = (
        (item, understand(item.title, item.summary, themes, item.published_at or now))
        for item in items
    )
    return [replace(one, signature=sign(item, one).packed()) for item, one in found]


def _hostile(what: str) -> DocumentError:
    return DocumentError(
        what, hint="open the address in a browser; tell the site's webmaster", permanent=False
    )


def _start_worker() -> None:
    """Ignore Ctrl-C, which reaches the whole group, and take a bounded part of the memory.

    The garbage collector is spared the modules, which stay, and looks at what is new less often.
    """
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN_LOOKS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ValueError, OSError):  # some systems do not know this limit
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
