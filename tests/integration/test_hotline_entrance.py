"""Coming in by invitation, and the help."""

from datetime import timedelta

import pytest

from core.chat import Place
from core.clock import FixedClock
from core.db import Database
from core.people.invitations import invite
from core.people.models import Person
from core.people.store import person_by_account
from tests.hotline import CLAIRE, GROUP, JEANNE, UNKNOWN, Hotline, open_hotline

CODE = "une-invitation"


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock)
    async with database.write() as session:
        session.add(Person(id=9, given_name="Sonia", family_name="Albret"))
        await session.flush()
        await invite(session, 9, clock.now(), timedelta(days=7), lambda: CODE)
    return hotline


async def linked(hotline: Hotline) -> str | None:
    async with hotline.database.read() as session:
        person = await person_by_account(session, "telegram", str(UNKNOWN))
        return person.name if person else None


async def test_an_invitation_links_the_account_and_tells_about_data(hotline: Hotline) -> None:
    welcome, notice = await hotline.command(UNKNOWN, "start", CODE)
    assert hotline.words(welcome).startswith(
        "Bonjour Sonia, et bienvenue à la permanence du réseau (Réseau de test). "
        "Votre compte est relié.\n\nPour poser une question, écrivez-la ici"
    )
    told = hotline.words(notice)
    for heading in ("Qui", "Pourquoi", "Combien de temps", "Vos droits"):
        assert f"\n{heading}\u00a0" in told
    assert "contact@relais.test" in told
    assert await linked(hotline) == "Sonia Albret"
    assert await hotline.acts() == ["person:9 account.link people:person:9"]


async def test_a_used_expired_or_unknown_invitation_is_refused(
    hotline: Hotline, clock: FixedClock
) -> None:
    [unknown] = await hotline.command(UNKNOWN, "start", "autre-code")
    assert hotline.words(unknown) == (
        "Ce lien d’invitation n’est pas valable\u00a0: il a déjà servi, il a expiré ou il est "
        "incomplet.\n\nDemandez-en un nouveau à contact@relais.test."
    )
    clock.set(clock.now() + timedelta(days=8))
    [expired] = await hotline.command(UNKNOWN, "start", CODE)
    assert hotline.words(expired) == hotline.words(unknown)
    assert await linked(hotline) is None


async def test_a_second_start_changes_nothing(hotline: Hotline) -> None:
    await hotline.command(UNKNOWN, "start", CODE)
    [back] = await hotline.command(UNKNOWN, "start", CODE)
    assert hotline.words(back).startswith("Bonjour. Votre compte est déjà relié à la permanence.")
    [back] = await hotline.command(CLAIRE, "start")
    assert hotline.words(back).startswith("Bonjour. Votre compte est déjà relié à la permanence.")


async def test_a_stranger_learns_how_to_get_in(hotline: Hotline) -> None:
    for name in ("start", "aide"):
        [how] = await hotline.command(UNKNOWN, name)
        assert hotline.words(how) == (
            "Bonjour. Vous êtes à la permanence du réseau (Réseau de test), réservée aux agents "
            "des territoires et à l’équipe d’animation.\n\n"
            "Pour y accéder, ouvrez le lien d’invitation que l’équipe vous a remis. Vous n’en avez "
            "pas\u00a0? Demandez-en un à contact@relais.test, depuis votre adresse professionnelle."
        )


async def test_nobody_is_linked_from_a_group(hotline: Hotline) -> None:
    [refused] = await hotline.command(UNKNOWN, "start", CODE, place=Place(GROUP, private=False))
    assert "conversation privée" in hotline.words(refused)
    assert await linked(hotline) is None


async def test_help_speaks_to_who_asks(hotline: Hotline) -> None:
    [agent] = await hotline.command(CLAIRE, "aide")
    assert "/mesquestions – Mes questions\n/reponses – Les réponses validées" in hotline.words(
        agent
    )
    assert "/lettre" not in hotline.words(agent)
    group = Place(GROUP, private=False)
    [animator] = await hotline.command(JEANNE, "aide", place=group)
    assert hotline.words(animator).startswith("Chaque question a son sujet dans ce groupe.")
    assert hotline.words(animator).endswith("/lettre – Les réponses validées")
    [agent] = await hotline.command(CLAIRE, "aide", place=group)
    assert hotline.words(agent).startswith("Pour poser une question")


def test_the_menu_has_a_line_for_each_command_but_start(hotline: Hotline) -> None:
    menu = {
        command.name: hotline.renderer.plain(command.menu) if command.menu else None
        for command in hotline.room.commands
    }
    assert menu == {
        "start": None,
        "question": "Poser une question",
        "mesquestions": "Mes questions",
        "reponses": "Les réponses validées",
        "aide": "Aide",
    }
