"""Somebody who did all that can be done is erased: nothing anywhere tells who it was."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.hotline.models import Question
from core.clock import FixedClock
from core.db import Database
from core.people.models import Membership, Person
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


async def leaves(house: Whole) -> None:
    """Claire asks two questions and leaves; Paul succeeds her, and the first is closed."""
    await house.say(CLAIRE, "Comment rouvrir un hôtel ? Je suis Claire Vidalenche.")
    await house.say(CLAIRE, "/question Que faire du logement vacant, demande Vidalenche ?")
    async with house.database.write() as session:
        (await session.get_one(Person, 41)).successor_id = 43
        for row in await session.scalars(select(Membership).where(Membership.person_id == 41)):
            row.until = house.clock.now()
    await house.tick("desk.succession")
    first = house.place("Question n° 3201</b>", GROUP)
    await house.tick("desk.shown")
    await house.press(JEANNE, "Clore", chat=GROUP, on=first)


async def test_what_went_to_a_successor_names_nobody_either(house: Whole) -> None:
    await leaves(house)
    assert "Claire Vidalenche n’est plus agent du réseau" in house.chat(GROUP)
    await house.erase(41)
    for tick in ("desk.shown", "desk.board"):
        await house.tick(tick)
    shown = house.chat(GROUP)
    assert re.search("|".join(TRACES), shown) is None
    assert "Comment rouvrir un hôtel ?" not in shown, "it was closed: nobody needs its words"
    assert "Question n° 2033 · Paul Meyratou (message modifié)" in shown
    assert "Que faire du logement vacant, demande [personne] ?" in shown
    told = "hotline.transferred", "messages"  # what its new asker was told, until it expires
    left = [each for each in await traces(house) if not each.startswith(told)]
    assert left == []
    async with house.database.read() as session:
        closed, still_open = await session.get(Question, 3201), await session.get(Question, 2033)
    assert closed is not None
    assert still_open is not None
    assert (closed.text, closed.asker_id) == ("", 43)
    assert still_open.text == "Que faire du logement vacant, demande [personne] ?"


async def works(house: Whole) -> None:
    """Jeanne answers, takes charge, writes a canned answer, is away, hands over."""
    await house.say(CLAIRE, "Comment rouvrir un hôtel ?")
    relay = house.place("Comment rouvrir", GROUP)
    await house.press(JEANNE, "Prendre en charge", chat=GROUP)
    await house.say(JEANNE, "Voyez la fiche.", chat=GROUP, to=relay)
    await house.say(JEANNE, "/reponsestypes")
    await house.press(JEANNE, "Ajouter une réponse type")
    await house.say(JEANNE, "Accueil")
    await house.say(JEANNE, "Bonjour {prénom}.")
    await house.say(JEANNE, "/absence demain")
    await house.press(JEANNE, "Message habituel")
    await house.say(JEANNE, "/saisir Que faire d’un gîte ?")
    await house.press(JEANNE, "Téléphone")
    await house.press(JEANNE, "Aucun territoire")
    await house.say(JEANNE, "Le louer.")
    await house.press(JEANNE, "Proposer comme réponse validée")
    await house.press(JEANNE, "Clore", chat=GROUP)
    await house.press(JEANNE, "Proposer comme réponse validée", chat=GROUP)


async def test_of_an_animator_only_what_others_were_told_is_left(house: Whole) -> None:
    await works(house)
    await house.erase(42)
    for tick in ("desk.shown", "desk.board"):
        await house.tick(tick)
    told = "messages", "people", "acts", "deliveries", "erasure_requests", "memberships"
    left = [
        line
        for line in (await house.everything()).splitlines()
        if re.search(f"Rochefol|jeanne@|{JEANNE}|: 42[,}}]|person:42", line)
        if not line.startswith(told)
    ]
    assert left == [], "but for what others were told, until it expires, and numbers"
    assert "jeanne" not in (await house.everything()).lower().replace("jeanne rochefol", "")


async def test_what_other_topics_were_told_of_them_goes_too(house: Whole) -> None:
    """Paul asks; the network is asked, Claire among it, and cannot be reached."""
    await house.say(CLAIRE, "/entraide")
    await house.press(CLAIRE, "Le réseau peut me solliciter : non")
    await house.say(PAUL, "Que faire du logement vacant ?")
    await house.press(JEANNE, "Solliciter le réseau", chat=GROUP)
    house.paused = True
    await house.press(JEANNE, "Envoyer", chat=GROUP)
    await house.blocks(CLAIRE)
    house.paused = False
    await house.send()
    assert "n’est pas parvenue à Claire Vidalenche" in house.chat(GROUP)
    await house.blocks(CLAIRE, blocked=False)
    await house.erase(41)
    assert "n’est pas parvenue à Claire Vidalenche" not in house.chat(GROUP)
    assert await traces(house) == []


# A server's files are its administrator's: there, VACUUM empties them in time.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_not_even_the_file_tells_who_was_erased(house: Whole) -> None:
    await has_a_life(house)
    await house.erase(41)
    for tick in ("desk.shown", "desk.board"):
        await house.tick(tick)
    await house.tick("ledger.forget")
    file = Path(house.database.engine.url.database or "")
    held = [each for each in file.parent.iterdir() if each.name.startswith(file.name)]
    assert held
    for each in held:
        data = each.read_bytes()
        assert [trace for trace in TRACES if trace.encode() in data] == [], each.name
