"""Reading the base in chat: lists, pages, search, and what the team sees beside."""

import pytest

from bot.answers.importing import import_answers
from core.chat import Document, Redraw, Reply
from core.clock import FixedClock
from core.db import Database
from tests.answers import QUESTION, Desk, open_base
from tests.hotline import CLAIRE, JEANNE, UNKNOWN


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(await open_base(database, clock))


async def bring(desk: Desk, count: int) -> None:
    rows = [
        {
            "code": f"a{number}",
            "question": f"Question numéro {number} ?",
            "answer": "Oui.",
            "theme": "habitat",
            "stated_on": "2026-01-01",
        }
        for number in range(count)
    ]
    async with desk.hotline.database.write() as session:
        await import_answers(session, rows, desk.hotline.clock.now())


async def test_a_long_list_is_read_page_by_page(desk: Desk) -> None:
    await bring(desk, 45)
    [themes] = await desk.hotline.command(CLAIRE, "reponses")
    assert desk.hotline.labels(themes) == [
        "Habitat et centres-bourgs (45)",
        "Rechercher une réponse",
    ]
    [page] = await desk.press_on(CLAIRE, themes, "Habitat et centres-bourgs (45)")
    seen: list[str] = []
    while True:
        labels = desk.hotline.labels(page)
        seen += [label for label in labels if label != "Suite de la liste"]
        if "Suite de la liste" not in labels:
            break
        [page] = await desk.press_on(CLAIRE, page, "Suite de la liste")
    assert seen == [f"Question numéro {number} ?" for number in range(45)]


async def test_an_answer_is_searched_by_a_word_or_a_button(desk: Desk) -> None:
    await desk.validated()
    await bring(desk, 3)
    [found] = await desk.hotline.command(CLAIRE, "reponses", "logement vacant")
    assert desk.words(found) == (
        "Les réponses validées les plus proches de «\u00a0logement vacant\u00a0»\u00a0:"
    )
    assert desk.hotline.labels(found)[0] == QUESTION
    [shown] = await desk.press_on(CLAIRE, found, QUESTION)
    assert isinstance(shown, Reply)
    assert shown.keyboard == ()
    asked = await desk.press_on(CLAIRE, found, "Nouvelle recherche")
    [none] = await desk.fill(CLAIRE, asked, " xylophone <b> ")
    assert desk.words(none).startswith(
        "Aucune réponse validée ne ressemble à «\u00a0xylophone &lt;b&gt;\u00a0»."
    )


async def test_agents_never_see_what_is_not_validated(desk: Desk) -> None:
    await desk.submitted()
    [none] = await desk.hotline.command(CLAIRE, "reponses")
    assert desk.words(none) == "Aucune réponse validée pour le moment."
    assert isinstance(none, Reply)
    assert none.keyboard == ()
    [nothing] = await desk.hotline.command(CLAIRE, "reponses", "logements vacants")
    assert desk.hotline.labels(nothing) == ["Nouvelle recherche"]
    [stranger] = await desk.hotline.command(UNKNOWN, "reponses", "logements")
    assert "invitation" in desk.words(stranger)


async def test_animators_find_their_drafts_and_files(desk: Desk) -> None:
    [base] = await desk.hotline.command(JEANNE, "reponses")
    assert desk.hotline.labels(base) == ["Exporter (CSV)", "Exporter (JSON)"]
    await desk.submitted()
    [base] = await desk.hotline.command(JEANNE, "reponses")
    [drafts] = await desk.press_on(JEANNE, base, "Projets de réponse (1)")
    assert desk.hotline.labels(drafts) == [f"À valider\u00a0: {QUESTION}"]
    [card] = await desk.press_on(JEANNE, drafts, f"À valider\u00a0: {QUESTION}")
    assert "Valider" in desk.hotline.labels(card)
    [file] = await desk.press_on(JEANNE, base, "Exporter (CSV)")
    assert isinstance(file, Document)
    assert file.name == "reponses-2026-11-23.csv"
    assert QUESTION in file.data.decode()
    assert desk.hotline.renderer.chat(file.text) == (
        "La base de réponses\u00a0: 1 réponse, projets et réponses retirées compris."
    )
    [sure] = await desk.press_on(JEANNE, card, "Reprendre la rédaction")
    [sure] = await desk.press_on(JEANNE, sure, "Supprimer le projet")
    [gone] = await desk.press_on(JEANNE, sure, "Oui, le supprimer")
    assert isinstance(gone, Redraw)
    none = await desk.press_on(JEANNE, base, "Exporter (JSON)")
    assert isinstance(none[0], Document)
    assert none[0].data == b'{\n  "answers": []\n}'
    assert desk.notice(await desk.press_on(JEANNE, drafts, desk.hotline.labels(drafts)[0])) == (
        "Cette réponse n’est plus disponible."
    )
