"""What the tests of minutes and of evidence share: presses, forms, a meeting that took place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.chat import Ask, Response, Sender
from core.errors import FileError
from core.reference import Party, Reference
from digest.seminars.attendance.models import Attendance
from digest.seminars.attendance.rules import walk_in
from digest.seminars.decide import Kind
from digest.seminars.minutes.models import Minutes, MinutesVersion
from digest.seminars.models import HalfDay, Registration
from tests.seminars import ODILE, SeminarHouse

PDF = b"%PDF-1.7\n" + b"x" * 100


class Sent:
    """What people sent in chat, by file id."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    async def fetch(self, file_id: str) -> bytes:
        if file_id not in self.files:
            raise FileError("no such file", permanent=True)
        return self.files[file_id]


def document(file_id: str, name: str = "releve.pdf", size: int = 100) -> Mapping[str, Any]:
    return {
        "kind": "document", "file_id": file_id, "unique_id": file_id, "name": name,
        "mime_type": "application/pdf", "size": size,
    }  # fmt: skip


async def over(
    house: SeminarHouse, starts_at: datetime, *present: int, kind: Kind = Kind.SEMINAR
) -> int:
    """Publish a meeting, with Inès, Marc and Paul registered, and let it take place."""
    seminar = await house.seminar(starts_at, 2, 3, 4, kind=kind)
    house.clock.set(starts_at + timedelta(days=1))
    await came(house, seminar, *present)
    return seminar


async def came(house: SeminarHouse, seminar: int, *people: int) -> None:
    now = house.clock.now()
    async with house.database.write() as session:
        halves = await session.scalars(select(HalfDay).where(HalfDay.seminar_id == seminar))
        for half in halves:
            for person in people:
                party = f"person:{person}"
                session.add(
                    Attendance(
                        seminar_id=seminar,
                        half_day_id=half.id,
                        identity=party,
                        party=party,
                        name=f"n{person}",
                        organisation="",
                        function="",
                        present=True,
                        source="sheet",
                        noted_at=now,
                        noted_by="person:1",
                    )
                )


async def came_unannounced(house: SeminarHouse, seminar: int, name: str) -> None:
    """Note, at each half-day, somebody of whom only the name is known."""
    async with house.database.write() as session:
        for half in await session.scalars(select(HalfDay).where(HalfDay.seminar_id == seminar)):
            session.add(
                Attendance(
                    seminar_id=seminar,
                    half_day_id=half.id,
                    identity=walk_in(name),
                    party=None,
                    name=name,
                    present=True,
                    source="walk_in",
                    noted_at=house.clock.now(),
                    noted_by="person:1",
                )
            )


async def answered(house: SeminarHouse, seminar: int, person: int, **values: Any) -> None:
    """Give somebody another answer than the one they have."""
    async with house.database.write() as session:
        row = await session.scalar(
            select(Registration).where(
                Registration.seminar_id == seminar, Registration.party == f"person:{person}"
            )
        )
        if row is None:
            row = Registration(seminar_id=seminar, party=f"person:{person}", state="invited")
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)


async def minutes_of(house: SeminarHouse, seminar: int) -> Minutes:
    async with house.database.read() as session:
        found = await session.scalar(select(Minutes).where(Minutes.seminar_id == seminar))
    assert found is not None
    return found


async def sent_versions(house: SeminarHouse, seminar: int) -> Sequence[MinutesVersion]:
    minutes = await minutes_of(house, seminar)
    async with house.database.read() as session:
        rows = await session.scalars(
            select(MinutesVersion)
            .where(MinutesVersion.minutes_id == minutes.id)
            .order_by(MinutesVersion.id)
        )
        return rows.all()


async def press(
    house: SeminarHouse, action: str, reference: Reference, version: int = 1,
    sender: Sender = ODILE, *, private: bool = True,
) -> Sequence[Response]:  # fmt: skip
    """Press a button, as somebody who holds the role that it needs."""
    (found,) = [each for room in house.rooms for each in room.actions if each.name == action]
    assert found.role is None or found.role in sender.roles
    async with house.database.write() as session:
        turn = house._turn(session, sender, private=private)
        return await found.handler(replace(turn, now=house.clock.now()), reference, version)


async def on_minutes(
    house: SeminarHouse, action: str, seminar: int, version: int | None = None,
    sender: Sender = ODILE, *, private: bool = True,
) -> Sequence[Response]:  # fmt: skip
    """Press a button of the minutes' screen, as it stands unless `version` says otherwise."""
    minutes = await minutes_of(house, seminar)
    reference = Reference("minutes", "minutes", str(minutes.id))
    shown = minutes.version if version is None else version
    return await press(house, action, reference, shown, sender, private=private)


async def answer(
    house: SeminarHouse, asked: Response, *, private: bool = True, **given: Any
) -> Sequence[Response]:
    """Answer a form that was opened, field by field, through its parsers."""
    assert isinstance(asked, Ask)
    form = house.form(asked.form)
    values = dict(asked.values)
    for field in form.fields:
        answered_with = given[field.name]
        if field.takes_files:
            text, files = (answered_with, []) if isinstance(answered_with, str) else answered_with
            value = {"text": field.parse(text, house.clock.now()), "files": files}
        else:
            value = field.parse(answered_with, house.clock.now())
        values[field.name] = value
    async with house.database.write() as session:
        return await form.finish(house._turn(session, ODILE, private=private), values)


async def written(house: SeminarHouse, seminar: int, *messages: str) -> None:
    """Open the minutes, and write them in several messages."""
    await house.press("minutes.show", seminar)
    (asked,) = await on_minutes(house, "minutes.write", seminar)
    for message in messages:
        _, asked = await answer(house, asked, content=message)


def party(person: int) -> Party:
    return Party("person", str(person))
