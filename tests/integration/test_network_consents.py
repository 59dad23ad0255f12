"""`/entraide`: what people agree to, said and taken back by buttons."""

import pytest

from bot.network import consents
from bot.network.models import NetworkConsent
from core.clock import FixedClock
from core.db import Database
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA
from tests.network import ODILE, STRANGER, Network, key, labels, leaves, open_network, words


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    return await open_network(database, clock)


async def consent(network: Network, person_id: int) -> NetworkConsent | None:
    async with network.database.read() as session:
        return await session.get(NetworkConsent, person_id)


async def contact(network: Network, person_id: int) -> str:
    async with network.database.read() as session:
        return await consents.contact(session, person_id)


async def test_nothing_is_agreed_to_before_it_is_said(network: Network) -> None:
    shown = await network.say(ODILE, "/entraide")
    assert words(shown) == (
        "L’entraide entre territoires\n\n"
        "Le réseau peut vous solliciter : non. Aucune question d’un autre territoire ne vous est"
        " transmise.\n\n"
        "Un collègue peut vous contacter : non. Votre contact n’est donné à personne. Si vous"
        " acceptez, les membres du réseau qui cherchent un retour d’expérience pourront voir :\n"
        "Odile Vernhet, Volcans de Chambrelle, odile@chambrelle.example\n\n"
        "Vous pouvez changer d’avis à tout moment."
    )
    assert labels(shown) == [
        "Le réseau peut me solliciter : non",
        "Un collègue peut me contacter : non",
    ]
    assert await consent(network, 11) is None
    assert await contact(network, 11) == ""


async def test_somebody_agrees_and_takes_it_back(network: Network) -> None:
    shown = await network.say(ODILE, "Entraide")
    shown = await network.press(ODILE, key(shown, "Le réseau peut me solliciter : non"))
    assert "L’équipe d’animation vous transmet au plus 2 questions d’autres territoires par" in (
        words(shown)
    )
    shown = await network.press(ODILE, key(shown, "Un collègue peut me contacter : non"))
    assert await contact(network, 11) == "odile@chambrelle.example"
    shown = await network.press(ODILE, key(shown, "Le réseau peut me solliciter : oui"))
    await network.press(ODILE, key(shown, "Un collègue peut me contacter : oui"))
    assert await contact(network, 11) == ""
    kept = await consent(network, 11)
    assert kept is not None
    assert (kept.asked, kept.contact) == (False, False)
    assert await network.acts("network.consent") == ["person:11 network:consent:11"] * 4


async def test_a_press_made_twice_is_the_same_choice(network: Network) -> None:
    shown = await network.say(ODILE, "/entraide")
    button = key(shown, "Le réseau peut me solliciter : non")
    await network.press(ODILE, button)
    await network.press(ODILE, button)
    kept = await consent(network, 11)
    assert kept is not None
    assert kept.asked


async def test_themes_and_the_monthly_cap_are_chosen(network: Network) -> None:
    shown = await network.say(ODILE, "/entraide")
    shown = await network.press(ODILE, key(shown, "Le réseau peut me solliciter : non"))
    shown = await network.press(ODILE, key(shown, "Choisir les thèmes"))
    assert words(shown).startswith("Tous les thèmes vous sont proposés.")
    shown = await network.press(ODILE, key(shown, "Habitat et centres-bourgs"))
    assert labels(shown) == [
        "✓ Habitat et centres-bourgs",
        "Activités, reprise et transmission",
        "Tous les thèmes",
        "Revenir",
    ]
    shown = await network.press(ODILE, key(shown, "Revenir"))
    assert "Thèmes : Habitat et centres-bourgs." in words(shown)
    shown = await network.press(ODILE, key(shown, "Combien de fois par mois"))
    shown = await network.press(ODILE, key(shown, "1"))
    assert "au plus 1 question d’un autre territoire par mois" in words(shown)
    kept = await consent(network, 11)
    assert kept is not None
    assert (kept.themes, kept.monthly_cap) == ([1], 1)
    shown = await network.press(ODILE, key(shown, "Choisir les thèmes"))
    await network.press(ODILE, key(shown, "Tous les thèmes"))
    kept = await consent(network, 11)
    assert kept is not None
    assert kept.themes == []


@pytest.mark.parametrize(
    "forged", ["asked-2", "theme", "cap-1000", "with-99", "rien-1", "asked", "12"]
)
async def test_a_forged_choice_changes_nothing(network: Network, forged: str) -> None:
    answers = await network.press(ODILE, f"network.choose:network:choice:{forged}:0")
    assert words(answers) == "Ce bouton n’est plus valable : la situation a changé entre-temps."
    assert await consent(network, 11) is None


async def test_only_agents_and_experts_choose_and_in_private(network: Network) -> None:
    for account in (LEA, JEANNE):
        assert words(await network.say(account, "/entraide")).startswith("L’entraide s’adresse aux")
    assert "n’est pas relié" in words(await network.say(STRANGER, "/entraide"))
    assert "conversation privée" in words(await network.say(CLAIRE, "/entraide", GROUP))
    await network.press(LEA, "network.choose:network:choice:asked-1:0")
    assert await network.count(NetworkConsent) == 0


async def test_who_has_left_is_no_longer_one_who_may_be_asked(network: Network) -> None:
    await network.agrees(ODILE, "asked-1", "contact-1")
    await leaves(network, ODILE)
    now = network.clock.now()
    async with network.database.read() as session:
        assert not await consents.may_be_asked(session, 11, now)
        assert await consents.reachable(session, [11], now) == {}
    answers = await network.press(ODILE, "network.choose:network:choice:asked-1:0")
    assert words(answers).startswith("L’entraide s’adresse aux")
    await network.press(ODILE, "network.choose:network:choice:asked-0:0")
    kept = await consent(network, 11)
    assert kept is not None
    assert not kept.asked, "what was agreed to can be taken back at any time"
