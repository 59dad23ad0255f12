"""From a question to a draft: its words, what they tell, and what animators write."""

import pytest
from sqlalchemy import func, select, update

from bot.answers.models import Answer
from bot.hotline.models import Question, QuestionMessage
from core.chat import Button, Redraw, Reply, Text, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.people.roles import Role
from core.reference import Reference
from tests.answers import ANSWERED, KARIM, NUMBER, QUESTION, Desk, card_of, open_base
from tests.hotline import CLAIRE, JEANNE
from watch.models import Story


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(await open_base(database, clock))


async def test_a_question_becomes_a_draft_with_what_it_tells_in_bold(desk: Desk) -> None:
    [card] = await desk.propose()
    assert desk.words(card) == (
        "<b>Projet de réponse, d’après la question n°\u00a04821</b>\n\n"
        "<u>Question</u>\n"
        "Bonjour, je suis <b>Claire Vidal</b>, du <b>Pays d’Orsanne</b>. "
        "Peut-on taxer les logements vacants ?\n\n"
        "<u>Réponse</u>\n"
        "Oui, par délibération, pour les logements vacants depuis plus de deux ans.\n\n"
        "<u>Sources</u>\n"
        "(aucune)\n\n"
        "<u>Autres formulations</u>\n"
        "• Bonjour, je suis [personne], du [territoire]. Peut-on taxer les logements vacants ?\n\n"
        "Thème\u00a0: Habitat et centres-bourgs\n"
        "État du droit au 23/11/2026\n"
        "À relire le 23/11/2027\n"
        "Rédaction\u00a0: Jeanne Roche\n\n"
        "<b>Passages signalés\u00a0: ils peuvent désigner une personne ou un lieu.</b>\n"
        "• <b>Claire Vidal</b> → [personne]\n"
        "• <b>Pays d’Orsanne</b> → [territoire]"
    )
    assert desk.hotline.labels(card) == [
        "Remplacer les passages signalés",
        "Modifier la question",
        "Modifier la réponse",
        "Sources",
        "Joindre une actualité gardée",
        "Autres formulations",
        "Thème",
        "État du droit au…",
        "Date de relecture",
        "Soumettre à validation",
        "Supprimer le projet",
    ]
    assert (await desk.answer(1)).code == "question-4821"
    assert await desk.hotline.acts() == ["person:2 answer.propose answers:answer:1"]


async def test_what_is_flagged_is_replaced_at_once(desk: Desk) -> None:
    [card] = await desk.propose()
    [redrawn] = await desk.press_on(JEANNE, card, "Remplacer les passages signalés")
    assert isinstance(redrawn, Redraw)
    assert "Passages signalés" not in desk.words(redrawn)
    assert "Remplacer les passages signalés" not in desk.hotline.labels(redrawn)
    row = await desk.answer(1)
    assert row.question == (
        "Bonjour, je suis [personne], du [territoire]. Peut-on taxer les logements vacants ?"
    )
    assert row.answer == ANSWERED


async def test_a_question_is_drafted_once(desk: Desk) -> None:
    [card] = await desk.propose()
    await desk.edit(JEANNE, card, "Modifier la question", QUESTION)
    [again] = await desk.propose(KARIM)
    assert QUESTION in desk.words(again)
    async with desk.hotline.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Answer)) == 1


async def test_nothing_is_drafted_from_nothing(desk: Desk) -> None:
    assert desk.notice(await desk.propose(number=99)) == "Cette question n’existe plus."
    async with desk.hotline.database.write() as session:
        await session.execute(update(QuestionMessage).values(text=""))
        await session.execute(update(Question).values(text="", asker_id=None))
    assert desk.notice(await desk.propose()).startswith("Il n’y a rien à proposer")


async def test_animators_write_every_part_of_a_draft(desk: Desk) -> None:
    card = await desk.written()
    card = await desk.edit(JEANNE, card, "Modifier la réponse", "Oui <b> & non.")
    card = await desk.edit(KARIM, card, "Sources", "CGI, art. 1406 bis\n\n  https://a.example/b ")
    card = await desk.edit(KARIM, card, "Autres formulations", "Taxe logements vides\nTHLV ?\n")
    card = await desk.edit(KARIM, card, "État du droit au…", "2/11/2026")
    card = await desk.edit(KARIM, card, "Date de relecture", "1.2.2027")
    assert desk.words(card) == (
        "<b>Projet de réponse, d’après la question n°\u00a04821</b>\n\n"
        "<u>Question</u>\n"
        "Peut-on taxer les logements vacants hors zone tendue ?\n\n"
        "<u>Réponse</u>\n"
        "Oui &lt;b&gt; &amp; non.\n\n"
        "<u>Sources</u>\n"
        "CGI, art. 1406 bis\nhttps://a.example/b\n\n"
        "<u>Autres formulations</u>\n"
        "• Taxe logements vides\n"
        "• THLV ?\n\n"
        "Thème\u00a0: Habitat et centres-bourgs\n"
        "État du droit au 02/11/2026\n"
        "À relire le 01/02/2027\n"
        "Rédaction\u00a0: Karim Aubert"
    )


async def test_buttons_answer_for_what_is_typed_most(desk: Desk) -> None:
    card = await desk.written()
    card = await desk.edit(JEANNE, card, "Sources", "CGI")
    card = await desk.edit(JEANNE, card, "Sources", "-")
    card = await desk.edit(JEANNE, card, "Autres formulations", "-")
    card = await desk.edit(JEANNE, card, "État du droit au…", "today")
    card = await desk.edit(JEANNE, card, "Date de relecture", "6")
    row = await desk.answer(1)
    assert (row.sources, str(row.stated_on), str(row.review_on)) == ("", "2026-11-23", "2027-05-23")
    assert "Autres formulations</u>" not in desk.words(card)


@pytest.mark.parametrize(
    ("label", "words", "explained"),
    [
        ("Modifier la réponse", "  ", "nothing_said"),
        ("Modifier la réponse", "x" * 4001, "words_too_long"),
        ("État du droit au…", "hier", "day_unknown"),
        ("État du droit au…", "24/11/2026", "day_to_come"),
        ("Date de relecture", "31/02/2027", "day_unknown"),
        ("Date de relecture", "23/11/2026", "day_past"),
    ],
)
async def test_what_cannot_be_read_is_explained(
    desk: Desk, label: str, words: str, explained: str
) -> None:
    card = await desk.written()
    asked = await desk.press_on(JEANNE, card, label)
    with pytest.raises(InputError) as caught:
        await desk.fill(JEANNE, asked, words)
    assert caught.value.what == explained
    assert desk.hotline.renderer.chat(Text("chat/answers.html", explained))


async def test_the_theme_is_chosen_among_those_of_the_network(desk: Desk) -> None:
    card = await desk.written()
    [themes] = await desk.press_on(JEANNE, card, "Thème")
    assert desk.hotline.labels(themes) == [
        "Activités, reprise et transmission",
        "Habitat et centres-bourgs",
        "Aucun thème",
    ]
    [redrawn] = await desk.press_on(JEANNE, themes, "Activités, reprise et transmission")
    assert "Thème\u00a0: Activités, reprise et transmission" in desk.words(redrawn)
    [themes] = await desk.press_on(JEANNE, redrawn, "Thème")
    [redrawn] = await desk.press_on(JEANNE, themes, "Aucun thème")
    assert "Thème\u00a0: aucun" in desk.words(redrawn)
    forged = Button(Text("", ""), "answers.set_theme", Reference("answers", "set_theme", "1-99"), 4)
    assert desk.notice(await desk.press(JEANNE, forged)) == "Ce thème n’existe plus."


async def test_kept_news_are_quoted_among_the_sources(desk: Desk, clock: FixedClock) -> None:
    card = await desk.written()
    none = await desk.press_on(JEANNE, card, "Joindre une actualité gardée")
    assert desk.notice(none) == "Aucune actualité gardée ne se rapproche de ce projet."
    async with desk.hotline.database.write() as session:
        for number, title, state in (
            (31, "La taxe sur les logements vacants change en 2027", "kept"),
            (32, "Logements vacants : un guide", "dropped"),
            (33, "Un médecin s’installe", "kept"),
            (34, "Vacance des logements : la taxe en dix questions, hors zone tendue", "kept"),
        ):
            session.add(
                Story(
                    id=number,
                    title=title,
                    title_key=title,
                    link=f"https://jo.example/{number}",
                    section="veille-juridique",
                    state=state,
                    first_seen_at=clock.now(),
                    decided_at=clock.now(),
                )
            )
    [news] = await desk.press_on(JEANNE, card, "Joindre une actualité gardée")
    assert desk.hotline.labels(news) == [
        "Vacance des logements : la taxe en dix questions, hors zone tendue",
        "La taxe sur les logements vacants change en 2027",
    ]
    [redrawn] = await desk.press_on(
        JEANNE, news, "La taxe sur les logements vacants change en 2027"
    )
    line = "La taxe sur les logements vacants change en 2027 https://jo.example/31"
    assert f"<u>Sources</u>\n{line}\n\n" in desk.words(redrawn)
    dropped = Button(Text("", ""), "answers.story", Reference("answers", "story", "1-32"), 3)
    assert desk.notice(await desk.press(JEANNE, dropped)) == "Cette actualité n’est plus gardée."


async def test_a_draft_is_removed_only_when_it_is_confirmed(desk: Desk) -> None:
    card = await desk.written()
    [sure] = await desk.press_on(JEANNE, card, "Supprimer le projet")
    assert desk.words(sure) == f"Supprimer pour de bon le projet «\u00a0{QUESTION}\u00a0»\u00a0?"
    [kept] = await desk.press_on(JEANNE, sure, "Non, le garder")
    assert QUESTION in desk.words(kept)
    [gone] = await desk.press_on(JEANNE, sure, "Oui, le supprimer")
    assert desk.words(gone) == "Le projet est supprimé."
    row = await desk.answer(1)
    assert (row.question, row.answer, row.state) == ("", "", "removed")
    stale = await desk.press_on(JEANNE, card, "Modifier la question")
    assert desk.notice(stale) == "Cette réponse n’est plus disponible."
    [anew] = await desk.propose()
    assert "Claire Vidal" in desk.words(anew)
    assert (await desk.answer(2)).code == "question-4821"


async def test_a_stale_press_changes_nothing_and_shows_the_draft(desk: Desk) -> None:
    [old] = await desk.propose()
    await desk.edit(KARIM, old, "Modifier la question", QUESTION)
    for label in desk.hotline.labels(old):
        responses = await desk.press_on(JEANNE, old, label)
        assert desk.notice(responses).startswith("Ce projet ou cette réponse a changé")
        assert QUESTION in desk.words(card_of(responses))
    assert (await desk.answer(1)).question == QUESTION


async def test_what_was_typed_too_late_is_not_written(desk: Desk) -> None:
    [card] = await desk.propose()
    asked = await desk.press_on(JEANNE, card, "Modifier la question")
    await desk.edit(KARIM, card, "Modifier la question", QUESTION)
    late = await desk.fill(JEANNE, asked, "Autre chose ?")
    assert desk.notice(late).startswith("Ce projet ou cette réponse a changé")
    assert (await desk.answer(1)).question == QUESTION


async def test_every_button_of_the_team_needs_an_animator(desk: Desk) -> None:
    open_to_all = {"theme", "page", "answer", "search", "validate", "refuse"}
    roles = {
        each.name.partition(".")[2]: each.role
        for each in desk.hotline.room.actions
        if each.name.startswith("answers.")
    }
    assert {name for name, role in roles.items() if role is None} == open_to_all
    assert {role for name, role in roles.items() if name not in open_to_all} == {Role.ANIMATOR}


async def test_forged_buttons_get_an_answer(desk: Desk) -> None:
    await desk.written()
    for action in (each.name for each in desk.hotline.room.actions):
        if not action.startswith("answers.") or "export" in action:
            continue
        for identity in ("x", "0", "99", "1-", "1-x", "99-99", "9" * 12):
            button = Button(Text("", ""), action, Reference("answers", "answer", identity), 1)
            for account in (JEANNE, CLAIRE):
                responses = await desk.press(account, button)
                assert responses, (action, identity)
                assert all(isinstance(each, Toast | Reply | Redraw) for each in responses) or (
                    action == "answers.search"
                )
    assert (await desk.answer(1)).question == QUESTION
    assert (await desk.answer(1)).question_id == NUMBER
