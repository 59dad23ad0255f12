"""Submitting and judging: who may, what each is told, and when an answer is found."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.answers.models import AnswerReviewer
from bot.answers.posts import EXPERT, JUDGED, REVIEW
from bot.hotline.models import Question
from core.chat import Redraw, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.people.models import Account, Membership
from tests.answers import ANSWERED, IN_TOPIC, KARIM, ODILE, QUESTION, Desk, open_base
from tests.hotline import CLAIRE, GROUP, JEANNE, UNKNOWN, Row


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(await open_base(database, clock))


async def sent(desk: Desk, kind: str) -> list[Row]:
    return [row for row in await desk.hotline.rows() if row.kind == kind]


async def test_another_animator_validates_and_the_answer_is_found_at_once(desk: Desk) -> None:
    card = await desk.submitted()
    assert isinstance(card, Redraw)
    assert "</b> – à valider\n" in desk.words(card)
    assert desk.hotline.labels(card) == [
        "Valider",
        "Refuser…",
        "Demander à une personne-ressource",
        "Reprendre la rédaction",
    ]
    assert QUESTION not in await desk.found("logements vacants")
    [request] = await sent(desk, REVIEW)
    assert request.post.text == (
        "<b>Réponse à valider</b>\n\n"
        f"<b>{QUESTION}</b>\n\n{ANSWERED}\n\n"
        "Thème\u00a0: Habitat et centres-bourgs\n"
        "État du droit au 23/11/2026\n"
        "Soumise par Jeanne Roche. Une autre personne la valide."
    )
    assert await desk.hotline.prepare(request) == Skip("changed")  # without its values
    noticed, answer = await desk.hotline.press_sent(KARIM, request, "Valider")
    assert desk.words(noticed).startswith("La réponse est validée\u00a0: la recherche la trouve")
    assert desk.words(answer) == (
        f"<b>{QUESTION}</b>\n\n{ANSWERED}\n\n"
        "<i>État du droit au 23/11/2026. Information donnée à titre indicatif\u00a0; elle "
        "n’engage pas l’administration et ne remplace ni un conseil juridique ni le contrôle de "
        "légalité.</i>"
    )
    assert QUESTION in await desk.found("logements vacants")
    assert await desk.found("je suis [personne], du [territoire]") == [QUESTION]
    row = await desk.answer(1)
    assert (row.state, row.validated_by, row.drafted_by) == ("validated", 11, 2)
    assert row.validated_at == desk.hotline.clock.now()
    assert "person:11 answer.validate answers:answer:1" in await desk.hotline.acts()


async def test_its_author_does_not_validate_it(desk: Desk) -> None:
    card = await desk.submitted()
    refused = await desk.press_on(JEANNE, card, "Valider")
    assert desk.notice(refused) == (
        "Vous avez rédigé cette réponse\u00a0: une autre personne doit la valider."
    )
    assert (await desk.answer(1)).state == "in_review"


async def test_who_writes_a_word_of_it_is_its_author(desk: Desk) -> None:
    card = await desk.written(JEANNE)
    card = await desk.edit(KARIM, card, "Modifier la réponse", "Oui, sur délibération.")
    [review] = await desk.press_on(JEANNE, card, "Soumettre à validation")
    assert desk.notice(await desk.press_on(KARIM, review, "Valider")).startswith("Vous avez rédigé")
    await desk.press_on(JEANNE, review, "Valider")
    assert (await desk.answer(1)).state == "validated"


async def test_where_one_is_enough_the_author_validates(
    database: Database, clock: FixedClock
) -> None:
    desk = Desk(await open_base(database, clock, validators=1))
    card = await desk.submitted()
    assert await sent(desk, REVIEW) == []
    await desk.press_on(JEANNE, card, "Valider")
    assert (await desk.answer(1)).validated_by == 2


async def test_what_is_flagged_must_be_replaced_or_confirmed(desk: Desk) -> None:
    [card] = await desk.propose()
    [asked] = await desk.press_on(JEANNE, card, "Soumettre à validation")
    assert desk.words(asked) == (
        "<b>Ces passages peuvent désigner une personne ou un lieu\u00a0:</b>\n"
        "• <b>Claire Vidal</b> → [personne]\n"
        "• <b>Pays d’Orsanne</b> → [territoire]\n\n"
        "Remplacez-les, ou confirmez que tous les agents peuvent les lire."
    )
    assert (await desk.answer(1)).state == "draft"
    await desk.press_on(JEANNE, asked, "Soumettre sans rien remplacer")
    assert (await desk.answer(1)).state == "in_review"
    assert "Claire Vidal" in (await desk.answer(1)).question


async def test_what_is_incomplete_or_too_long_is_not_submitted(desk: Desk) -> None:
    card = await desk.written()
    card = await desk.edit(JEANNE, card, "Modifier la réponse", "x" * 3600)
    assert "<b>Ce projet compte 3654 caractères\u00a0;" in desk.words(card)
    long = await desk.press_on(JEANNE, card, "Soumettre à validation")
    assert desk.notice(long).startswith("Ce projet est trop long (3654 caractères")
    row = await desk.answer(1)
    async with desk.hotline.database.write() as session:
        (await session.merge(row)).answer = ""
    [shown] = await desk.propose()
    assert "(à écrire)" in desk.words(shown)
    empty = await desk.press_on(JEANNE, shown, "Soumettre à validation")
    assert desk.notice(empty).startswith("Ce projet n’est pas complet")


async def test_a_change_makes_what_was_asked_void(desk: Desk) -> None:
    card = await desk.submitted()
    [request] = await sent(desk, REVIEW)
    [draft] = await desk.press_on(JEANNE, card, "Reprendre la rédaction")
    edited = await desk.edit(JEANNE, draft, "Modifier la réponse", "Non.")
    late = await desk.hotline.press_sent(KARIM, request, "Valider")
    assert desk.notice(late).startswith("Cette réponse n’est plus à valider")
    await desk.press_on(JEANNE, edited, "Soumettre à validation")
    stale = await desk.hotline.press_sent(KARIM, request, "Valider")
    assert desk.notice(stale).startswith("Ce projet ou cette réponse a changé")
    _, second = await sent(desk, REVIEW)
    await desk.hotline.press_sent(KARIM, second, "Valider")
    assert (await desk.answer(1)).answer == "Non."


async def test_a_refusal_gives_its_reason_and_the_draft_back(desk: Desk) -> None:
    card = await desk.submitted()
    asked = await desk.press_on(KARIM, card, "Refuser…")
    told, draft = await desk.fill(KARIM, asked, "Le plafond a <changé>.")
    assert desk.words(told) == (
        f"Karim Aubert n’a pas validé la réponse à «\u00a0{QUESTION}\u00a0»\u00a0: elle redevient "
        "un projet.\n\nMotif\u00a0: Le plafond a &lt;changé&gt;."
    )
    assert "Modifier la réponse" in desk.hotline.labels(draft)
    [judged] = await sent(desk, JUDGED)  # it was said in private: the team is told
    assert "Motif\u00a0: Le plafond a &lt;changé&gt;." in judged.post.text
    assert await desk.hotline.prepare(judged) == Ready(ChatAddress(GROUP, 9))
    assert (await desk.answer(1)).state == "draft"


async def test_what_is_judged_in_the_group_is_told_there_only(desk: Desk) -> None:
    card = await desk.submitted()
    assert isinstance(card, Redraw)
    button = card.keyboard[0][0]
    assert button.reference is not None
    reference = button.reference
    [action] = [each for each in desk.hotline.room.actions if each.name == "answers.validate"]
    incoming = desk.hotline.incoming(KARIM, kind="press", place=IN_TOPIC)
    await desk.hotline.turn(
        KARIM, incoming, lambda turn: action.handler(turn, reference, button.version)
    )
    assert (await desk.answer(1)).state == "validated"
    assert await sent(desk, JUDGED) == []


async def test_an_expert_who_was_asked_validates_in_private(desk: Desk) -> None:
    card = await desk.submitted()
    [listed] = await desk.press_on(JEANNE, card, "Demander à une personne-ressource")
    assert desk.hotline.labels(listed) == ["Odile Vernhet"]
    [asked] = await desk.press_on(JEANNE, listed, "Odile Vernhet")
    assert desk.words(asked) == "La réponse est soumise à Odile Vernhet."
    [request] = await sent(desk, EXPERT)
    assert request.stream == "person:12"
    assert request.post.text.startswith(
        "Bonjour. Pour la base de réponses du réseau (Réseau de test), Jeanne Roche souhaite votre "
        "avis sur la réponse ci-dessous. Si elle est juste, validez-la\u00a0; sinon, refusez-la en "
        f"disant ce qu’il faut corriger.\n\n<b>{QUESTION}</b>\n\n{ANSWERED}"
    )
    assert [button.label for line in request.post.keyboard for button in line] == [
        "Valider",
        "Refuser…",
    ]
    _, seen = await desk.hotline.press_sent(ODILE, request, "Valider")
    assert isinstance(seen, Redraw)
    assert seen.keyboard == ()
    assert desk.words(seen).startswith(f"<b>{QUESTION}</b>")
    [judged] = await sent(desk, JUDGED)
    assert judged.post.text == (f"Odile Vernhet a validé la réponse à «\u00a0{QUESTION}\u00a0».")
    assert (await desk.answer(1)).validated_by == 12


async def test_an_expert_refuses_and_the_team_reads_why(desk: Desk) -> None:
    card = await desk.submitted()
    [listed] = await desk.press_on(JEANNE, card, "Demander à une personne-ressource")
    await desk.press_on(JEANNE, listed, "Odile Vernhet")
    [request] = await sent(desk, EXPERT)
    asked = await desk.hotline.press_sent(ODILE, request, "Refuser…")
    [thanks] = await desk.fill(ODILE, asked, "Voir la loi de finances.")
    assert desk.words(thanks) == "Merci. Votre remarque est transmise à l’équipe."
    [judged] = await sent(desk, JUDGED)
    assert judged.post.text.endswith("Motif\u00a0: Voir la loi de finances.")


async def test_nobody_else_judges_nor_reads_a_draft(desk: Desk, clock: FixedClock) -> None:
    card = await desk.submitted()
    assert isinstance(card, Redraw)
    for account in (CLAIRE, ODILE, UNKNOWN):
        for label in ("Valider", "Refuser…"):
            [toast] = await desk.press_on(account, card, label)
            assert isinstance(toast, Toast)
            assert desk.words(toast) == "Cette réponse ne vous est pas soumise, ou ne l’est plus."
    [listed] = await desk.press_on(JEANNE, card, "Demander à une personne-ressource")
    await desk.press_on(JEANNE, listed, "Odile Vernhet")
    async with desk.hotline.database.write() as session:
        await session.execute(
            update(Membership).where(Membership.person_id == 12).values(until=clock.now())
        )
    [request] = await sent(desk, EXPERT)
    gone = await desk.hotline.press_sent(ODILE, request, "Valider")
    assert desk.notice(gone).startswith("Cette réponse ne vous est pas soumise")
    assert (await desk.answer(1)).state == "in_review"


async def test_an_expert_is_asked_once_and_only_who_can_be_reached(desk: Desk) -> None:
    card = await desk.submitted()
    [listed] = await desk.press_on(JEANNE, card, "Demander à une personne-ressource")
    for _ in range(2):
        await desk.press_on(JEANNE, listed, "Odile Vernhet")
    assert len(await sent(desk, EXPERT)) == 1
    async with desk.hotline.database.write() as session:
        assert len((await session.scalars(select(AnswerReviewer))).all()) == 1
        await session.execute(
            update(Account)
            .where(Account.person_id == 12)
            .values(blocked_at=desk.hotline.clock.now())
        )
    none = await desk.press_on(JEANNE, card, "Demander à une personne-ressource")
    assert desk.notice(none).startswith("Aucune personne-ressource")
    again = await desk.press_on(JEANNE, listed, "Odile Vernhet")
    assert desk.notice(again) == "Cette personne n’est plus joignable ici."


async def test_a_discreet_question_leaves_the_team_only_without_names(desk: Desk) -> None:
    async with desk.hotline.database.write() as session:
        await session.execute(update(Question).values(discreet=True))
    [card] = await desk.propose()
    [asked] = await desk.press_on(JEANNE, card, "Soumettre à validation")
    [review] = await desk.press_on(JEANNE, asked, "Soumettre sans rien remplacer")
    [listed] = await desk.press_on(JEANNE, review, "Demander à une personne-ressource")
    refused = await desk.press_on(JEANNE, listed, "Odile Vernhet")
    assert desk.notice(refused).startswith("La question d’origine est discrète")
    assert await sent(desk, EXPERT) == []


async def test_requests_leave_only_as_long_as_they_stand(desk: Desk, clock: FixedClock) -> None:
    """Through the ledger's own values, which the rows of the tests do not carry."""
    card = await desk.submitted()
    [listed] = await desk.press_on(JEANNE, card, "Demander à une personne-ressource")
    await desk.press_on(JEANNE, listed, "Odile Vernhet")
    [review], [expert] = await sent(desk, REVIEW), await sent(desk, EXPERT)
    assert await prepared(desk, review, version="3") == Ready(ChatAddress(GROUP, 9))
    assert await prepared(desk, review, version="2") == Skip("changed")
    assert await prepared(desk, expert, version="3", person="12") == Ready(ChatAddress(ODILE))
    async with desk.hotline.database.write() as session:
        account = (await session.scalars(select(Account).where(Account.person_id == 12))).one()
        account.blocked_at = clock.now()
    assert await prepared(desk, expert, version="3", person="12") == Skip("blocked")
    async with desk.hotline.database.write() as session:
        await session.delete(await session.get_one(Account, account.id))
    assert await prepared(desk, expert, version="3", person="12") == Skip("no_account")
    await desk.press_on(JEANNE, card, "Reprendre la rédaction")
    assert await prepared(desk, expert, version="3", person="12") == Skip("changed")


async def prepared(desk: Desk, row: Row, **values: str) -> Ready | Skip:
    return await desk.hotline.prepare(replace(row, parcel=replace(row.parcel, values=values)))
