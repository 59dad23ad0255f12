"""What the network knows already is shown first; it is for the agent to say if that is enough."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.answers.decide import State
from bot.answers.importing import import_answers
from bot.answers.models import Answer
from bot.answers.store import changed
from bot.hotline.models import Question
from core.chat import Button, Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.reference import Reference
from tests.hotline import CLAIRE, PAUL, Hotline, buttons, open_hotline

VACANT = "Peut-on taxer les logements vacants hors zone tendue ?"
VACANT_TOO = "Taxer les logements vacants hors zone tendue : quand délibérer ?"
OTHERS = (
    "Qui contacter pour ouvrir une micro-crèche ?",
    "Combien coûte la fibre dans un tiers-lieu ?",
    "Une association peut-elle gérer un chantier d’insertion ?",
    "Quelle mention mettre sur notre affiche ?",
    "Faut-il publier notre étude à 45 000 € ?",
    "Le relais petite enfance est-il obligatoire ?",
    "Peut-on télétravailler trois jours par semaine ?",
    "Comment justifier un service fait auprès du FEDER ?",
    "Quels horaires pour un espace France services ?",
    "Le département finance-t-il le transport à la demande ?",
)
"""A base is never of one answer: what is rare and what is common is told by the others."""

ASKED = "Peut-on taxer des logements vacants hors zone tendue ?"


async def base(hotline: Hotline, *questions: str) -> None:
    rows = [
        {
            "code": f"r{number}",
            "question": question,
            "answer": "Oui, par délibération.",
            "stated_on": "2026-11-02",
        }
        for number, question in enumerate((*questions, *OTHERS), start=1)
    ]
    async with hotline.database.write() as session:
        report = await import_answers(session, rows, hotline.clock.now())
    assert report.errors == ()


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def question(hotline: Hotline) -> Question:
    async with hotline.database.read() as session:
        return await session.get_one(Question, 1)


def actions(response: Response) -> Sequence[str]:
    return [f"{each.action} {each.reference}" for each in buttons(response)]


async def test_an_answer_that_resembles_is_shown_before_the_team_is_asked(
    hotline: Hotline,
) -> None:
    await base(hotline, VACANT)
    [shown] = await hotline.say(CLAIRE, ASKED)
    assert hotline.words(shown) == (
        "Votre question n°\u00a01 est enregistrée. Une réponse validée lui ressemble\u00a0:\n\n"
        "1. Peut-on taxer les logements vacants hors zone tendue ?\n\n"
        "Ouvrez-la pour la lire, puis dites-nous si elle répond à votre question. "
        "Sans choix de votre part d’ici 15 minutes, elle est transmise à l’équipe."
    )
    assert hotline.labels(shown) == [
        "1. Peut-on taxer les logements vacants hors zone…",
        "Cela répond à ma question",
        "Poser ma question à l’équipe",
        "Question discrète",
    ]
    assert actions(shown)[0] == "hotline.read hotline:pair:1-1"
    assert isinstance(shown, Reply)
    assert str(shown.about) == "hotline:question:1"
    assert await hotline.rows() == []
    assert (await question(hotline)).state == "suggested"


async def test_under_the_answer_that_is_read_one_says_whether_it_is_enough(
    hotline: Hotline,
) -> None:
    await base(hotline, VACANT, VACANT_TOO)
    [shown] = await hotline.say(CLAIRE, ASKED)
    [read, asked] = await hotline.press(CLAIRE, buttons(shown)[0])
    assert "État du droit au" in hotline.words(read)
    assert hotline.words(asked) == "Cette réponse vous suffit-elle\u00a0?"
    assert hotline.labels(asked) == ["Cela répond à ma question", "Poser ma question à l’équipe"]
    [closed] = await hotline.press_on(CLAIRE, asked, "Cela répond à ma question")
    assert "grâce à une réponse validée" in hotline.words(closed)
    [again] = await hotline.press(CLAIRE, buttons(shown)[0])
    assert hotline.words(again) == hotline.words(read), "it can be read again, and nothing else"
    for identity in ("1-9", "2-1", "x"):
        forged = replace(buttons(shown)[0], reference=Reference("hotline", "pair", identity))
        [toast] = await hotline.press(CLAIRE, forged)
        assert isinstance(toast, Toast)


async def test_without_resemblance_there_is_no_list(hotline: Hotline) -> None:
    await base(hotline, VACANT)
    [opened] = await hotline.say(CLAIRE, "Qui connaît un bon photographe ?")
    assert "question n°\u00a01" in hotline.words(opened)
    assert (await question(hotline)).state == "open"


async def test_an_answer_that_is_enough_closes_the_question_without_the_team(
    hotline: Hotline,
) -> None:
    await base(hotline, VACANT)
    [shown] = await hotline.say(CLAIRE, ASKED)
    [satisfied] = await hotline.press_on(CLAIRE, shown, "Cela répond à ma question")
    assert hotline.words(satisfied) == (
        "Votre question n°\u00a01 est close, grâce à une réponse validée. Elle reste dans "
        "«\u00a0Mes questions\u00a0»\u00a0: vous pouvez la rouvrir pendant 30 jours."
    )
    assert await hotline.rows() == [], "nothing goes to the group"
    found = await question(hotline)
    assert (found.state, found.closed_by, found.answered_by) == (
        "closed",
        "asker",
        "answers:answer:1",
    )
    assert (found.presented_at, found.awaiting_since) == (None, None)
    assert await hotline.acts() == [
        "person:1 question.open hotline:question:1",
        "person:1 question.satisfied hotline:question:1",
    ]
    for label in ("Cela répond à ma question", "Poser ma question à l’équipe"):
        if label.startswith("Cela"):
            [stale] = await hotline.press_on(CLAIRE, shown, label)
            assert hotline.words(stale) == "Cette question est déjà close."

    await hotline.reply(CLAIRE, 1, "merci !")
    assert await hotline.rows() == []
    [asked] = await hotline.press_on(CLAIRE, satisfied, "Poser ma question à l’équipe")
    assert "Réponse au plus tard le mercredi 25 novembre." in hotline.words(asked)
    assert [row.kind for row in await hotline.rows()] == [
        "hotline.topic",
        "hotline.card",
        "hotline.relay",
        "hotline.relay",
    ]
    found = await question(hotline)
    assert (found.state, found.answered_by) == ("open", None)


async def test_what_is_said_to_a_question_closed_by_an_answer_gives_it_to_the_team(
    hotline: Hotline,
) -> None:
    await base(hotline, VACANT)
    [shown] = await hotline.say(CLAIRE, ASKED)
    await hotline.press_on(CLAIRE, shown, "Cela répond à ma question")
    [added] = await hotline.reply(CLAIRE, 1, "Et pour une commune nouvelle ?")
    assert hotline.words(added) == (
        "Ajouté à votre question n°\u00a01. Réponse au plus tard le mercredi 25 novembre."
    )
    relays = [row.post.text for row in await hotline.rows() if row.kind == "hotline.relay"]
    assert [text.rpartition("\n")[2] for text in relays] == [
        ASKED,
        "Et pour une commune nouvelle ?",
    ]


async def test_the_team_is_asked_by_a_press(hotline: Hotline) -> None:
    await base(hotline, VACANT)
    [shown] = await hotline.say(CLAIRE, ASKED)
    [again] = await hotline.say(CLAIRE, "C’est pour le bourg.")
    assert hotline.labels(again) == hotline.labels(shown), "what goes on is not searched anew"
    [opened] = await hotline.press_on(CLAIRE, again, "Poser ma question à l’équipe")
    assert isinstance(opened, Redraw)
    assert "question n°\u00a01" in hotline.words(opened)
    relays = [row.post.text for row in await hotline.rows() if row.kind == "hotline.relay"]
    assert [text.rpartition("\n")[2] for text in relays] == [ASKED, "C’est pour le bourg."]
    for label in ("Cela répond à ma question", "Poser ma question à l’équipe"):
        [stale] = await hotline.press_on(CLAIRE, shown, label)
        assert isinstance(stale, Toast)
        assert hotline.words(stale) == "Cette question est déjà transmise à l’équipe."
    assert len(await hotline.rows()) == 4


async def test_with_several_answers_one_says_which_was_enough(hotline: Hotline) -> None:
    await base(hotline, VACANT, VACANT_TOO)
    [shown] = await hotline.say(CLAIRE, ASKED)
    assert "Des réponses validées lui ressemblent" in hotline.words(shown)
    [which] = await hotline.press_on(CLAIRE, shown, "Cela répond à ma question")
    assert hotline.words(which) == "Laquelle de ces réponses vous a suffi\u00a0?"
    [forged, *_] = buttons(which)
    for identity, words in (
        ("1-9", "Cette réponse ne vous a pas été proposée pour cette question."),
        ("2-1", "Cette question n’est pas l’une des vôtres."),
        ("x", "Cette question n’est pas l’une des vôtres."),
    ):
        reference = Reference("hotline", "pair", identity)
        [toast] = await hotline.press(CLAIRE, Button(forged.label, forged.action, reference))
        assert hotline.words(toast).startswith(words)
    await hotline.press(CLAIRE, buttons(which)[1])
    assert (await question(hotline)).answered_by in {"answers:answer:1", "answers:answer:2"}
    assert (await question(hotline)).state == "closed"


async def test_an_answer_that_is_withdrawn_meanwhile_is_no_longer_shown(hotline: Hotline) -> None:
    await base(hotline, VACANT)
    [shown] = await hotline.say(CLAIRE, ASKED)
    async with hotline.database.write() as session:
        withdrawn = update(Answer).where(Answer.id == 1).values(state=State.WITHDRAWN.value)
        await session.execute(withdrawn)
        await changed(session, [])
    [toast] = await hotline.press_on(CLAIRE, shown, "Cela répond à ma question")
    assert isinstance(toast, Toast)
    [again] = await hotline.say(CLAIRE, "C’est pour le bourg.")
    assert hotline.labels(again) == ["Poser ma question à l’équipe", "Question discrète"]


async def test_the_territory_comes_before_what_is_known(hotline: Hotline) -> None:
    await base(hotline, VACANT)
    [which] = await hotline.say(PAUL, ASKED)
    [enough] = [each for each in buttons(which) if each.action == "hotline.territory"][:1]
    early = Button(enough.label, "hotline.team", Reference("hotline", "question", "1"))
    [toast] = await hotline.press(PAUL, early)
    assert hotline.words(toast) == (
        "Cette question n’est pas encore transmise\u00a0: faites d’abord votre choix."
    )
    [shown] = await hotline.press_on(PAUL, which, "Pays d’Orsanne")
    assert isinstance(shown, Redraw)
    assert "Cela répond à ma question" in hotline.labels(shown)
    [toast] = await hotline.press_on(PAUL, which, "Vallées de la Brune-Claire")
    assert "déjà fait, pour le territoire" in hotline.words(toast)
