"""The card of a question: what it says, and the buttons that its state allows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.hotline.card import Details, Fiche, Titled, card
from bot.hotline.decide import State
from core.posts import callback_data
from core.render import Renderer
from tests.parts import COMMON

MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)
FICHE = Fiche(
    number=128,
    version=3,
    state=State.OPEN,
    name="Claire Vidal",
    roles=("agent",),
    territory="Pays d’Orsanne",
    theme="Habitat et centres-bourgs",
    taken_by="",
    details=Details(
        structure="Communauté de communes d’Orsanne",
        member_since=datetime(2024, 1, 1, 12, tzinfo=UTC),
        past_count=5,
        past=(Titled(12, "Un modèle de <bail> ?"), Titled(7, ""), Titled(3, "Qui a fait ?")),
        similar=(Titled(4, "Les ZRR existent-elles encore ?"),),
        promised_at=datetime(2026, 11, 25, 16, 30, tzinfo=UTC),
        awaiting_since=MORNING,
    ),
)


def words(fiche: Fiche) -> str:
    return Renderer(COMMON).chat(card(fiche)[0]).replace("\u00a0", " ")


def buttons(fiche: Fiche) -> list[list[str]]:
    rows = card(fiche)[1]
    return [[Renderer(COMMON).plain(button.label) for button in row] for row in rows]


def test_the_card_says_who_asks_and_what_is_known_already() -> None:
    assert words(FICHE) == (
        "<b>Question n° 128</b>\n\n"
        "De : Claire Vidal (agent de développement), Communauté de communes d’Orsanne, "
        "membre du réseau depuis le 1er janvier 2024\n"
        "Territoire : Pays d’Orsanne\n"
        "Thème : Habitat et centres-bourgs\n"
        "État : sans réponse depuis le lundi 23 novembre 2026 à 9 h 00\n"
        "Réponse annoncée à l’agent pour le mercredi 25 novembre 2026 à 17 h 30\n"
        "À prendre en charge\n\n"
        "<b>5 questions auparavant</b>\n"
        "n° 12 – Un modèle de &lt;bail&gt; ?\n"
        "n° 7 – (fichier sans texte)\n"
        "n° 3 – Qui a fait ?\n\n"
        "Une réponse validée ressemble à cette question : lisez-la par le bouton ci-dessous.\n\n"
        "<i>Pour répondre à l’agent, répondez à l’un de ses messages ou à celui-ci. "
        "Tout autre message reste une note interne.</i>"
    )
    assert buttons(FICHE) == [
        ["Prendre en charge", "Transmettre à…"],
        ["En attente de l’agent", "Clore"],
        ["Changer le thème", "Solliciter le réseau"],
        ["Réponses types"],
        ["Lire\u00a0: Les ZRR existent-elles encore ?"],
    ]


def test_a_discreet_question_names_nobody_but_behind_a_button() -> None:
    bare = Details(awaiting_since=MORNING)
    discreet = replace(FICHE, name="", discreet=True, taken_by="Jeanne Roche", details=bare)
    said = words(discreet)
    assert "Claire" not in said
    assert "Question discrète : seule l’équipe d’animation peut voir qui la pose." in said
    assert "Prise en charge par Jeanne Roche" in said
    assert buttons(discreet) == [
        ["Transmettre à…"],
        ["En attente de l’agent", "Clore"],
        ["Changer le thème", "Solliciter le réseau"],
        ["Réponses types"],
        ["Voir qui pose la question"],
    ]


def test_an_answered_question_may_become_a_validated_answer() -> None:
    answered = replace(FICHE, state=State.ANSWERED, details=Details(answered=True))
    assert "État : a reçu une réponse" in words(answered)
    assert ["Proposer comme réponse validée"] in buttons(answered)


def test_what_waits_for_its_asker_does_not_wait_twice() -> None:
    waiting = replace(FICHE, state=State.WAITING, details=None)
    assert "État : en attente du retour de l’agent" in words(waiting)
    assert ["Clore"] in buttons(waiting)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("asker", "État : close par l’agent le 23 novembre 2026"),
        ("team", "État : close par l’équipe le 23 novembre 2026"),
    ],
)
def test_a_closed_question_says_by_whom_and_may_be_reopened(by: str, said: str) -> None:
    details = Details(closed_at=MORNING, closed_by=by, answered=True, rating=2)
    closed = replace(FICHE, state=State.CLOSED, details=details)
    assert said in words(closed)
    assert "L’agent a indiqué que la réponse lui est utile." in words(closed)
    assert buttons(closed) == [["Rouvrir"], ["Proposer comme réponse validée"]]
    unhappy = replace(closed, details=replace(details, rating=1, answered=False, closed_at=None))
    assert "L’agent a indiqué que la réponse ne lui suffit pas." in words(unhappy)
    assert "État : close\n" in words(unhappy)
    assert buttons(unhappy) == [["Rouvrir"]]


def test_once_erased_there_is_nothing_to_press() -> None:
    erased = replace(FICHE, name="", details=Details(erased=True))
    assert words(erased) == (
        "<b>Question n° 128</b>\n\n"
        "Les données de la personne qui a posé cette question ont été effacées."
    )
    assert buttons(erased) == []


def test_every_button_fits_the_channel() -> None:
    largest = replace(FICHE, number=999_999_999, version=99_999, discreet=True)
    similar = (Titled(999_999_999, "Une réponse"),)
    full = replace(largest, details=Details(answered=True, similar=similar))
    for row in card(full)[1]:
        for button in row:
            assert len(callback_data(button)) <= 64
            assert callback_data(button).endswith(":99999")
