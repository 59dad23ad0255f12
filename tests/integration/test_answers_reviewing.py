"""Validated answers through time: read again, revised, withdrawn; and their history."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.answers.importing import import_answers
from bot.answers.posts import DUE
from bot.answers.reviewing import next_due
from core.chat import Button, Reply, Text
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready
from core.reference import Reference
from tests.answers import ANSWERED, KARIM, QUESTION, Desk, card_of, open_base
from tests.hotline import CLAIRE, GROUP, JEANNE, Row

MORNING_OF_REVIEW = datetime(2027, 11, 23, 8, 0, tzinfo=UTC)
"""9 h 00 in Paris, on the day that a year after the validation brings."""


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(await open_base(database, clock))


async def due(desk: Desk) -> list[Row]:
    await desk.hotline.tick("answers.review")
    return [row for row in await desk.hotline.rows() if row.kind == DUE]


async def planned(desk: Desk) -> datetime | None:
    async with desk.hotline.database.read() as session:
        return await next_due(session)


async def show(desk: Desk, account: int) -> Reply:
    button = Button(Text("", ""), "answers.answer", Reference("answers", "answer", "1"))
    [shown] = await desk.press(account, button)
    assert isinstance(shown, Reply)
    return shown


async def test_a_review_is_proposed_once_in_the_morning_of_its_day(
    desk: Desk, clock: FixedClock
) -> None:
    assert await planned(desk) is None
    await desk.validated()
    assert await planned(desk) == MORNING_OF_REVIEW
    clock.set(MORNING_OF_REVIEW - timedelta(seconds=1))
    assert await due(desk) == []
    clock.set(MORNING_OF_REVIEW)
    [row] = await due(desk)
    assert row.post.text == (
        "<b>Réponse à relire</b>\n\n"
        f"<b>{QUESTION}</b>\n\n{ANSWERED}\n\n"
        "Thème\u00a0: Habitat et centres-bourgs\n"
        "État du droit au 23/11/2026\n"
        "À relire le 23/11/2027\u00a0: est-elle toujours exacte\u00a0?"
    )
    assert [button.label for line in row.post.keyboard for button in line] == [
        "Toujours exacte",
        "Réviser",
        "Retirer",
        "Historique",
    ]
    assert len(await due(desk)) == 1
    assert await planned(desk) is None
    clock.set(MORNING_OF_REVIEW + timedelta(days=40))
    assert len(await due(desk)) == 1


async def test_an_answer_past_its_date_is_marked_for_everybody(
    desk: Desk, clock: FixedClock
) -> None:
    await desk.validated()
    clock.set(MORNING_OF_REVIEW)
    assert "devait être relue" not in desk.words(await show(desk, CLAIRE))
    clock.set(MORNING_OF_REVIEW + timedelta(days=1))
    assert (
        f"{ANSWERED}\n\n<b>Cette réponse devait être relue le 23/11/2027.</b>\n\n<i>État du droit"
    ) in desk.words(await show(desk, CLAIRE))


async def test_an_answer_that_is_still_right_is_stated_anew(desk: Desk, clock: FixedClock) -> None:
    await desk.validated()
    clock.set(MORNING_OF_REVIEW + timedelta(days=2))
    [row] = await due(desk)
    responses = await desk.hotline.press_sent(JEANNE, row, "Toujours exacte")
    assert desk.notice(responses) == "C’est noté\u00a0: l’état du droit est donné à ce jour."
    assert "État du droit au 25/11/2027" in desk.words(card_of(responses))
    answer = await desk.answer(1)
    assert (answer.stated_on, answer.review_on) == (date(2027, 11, 25), date(2028, 11, 25))
    stale = await desk.hotline.press_sent(KARIM, row, "Retirer")
    assert desk.notice(stale).startswith("Ce projet ou cette réponse a changé")
    assert await planned(desk) == datetime(2028, 11, 25, 8, 0, tzinfo=UTC)
    clock.set(datetime(2028, 11, 25, 8, 0, tzinfo=UTC))
    assert len(await due(desk)) == 2


async def test_a_revision_takes_the_place_of_the_answer_once_validated(
    desk: Desk, clock: FixedClock
) -> None:
    await desk.validated()
    clock.set(clock.now() + timedelta(days=100))
    [draft] = await desk.press_on(JEANNE, await show(desk, JEANNE), "Réviser")
    assert desk.words(draft).startswith("<b>Révision d’une réponse validée</b>")
    assert (await desk.answer(2)).code == "question-4821-revision"
    [again] = await desk.press_on(KARIM, await show(desk, KARIM), "Réviser")
    assert desk.words(again) == desk.words(draft)
    draft = await desk.edit(JEANNE, draft, "Modifier la réponse", "Non, plus depuis mars.")
    assert ANSWERED in desk.words(await show(desk, CLAIRE))
    [review] = await desk.press_on(JEANNE, draft, "Soumettre à validation")
    responses = await desk.press_on(KARIM, review, "Valider")
    assert "Non, plus depuis mars." in desk.words(card_of(responses))
    answer = await desk.answer(1)
    assert (answer.answer, answer.stated_on) == ("Non, plus depuis mars.", date(2027, 3, 3))
    assert (await desk.answer(2)).state == "removed"
    assert await desk.found("je suis [personne], du [territoire]") == [QUESTION]


async def test_a_withdrawn_answer_is_found_no_more_and_can_come_back(desk: Desk) -> None:
    await desk.validated()
    asked = await desk.press_on(JEANNE, await show(desk, JEANNE), "Retirer")
    [withdrawn] = await desk.fill(JEANNE, asked, "La loi a changé.")
    assert "<b>Cette réponse est retirée\u00a0: les agents ne la voient plus.</b>" in desk.words(
        withdrawn
    )
    assert desk.hotline.labels(withdrawn) == ["Réviser", "Historique"]
    assert await desk.found("logements vacants") == []
    button = Button(Text("", ""), "answers.answer", Reference("answers", "answer", "1"))
    assert desk.notice(await desk.press(CLAIRE, button)) == "Cette réponse n’est plus disponible."
    answer = await desk.answer(1)
    assert (answer.state, answer.withdrawn_by) == ("withdrawn", 2)
    [draft] = await desk.press_on(JEANNE, withdrawn, "Réviser")
    [review] = await desk.press_on(JEANNE, draft, "Soumettre à validation")
    await desk.press_on(KARIM, review, "Valider")
    assert QUESTION in await desk.found("logements vacants")
    assert (await desk.answer(1)).withdrawn_at is None


async def test_the_history_says_who_did_what_and_keeps_every_wording(
    desk: Desk, clock: FixedClock
) -> None:
    await desk.validated()
    clock.set(clock.now() + timedelta(days=10))
    responses = await desk.press_on(KARIM, await show(desk, KARIM), "Toujours exacte")
    asked = await desk.press_on(JEANNE, card_of(responses), "Retirer")
    [withdrawn] = await desk.fill(JEANNE, asked, "La loi a changé.")
    [history] = await desk.press_on(KARIM, withdrawn, "Historique")
    assert desk.words(history) == (
        f"<b>Historique</b>\n\n{QUESTION}\n\n"
        "1. 23 novembre 2026 – validée par Karim Aubert\n"
        "2. 3 décembre 2026 – confirmée par Karim Aubert\n"
        "3. 3 décembre 2026 – retirée par Jeanne Roche\u00a0: La loi a changé."
    )
    [former] = await desk.press_on(KARIM, history, "Lire la version 1")
    assert desk.words(former) == (
        f"<b>Version 1, du 23 novembre 2026</b>\n\n<b>{QUESTION}</b>\n\n{ANSWERED}\n\n"
        "<i>État du droit au 23/11/2026</i>"
    )


async def test_many_reviews_at_once_are_told_in_one_message(desk: Desk, clock: FixedClock) -> None:
    rows = [
        {
            "code": f"a{number}",
            "question": f"Question {number} ?",
            "answer": "Oui.",
            "stated_on": "2026-01-01",
            "review_on": "2026-11-24",
        }
        for number in range(7)
    ]
    async with desk.hotline.database.write() as session:
        await import_answers(session, rows, clock.now())
    clock.set(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    [row] = await due(desk)
    assert row.post.text == (
        "7 réponses validées arrivent à leur date de relecture. Retrouvez-les dans les réponses "
        "validées, sous «\u00a0À relire\u00a0»."
    )
    assert await desk.hotline.prepare(row) == Ready(ChatAddress(GROUP, 9))
    [themes] = await desk.hotline.command(JEANNE, "reponses")
    [listed] = await desk.press_on(JEANNE, themes, "À relire (7)")
    assert desk.hotline.labels(listed) == [f"Question {number} ?" for number in range(7)]
    [shown] = await desk.press_on(JEANNE, listed, "Question 0 ?")
    await desk.press_on(JEANNE, shown, "Toujours exacte")
    [themes] = await desk.hotline.command(JEANNE, "reponses")
    assert "À relire (6)" in desk.hotline.labels(themes)
