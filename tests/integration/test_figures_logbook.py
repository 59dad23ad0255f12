"""`/saisir`: what did not come by chat is logged, counts, and can become a validated answer."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

import bot.figures.room
from bot.guarantee.hours import Hours
from bot.hotline.models import Question, QuestionMessage
from core.chat import Ask, Button, Place, Redraw, Reply, Response, Text, Toast, Turn
from core.clock import FixedClock
from core.db import Database
from core.people.models import Territory, Theme
from core.reference import Reference
from core.settings import Settings, TelegramSettings
from tests.hotline import GROUP, JEANNE, Hotline, open_hotline
from tests.parts import make_parts

GIVEN = Settings(telegram=TelegramSettings(group_id=GROUP))
DESK = Place(GROUP, private=False)
SAID = {
    "question": "Peut-on taxer un logement vacant ?",
    "channel": "phone",
    "territory": "orsanne",
    "answer": "Oui, par délibération.",
}


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock, GIVEN)
    parts = replace(make_parts(database, clock), settings=GIVEN)
    async with database.write() as session:
        theme = await session.get_one(Theme, 1)
        theme.words = ["logement vacant"]
    return replace(hotline, room=bot.figures.room.build(parts, Hours(GIVEN.hotline)))


async def log(desk: Hotline, **values: Any) -> Response:
    async def finish(turn: Turn) -> Any:
        return await desk.room.forms[0].finish(turn, {**SAID, **values})

    [reply] = await desk.turn(JEANNE, desk.incoming(JEANNE, place=DESK), finish)
    return reply


def labels(desk: Hotline, response: Response) -> list[str]:
    assert isinstance(response, Reply | Redraw)
    return [desk.renderer.plain(each.label) for row in response.keyboard for each in row]


async def test_the_form_asks_four_things_and_takes_the_question_at_once(desk: Hotline) -> None:
    [form] = desk.room.forms
    assert [field.name for field in form.fields] == ["question", "channel", "territory", "answer"]
    [asked] = await desk.command(JEANNE, "saisir", "Qui a un modèle ?", place=DESK)
    assert asked == Ask("figures.logbook", {"question": "Qui a un modèle ?"})
    [asked] = await desk.command(JEANNE, "saisir", place=DESK)
    assert asked == Ask("figures.logbook", {})


async def test_a_question_by_phone_is_logged_with_its_answer(desk: Hotline) -> None:
    logged = await log(desk)
    async with desk.database.read() as session:
        [question] = (await session.scalars(select(Question))).all()
        said = (await session.scalars(select(QuestionMessage).order_by(QuestionMessage.id))).all()
    assert (question.channel, question.logged_by, question.state) == ("phone", 2, "closed")
    assert (question.territory_id, question.theme_id) == (1, 1)
    assert (question.first_answer_at, question.presented_at) == (desk.clock.now(), None)
    assert [(each.direction, each.text, each.author) for each in said] == [
        ("from_agent", "Peut-on taxer un logement vacant ?", None),
        ("to_agent", "Oui, par délibération.", "person:2"),
    ]
    assert desk.words(logged) == (
        f"C’est consigné\u00a0: <b>question n°\u00a0{question.id}</b> (téléphone), close avec sa "
        "réponse.\nTerritoire\u00a0: Pays d’Orsanne\nThème proposé\u00a0: Habitat et centres-bourgs"
    )
    assert labels(desk, logged) == ["Proposer comme réponse validée", "Changer le thème"]
    assert await desk.rows() == []
    assert await desk.acts() == [f"person:2 question.log hotline:question:{question.id}"]


async def test_between_two_territories_the_animator_chooses(desk: Hotline) -> None:
    for words in ("Clermont", "-"):
        logged = await log(desk, territory=words)
        assert "Territoire\u00a0: non renseigné" in desk.words(logged)
    async with desk.database.write() as session:
        session.add(Territory(id=9, code="p", name="Pays de Brune", department="19"))
    logged = await log(desk, territory="brune")
    assert "Plusieurs territoires portent ce nom" in desk.words(logged)
    assert labels(desk, logged)[:2] == ["Pays de Brune", "Vallées de la Brune-Claire"]
    assert isinstance(logged, Reply)
    [placed] = await desk.press(JEANNE, logged.keyboard[1][0])
    assert "Territoire\u00a0: Vallées de la Brune-Claire" in desk.words(placed)


async def test_the_theme_can_be_changed(desk: Hotline) -> None:
    logged = await log(desk)
    assert isinstance(logged, Reply)
    [themes] = await desk.press(JEANNE, logged.keyboard[-1][0])
    assert isinstance(themes, Redraw)
    assert labels(desk, themes) == [
        "Habitat et centres-bourgs",
        "Activités, reprise et transmission",
    ]
    [changed] = await desk.press(JEANNE, themes.keyboard[1][0])
    assert "Activités, reprise et transmission" in desk.words(changed)


@pytest.mark.parametrize("action", ["figures.place", "figures.themes", "figures.theme"])
@pytest.mark.parametrize("identity", ["0", "4821", "4821-1", "x", "1-", "-1"])
async def test_a_forged_button_does_nothing(desk: Hotline, action: str, identity: str) -> None:
    button = Button(Text("", ""), action, Reference("figures", "choice", identity))
    [toast] = await desk.press(JEANNE, button)
    assert isinstance(toast, Toast)
