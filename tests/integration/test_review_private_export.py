"""What somebody gets who asks for their data: theirs, readable, and nobody else's."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.people.models import Membership, Person
from tests.whole import CLAIRE, GROUP, JEANNE, PAUL, Whole, open_whole

ALIKE = {"absences", "code", "invitations", "messages", "question", "questions", "structure"}
"""What is written alike in French."""


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


def keys(held: Any) -> Iterator[str]:
    if isinstance(held, dict):
        yield from held
        held = list(held.values())
    for each in held if isinstance(held, list) else ():
        yield from keys(each)


async def test_the_page_speaks_french_throughout(house: Whole) -> None:
    await house.say(CLAIRE, "Comment rouvrir un hôtel ?")
    await house.say(CLAIRE, "/entraide")
    await house.press(CLAIRE, "Un collègue peut me contacter : non")
    await house.say(JEANNE, "/absence demain")
    await house.press(JEANNE, "Message habituel")
    for account in (CLAIRE, JEANNE):
        raw = json.loads(await house.exported(account))
        await house.say(account, "/mesdonnees")
        page, _ = [
            base64.b64decode(each.data).decode()
            for each in await house.press(account, "Recevoir mes données")
            if each.kind == "document"
        ]
        said = set(re.findall(r"<dt>(.*?)</dt>", page))
        raw_keys = {key.replace("_", " ") for part in raw.values() for key in keys(part)}
        assert said & raw_keys <= ALIKE
        assert not set(re.findall(r"<h2>(.*?)</h2>", page)) & set(raw)


async def test_internal_notes_and_a_predecessor_s_words_are_not_given(house: Whole) -> None:
    await house.say(PAUL, "Que faire du logement vacant ?")
    relay = house.place("Que faire du logement", GROUP)
    await house.say(JEANNE, "Voyez la fiche.", chat=GROUP, to=relay)
    await house.note(JEANNE, "Paul se plaint souvent.", relay)
    async with house.database.write() as session:
        (await session.get_one(Person, 43)).successor_id = 41
        for row in await session.scalars(select(Membership).where(Membership.person_id == 43)):
            row.until = house.clock.now()
    given = await house.exported(PAUL)
    assert "Que faire du logement vacant ?" in given
    assert "Voyez la fiche." in given
    assert "Paul se plaint" not in given, "a note of the team is not given"
    await house.tick("desk.succession")
    given = await house.exported(CLAIRE)
    assert "Voyez la fiche." in given
    assert "Que faire du logement vacant ?" not in given, "these words are Paul's"
    assert "Paul se plaint" not in given
