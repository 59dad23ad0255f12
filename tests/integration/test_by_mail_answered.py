"""A question asked by mail: shown in its topic, answered from there, sent back in its thread."""

from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.db import Database
from tests.by_mail import ASKED, LUCIE, ByMail, open_by_mail, said
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE

ANSWER = "Bonjour. Trois territoires l’ont fait : voyez https://reseau.example/accueil."


@pytest.fixture
async def mail(database: Database, clock: FixedClock) -> ByMail:
    return await open_by_mail(database, clock)


async def test_it_has_its_card_and_its_words_in_a_topic(mail: ByMail) -> None:
    assert (await mail.writes()).startswith("opened question ")
    question = await mail.question()
    shown = mail.whole.shown
    card = shown[mail.whole.place(f"Question n° {question.id}", GROUP)]
    relay = shown[mail.whole.place("qui a déjà fait", GROUP)]
    whole = mail.whole.chat(GROUP)
    writer = f"Par courriel, de Lucie Ferrand, {LUCIE}\n"
    assert f"Question n° {question.id}</b>\n\n{writer}Objet : Session d’accueil\n" in whole
    assert "Objet : Session d’accueil\nCette adresse n’est pas dans l’annuaire." in whole
    assert "Pour répondre par courriel, répondez à l’un des messages reçus ou à celui-ci." in whole
    assert relay == f"Question n° {question.id} · Lucie Ferrand (par courriel)\n{ASKED}"
    assert card
    assert (question.channel, question.state, question.asker_id) == ("mail", "open", None)
    assert question.awaiting_since is not None


async def test_it_is_acknowledged_once_with_when_it_is_answered(mail: ByMail) -> None:
    await mail.writes()
    question = await mail.question()
    [told] = mail.mails()
    assert told["To"] == f"Lucie Ferrand <{LUCIE}>"
    assert told["Subject"] == "Re: Session d’accueil"
    assert told["In-Reply-To"] == told["References"] == "<mail1@ailleurs.example>"
    assert told["Auto-Submitted"] == "auto-replied"
    assert f"c’est la question n° {question.id} de la permanence du réseau." in said(told)
    assert "Réponse au plus tard le mercredi" in said(told)
    assert "Pour ajouter une précision, répondez à ce courriel." in said(told)
    assert "session d’accueil ?" not in said(told), "nothing is quoted"


async def test_an_answer_leaves_in_the_thread_by_the_ledger(mail: ByMail) -> None:
    await mail.writes()
    question = await mail.question()
    await mail.answers(JEANNE, ANSWER, "qui a déjà fait")
    assert "Remis à l’envoi par courriel." in mail.whole.chat(GROUP)
    _, answer = mail.mails()
    assert answer["From"] == "Relais <relais@example.org>"
    assert answer["To"] == f"Lucie Ferrand <{LUCIE}>"
    assert answer["Subject"] == "Re: Session d’accueil"
    assert answer["In-Reply-To"] == "<mail1@ailleurs.example>"
    assert answer["References"] == "<mail1@ailleurs.example>"
    assert answer["Auto-Submitted"] is None
    assert said(answer).startswith(
        f"Voici la réponse de Jeanne Rochefol à votre question n° {question.id} :\n\n"
        "Bonjour. Trois territoires l’ont fait : voyez https://reseau.example/accueil.\n\n"
        f"Pour poursuivre, répondez à ce courriel : votre message rejoindra votre question "
        f"n° {question.id}.\n"
    )
    assert 'href="https://reseau.example/accueil"' in said(answer, "html")
    assert (await mail.question()).state == "answered"
    await mail.whole.tick("by_mail.answers")
    assert len(mail.mails()) == 2, "once"


async def test_what_answers_it_adds_to_it_and_is_answered_in_turn(mail: ByMail) -> None:
    await mail.writes()
    number = (await mail.question()).id
    await mail.answers(JEANNE, ANSWER, "qui a déjà fait")
    answer = mail.mails()[-1]
    done = await mail.writes("Et combien cela coûte-t-il ?", answers=answer, subject="Re: Session")
    assert done == f"added to question {number}"
    question = await mail.question()
    assert (question.id, question.state) == (number, "open")
    assert f"Question n° {number} · Lucie Ferrand (par courriel)\nEt combien" in mail.whole.chat(
        GROUP
    )
    assert len(mail.mails()) == 2, "an addition is not acknowledged"
    await mail.answers(HELENE, "Peu de chose.", "Et combien")
    last = mail.mails()[-1]
    assert last["In-Reply-To"] == "<mail2@ailleurs.example>"
    assert str(last["References"]).split() == [
        "<mail1@ailleurs.example>",
        answer["Message-ID"],
        "<mail2@ailleurs.example>",
    ]
    assert last["Subject"] == "Re: Session d’accueil", "that of the thread"


async def test_thanks_reopen_nothing_and_open_nothing(mail: ByMail) -> None:
    await mail.writes()
    await mail.answers(JEANNE, ANSWER, "qui a déjà fait")
    await mail.writes("Merci beaucoup, bonne journée", answers=mail.mails()[-1])
    assert (await mail.question()).state == "answered"
    assert "Merci beaucoup, bonne journée" in mail.whole.chat(GROUP)
    done = await mail.writes("Merci !", references=["<lettre12@reseau.example>"])
    assert done == "a courtesy"


async def test_an_answer_is_held_and_may_be_held_back(
    database: Database, clock: FixedClock
) -> None:
    mail = await open_by_mail(database, clock, hold_seconds=20)
    await mail.writes()
    await mail.answers(JEANNE, ANSWER, "qui a déjà fait")
    assert "Envoi par courriel sous 20 secondes." in mail.whole.chat(GROUP)
    await mail.whole.press(JEANNE, "Retenir", chat=GROUP)
    await mail.whole.tick("by_mail.answers", timedelta(seconds=30))
    assert len(mail.mails()) == 1
    assert (await mail.question()).state == "open"
    await mail.whole.press(JEANNE, "Envoyer par courriel", chat=GROUP)
    await mail.whole.tick("by_mail.answers", timedelta(seconds=30))
    assert len(mail.mails()) == 2
    await mail.whole.press(JEANNE, "Retenir", chat=GROUP)
    assert "Remis à l’envoi par courriel." in mail.whole.chat(GROUP), "too late"
    assert (await mail.question()).state == "answered"


async def test_a_note_stays_in_the_topic(mail: ByMail) -> None:
    await mail.writes()
    await mail.whole.note(JEANNE, "Je demande à Paul.", mail.whole.place("qui a déjà", GROUP))
    await mail.whole.tick("by_mail.answers")
    assert len(mail.mails()) == 1


async def test_what_is_corrected_after_it_left_follows_in_a_mail(mail: ByMail) -> None:
    await mail.writes()
    await mail.answers(JEANNE, "Deux territoires.", "qui a déjà fait")
    await mail.edits(JEANNE, "Trois territoires.", "qui a déjà fait")
    assert "Un courriel qui corrige votre réponse va partir" in mail.whole.chat(GROUP)
    await mail.whole.tick("by_mail.answers")
    _, first, second = mail.mails()
    assert "Deux territoires." in said(first)
    assert "Voici une version corrigée de la réponse de Jeanne Rochefol" in said(second)
    assert "Trois territoires." in said(second)
    assert first["Message-ID"] != second["Message-ID"]


async def test_who_asked_by_mail_is_told_what_becomes_of_it(mail: ByMail) -> None:
    await mail.writes()
    number = (await mail.question()).id
    await mail.whole.press(JEANNE, "En attente de son retour", chat=GROUP)
    await mail.answers(JEANNE, ANSWER, "qui a déjà fait")
    await mail.whole.tick("desk.shown")
    await mail.whole.press(JEANNE, "Clore", chat=GROUP)
    _, waiting, _, closed = mail.mails()
    assert "l’équipe d’animation attend votre retour sur son dernier message." in said(waiting)
    assert f"L’équipe d’animation a clos votre question n° {number}." in said(closed)
    assert "répondez à ce courriel d’ici le" in said(closed)
    assert closed["Auto-Submitted"] == "auto-generated"
    await mail.writes("Il me manque le coût.", answers=closed)
    question = await mail.question()
    assert (question.id, question.state) == (number, "open"), "answering reopens it"


async def test_too_long_after_it_was_closed_an_answer_is_another_question(mail: ByMail) -> None:
    await mail.writes()
    first = (await mail.question()).id
    await mail.whole.press(JEANNE, "Clore", chat=GROUP)
    closed = mail.mails()[-1]
    mail.whole.clock.set(mail.whole.clock.now() + timedelta(days=31))
    await mail.writes("Autre chose : le bail ?", answers=closed)
    question = await mail.question()
    assert question.id != first
    assert question.text == "Autre chose : le bail ?"


async def test_the_house_counts_it_and_reminds_of_it(mail: ByMail) -> None:
    await mail.writes()
    number = (await mail.question()).id
    await mail.whole.tick("desk.board")
    assert "Lucie Ferrand (par courriel), sans réponse depuis le" in mail.whole.chat(GROUP)
    await mail.whole.tick("guarantee.silence", timedelta(days=2))
    assert f"Question n° {number} toujours sans réponse (rappel" in mail.whole.chat(GROUP)
    await mail.whole.say(JEANNE, "/bilan", chat=GROUP)
    assert "courriel : 1" in mail.whole.chat(GROUP)
    assert mail.whole.chat(CLAIRE) == ""
