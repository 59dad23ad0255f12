"""« Réponses types »: written once, used in a question's topic as a note to send."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk.canned import Canned
from bot.hotline.models import Question, QuestionMessage
from core.chat import Ask, Button, Place, Redraw, Reply, Text, Toast, Turn
from core.clock import FixedClock
from core.db import Database
from core.reference import Reference
from core.room import Room
from tests.hotline import GROUP, JEANNE, Hotline, open_hotline
from tests.parts import make_parts

TOPIC = Place(GROUP, private=False, thread_id=77)
BODY = "Bonjour {prénom},\nvotre question n°\u00a0{numéro} est suivie par {animateur}."


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock)
    canned = Canned(make_parts(database, clock))
    now = clock.now()
    async with database.write() as session:
        for number, discreet in ((4821, False), (4822, True)):
            session.add(
                Question(
                    id=number,
                    asker_id=1,
                    territory_id=1,
                    discreet=discreet,
                    text="Ma question",
                    opened_at=now,
                    last_message_at=now,
                )
            )
    room = Room(
        "desk", commands=canned.commands(), actions=canned.actions(), forms=(canned.form(),)
    )
    return replace(hotline, room=room)


async def write(desk: Hotline, **values: Any) -> str:
    async def finish(turn: Turn) -> Any:
        given = {"id": 0, "title": "Accusé de réception", "text": BODY, **values}
        return await desk.room.forms[0].finish(turn, given)

    [saved] = await desk.turn(JEANNE, desk.incoming(JEANNE, place=TOPIC), finish)
    return desk.words(saved)


def button(action: str, identity: str, kind: str = "canned") -> Button:
    room = "hotline" if kind == "question" else "desk"
    return Button(Text("", ""), action, Reference(room, kind, identity))


async def test_they_are_written_read_corrected_and_removed(desk: Hotline) -> None:
    [none] = await desk.command(JEANNE, "reponsestypes", place=TOPIC)
    assert "Aucune réponse type pour le moment." in desk.words(none)
    assert isinstance(none, Reply)
    [asked] = await desk.press(JEANNE, none.keyboard[-1][0])
    assert asked == Ask("desk.canned", {"id": 0})
    said = await write(desk)
    assert said == "La réponse type «\u00a0Accusé de réception\u00a0» est enregistrée."
    [listed] = await desk.command(JEANNE, "reponsestypes", place=TOPIC)
    assert isinstance(listed, Reply)
    [shown] = await desk.press(JEANNE, listed.keyboard[0][0])
    assert "Bonjour {prénom}," in desk.words(shown)
    assert isinstance(shown, Reply)
    [edited] = await desk.press(JEANNE, shown.keyboard[0][0])
    assert edited == Ask("desk.canned", {"id": 1, "title": "Accusé de réception"})
    await write(desk, id=1, text="Bien reçu.")
    [shown] = await desk.press(JEANNE, listed.keyboard[0][0])
    assert "Bien reçu." in desk.words(shown)
    assert isinstance(shown, Reply)
    [removed] = await desk.press(JEANNE, shown.keyboard[0][1])
    assert "est retirée" in desk.words(removed)
    [gone] = await desk.press(JEANNE, listed.keyboard[0][0])
    assert desk.words(gone) == "Cette réponse type n’est plus disponible."


async def test_one_is_filled_in_as_a_note_that_has_not_left(desk: Hotline) -> None:
    await write(desk)
    [which] = await desk.press(JEANNE, button("desk.canned", "4821", "question"))
    assert desk.words(which) == "Quelle réponse type pour la question n°\u00a04821\u00a0?"
    assert isinstance(which, Reply)
    [ready] = await desk.press(JEANNE, which.keyboard[0][0])
    assert isinstance(ready, Redraw)
    words = "Bonjour Claire,\nvotre question n°\u00a04821 est suivie par Jeanne Roche."
    assert desk.words(ready).startswith(words)
    assert "non envoyée" in desk.words(ready)
    [[send]] = ready.keyboard
    async with desk.database.read() as session:
        [message] = (await session.scalars(select(QuestionMessage))).all()
    assert (message.direction, message.text, message.question_id) == ("note", words, 4821)
    assert (send.action, str(send.reference)) == ("desk.send", f"hotline:message:{message.id}")
    assert await desk.rows() == []


async def test_who_asks_discreetly_is_not_named_in_the_topic(desk: Hotline) -> None:
    await write(desk)
    [which] = await desk.press(JEANNE, button("desk.canned", "4822", "question"))
    assert isinstance(which, Reply)
    [ready] = await desk.press(JEANNE, which.keyboard[0][0])
    assert desk.words(ready).startswith("Bonjour,\nvotre question n°\u00a04822")


@pytest.mark.parametrize("identity", ["4821-9", "9-1", "4821-", "-1", "x"])
async def test_a_forged_choice_does_nothing(desk: Hotline, identity: str) -> None:
    await write(desk)
    [toast] = await desk.press(JEANNE, button("desk.canned_use", identity))
    assert isinstance(toast, Toast)
