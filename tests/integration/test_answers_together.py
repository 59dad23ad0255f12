"""Two people at once, and two processes: nothing is made twice."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.answers.importing import import_answers
from bot.answers.models import Answer, AnswerRevision
from core.chat import Button, Text
from core.clock import FixedClock
from core.db import Database
from core.posts import callback_data
from core.reference import Reference
from tests.answers import KARIM, QUESTION, Desk, open_base
from tests.hotline import JEANNE, PAUL


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(await open_base(database, clock))


async def test_two_proposals_at_once_make_one_draft(desk: Desk) -> None:
    await asyncio.gather(*(desk.propose(who) for who in (JEANNE, KARIM, JEANNE, KARIM)))
    async with desk.hotline.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Answer)) == 1


async def test_two_validations_at_once_count_once(desk: Desk) -> None:
    card = await desk.submitted()
    outcomes = await asyncio.gather(*(desk.press_on(KARIM, card, "Valider") for _ in range(4)))
    notices = sorted(desk.notice(list(each)) for each in outcomes)
    assert [each[:25] for each in notices] == [
        "Cette réponse n’est plus ",
        "Cette réponse n’est plus ",
        "Cette réponse n’est plus ",
        "La réponse est validée\u00a0: ",
    ]
    async with desk.hotline.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(AnswerRevision)) == 1


async def test_changes_of_many_processes_are_all_found(desk: Desk) -> None:
    """Each counts the base on: none is lost between two that commit together."""

    async def bring(number: int) -> None:
        row = {
            "code": f"a{number}",
            "question": f"Question numéro {number} sur les logements vacants ?",
            "answer": "Oui.",
            "stated_on": "2026-01-01",
        }
        async with desk.hotline.database.write() as session:
            await import_answers(session, [row], desk.hotline.clock.now())

    async def search() -> None:
        await desk.hotline.command(PAUL, "reponses", "logements vacants")

    await asyncio.gather(
        *(
            each(*args)
            for number in range(8)
            for each, args in (
                (bring, (number,)),
                (search, ()),
            )
        )
    )
    await desk.validated()
    [found] = await desk.hotline.command(PAUL, "reponses", "logements vacants")
    assert {QUESTION, *(f"Question numéro {n} sur les logements vacants ?" for n in range(8))} == {
        label for label in desk.hotline.labels(found) if label != "Nouvelle recherche"
    }


def test_every_button_fits_in_what_telegram_carries() -> None:
    for action in ("submit_all_the_same", "edit_question", "export_json"):
        subject = Reference("answers", "answer", "9" * 9)
        assert callback_data(Button(Text("", ""), f"answers.{action}", subject, 99_999))
    for action in ("set_theme", "story", "expert", "version", "page"):
        subject = Reference("answers", action, f"{'9' * 9}-{'9' * 9}")
        assert callback_data(Button(Text("", ""), f"answers.{action}", subject, 99_999))
