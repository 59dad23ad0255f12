"""Where the local Bot API keeps its facts: in memory, and on disk when given a folder.

Facts are JSON documents in named collections, changed only by `put` and `remove` and written
together by `commit`: a process killed at any instant leaves the last commit whole.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  collection TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (collection, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contents (name TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class Shelf:
    """Collections of documents. One process at a time may have a folder open."""

    def __init__(self, folder: Path | None = None) -> None:
        self._collections: dict[str, dict[str, Document]] = {}
        self._dirty: dict[tuple[str, str], None] = {}
        self._contents: dict[str, bytes] = {}
        self._connection = _open(folder) if folder else None
        self._load()

    def get(self, collection: str, key: object) -> Document | None:
        """Return a document; who changes it must `put` it back."""
        return self._collections.get(collection, {}).get(str(key))

    def put(self, collection: str, key: object, document: Document) -> Document:
        """Keep a document under its key, and return it."""
        self._collections.setdefault(collection, {})[str(key)] = document
        self._dirty[collection, str(key)] = None
        return document

    def remove(self, collection: str, key: object) -> None:
        """Forget a document; one that is not there is no error."""
        self._collections.get(collection, {}).pop(str(key), None)
        self._dirty[collection, str(key)] = None

    def all(self, collection: str) -> list[Document]:
        """Return the documents of a collection, in no order that lasts."""
        return list(self._collections.get(collection, {}).values())

    def items(self, collection: str) -> list[tuple[str, Document]]:
        """Return the documents of a collection with their keys."""
        return list(self._collections.get(collection, {}).items())

    def next(self, counter: str, first: int = 1) -> int:
        """Return the next number of a named counter that starts at `first`."""
        number = (self.get("counters", counter) or {"next": first})["next"]
        self.put("counters", counter, {"next": number + 1})
        return int(number)

    def put_content(self, name: str, body: bytes) -> None:
        """Keep the bytes of a file."""
        if self._connection:
            self._connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (name, body))
        else:
            self._contents[name] = body

    def content(self, name: str) -> bytes | None:
        """Return the bytes of a file."""
        if not self._connection:
            return self._contents.get(name)
        row = self._connection.execute(
            "SELECT body FROM contents WHERE name = ?", (name,)
        ).fetchone()
        return row[0] if row else None

    def commit(self) -> None:
        """Write what changed since the last time, all of it or nothing."""
        if self._connection:
            for collection, key in self._dirty:
                self._write(self._connection, collection, key)
            self._connection.commit()
        self._dirty.clear()

    def close(self) -> None:
        """Write what changed, and let the file go."""
        self.commit()
        if self._connection:
            self._connection.close()
            self._connection = None

    def _write(self, connection: sqlite3.Connection, collection: str, key: str) -> None:
        document = self.get(collection, key)
        if document is None:
            connection.execute(
                "DELETE FROM documents WHERE collection = ? AND key = ?", (collection, key)
            )
            return
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?) "
            "ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body",
            (collection, key, json.dumps(document, ensure_ascii=False)),
        )

    def _load(self) -> None:
        for collection, key, body in self._rows():
            self._collections.setdefault(collection, {})[key] = json.loads(body)

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        if self._connection:
            yield from self._connection.execute(
                "SELECT collection, key, body FROM documents ORDER BY collection, length(key), key"
            )


def _open(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "bot-api.sqlite3", timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_SCHEMA)
    return connection
