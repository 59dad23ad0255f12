"""« Qui a déjà fait… ? »: territories that agree to be contacted, and only they."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.hotline.models import Question
from bot.network.models import ContactShown, Proposal, WhoSearch
from bot.network.who import who_button
from core.clock import FixedClock
from core.db import Database
from core.people.models import Person
from core.posts import callback_data
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA, PAUL
from tests.network import (
    KARIM,
    NUMBERS,
    ODILE,
    SOLENE,
    STRANGER,
    THIBAULT,
    Network,
    key,
    labels,
    leaves,
    open_network,
    words,
)

HOTEL = "Nous avons rouvert un hôtel. Trois familles y logent, le temps de trouver un logement."
GUIDE = "Guide de la réouverture d’un hôtel"
SHOP = "Une boutique à l’essai a rouvert notre dernier commerce."
NONE = (
    "Le réseau ne connaît pas encore de territoire qui l’ait fait et accepte d’être contacté."
    " L’équipe d’animation peut chercher avec vous."
)


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    return await open_network(database, clock)


async def kept(
    network: Network, account: int, territory: int | None, text: str, **more: object
) -> None:
    known = {"kind": "experience", "state": "kept", "contactable": True, "url": "", **more}
    async with network.database.write() as session:
        now = network.clock.now()
        session.add(
            Proposal(
                person_id=NUMBERS[account],
                territory_id=territory,
                text=text,
                created_at=now,
                decided_at=now,
                update_id=next(network.updates),
                **known,
            )
        )


async def search(network: Network, what: str, account: int = CLAIRE) -> str:
    return words(await network.say(account, f"/quiadejafait {what}"))


async def test_an_experience_gives_its_territory_and_its_contact(network: Network) -> None:
    await kept(network, ODILE, 3, HOTEL, theme_id=1, url="https://chambrelle.example/hotel")
    await kept(network, KARIM, 4, SHOP, theme_id=2)
    await network.agrees(ODILE, "contact-1")
    await network.agrees(KARIM, "contact-1")
    assert await search(network, "rouvrir un hôtel") == (
        "1 territoire accepte d’être contacté\n\n"
        "Volcans de Chambrelle – Odile Vernhet, odile@chambrelle.example\n"
        "Expérience : Nous avons rouvert un hôtel\n"
        "Trois familles y logent, le temps de trouver un logement.\n"
        "https://chambrelle.example/hotel\n\n"
        "Ces contacts vous sont donnés pour cet échange : merci de ne pas les diffuser."
    )
    [shown] = await network.all(ContactShown)
    assert (shown.person_id, shown.territory_id, shown.proposal_id) == (11, 3, 1)
    await search(network, "rouvrir un hôtel")
    assert await network.count(ContactShown) == 2, "each showing counts"


async def test_the_command_asks_what_when_nothing_is_said(network: Network) -> None:
    await kept(network, KARIM, 4, SHOP, theme_id=2)
    await network.agrees(KARIM, "contact-1")
    asked = await network.say(CLAIRE, "Qui a déjà fait… ?")
    assert words(asked).startswith("Que cherchez-vous à faire ?")
    assert "C’est un peu court" in words(await network.say(CLAIRE, "Rien"))
    found = await network.say(CLAIRE, "Rouvrir le dernier commerce du village")
    assert "Hauts de Lestoire – Karim Astier, karim@lestoire.example" in words(found)


async def test_without_agreement_there_is_something_to_read_and_nobody_to_call(
    network: Network,
) -> None:
    await kept(network, ODILE, 3, HOTEL, theme_id=1)
    said = await search(network, "rouvrir un hôtel")
    assert said.startswith("Aucun territoire qui accepte d’être contacté ne correspond.")
    assert "À lire aussi, gardé par le réseau\n\n• Nous avons rouvert un hôtel\n" in said
    assert "Odile" not in said
    assert "chambrelle.example" not in said
    assert await network.count(ContactShown) == 0


@pytest.mark.parametrize("left", ["role", "consent", "blocked", "not contactable", "no address"])
async def test_whoever_may_not_be_contacted_any_more_is_not_shown(
    network: Network, left: str
) -> None:
    await kept(network, ODILE, 3, HOTEL, theme_id=1, contactable=left != "not contactable")
    await network.agrees(ODILE, "contact-1")
    if left == "role":
        await leaves(network, ODILE)
    if left == "consent":
        await network.agrees(ODILE, "contact-0")
    gone: dict[str, dict[str, Any]] = {
        "blocked": {"blocked_at": network.clock.now()},
        "no address": {"email": None},
    }
    if left in gone:
        async with network.database.write() as session:
            await session.execute(update(Person).where(Person.id == 11).values(gone[left]))
    assert "Odile" not in await search(network, "rouvrir un hôtel")
    assert await network.count(ContactShown) == 0


async def test_a_colleague_of_the_territory_answers_for_who_has_left(network: Network) -> None:
    await kept(network, THIBAULT, 1, HOTEL, theme_id=1)
    await network.agrees(CLAIRE, "contact-1")
    await leaves(network, THIBAULT)
    said = await search(network, "rouvrir un hôtel", ODILE)
    assert "Pays d’Orsanne – Claire Vidal, claire@orsanne.example" in said


async def test_who_named_the_theme_is_shown_after_the_experiences(network: Network) -> None:
    await kept(network, ODILE, 3, HOTEL, theme_id=1)
    await network.agrees(ODILE, "contact-1")
    await network.agrees(KARIM, "contact-1", "with-1")
    await network.agrees(SOLENE, "contact-1")  # every theme: says nothing of this one
    said = await search(network, "un hôtel à l’abandon")
    assert said.startswith("2 territoires acceptent d’être contactés\n\nVolcans de Chambrelle – ")
    assert "Karim Astier, karim@lestoire.example\nAccepte d’échanger sur ce thème." in said
    assert "Solène" not in said


async def test_three_territories_at_most_and_not_one_s_own(network: Network) -> None:
    for account, territory in ((ODILE, 3), (KARIM, 4), (PAUL, 2), (THIBAULT, 1)):
        await kept(network, account, territory, HOTEL, theme_id=1)
        async with network.database.write() as session:
            person = await session.get_one(Person, NUMBERS[account])
            person.email = person.email or "paul@brune.example"
        await network.agrees(account, "contact-1")
    said = await search(network, "rouvrir un hôtel")
    assert said.startswith("3 territoires acceptent d’être contactés")
    assert "Orsanne" not in said
    assert await network.count(ContactShown) == 3


async def test_what_nobody_did_is_said_and_asked_to_the_team(network: Network) -> None:
    await kept(network, ODILE, 3, HOTEL, theme_id=1)
    await network.agrees(ODILE, "contact-1")
    answers = await network.say(CLAIRE, "/quiadejafait une épicerie itinérante à vélo")
    assert words(answers) == NONE
    await network.press(CLAIRE, key(answers, "Poser la question à l’équipe"))
    [question] = await network.all(Question)
    assert question.text == "une épicerie itinérante à vélo"
    assert question.asker_id == 1


async def test_nobody_asks_the_team_what_another_searched(network: Network) -> None:
    answers = await network.say(CLAIRE, "/quiadejafait une épicerie itinérante à vélo")
    stale = await network.press(PAUL, key(answers, "Poser la question à l’équipe"))
    assert "n’est plus valable" in words(stale)
    assert await network.count(Question) == 0


async def test_one_s_own_question_is_searched_by_its_button(network: Network) -> None:
    await kept(network, ODILE, 3, HOTEL, theme_id=1)
    await network.agrees(ODILE, "contact-1")
    await network.question(text="Qui a déjà rouvert un hôtel ?")
    data = callback_data(who_button(5))
    found = await network.press(CLAIRE, data)
    assert "Odile Vernhet" in words(found)
    assert labels(found) == [], "the team has it already"
    for account in (PAUL, JEANNE):
        assert "n’est plus valable" in words(await network.press(account, data))


async def test_a_kept_document_is_sent_to_whoever_wants_it(network: Network) -> None:
    file = {
        "kind": "document",
        "file_id": "id-guide",
        "unique_id": "unique-guide",
        "name": "guide.pdf",
        "mime_type": "application/pdf",
        "size": 10,
    }
    await kept(network, ODILE, 3, GUIDE, kind="document", files=[file], theme_id=1)
    found = await network.say(CLAIRE, "/quiadejafait rouvrir un hôtel")
    button = key(found, "Recevoir : " + GUIDE)
    assert words(await network.press(CLAIRE, button)).startswith("Le document arrive")
    [row] = await network.rows("network.document")
    assert row.recipient == "person:1"
    assert row.post.file is not None
    assert row.post.file.name == "guide.pdf"
    assert "n’est pas relié" in words(await network.press(STRANGER, button))
    async with network.database.write() as session:
        await session.execute(update(Proposal).values(state="dropped"))
    assert "n’est plus valable" in words(await network.press(CLAIRE, button))


async def test_only_members_of_the_network_search(network: Network) -> None:
    assert "n’est pas relié" in words(await network.say(STRANGER, "/quiadejafait un hôtel"))
    assert await search(network, "rouvrir un hôtel", LEA) == NONE
    await leaves(network, ODILE)
    assert "votre rôle" in await search(network, "rouvrir un hôtel", ODILE)
    said = words(await network.say(JEANNE, "/quiadejafait rouvrir un hôtel", GROUP))
    assert said == NONE
    assert await network.count(WhoSearch) == 2


async def test_what_is_kept_later_is_found_at_once(network: Network) -> None:
    await network.agrees(ODILE, "contact-1")
    assert await search(network, "rouvrir un hôtel") == NONE
    await kept(network, ODILE, 3, HOTEL, theme_id=1)
    assert "Odile Vernhet" in await search(network, "rouvrir un hôtel")
    network.clock.set(network.clock.now() + timedelta(days=1))
    async with network.database.write() as session:
        await session.execute(update(Proposal).values(state="dropped", version=2))
    assert await search(network, "rouvrir un hôtel") == NONE
