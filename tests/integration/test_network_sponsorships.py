"""Sponsorships: recorded, listed, ended by animators; exchanges noted by both sides."""

from datetime import date, timedelta

import pytest

from bot.network.models import Sponsorship, SponsorshipExchange
from bot.network.sponsorships import fiche_lines, sponsorships_of
from core.clock import FixedClock
from core.db import Database
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA, PAUL
from tests.network import (
    KARIM,
    ODILE,
    STRANGER,
    Network,
    key,
    labels,
    leaves,
    open_network,
    plain,
    words,
)

STALE = "Ce bouton n’est plus valable : la situation a changé entre-temps."


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    return await open_network(database, clock)


async def record(network: Network, *answers: str) -> str:
    """Fill the form of a new sponsorship in the animators' group; return what is answered."""
    listed = await network.say(JEANNE, "/parrainage", GROUP)
    said = await network.press(JEANNE, key(listed, "Nouveau parrainage"), GROUP)
    for answer in answers:
        said = await network.say(JEANNE, answer, GROUP)
    return words(said)


async def pair(network: Network) -> None:
    """Record that Chambrelle sponsors the Hauts de Lestoire."""
    await record(network, "Volcans de Chambrelle", "lestoire", "habitat", "1/3/2026")


async def note(network: Network, account: int, day: str, line: str) -> str:
    shown = await network.say(account, "/parrainage")
    shown = await network.press(account, key(shown, labels(shown)[0]))
    await network.press(account, key(shown, "Noter un échange"))
    await network.say(account, day)
    return words(await network.say(account, line))


async def test_an_animator_records_a_pair(network: Network) -> None:
    empty = await network.say(JEANNE, "/parrainage", GROUP)
    assert words(empty) == "Parrainages\n\nAucun parrainage n’est enregistré."
    said = await record(network, "volcans de chambrelle", "Lestoire", "habitat", "1/3/2026")
    assert said == (
        "Parrainage n° 1\n\n"
        "Territoire parrain : Volcans de Chambrelle\n"
        "Territoire accompagné : Hauts de Lestoire\n"
        "Thème : Habitat et centres-bourgs\n"
        "Depuis le 01/03/2026\n"
        "Aucun échange noté"
    )
    listed = await network.say(JEANNE, "/parrainage", GROUP)
    assert words(listed) == (
        "Parrainages\n\n• Parrainage : Volcans de Chambrelle accompagne Hauts de Lestoire (Habitat"
        " et centres-bourgs), depuis le 01/03/2026 – 0 échange noté"
    )
    assert await network.acts("sponsorship.record") == ["person:2 network:sponsorship:1"]


async def test_both_territories_have_it_in_their_fiches(network: Network) -> None:
    await pair(network)
    async with network.database.read() as session:
        for territory in (3, 4):
            [found] = await sponsorships_of(session, territory)
            assert (found.sponsor, found.supported) == (
                "Volcans de Chambrelle",
                "Hauts de Lestoire",
            )
            assert (found.since, found.until, found.exchanges) == (date(2026, 3, 1), None, 0)
        assert await sponsorships_of(session, 1) == []
        [line] = await fiche_lines(session, 12, network.clock.now())
        assert await fiche_lines(session, 1, network.clock.now()) == []
    assert plain(network.parts.renderer.plain(line)) == (
        "Parrainage : Volcans de Chambrelle accompagne Hauts de Lestoire (Habitat et"
        " centres-bourgs), depuis le 01/03/2026 – 0 échange noté"
    )


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("Chambrelle", "Pays de nulle part", "-", "hier"), "Je ne trouve pas : Pays de nulle"),
        (("Chambrelle", "Lestoire", "jardinage", "hier"), "Je ne trouve pas : jardinage."),
        (("Chambrelle", "volcans", "-", "hier"), "Un territoire ne peut pas se parrainer"),
        (("Chambrelle", "de", "-", "hier"), "Je ne trouve pas : de."),
        (("Chambrelle", "Lestoire", "-", "bientôt"), "Je n’ai pas compris cette date."),
    ],
    ids=["unknown", "no such theme", "itself", "ambiguous", "no date"],
)
async def test_what_cannot_be_is_explained(
    network: Network, answers: tuple[str, ...], said: str
) -> None:
    assert said in await record(network, *answers)
    assert await network.count(Sponsorship) == 0


async def test_what_is_wrong_alone_is_asked_again(network: Network) -> None:
    await record(network, "Chambrelle", "Lestoise", "-", "hier")
    said = await network.say(JEANNE, "Lestoire", GROUP)
    assert "Territoire accompagné : Hauts de Lestoire" in words(said)
    [row] = await network.all(Sponsorship)
    assert (row.sponsor_id, row.theme_id, row.since) == (3, None, date(2026, 11, 22))


async def test_the_same_pair_is_not_recorded_twice(network: Network) -> None:
    await pair(network)
    said = await record(network, "Chambrelle", "Lestoire", "-", "hier")
    assert "est déjà enregistré" in said
    assert await network.count(Sponsorship) == 1


async def test_each_side_sees_its_own_and_whom_to_call(network: Network) -> None:
    await pair(network)
    await network.agrees(KARIM, "contact-1")
    shown = await network.say(ODILE, "Parrainage")
    assert words(shown).startswith("Parrainages de vos territoires\n\n• Parrainage : Volcans de")
    assert labels(shown) == ["Volcans de Chambrelle et Hauts de Lestoire"]
    shown = await network.press(ODILE, key(shown, labels(shown)[0]))
    assert words(shown).endswith(
        "Qui contacter\n\n• Karim Astier (Hauts de Lestoire), karim@lestoire.example"
    )
    assert labels(shown) == ["Noter un échange"]
    other = await network.say(KARIM, "/parrainage")
    shown = await network.press(KARIM, key(other, labels(other)[0]))
    assert "Odile" not in words(shown), "she did not agree"
    none = await network.say(CLAIRE, "/parrainage")
    assert words(none).startswith("Votre territoire n’a pas encore de parrainage.")


async def test_exchanges_are_noted_by_either_side_and_counted(network: Network) -> None:
    await pair(network)
    said = await note(network, ODILE, "aujourd’hui", "Visite de l’hôtel, une demi-journée")
    assert said == "C’est noté : 1 échange entre Volcans de Chambrelle et Hauts de Lestoire."
    said = await note(network, KARIM, "20/11/2026", "Appel")
    assert said == "C’est noté : 2 échanges entre Volcans de Chambrelle et Hauts de Lestoire."
    shown = await network.say(JEANNE, "/parrainage", GROUP)
    shown = await network.press(JEANNE, key(shown, labels(shown)[0]), GROUP)
    assert "2 échanges notés, le dernier le 23/11/2026" in words(shown)
    rows = await network.all(SponsorshipExchange)
    assert [(row.held_on, row.line, row.noted_by) for row in rows] == [
        (date(2026, 11, 23), "Visite de l’hôtel, une demi-journée", 11),
        (date(2026, 11, 20), "Appel", 12),
    ]


async def test_an_exchange_to_come_is_refused(network: Network) -> None:
    await pair(network)
    shown = await network.press(ODILE, "network.note:network:sponsorship:1:1")
    assert words(shown).startswith("Quand l’échange a-t-il eu lieu ?")
    assert words(await network.say(ODILE, "24/11/2026")).startswith("Cette date est à venir")


async def test_others_neither_see_nor_note(network: Network) -> None:
    await pair(network)
    for account in (CLAIRE, PAUL, LEA):
        for action in ("pair", "note"):
            data = f"network.{action}:network:sponsorship:1:1"
            assert words(await network.press(account, data)) == STALE
    assert "votre rôle" in words(await network.say(STRANGER, "/parrainage"))
    await network.press(ODILE, "network.note:network:sponsorship:1:1")
    await leaves(network, ODILE)
    await network.say(ODILE, "hier")
    assert "votre rôle" in words(await network.say(ODILE, "Visite du tiers-lieu"))
    assert words(await network.press(ODILE, "network.pair:network:sponsorship:1:1")) == STALE
    assert await network.count(SponsorshipExchange) == 0


async def test_an_animator_ends_it_after_a_second_thought(network: Network) -> None:
    await pair(network)
    await note(network, ODILE, "hier", "Visite")
    shown = await network.press(JEANNE, "network.pair:network:sponsorship:1:1", GROUP)
    asked = await network.press(JEANNE, key(shown, "Mettre fin au parrainage"), GROUP)
    assert words(asked).startswith("Mettre fin aujourd’hui au parrainage entre Volcans de")
    network.clock.set(network.clock.now() + timedelta(hours=15, minutes=30))  # after midnight
    done = await network.press(JEANNE, key(asked, "Oui, y mettre fin"), GROUP)
    assert "Depuis le 01/03/2026, terminé le 24/11/2026\n1 échange noté" in words(done)
    assert labels(done) == []
    assert words(await network.press(JEANNE, key(asked, "Oui, y mettre fin"), GROUP)) == STALE
    assert words(await network.press(ODILE, "network.note:network:sponsorship:1:1")) == STALE
    for account in (ODILE, LEA):
        answers = await network.press(account, "network.ended:network:sponsorship:1:2")
        assert "votre rôle" in words(answers)
    assert await network.acts("sponsorship.end") == ["person:2 network:sponsorship:1"]
    await pair(network)
    assert await network.count(Sponsorship) == 2, "it may begin again"
