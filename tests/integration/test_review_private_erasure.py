"""Somebody who did all that can be done is erased: nothing anywhere tells who it was."""

import re

import pytest

from core.clock import FixedClock
from core.db import Database
from tests.whole import CLAIRE, GROUP, JEANNE, PAUL, Whole, open_whole

TRACES = ("Vidalenche", "vidalenche", "claire@orsanne.example", str(CLAIRE))


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


async def has_a_life(house: Whole) -> None:
    """Claire asks, corrects, rates, proposes, agrees, searches, helps, and starts forms."""
    await house.say(CLAIRE, "bonjour")
    await house.say(CLAIRE, "Comment rouvrir un hôtel ? Je suis Claire Vidalenche.")
    relay = house.place("Comment rouvrir", GROUP)
    await house.say(JEANNE, "Voyez la fiche, Claire.", chat=GROUP, to=relay)
    await house.say(JEANNE, "Note interne.", chat=GROUP)
    await house.press(JEANNE, "Prendre en charge", chat=GROUP)
    await house.press(JEANNE, "Clore", chat=GROUP)
    await house.press(CLAIRE, "Oui, merci")
    await house.press(CLAIRE, "Ajouter un commentaire")
    await house.say(CLAIRE, "Bravo, signé Vidalenche.")
    await house.press(JEANNE, "Proposer comme réponse validée", chat=GROUP)
    await house.say(CLAIRE, "/entraide")
    await house.press(CLAIRE, "Un collègue peut me contacter : non")
    await house.say(CLAIRE, "/proposer")
    await house.press(CLAIRE, "Une expérience")
    await house.say(CLAIRE, "Nous avons rouvert un hôtel, dit Claire Vidalenche.")
    await house.press(CLAIRE, "Oui")
    await house.press(JEANNE, "Garder", chat=GROUP)
    await house.say(CLAIRE, "/quiadejafait remplir un hôtel comme Vidalenche")
    await house.say(PAUL, "/quiadejafait rouvrir un hôtel")
    await house.say(JEANNE, "/annuaire Vidalenche")
    await house.say(JEANNE, "/annuaire", chat=GROUP)  # leaves a form open


async def traces(house: Whole) -> list[str]:
    """Return where the database still tells of Claire."""
    everything = await house.everything()
    return [
        f"{line.partition(':')[0]}: {line[max(0, found.start() - 60) : found.end() + 40]}"
        for line in everything.splitlines()
        for found in re.finditer("|".join(TRACES), line)
    ]


async def test_nothing_in_the_database_tells_who_was_erased(house: Whole) -> None:
    await has_a_life(house)
    assert await traces(house)
    await house.erase(41)
    await house.tick("desk.shown")
    assert await traces(house) == []


async def test_nothing_in_the_group_tells_who_was_erased(house: Whole) -> None:
    await has_a_life(house)
    assert re.search("|".join(TRACES), house.chat(GROUP))
    await house.erase(41)
    await house.tick("desk.board")
    assert re.search("|".join(TRACES), house.chat(GROUP)) is None
