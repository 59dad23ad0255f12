"""Discretion, and what is held about somebody: shown, kept, let go."""

import random

import pytest
from sqlalchemy import select

from bot.hotline import store
from bot.hotline.models import Announcement, Question, QuestionMessage
from core.chat import Button, Redraw
from core.clock import FixedClock
from core.db import Database
from core.reference import Party, Reference
from tests.hotline import CLAIRE, JEANNE, PAUL, Hotline, buttons, open_hotline


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def question(hotline: Hotline) -> Question:
    async with hotline.database.read() as session:
        return await session.get_one(Question, 1)


async def test_one_asks_that_only_the_team_see_who_asks(hotline: Hotline) -> None:
    [opened] = await hotline.say(CLAIRE, "Comment dire non à un élu ?")
    [discreet] = await hotline.press_on(CLAIRE, opened, "Question discrète")
    assert isinstance(discreet, Redraw)
    assert "Seule l’équipe d’animation verra qui pose la question." in hotline.words(discreet)
    assert (await question(hotline)).discreet
    version = (await question(hotline)).version
    await hotline.press_on(CLAIRE, opened, "Question discrète")
    assert (await question(hotline)).version == version, "a press that changes nothing"
    [plain] = await hotline.press_on(CLAIRE, discreet, "Lever la discrétion")
    assert "Seule l’équipe" not in hotline.words(plain)
    assert not (await question(hotline)).discreet
    assert (await hotline.acts())[1:] == [
        "person:1 question.discreet hotline:question:1",
        "person:1 question.not_discreet hotline:question:1",
    ]


async def test_what_is_discreet_before_the_team_has_it_names_nobody(hotline: Hotline) -> None:
    [which] = await hotline.say(PAUL, "Comment dire non à un élu ?")
    wanted = Button(
        buttons(which)[0].label, "hotline.discreet", Reference("hotline", "pair", "1-1")
    )
    [again] = await hotline.press(PAUL, wanted)
    [opened] = await hotline.press_on(PAUL, again, "Pays d’Orsanne")
    assert "Seule l’équipe d’animation verra qui pose la question." in hotline.words(opened)
    assert not [row for row in await hotline.rows() if "Paul" in row.post.text]


async def test_numbers_are_drawn_and_never_twice_the_same(hotline: Hotline) -> None:
    class Stubborn(random.Random):
        """Dice that give each number twice."""

        given = 3999

        def randrange(self, start: int, _stop: int | None = None, _step: int = 1) -> int:
            assert start == 1000
            Stubborn.given += 1
            return Stubborn.given // 2

    dice = Stubborn()
    drawn = []
    for _ in range(3):
        async with hotline.database.write() as session:
            number = await store.draw_number(session, dice)
            await store.open_question(session, number, 1, "Un modèle ?", hotline.clock.now())
            drawn.append(number)
    assert drawn == [2000, 2001, 2002]


async def test_what_is_held_is_shown_kept_or_let_go(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    await hotline.in_topic(JEANNE, 1, "Le voici.")
    async with hotline.database.write() as session:
        found = await session.get_one(Question, 1)
        found.rating, found.rating_comment = 2, "Parfait pour notre conseil"
    await hotline.say(CLAIRE, "bonjour")
    data = hotline.room.personal_data
    assert data is not None
    claire = Party("person", "1")
    async with hotline.database.read() as session:
        [shown] = (await data.export(session, claire))["questions"]
        [kept] = await data.keeps(session, claire)
        assert await data.keeps(session, Party("person", "5")) == ()
        assert await data.keeps(session, Party("subscriber", "1")) == ()
    assert (shown["rating"], shown["rating_comment"]) == (2, "Parfait pour notre conseil")
    assert hotline.renderer.plain(kept.what) == (
        "1 question\u00a0: son numéro, ses dates, son territoire, son thème et son état, "
        "sans votre nom ni aucun texte"
    )
    assert hotline.renderer.plain(kept.ground) == (
        "les comptes rendus aux financeurs publics, que le réseau doit pouvoir justifier"
    )
    async with hotline.database.write() as session:
        await data.erase(session, claire)
    async with hotline.database.read() as session:
        found = await session.get_one(Question, 1)
        said = (await session.scalars(select(QuestionMessage))).all()
        assert (await session.scalars(select(Announcement))).all() == []
    assert (found.text, found.rating_comment, found.rating) == ("", None, 2)
    assert {row.text for row in said} == {""}
