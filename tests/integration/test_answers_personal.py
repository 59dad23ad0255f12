"""What the knowledge base holds about people, and what it lets go of."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.models import AnswerReviewer, AnswerRevision, AnswerVariant
from bot.answers.naming import Naming
from bot.answers.personal import erase as erase_with
from bot.answers.personal import export, keeps
from bot.hotline import personal as hotline_personal
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery, Message
from core.people.models import Person
from core.reference import Party
from tests.answers import KARIM, ODILE, QUESTION, Desk, open_base
from tests.hotline import JEANNE

CLAIRE = Party("person", "1")


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(await open_base(database, clock))


async def erase(desk: Desk, session: AsyncSession, party: Party) -> None:
    naming = Naming(desk.hotline.renderer, "fr")
    await erase_with(session, naming, party, desk.hotline.clock.now())


async def test_people_are_shown_what_they_wrote_judged_or_asked(desk: Desk) -> None:
    await desk.validated()
    async with desk.hotline.database.read() as session:
        asked = await export(session, CLAIRE)
        wrote = await export(session, Party("person", "2"))
        judged = await export(session, Party("person", "11"))
        assert await export(session, Party("subscriber", "1")) == {}
        assert await export(session, Party("person", "3")) == {"answers": []}
    assert asked == {
        "answers": [
            {
                "code": "question-4821",
                "state": "validated",
                "question": QUESTION,
                "from_your_question": True,
                "written_by_you": False,
                "validated_by_you": False,
                "withdrawn_by_you": False,
            }
        ]
    }
    assert wrote["answers"][0]["written_by_you"]
    assert judged["answers"][0]["validated_by_you"]


async def test_a_draft_made_of_the_words_of_who_leaves_is_emptied_everywhere(desk: Desk) -> None:
    """Even once the hotline has let go of the question itself."""
    [card] = await desk.propose()
    [asked] = await desk.press_on(JEANNE, card, "Soumettre à validation")
    [review] = await desk.press_on(JEANNE, asked, "Soumettre sans rien remplacer")
    [listed] = await desk.press_on(JEANNE, review, "Demander à une personne-ressource")
    await desk.press_on(JEANNE, listed, "Odile Vernhet")
    now = desk.hotline.clock.now()
    async with desk.hotline.database.write() as session:
        assert await keeps(session, CLAIRE) == ()
        await hotline_personal.erase(session, CLAIRE, now)
        await erase(desk, session, CLAIRE)
    row = await desk.answer(1)
    assert (row.state, row.question, row.answer, row.asker_id) == ("removed", "", "", None)
    async with desk.hotline.database.read() as session:
        assert (await session.scalars(select(AnswerVariant))).all() == []
        assert (await session.scalars(select(AnswerReviewer))).all() == []
        mine = (
            await session.scalars(select(Delivery).where(Delivery.cause.like("answers:%")))
        ).all()
        assert [row.state for row in mine] == ["cancelled", "cancelled"]
        bodies = (await session.scalars(select(Message.body))).all()
        assert all("Claire" not in body.decode() for body in bodies)


async def test_a_validated_answer_stays_without_who_asked_or_wrote_it(desk: Desk) -> None:
    await desk.validated()
    async with desk.hotline.database.write() as session:
        [kept] = await keeps(session, CLAIRE)
        render = desk.hotline.renderer.plain
        assert render(kept.what) == "1 réponse validée, anonymisée, tirée de vos questions"
        assert render(kept.ground).startswith("la base de réponses, anonymisée")
        for party in (CLAIRE, Party("person", "2"), Party("person", "11"), Party("visitor", "x")):
            await erase(desk, session, party)
        assert await keeps(session, CLAIRE) == ()
        lines = (await session.scalars(select(AnswerRevision.by))).all()
    row = await desk.answer(1)
    assert (row.state, row.question) == ("validated", QUESTION)
    assert (row.asker_id, row.drafted_by, row.validated_by) == (None, None, None)
    assert lines == [None]
    assert QUESTION in await desk.found("logements vacants")


async def test_an_expert_who_is_erased_is_not_asked_any_more(desk: Desk) -> None:
    review = await desk.submitted()
    [listed] = await desk.press_on(JEANNE, review, "Demander à une personne-ressource")
    await desk.press_on(JEANNE, listed, "Odile Vernhet")
    async with desk.hotline.database.write() as session:
        await erase(desk, session, Party("person", "12"))
    assert desk.notice(await desk.press_on(ODILE, review, "Valider")).startswith("Cette réponse ne")
    await desk.press_on(KARIM, review, "Valider")
    assert (await desk.answer(1)).state == "validated"


async def test_a_name_that_was_left_in_an_answer_goes_with_its_owner(desk: Desk) -> None:
    [card] = await desk.propose()
    words = "Claire Vidal et Paul Meyrat ont écrit à claire@orsanne.example : Claire a raison."
    card = await desk.edit(JEANNE, card, "Modifier la réponse", words)
    [asked] = await desk.press_on(JEANNE, card, "Soumettre à validation")
    [review] = await desk.press_on(JEANNE, asked, "Soumettre sans rien remplacer")
    await desk.press_on(KARIM, review, "Valider")
    async with desk.hotline.database.write() as session:
        (await session.get_one(Person, 1)).email = "claire@orsanne.example"
        await session.flush()
        await erase(desk, session, CLAIRE)
        lines = (await session.scalars(select(AnswerRevision.answer))).all()
    told = "[personne] et Paul Meyrat ont écrit à [adresse électronique] : [personne] a raison."
    row = await desk.answer(1)
    assert (row.answer, lines) == (told, [told])
    assert "Claire" not in row.question
    assert await desk.found("Claire Vidal") == []
