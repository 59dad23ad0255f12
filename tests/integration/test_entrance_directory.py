"""The directory in chat: looking up, inviting, blocking, leaving, adding; never to others."""

import re

import pytest
from sqlalchemy import select

from bot.hotline.models import Question
from core.acts import Act
from core.clock import FixedClock
from core.db import Database
from core.people.models import Account, Membership, Person
from core.people.roles import Role
from core.people.store import people_with_role, roles_of
from tests.entrance import (
    CLAIRE,
    ELSEWHERE,
    GROUP,
    JEANNE,
    LEA,
    STRANGER,
    Doorway,
    key,
    labels,
    open_doorway,
    words,
)

REFUSED = "Désolé, votre rôle dans le réseau ne permet pas cette action."


@pytest.fixture
async def door(database: Database, clock: FixedClock) -> Doorway:
    return await open_doorway(database, clock)


async def test_a_fiche_says_who_somebody_is(door: Doorway) -> None:
    now = door.clock.now()
    async with door.database.write() as session:
        for _ in range(2):
            session.add(Question(asker_id=1, text="Un secret", opened_at=now, last_message_at=now))
    for chat in (GROUP, None):
        shown = await door.say(JEANNE, "/annuaire vidal", chat)
        assert words(shown) == (
            "<b>Claire Vidal</b>\n\n"
            "Agent de développement – Pays d’Orsanne, depuis le 1er janvier 2024\n\n"
            "Adresse\u00a0: claire.vidal@orsanne.example\n"
            "Compte relié depuis le 1er janvier 2024\n"
            "2 questions posées"
        )
        assert labels(shown) == [
            *("Inviter", "Ajouter un territoire", "Délier le compte"),
            *("Départ", "Nommer la relève", "Bloquer"),
        ]


async def test_people_are_found_by_name_place_or_address(door: Doorway) -> None:
    await door.say(JEANNE, "annuaire", GROUP)
    several = await door.say(JEANNE, "orsanne", GROUP)
    assert words(several) == "Plusieurs personnes correspondent. Laquelle\u00a0?"
    assert labels(several) == ["Odile Vernhet – Pays d’Orsanne", "Claire Vidal – Pays d’Orsanne"]
    shown = await door.press(JEANNE, key(several, "Claire Vidal – Pays d’Orsanne"), GROUP)
    assert words(shown).startswith("<b>Claire Vidal</b>")
    for looked_for in ("VÉRNHET", "odile d’orsanne", "odile.vernhet@orsanne.example"):
        assert "<b>Odile Vernhet</b>" in words(await door.say(JEANNE, f"/annuaire {looked_for}"))
    nobody = await door.say(JEANNE, "/annuaire zzz")
    assert words(nobody) == "Personne ne correspond dans l’annuaire."
    assert labels(nobody) == ["Nouvelle recherche", "Ajouter une personne"]


async def test_the_directory_is_for_animators_among_themselves(door: Doorway) -> None:
    for account in (CLAIRE, LEA):
        assert words(await door.say(account, "/annuaire vidal")).startswith(REFUSED)
    assert "Vidal" not in words(await door.say(STRANGER, "/annuaire vidal"))
    said = await door.say(JEANNE, "/annuaire vidal", ELSEWHERE)
    assert words(said).startswith("L’annuaire se consulte dans le groupe de l’équipe")


@pytest.mark.parametrize(
    "data",
    [
        "entrance.fiche:people:person:2:0",
        "entrance.invite:people:person:2:0",
        "entrance.block:people:person:2:0",
        "entrance.unblock:people:person:2:0",
        "entrance.widen:people:person:1:0",
        "entrance.enrol:entrance:place:1-2:0",
        "entrance.unlink:people:account:1:0",
        "entrance.leave:people:person:2:0",
        "entrance.successor:people:person:2:0",
        "entrance.succeed:entrance:person:2-1:0",
        "entrance.add:entrance:person:new:0",
        "entrance.newcomer:entrance:place:0-1:0",
        "entrance.search:entrance:person:new:0",
    ],
)
async def test_no_button_of_the_directory_obeys_an_agent(door: Doorway, data: str) -> None:
    said = await door.press(CLAIRE, data)
    assert words(said).startswith(REFUSED)
    assert await door.acts() == []


async def test_an_invitation_is_made_in_chat_and_its_link_lets_in(door: Doorway) -> None:
    shown = await door.say(JEANNE, "/annuaire odile", GROUP)
    said = words(await door.press(JEANNE, key(shown, "Inviter"), GROUP))
    assert said.startswith("Invitation pour Odile Vernhet. À lui transmettre, et à personne")
    assert said.endswith(
        "Elle ne sert qu’une fois et est valable 7 jours. Elle ne sera plus affichée."
    )
    found = re.search(r"https://t\.me/relais_bot\?start=([0-9a-f]{48})", said)
    assert found
    await door.say(STRANGER, f"/start {found[1]}")
    assert await door.linked(STRANGER) == "Odile Vernhet"
    assert await door.acts() == [
        "person:2 person.invite people:person:7",
        "person:7 account.link people:person:7",
    ]


async def test_who_has_no_role_or_is_blocked_is_not_invited(door: Doorway) -> None:
    said = await door.press(JEANNE, "entrance.invite:people:person:4:0", GROUP)
    assert words(said).startswith("Cette personne n’a pas de fonction dans le réseau")
    await block(door, 7)
    said = await door.press(JEANNE, "entrance.invite:people:person:7:0", GROUP)
    assert words(said).startswith("Cette personne est bloquée\u00a0: débloquez-la d’abord.")


async def test_an_account_is_unlinked_and_a_stale_button_unlinks_no_other(door: Doorway) -> None:
    shown = await door.say(JEANNE, "/annuaire vidal", GROUP)
    unlink = key(shown, "Délier le compte")
    said = await door.press(JEANNE, unlink, GROUP)
    assert words(said).startswith("Le compte n’est plus relié.")
    assert "Aucun compte relié" in words(said)
    assert await door.linked(CLAIRE) is None
    again = await door.press(JEANNE, unlink, GROUP)
    assert words(again) == "Ce compte n’était déjà plus relié."
    assert await door.acts() == ["person:2 account.unlink people:person:1"]


async def test_who_is_blocked_can_do_nothing_until_unblocked(door: Doorway) -> None:
    shown = await door.say(JEANNE, "/annuaire vidal", GROUP)
    invitation = words(await door.press(JEANNE, key(shown, "Inviter"), GROUP))
    code = invitation.partition("start=")[2].partition("\n")[0]
    reasons = await door.press(JEANNE, key(shown, "Bloquer"), GROUP)
    assert labels(reasons) == [
        *("Propos déplacés", "Envois abusifs", "Compte perdu ou volé", "Autre raison", "Annuler"),
    ]
    said = await door.say(JEANNE, "Elle m’a mal parlé", GROUP)
    assert words(said).startswith("Choisissez la raison avec l’un des boutons.")
    blocked = await door.press(JEANNE, key(said, "Envois abusifs"), GROUP)
    assert "<b>Claire Vidal</b> – bloqué(e) depuis le 23 novembre 2026" in words(blocked)
    async with door.database.read() as session:
        assert await roles_of(session, 1, door.clock.now()) == frozenset()
        agents = await people_with_role(session, Role.AGENT, door.clock.now())
        assert [each.name for each in agents] == ["Paul Meyrat", "Marc Besse", "Odile Vernhet"]
        act = (await session.scalars(select(Act).where(Act.verb == "person.block"))).one()
        assert act.detail == {"reason": "flood"}
    assert "n’est pas valable" in words(await door.say(STRANGER, f"/start {code}")) or (
        "suspendu" in words(await door.say(STRANGER, f"/start {code}"))
    )
    assert await door.linked(STRANGER) is None
    free = await door.press(JEANNE, key(blocked, "Débloquer"), GROUP)
    assert "bloqué" not in words(free)
    assert labels(await door.say(CLAIRE, "/menu")) != []
    assert words(await door.press(JEANNE, key(blocked, "Débloquer"), GROUP)) == (
        "Cette personne n’est plus bloquée."
    )


async def test_nobody_blocks_the_team_nor_themselves(door: Doorway) -> None:
    said = await door.press(JEANNE, "entrance.block:people:person:6:0", GROUP)
    assert words(said).startswith("Un membre de l’équipe d’animation ne peut pas être bloqué")
    said = await door.press(JEANNE, "entrance.block:people:person:2:0", GROUP)
    assert words(said) == "Vous ne pouvez pas vous bloquer vous-même."


async def test_a_departure_at_once_and_its_successor(door: Doorway) -> None:
    shown = await door.say(JEANNE, "/annuaire vidal", GROUP)
    asked = await door.press(JEANNE, key(shown, "Départ"), GROUP)
    left = await door.press(JEANNE, key(asked, "Tout de suite"), GROUP)
    assert words(left) == (
        "Départ enregistré\u00a0: Claire Vidal n’a plus de fonction dans le réseau.\n\n"
        "Qui prend la relève\u00a0? Ses questions ouvertes lui seront confiées."
    )
    assert labels(left) == ["Odile Vernhet – Pays d’Orsanne", "Chercher quelqu’un"]
    said = await door.press(JEANNE, key(left, "Odile Vernhet – Pays d’Orsanne"), GROUP)
    assert "Relève\u00a0: Odile Vernhet" in words(said)
    assert "du 1er janvier 2024 au 23 novembre 2026" in words(said)
    assert (await door.person(1)).successor_id == 7
    assert words(await door.say(CLAIRE, "/start")).startswith("D’après l’annuaire")
    assert (await door.acts())[-2:] == [
        "person:2 person.leave people:person:1",
        "person:2 person.succeed people:person:1",
    ]


async def test_a_departure_on_a_day_ends_at_its_midnight(door: Doorway, clock: FixedClock) -> None:
    await door.press(JEANNE, "entrance.leave:people:person:1:0", GROUP)
    assert "déjà passé" in words(await door.say(JEANNE, "01/01/2026", GROUP))
    assert "Je n’ai pas compris cette date" in words(await door.say(JEANNE, "bientôt", GROUP))
    left = await door.say(JEANNE, "31/12/2026", GROUP)
    assert words(left).startswith(
        "Départ enregistré\u00a0: Claire Vidal quitte ses fonctions le vendredi "
        "1er janvier 2027 à 0\u00a0h\u00a000."
    )
    async with door.database.read() as session:
        assert await roles_of(session, 1, clock.now()) == {Role.AGENT}
        [membership] = await session.scalars(select(Membership).where(Membership.person_id == 1))
        assert membership.until is not None
        assert await roles_of(session, 1, membership.until) == frozenset()


async def test_nobody_takes_over_from_themselves_not_even_in_the_end(door: Doorway) -> None:
    for pair in ("1-7", "7-5"):
        await door.press(JEANNE, f"entrance.succeed:entrance:person:{pair}:0", GROUP)
    for pair in ("5-1", "1-1", "1-4", "1-2", "1-99"):
        said = await door.press(JEANNE, f"entrance.succeed:entrance:person:{pair}:0", GROUP)
        assert words(said).startswith("Cette personne ne peut pas prendre la relève")
    assert (await door.person(5)).successor_id is None
    await door.press(JEANNE, "entrance.successor:people:person:3:0", GROUP)
    assert words(await door.say(JEANNE, "Solène", GROUP)) == "Aucun agent ne correspond."
    await door.press(JEANNE, "entrance.successor:people:person:3:0", GROUP)
    found = await door.say(JEANNE, "besse", GROUP)
    assert words(found) == "Paul Meyrat\u00a0: qui prend la relève\u00a0?"
    await door.press(JEANNE, key(found, "Marc Besse – Hauts de Lestoire"), GROUP)
    assert (await door.person(3)).successor_id == 5


async def test_an_animator_does_not_show_themselves_out(door: Doorway) -> None:
    said = await door.press(JEANNE, "entrance.leave:people:person:2:0", GROUP)
    assert words(said).startswith("Votre propre départ est à enregistrer par quelqu’un d’autre")


async def test_somebody_is_added_and_may_be_invited(door: Doorway) -> None:
    asked = await door.say(JEANNE, "/annuaire", GROUP)
    places = await door.press(JEANNE, key(asked, "Ajouter une personne"), GROUP)
    await door.press(JEANNE, key(places, "Hauts de Lestoire"), GROUP)
    for answer in ("Nina", "Bort"):
        await door.say(JEANNE, answer, GROUP)
    shown = await door.say(JEANNE, "Nina.Bort@Lestoire.example", GROUP)
    assert words(shown).startswith(
        "<b>Nina Bort</b>\n\nAgent de développement – Hauts de Lestoire, depuis le 23 novembre 2026"
    )
    assert "Adresse\u00a0: nina.bort@lestoire.example" in words(shown)
    assert "Inviter" in labels(shown)


async def test_an_address_is_one_persons(door: Doorway) -> None:
    await door.press(JEANNE, "entrance.newcomer:entrance:place:0-1:0", GROUP)
    for answer in ("Claire", "Vidal"):
        await door.say(JEANNE, answer, GROUP)
    shown = await door.say(JEANNE, "CLAIRE.VIDAL@orsanne.example", GROUP)
    assert words(shown).startswith("Cette adresse est déjà celle de quelqu’un\u00a0:\n\n<b>Claire")
    async with door.database.read() as session:
        assert len((await session.scalars(select(Person))).all()) == 7


async def test_a_second_territory_is_added_once(door: Doorway) -> None:
    shown = await door.say(JEANNE, "/annuaire vidal", GROUP)
    places = await door.press(JEANNE, key(shown, "Ajouter un territoire"), GROUP)
    await door.press(JEANNE, key(places, "Hauts de Lestoire"), GROUP)
    said = await door.press(JEANNE, key(places, "Hauts de Lestoire"), GROUP)
    assert words(said).count("Hauts de Lestoire") == 1
    async with door.database.read() as session:
        rows = await session.scalars(select(Membership).where(Membership.person_id == 1))
        assert sorted(each.territory_id or 0 for each in rows) == [1, 3]


async def test_who_blocked_the_bot_is_shown_so(door: Doorway) -> None:
    async with door.database.write() as session:
        account = (await session.scalars(select(Account).where(Account.person_id == 1))).one()
        account.blocked_at = door.clock.now()
    shown = await door.say(JEANNE, "/annuaire vidal")
    assert "Compte relié depuis le 1er janvier 2024 (a bloqué la permanence)" in words(shown)


async def test_a_name_is_never_markup(door: Doorway) -> None:
    async with door.database.write() as session:
        (await session.get_one(Person, 1)).family_name = "<i>Vidal</i>"
    assert "<b>Claire &lt;i&gt;Vidal&lt;/i&gt;</b>" in words(
        await door.say(JEANNE, "/annuaire claire.vidal@orsanne.example")
    )


async def block(door: Doorway, person: int) -> None:
    asked = await door.press(JEANNE, f"entrance.block:people:person:{person}:0", GROUP)
    await door.press(JEANNE, key(asked, "Autre raison"), GROUP)
