"""Markup in what people type is shown as they typed it, wherever it is shown."""

from datetime import timedelta

import pytest

from bot.answers.models import Answer
from core.clock import FixedClock
from core.db import Database
from core.people.models import Person, Territory, Theme
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, PAUL, STRANGER, Whole, open_whole

EVIL = '<u>x</u> & "{{ 7 * 7 }}" <a href="https://mal.example">'
RAW = ("<u>x", "49", '<a href="https://mal.example">')


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    house = await open_whole(database, clock)
    async with database.write() as session:
        for number in (41, 42, 43):
            (await session.get_one(Person, number)).family_name += f" {EVIL}"
        (await session.get_one(Territory, 1)).name += f" {EVIL}"
        (await session.get_one(Theme, 1)).name += f" {EVIL}"
        session.add(
            Answer(
                id=7,
                code="sept",
                theme_id=1,
                question=f"Comment rouvrir un hôtel dans un bourg ? {EVIL}",
                answer=f"Avec un repreneur. {EVIL}",
                sources=EVIL,
                stated_on=clock.now().date(),
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    return house


async def test_nobody_writes_markup_in_the_name_of_the_house(house: Whole) -> None:
    await house.say(CLAIRE, f"Comment rouvrir un hôtel dans un bourg ? {EVIL}")
    await house.press(CLAIRE, "Poser ma question à l’équipe")
    relay = house.place("Comment rouvrir un hôtel dans un bourg ? <u>x", GROUP)
    await house.press(JEANNE, "Prendre en charge", chat=GROUP)
    await house.say(JEANNE, f"Voyez la fiche. {EVIL}", chat=GROUP, to=relay)
    await house.press(JEANNE, "Solliciter le réseau", chat=GROUP)
    await house.tick("guarantee.silence", after=timedelta(days=4))
    await house.press(JEANNE, "Transmettre à…", chat=GROUP)
    await house.press(JEANNE, "Hélène Astierane", chat=GROUP)
    await house.tick("desk.shown")
    await house.press(HELENE, "Clore", chat=GROUP)
    await house.press(CLAIRE, "Oui, merci")
    await house.press(CLAIRE, "Ajouter un commentaire")
    await house.say(CLAIRE, f"Bravo {EVIL}")
    await house.press(JEANNE, "Proposer comme réponse validée", chat=GROUP)
    await house.press(JEANNE, "Soumettre à validation", chat=GROUP)
    for said in ("/mesquestions", "/reponses hôtel", f"/quiadejafait {EVIL}", "/entraide"):
        await house.say(CLAIRE, said)
    await house.say(CLAIRE, "/proposer")
    await house.press(CLAIRE, "Une expérience")
    await house.say(CLAIRE, f"Nous avons rouvert un hôtel {EVIL}")
    await house.press(CLAIRE, "Oui")
    await house.press(JEANNE, "Garder", chat=GROUP)
    await house.say(PAUL, "/quiadejafait rouvrir un hôtel")
    await house.say(JEANNE, "/annuaire Vidalenche")
    await house.say(JEANNE, f"/annuaire {EVIL}")
    await house.say(JEANNE, f"/saisir {EVIL}")
    await house.press(JEANNE, "Téléphone")
    await house.press(JEANNE, "Aucun territoire")
    await house.say(JEANNE, EVIL)
    await house.say(JEANNE, "/bilan")
    await house.say(JEANNE, "/absence demain")
    await house.say(JEANNE, EVIL)
    await house.say(JEANNE, "/reponsestypes")
    await house.press(JEANNE, "Ajouter une réponse type")
    await house.say(JEANNE, "<u>x</u>")
    await house.say(JEANNE, "Bonjour <u>x</u>")
    await house.say(STRANGER, "/acces", name=EVIL)
    await house.say(STRANGER, "odile@ailleurs.example", name=EVIL)
    await house.say(STRANGER, await house.code(), name=EVIL)
    await house.say(CLAIRE, "/mesdonnees")
    await house.press(CLAIRE, "Demander l’effacement")
    await house.press(CLAIRE, "Oui, je demande l’effacement")
    await house.press(JEANNE, "Refuser", chat=GROUP)
    await house.say(JEANNE, f"Un motif {EVIL}", chat=GROUP)
    await house.tick("desk.board")
    shown = [text for place, text in house.shown.items() if house.html[place]]
    assert sum("&lt;u&gt;x" in text for text in shown) > 15, "it was typed where it matters"
    assert [text for text in shown for raw in RAW if raw in text] == []
