"""« Solliciter le réseau »: from a question's topic to those who agreed, and what they reply."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.hotline.models import Question, QuestionMessage
from bot.network.models import Solicitation, SolicitationReply, Solicited
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Refused, Skip
from core.ledger.models import Delivery
from core.people.models import Account, Person
from tests.hotline import CLAIRE, GROUP, JEANNE, PAUL, Row
from tests.network import (
    KARIM,
    ODILE,
    SOLENE,
    THIBAULT,
    TOPIC,
    Network,
    key,
    labels,
    leaves,
    open_network,
    plain,
    sent_key,
    words,
)

ASKED = "Que faire d’un hôtel vide dans un bourg ?"
STALE = "Ce bouton n’est plus valable : la situation a changé entre-temps."


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    network = await open_network(database, clock)
    for account in (ODILE, KARIM, SOLENE):
        await network.agrees(account, "asked-1")
    return network


async def sent(network: Network) -> Sequence[Row]:
    return await network.rows("network.solicitation")


async def recipients(network: Network) -> list[str]:
    return [row.recipient for row in await sent(network)]


async def test_the_words_are_proposed_without_who_nor_where_and_nothing_leaves(
    network: Network,
) -> None:
    shown = await network.in_topic(JEANNE, await network.question())
    assert words(shown) == (
        "Solliciter le réseau pour la question n° 5\n\n"
        "Voici le texte que le réseau lirait :\n"
        "[une personne], du [un territoire] : que faire d’un hôtel vide ?\n\n"
        "Cette question serait adressée à 3 personnes : 1 du même département, 1 d’un département"
        " voisin, 1 pour le thème.\n"
        "• Odile Vernhet, Volcans de Chambrelle\n"
        "• Karim Astier, Hauts de Lestoire\n"
        "• Solène Aubrac, Laboratoire des campagnes\n\n"
        "Relisez le texte avant de l’envoyer : rien n’est encore parti."
    )
    assert labels(shown) == ["Envoyer", "Modifier", "Annuler"]
    assert await sent(network) == []


async def test_the_animator_writes_other_words_then_sends_them(network: Network) -> None:
    shown = await network.in_topic(JEANNE, await network.question())
    asked = await network.in_topic(JEANNE, key(shown, "Modifier"))
    assert words(asked).startswith("Répondez à ce message avec le nouveau texte")
    again = await network.answer(JEANNE, asked, ASKED)
    assert ASKED in words(again)
    late = await network.in_topic(JEANNE, key(shown, "Envoyer"))
    assert words(late) == STALE, "the former text is not what the animator would send now"
    done = await network.in_topic(JEANNE, key(again, "Envoyer"))
    assert words(done).startswith(
        f"Réseau sollicité pour la question n° 5\n\n{ASKED}\nAdressée à 3"
    )
    assert await recipients(network) == ["person:11", "person:12", "person:13"]
    assert await network.acts("question.solicit") == ["person:2 hotline:question:5"]
    [first, *_] = await sent(network)
    said = plain(first.post.text)
    assert said.startswith(f"Un territoire du réseau se pose cette question\n\n{ASKED}\n")
    assert "Claire" not in said
    assert "Orsanne" not in said
    assert first.slot == "solicitation:1"
    assert first.stream == "person:11"
    assert await network.prepare(first) == Ready(ChatAddress(ODILE))


async def test_words_that_tell_who_asks_are_pointed_at(network: Network) -> None:
    asked = await network.in_topic(JEANNE, await network.question(text="?"))
    assert words(asked).startswith("Solliciter le réseau pour la question n° 5\n\nRépondez à ce")
    shown = await network.answer(JEANNE, asked, "Mme Vidal cherche un hôtel à reprendre.")
    assert "peuvent faire reconnaître qui pose la question : Vidal." in words(shown)


async def test_a_discreet_question_is_never_proposed_in_its_own_words(network: Network) -> None:
    await network.agrees(THIBAULT, "asked-1")
    asked = await network.in_topic(JEANNE, await network.question(discreet=True))
    assert "hôtel" not in words(asked)
    shown = await network.answer(JEANNE, asked, ASKED)
    assert "Thibault" not in words(shown), "he is of the asker’s own territory"
    await network.in_topic(JEANNE, key(shown, "Envoyer"))
    assert await recipients(network) == ["person:11", "person:12", "person:13"]


async def test_without_agreement_nobody_is_asked(database: Database, clock: FixedClock) -> None:
    network = await open_network(database, clock)
    shown = await network.in_topic(JEANNE, await network.question())
    assert "Personne ne peut être sollicité pour l’instant" in words(shown)
    assert labels(shown) == ["Modifier", "Annuler"]


async def test_it_is_given_up_or_refused(network: Network) -> None:
    shown = await network.in_topic(JEANNE, await network.question())
    too_short = await network.answer(JEANNE, shown, "Non")
    assert "1500 caractères" in words(too_short)
    done = await network.in_topic(JEANNE, key(shown, "Annuler"))
    assert words(done) == "Le réseau n’est pas sollicité pour la question n° 5."
    assert words(await network.in_topic(JEANNE, key(shown, "Envoyer"))) == STALE
    assert words(await network.answer(JEANNE, shown, ASKED)).startswith("Cette sollicitation est")
    assert await sent(network) == []


@pytest.mark.parametrize(
    ("account", "expected"),
    [(CLAIRE, "votre rôle dans le réseau"), (9999, "n’y est pas encore relié")],
)
async def test_only_animators_ask(network: Network, account: int, expected: str) -> None:
    button = await network.question()
    assert expected in words(await network.in_topic(account, button))
    for action in ("send", "modify", "cancel"):
        answers = await network.in_topic(account, f"network.{action}:network:draft:1:1")
        assert expected in words(answers)
    assert await network.count(Solicitation) == 0


async def test_forged_and_stale_presses_ask_nobody(network: Network) -> None:
    button = await network.question()
    assert words(await network.press(JEANNE, button)) == STALE, "not in the animators’ group"
    for data in (
        "network.ask:hotline:question:99:1",
        "network.ask:hotline:question:x:1",
        "network.send:network:draft:1:1",
        "network.send:network:draft:abc:1",
    ):
        assert words(await network.in_topic(JEANNE, data)) == STALE
    async with network.database.write() as session:
        await session.execute(update(Question).values(state="closed"))
    assert words(await network.in_topic(JEANNE, button)).startswith("Cette question est close")


async def test_two_presses_send_once(network: Network) -> None:
    shown = await network.in_topic(JEANNE, await network.question())
    await network.in_topic(JEANNE, key(shown, "Envoyer"))
    assert words(await network.in_topic(JEANNE, key(shown, "Envoyer"))) == STALE
    assert len(await sent(network)) == 3


async def test_nobody_has_the_same_question_twice(network: Network) -> None:
    await network.solicited()
    shown = await network.in_topic(JEANNE, "network.ask:hotline:question:5:1")
    assert "Personne ne peut être sollicité" in words(shown)


async def test_who_takes_their_agreement_back_before_the_press_is_not_asked(
    network: Network,
) -> None:
    shown = await network.in_topic(JEANNE, await network.question())
    await network.agrees(ODILE, "asked-0")
    await network.agrees(THIBAULT, "asked-1")
    await network.in_topic(JEANNE, key(shown, "Envoyer"))
    assert await recipients(network) == ["person:12", "person:13"], "and nobody takes her place"


async def test_when_nobody_is_left_the_animator_sees_who_else(network: Network) -> None:
    for account in (KARIM, SOLENE):
        await network.agrees(account, "asked-0")
    shown = await network.in_topic(JEANNE, await network.question())
    await network.agrees(ODILE, "asked-0")
    await network.agrees(KARIM, "asked-1")
    answers = await network.in_topic(JEANNE, key(shown, "Envoyer"))
    assert words(answers).startswith("Entre-temps, les personnes prévues ne peuvent plus")
    assert "• Karim Astier" in words(answers)
    await network.in_topic(JEANNE, key(answers, "Envoyer"))
    assert await recipients(network) == ["person:12"]


async def test_right_before_it_leaves_the_agreement_is_looked_at_again(network: Network) -> None:
    await network.solicited()
    odile, karim, solene = await sent(network)
    await network.agrees(ODILE, "asked-0")
    assert await network.prepare(odile) == Skip("no_consent")
    await leaves(network, KARIM)
    assert await network.prepare(karim) == Skip("no_consent")
    async with network.database.write() as session:
        await session.execute(
            update(Account).where(Account.person_id == 13).values(blocked_at=network.clock.now())
        )
    assert await network.prepare(solene) == Skip("blocked")
    async with network.database.write() as session:
        await session.execute(update(Question).values(state="closed"))
    assert await network.prepare(solene) == Skip("closed")


async def test_what_never_left_does_not_count_and_the_topic_knows(network: Network) -> None:
    await network.solicited()
    odile, *_ = await sent(network)
    await network.hotline.settle(odile, Skip("blocked"))
    [row] = [each for each in await network.all(Solicited) if each.person_id == 11]
    assert row.outcome == "undelivered"
    [told] = await network.rows("hotline.notice")
    assert plain(told.post.text) == (
        "La question adressée au réseau n’est pas parvenue à Odile Vernhet, qui ne peut plus la"
        " recevoir."
    )
    assert told.stream == "question:5"


async def test_the_monthly_cap_is_held_then_a_new_month_begins(network: Network) -> None:
    await network.agrees(ODILE, "cap-1")
    await network.solicited()
    shown = await network.in_topic(JEANNE, await network.question(6))
    assert "Odile" not in words(shown), "she accepts one a month"
    assert "Karim" in words(shown), "he accepts two"
    await network.in_topic(JEANNE, key(shown, "Envoyer"))
    shown = await network.in_topic(JEANNE, await network.question(7))
    assert "Personne ne peut être sollicité" in words(shown)
    network.clock.set(network.clock.now() + timedelta(days=8))  # the first of December
    shown = await network.in_topic(JEANNE, "network.ask:hotline:question:7:1")
    assert "• Odile Vernhet" in words(shown)


async def test_two_questions_sent_at_once_hold_the_cap(network: Network) -> None:
    for account in (ODILE, KARIM, SOLENE):
        await network.agrees(account, "cap-1")
    shown = [await network.in_topic(JEANNE, await network.question(n)) for n in (5, 6, 7)]
    await asyncio.gather(*(network.in_topic(JEANNE, key(each, "Envoyer")) for each in shown))
    assert sorted(await recipients(network)) == ["person:11", "person:12", "person:13"]


async def test_no_more_than_so_many_at_once_those_asked_least_recently_first(
    database: Database, clock: FixedClock
) -> None:
    network = await open_network(database, clock, solicited_at_once=1)
    for account in (ODILE, KARIM, SOLENE):
        await network.agrees(account, "asked-1")
    for number in (5, 6, 7):
        shown = await network.in_topic(JEANNE, await network.question(number))
        await network.in_topic(JEANNE, key(shown, "Envoyer"))
        clock.set(clock.now() + timedelta(hours=1))
    assert await recipients(network) == ["person:11", "person:12", "person:13"]


# --- what comes back -----------------------------------------------------------------------------


async def test_a_reply_comes_into_the_topic_under_its_author_s_name(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    number = await network.delivered(odile, ODILE)
    thanked = await network.say(ODILE, "Nous en avons fait un gîte.", reply_to=number)
    assert words(thanked) == (
        "Merci pour votre aide ! Votre réponse est transmise à l’équipe d’animation. Pour la"
        " compléter, répondez à ce message."
    )
    [row] = await network.rows("network.reply")
    assert plain(row.post.text) == (
        "Réponse du réseau · Odile Vernhet, Volcans de Chambrelle\nNous en avons fait un gîte."
    )
    assert (row.stream, row.cause, row.recipient) == ("question:5", "hotline:topic:5", "reply:1")
    assert await network.prepare(row) == Ready(ChatAddress(GROUP, TOPIC))
    assert [each.outcome for each in await network.all(Solicited)] == ["replied", "", ""]
    assert await network.acts("network.reply") == ["person:11 network:solicitation:1"]


async def test_a_reply_to_the_thanks_is_added(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    thanked = await network.say(ODILE, "Un gîte.", reply_to=await network.delivered(odile, ODILE))
    number = await network.arrived(thanked)
    await network.say(ODILE, "Voici la délibération.", reply_to=number, file="deliberation.pdf")
    rows = await network.rows("network.reply")
    assert [row.post.kind for row in rows] == ["text", "file"]
    assert rows[1].post.file is not None
    assert rows[1].post.file.name == "deliberation.pdf"
    assert await network.count(SolicitationReply) == 2


async def test_i_answer_opens_a_form_that_takes_words_and_files(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    asked = await network.press(ODILE, sent_key(odile, "Je réponds"))
    assert words(asked).startswith("Écrivez votre réponse")
    sure = await network.say(ODILE, "Notre note.", file="note.pdf")
    assert labels(sure) == ["Envoyer ma réponse", "Annuler"]
    assert words(await network.press(ODILE, key(sure, "Envoyer ma réponse"))).startswith("Merci")
    [row] = await network.rows("network.reply")
    assert plain(row.post.text) == (
        "Réponse du réseau · Odile Vernhet, Volcans de Chambrelle\nNotre note."
    )
    assert [button.label for line in row.post.keyboard for button in line] == ["Envoyer à l’agent"]


async def test_somebody_does_not_know_then_does(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    shown = await network.press(ODILE, sent_key(odile, "Je ne sais pas"))
    assert "Vous avez indiqué ne pas savoir." in words(shown)
    assert ASKED in words(shown)
    assert labels(shown) == ["Je réponds", "Ne plus me solliciter"]
    assert [each.outcome for each in await network.all(Solicited)] == ["unknown", "", ""]
    await network.press(ODILE, key(shown, "Je réponds"))
    sure = await network.say(ODILE, "Si, un gîte.")
    await network.press(ODILE, key(sure, "Envoyer ma réponse"))
    assert [each.outcome for each in await network.all(Solicited)] == ["replied", "", ""]


async def test_somebody_wants_no_more_questions(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    shown = await network.press(ODILE, sent_key(odile, "Ne plus me solliciter"))
    assert "C’est noté : le réseau ne vous sollicitera plus." in words(shown)
    assert labels(shown) == ["Mes choix d’entraide"]
    shown = await network.in_topic(JEANNE, await network.question(6))
    assert "Odile" not in words(shown)
    screen = await network.press(
        ODILE, key(shown := await network.say(ODILE, "/entraide"), labels(shown)[0])
    )
    assert "Le réseau peut vous solliciter : oui." in words(screen)


async def test_nobody_answers_what_they_were_not_asked(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    number = await network.delivered(odile, PAUL)
    for button in ("Je réponds", "Je ne sais pas", "Ne plus me solliciter"):
        assert words(await network.press(PAUL, sent_key(odile, button))) == STALE
    assert words(await network.say(PAUL, "Moi, je sais.", reply_to=number)) == STALE
    assert await network.count(SolicitationReply) == 0
    for forged in ("x", "99"):
        data = f"network.unknown:network:solicitation:{forged}:0"
        assert words(await network.press(ODILE, data)) == STALE


async def test_who_has_left_answers_no_more_but_may_say_stop(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    number = await network.delivered(odile, ODILE)
    await leaves(network, ODILE)
    assert "votre rôle" in words(await network.press(ODILE, sent_key(odile, "Je réponds")))
    assert "votre rôle" in words(await network.say(ODILE, "Un gîte.", reply_to=number))
    shown = await network.press(ODILE, sent_key(odile, "Ne plus me solliciter"))
    assert "C’est noté" in words(shown)
    assert await network.count(SolicitationReply) == 0


async def test_a_deleted_topic_is_made_anew_for_a_reply(network: Network) -> None:
    await network.solicited()
    [odile, *_] = await sent(network)
    number = await network.delivered(odile, ODILE)
    await network.say(ODILE, "Un gîte.", reply_to=number)
    [row] = await network.rows("network.reply")
    await network.hotline.settle(row, Refused("thread not found"))
    rows = await network.rows("hotline.topic", "hotline.card", "network.reply")
    made = ["hotline.topic", "hotline.card", "network.reply"]
    assert [each.kind for each in rows] == ["network.reply", *made]
    assert {each.stream for each in rows} == {"question:5"}
    assert rows[3].post.text == row.post.text


# --- forwarding to the asker ---------------------------------------------------------------------


async def replied(network: Network) -> Row:
    await network.solicited()
    [odile, *_] = await sent(network)
    await network.say(ODILE, "Un gîte.", reply_to=await network.delivered(odile, ODILE))
    [row] = await network.rows("network.reply")
    return row


async def test_an_animator_forwards_a_reply_seen_first_as_a_note(network: Network) -> None:
    row = await replied(network)
    shown = await network.in_topic(JEANNE, sent_key(row, "Envoyer à l’agent"))
    assert words(shown) == (
        "Note interne : voici ce que l’agent recevrait\n\n"
        "Une personne du réseau vous répond :\n\nUn gîte."
    )
    assert await network.rows("hotline.answer") == []
    await network.in_topic(JEANNE, key(shown, "Envoyer à l’agent"))
    [answer] = await network.rows("hotline.answer")
    assert answer.recipient == "person:1"
    assert "Une personne du réseau vous répond :\n\nUn gîte." in plain(answer.post.text)
    assert "Odile" not in answer.post.text, "she did not agree to be contacted"
    again = await network.in_topic(JEANNE, sent_key(row, "Envoyer à l’agent"))
    assert words(again).startswith("Cette réponse a déjà été reprise")
    assert await network.count(QuestionMessage) == 1


async def test_a_reply_names_whoever_agreed_to_be_contacted(network: Network) -> None:
    await network.agrees(ODILE, "contact-1")
    row = await replied(network)
    shown = await network.in_topic(JEANNE, sent_key(row, "Envoyer à l’agent"))
    assert "Odile Vernhet (odile@chambrelle.example), du réseau, vous répond :" in words(shown)


async def test_only_animators_in_their_group_forward(network: Network) -> None:
    row = await replied(network)
    button = sent_key(row, "Envoyer à l’agent")
    assert "votre rôle" in words(await network.in_topic(ODILE, button))
    assert words(await network.press(JEANNE, button)) == STALE
    assert words(await network.in_topic(JEANNE, "network.forward:network:reply:9:0")) == STALE
    async with network.database.write() as session:
        await session.execute(update(Question).values(asker_id=None))
    assert words(await network.in_topic(JEANNE, button)) == STALE
    assert await network.count(QuestionMessage) == 0
    assert await network.count(Delivery, Delivery.kind == "hotline.answer") == 0
    assert await network.count(Person) == 9
