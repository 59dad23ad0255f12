"""What the tests of planning meetings share: what animators do from a card, files sent in chat."""

from collections.abc import Mapping

from sqlalchemy import select

from core.acts import Act
from core.chat import File, Response
from core.errors import FileError
from digest.seminars.models import Seminar
from tests.seminars import SeminarHouse

PDF = File("document", "pdf-1", "u1", "Programme mars.pdf", "application/pdf", 1_000)
FILES = {"pdf-1": b"%PDF-1.7\n%%EOF", "broken": b"%PDF-1.7 cut short"}


class Files:
    """The files that were sent in chat, by their id; Telegram gives no other."""

    def __init__(self, data: Mapping[str, bytes]) -> None:
        self.data = dict(data)

    async def fetch(self, file_id: str) -> bytes:
        if file_id not in self.data:
            raise FileError("not now")
        return self.data[file_id]


async def acts(house: SeminarHouse) -> list[tuple[str, str, str]]:
    async with house.database.read() as session:
        rows = await session.scalars(select(Act).order_by(Act.id))
        return [(row.actor, row.verb, row.subject) for row in rows]


async def row(house: SeminarHouse, number: int = 1) -> Seminar:
    async with house.database.read() as session:
        return await session.get_one(Seminar, number)


async def card(house: SeminarHouse, number: int = 1) -> Response:
    (shown,) = await house.press("scheduling.card", number)
    return shown


async def edit(house: SeminarHouse, label: str, answer: str | File, number: int = 1) -> Response:
    """Change one thing of a meeting from its card, as people do; return what is shown last."""
    (menu,) = await house.push(await card(house, number), "Modifier")
    (ask,) = await house.push(menu, label)
    return (await house.answer(ask, answer))[-1]


async def switch(house: SeminarHouse, label: str) -> None:
    (menu,) = await house.push(await card(house), "Modifier")
    await house.push(menu, label)
