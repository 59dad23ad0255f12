"""What nobody decides goes to the team by itself: nothing stays in between."""

from datetime import datetime, timedelta

import pytest

from bot.hotline.models import Question
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready
from core.reference import Party
from tests.hotline import CLAIRE, PAUL, Hotline, open_hotline

DELAY = timedelta(minutes=15)


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def next_due(hotline: Hotline) -> datetime | None:
    [tick] = [each for each in hotline.room.ticks if each.name == "hotline.undecided"]
    async with hotline.database.read() as session:
        return await tick.next_due(session)


async def tick_at(hotline: Hotline, instant: datetime) -> None:
    hotline.clock.set(instant)
    await hotline.tick("hotline.undecided")


async def test_without_a_territory_it_goes_to_the_team_after_the_delay(hotline: Hotline) -> None:
    asked = hotline.clock.now()
    assert await next_due(hotline) is None
    [which] = await hotline.say(PAUL, "Un modèle de bail ?")
    assert await next_due(hotline) == asked + DELAY
    await tick_at(hotline, asked + DELAY - timedelta(seconds=1))
    assert await hotline.rows() == []
    for _ in range(2):
        await tick_at(hotline, asked + DELAY)
    topic, card, relay, told = await hotline.rows()
    assert topic.post.text == "Question n°\u00a01"
    assert "Territoire\u00a0: non renseigné" in card.post.text
    assert relay.post.text.endswith("\nUn modèle de bail ?")
    assert (told.kind, told.recipient, told.stream) == (
        "hotline.undecided",
        "person:3",
        "person:3",
    )
    assert told.post.text == (
        "Sans choix de votre part, votre question est transmise à l’équipe.\n\n"
        "Votre question est enregistrée\u00a0: <b>question n°\u00a01</b>.\n"
        "Réponse au plus tard le mercredi 25 novembre.\n"
        "Pour ajouter une précision, répondez à ce message."
    )
    assert [b.label for line in told.post.keyboard for b in line] == [
        "Choisir un thème",
        "Question discrète",
        "Mes questions",
    ]
    assert await hotline.prepare(told) == Ready(ChatAddress(PAUL))
    assert await next_due(hotline) is None
    assert await hotline.acts() == [
        "person:3 question.open hotline:question:1",
        "system:relais question.undecided hotline:question:1",
    ]
    [stale] = await hotline.press_on(PAUL, which, "Pays d’Orsanne")
    assert hotline.words(stale) == "Cette question est déjà transmise à l’équipe."


async def test_what_is_added_meanwhile_puts_it_off(hotline: Hotline) -> None:
    asked = hotline.clock.now()
    await hotline.say(PAUL, "Un modèle de bail ?")
    hotline.clock.set(asked + timedelta(minutes=9))
    await hotline.say(PAUL, "Pour un logement passerelle.")
    assert await next_due(hotline) == asked + timedelta(minutes=9) + DELAY
    await tick_at(hotline, asked + DELAY)
    assert await hotline.rows() == []


async def test_a_late_tick_does_it_all_once(hotline: Hotline) -> None:
    asked = hotline.clock.now()
    await hotline.say(PAUL, "Un modèle de bail ?")
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    hotline.clock.set(asked + timedelta(hours=1))
    await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    assert await next_due(hotline) == asked + DELAY
    await tick_at(hotline, asked + timedelta(days=4))
    told = [row for row in await hotline.rows() if row.kind == "hotline.undecided"]
    assert {row.recipient for row in told} == {"person:1", "person:3"}
    assert await next_due(hotline) is None


async def test_messages_without_a_question_become_one(hotline: Hotline) -> None:
    asked = hotline.clock.now()
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    hotline.clock.set(asked + timedelta(hours=1))
    [which] = await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    hotline.clock.set(asked + timedelta(hours=1, minutes=5))
    await hotline.say(CLAIRE, "À Orsanne ?")
    assert await next_due(hotline) == asked + timedelta(hours=1, minutes=5) + DELAY
    await tick_at(hotline, asked + timedelta(hours=1) + DELAY)
    assert len(await hotline.rows()) == 3
    for _ in range(2):
        await tick_at(hotline, asked + timedelta(hours=1, minutes=5) + DELAY)
    *_, first, second, told = await hotline.rows()
    assert first.post.text.endswith("\nC’est quand, le prochain atelier ?")
    assert second.post.text.endswith("\nÀ Orsanne ?")
    assert first.recipient == second.recipient == "question:2"
    assert told.post.text.startswith(
        "Sans choix de votre part, nous avons fait de vos messages une nouvelle question, "
        "transmise à l’équipe.\n\nVotre question est enregistrée pour le territoire "
        "«\u00a0Pays d’Orsanne\u00a0»\u00a0: <b>question n°\u00a02</b>."
    )
    [stale] = await hotline.press_on(CLAIRE, which, "Nouvelle question")
    assert hotline.words(stale) == "Ce message est déjà rattaché à votre question n°\u00a02."


async def test_what_was_erased_meanwhile_is_left_alone(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    hotline.clock.set(hotline.clock.now() + timedelta(hours=1))
    await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    await hotline.say(PAUL, "Un modèle de bail ?")
    data = hotline.room.personal_data
    assert data is not None
    async with hotline.database.write() as session:
        await data.erase(session, Party("person", "1"))
        await data.erase(session, Party("person", "3"))
    before = len(await hotline.rows())
    await tick_at(hotline, hotline.clock.now() + timedelta(days=1))
    assert len([r for r in await hotline.rows() if r.kind == "hotline.undecided"]) == 0
    assert len(await hotline.rows()) == before
    async with hotline.database.read() as session:
        assert (await session.get_one(Question, 2)).text == ""
