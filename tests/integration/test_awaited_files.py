"""Files that are awaited: trouble with one holds up no other, and does not last for ever."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from core.awaited import LONG_AGO, PATIENCE, Awaited, Fetching, wanted
from core.db import Database
from core.errors import FileError
from core.reference import ANIMATORS, Party

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATE = NOW + PATIENCE + timedelta(seconds=1)


class Chat:
    """The chat's files: what is not there is not there yet, or never will be."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.asked: list[str] = []

    async def fetch(self, file_id: str) -> bytes:
        self.asked.append(file_id)
        if file_id not in self.files:
            raise FileError("no file", permanent=file_id == "never")
        return self.files[file_id]


class Desk:
    """What waits for files, in order, and what became of them."""

    def __init__(self, database: Database, chat: Chat, *files: str) -> None:
        self.files = list(files)
        self.settled: list[tuple[str, bytes | None]] = []
        self.error: Exception = ValueError("Odile Vernhet")
        self.fetching = Fetching("desk.files", database, chat, self.waiting, self.settle)

    async def waiting(self, _session: AsyncSession) -> Sequence[Awaited]:
        return [Awaited(key, file, NOW) for key, file in enumerate(self.files)]

    async def settle(
        self, _session: AsyncSession, awaited: Awaited, data: bytes | None, _now: datetime
    ) -> None:
        if data == b"hostile":
            raise self.error
        self.files.remove(awaited.file_id)
        self.settled.append((awaited.file_id, data))


async def test_a_file_that_nothing_can_be_made_of_is_lost_in_the_end(database: Database) -> None:
    desk = Desk(database, Chat(bad=b"hostile", good=b"good"), "bad", "good")
    with capture_logs() as logs:
        await desk.fetching.run(NOW)
        assert desk.settled == [("good", b"good")], "the others do not wait"
        await desk.fetching.run(LATE)
    assert desk.settled == [("good", b"good"), ("bad", None)]
    assert [(log["event"], log["key"], log["error"]) for log in logs] == [
        ("files.not_taken", 0, "ValueError"),
        ("files.not_taken", 0, "ValueError"),
    ]
    assert "Odile" not in str(logs)
    await desk.fetching.run(LATE)
    assert len(desk.settled) == 2


async def test_what_the_chat_refuses_is_lost_and_what_is_late_is_waited_for(
    database: Database,
) -> None:
    chat = Chat()
    desk = Desk(database, chat, "never", "later", "gone")
    async with database.read() as session:
        assert await desk.fetching.tick().next_due(session) == NOW
    await desk.fetching.run(NOW)
    assert desk.settled == [("never", None)]
    chat.files["later"] = b"here"
    await desk.fetching.run(LATE)
    assert desk.settled == [("never", None), ("later", b"here"), ("gone", None)]
    async with database.read() as session:
        assert await desk.fetching.tick().next_due(session) is None


async def test_a_database_that_is_away_loses_nothing(database: Database) -> None:
    chat = Chat(one=b"hostile", two=b"two")
    desk = Desk(database, chat, "one", "two")
    desk.error = OperationalError("", None, ValueError("away"))
    with pytest.raises(OperationalError):
        await desk.fetching.run(LATE)
    assert (desk.settled, desk.files, chat.asked) == ([], ["one", "two"], ["one"])


def test_what_is_remembered_is_read_back() -> None:
    asked = wanted("f1", Party("person", "5"), NOW, name="a.pdf")
    assert Awaited.read(7, asked) == Awaited(7, "f1", NOW, Party("person", "5"), asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"file": "f"},
        {"file": "f", "by": "person:5", "at": "yesterday"},
        {"file": "f", "by": "person:5", "at": "2027-03-01T09:00:00"},
        {"file": "f", "by": "nobody", "at": NOW.isoformat()},
        {"file": "f", "by": None, "at": NOW.isoformat()},
        {"by": "person:5", "at": NOW.isoformat()},
    ],
)
def test_what_is_not_whole_is_lost_and_the_animators_are_told(asked: dict[str, str]) -> None:
    assert Awaited.read(7, asked) == Awaited(7, "", LONG_AGO, ANIMATORS, asked)
