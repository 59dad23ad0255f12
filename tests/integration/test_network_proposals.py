"""`/proposer`: what people offer to the network, and what the animators decide."""

from datetime import timedelta

import pytest

from bot.network.models import Clarification, NetworkConsent, Proposal
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.reference import Reference
from core.sections import Section
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA, PAUL, Row
from tests.network import (
    DESK,
    ODILE,
    STRANGER,
    Network,
    key,
    labels,
    leaves,
    open_network,
    plain,
    sent_key,
    words,
)

STALE = "Ce bouton n’est plus valable : la situation a changé entre-temps."
TOLD = "Nous avons rouvert un hôtel de dix chambres. Trois familles y logent."


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    return await open_network(database, clock)


async def propose(
    network: Network,
    said: str = TOLD,
    *,
    account: int = ODILE,
    kind: str = "Une expérience",
    contactable: str = "Oui",
    file: str = "",
) -> str:
    """Fill the form; return what is answered."""
    asked = await network.say(account, "/proposer")
    asked = await network.press(account, key(asked, kind))
    asked = await network.say(account, said, file=file)
    return words(await network.press(account, key(asked, contactable)))


async def card(network: Network) -> Row:
    return (await network.rows("network.proposal"))[-1]


async def decide(network: Network, label: str) -> str:
    return words(await network.press(JEANNE, sent_key(await card(network), label), GROUP, DESK))


async def proposal(network: Network) -> Proposal:
    async with network.database.read() as session:
        return await session.get_one(Proposal, 1)


async def test_an_experience_reaches_the_animators(network: Network) -> None:
    assert await propose(network) == (
        "Merci ! Votre proposition n° 1 est transmise à l’équipe d’animation, qui vous dira la"
        " suite donnée. Pour la compléter, répondez à ce message.\n\n"
        "Vous acceptez d’être contacté(e) par un collègue."
    )
    row = await card(network)
    assert plain(row.post.text) == (
        "Proposition n° 1 – une expérience\n\n"
        "De : Odile Vernhet (Volcans de Chambrelle)\n"
        "Thème proposé : Habitat et centres-bourgs\n"
        "Accepte d’être contacté(e) par un collègue.\n\n" + TOLD
    )
    assert [plain(each.label) for line in row.post.keyboard for each in line] == [
        "Garder",
        "Écarter",
        "Demander une précision",
    ]
    assert await network.prepare(row) == Ready(ChatAddress(GROUP, DESK))
    assert await network.acts("network.propose") == ["person:11 network:proposal:1"]


async def test_saying_yes_is_agreeing_to_be_contacted_and_no_is_not(network: Network) -> None:
    await propose(network)
    await propose(network, account=CLAIRE, contactable="Non")
    async with network.database.read() as session:
        odile = await session.get_one(NetworkConsent, 11)
        assert (odile.contact, odile.asked, odile.themes) == (True, False, [1])
        assert await session.get(NetworkConsent, 1) is None


async def test_a_document_comes_with_its_file(network: Network) -> None:
    await propose(network, "Notre guide du logement", kind="Un document", file="guide.pdf")
    file, shown = await network.rows("network.proposal")
    assert file.post.file is not None
    assert (file.post.kind, file.post.file.name) == ("file", "guide.pdf")
    assert "1 fichier joint." in plain(shown.post.text)
    assert file.stream == shown.stream == "proposal:1"


@pytest.mark.parametrize(
    ("kind", "said", "missing", "then"),
    [
        ("Un lien", "javascript:alert(1)", "Il manque un lien", "https://pays.example/guide"),
        ("Un document", "Notre guide", "Il manque le document", ""),
        ("Une expérience", "Bof", "C’est un peu court", TOLD),
    ],
)
async def test_what_is_missing_is_asked_again(
    network: Network, kind: str, said: str, missing: str, then: str
) -> None:
    assert missing in await propose(network, said, kind=kind)
    assert await network.count(Proposal) == 0
    answers = await network.say(ODILE, then, file="" if then else "guide.pdf")
    assert words(answers).startswith("Merci !")
    kept = await proposal(network)
    assert kept.url == (then if kind == "Un lien" else "")
    assert kept.contactable


async def test_who_serves_several_territories_says_which(network: Network) -> None:
    asked = await network.say(PAUL, "/proposer")
    assert words(asked) == "De quel territoire vient ce que vous proposez ?"
    assert labels(asked) == ["Pays d’Orsanne", "Vallées de la Brune-Claire"]
    asked = await network.press(PAUL, key(asked, "Vallées de la Brune-Claire"))
    asked = await network.press(PAUL, key(asked, "Une expérience"))
    asked = await network.say(PAUL, TOLD)
    await network.press(PAUL, key(asked, "Non"))
    assert (await proposal(network)).territory_id == 2
    for forged in ("3", "99", "x"):
        data = f"network.propose:network:territory:{forged}:0"
        assert words(await network.press(PAUL, data)) == STALE, "not one of theirs"


async def test_only_the_network_proposes_in_private(network: Network) -> None:
    assert "n’est pas relié" in words(await network.say(STRANGER, "/proposer"))
    assert "conversation privée" in words(await network.say(CLAIRE, "/proposer", GROUP))
    await leaves(network, ODILE)
    assert "votre rôle" in words(await network.say(ODILE, "/proposer"))


async def test_an_elected_person_proposes_and_is_not_given_as_a_contact(network: Network) -> None:
    await propose(network, account=LEA)
    assert not (await proposal(network)).contactable
    assert await network.count(NetworkConsent) == 0


async def test_kept_it_is_told_and_offered_to_the_letter_without_a_name(network: Network) -> None:
    await propose(network, TOLD + " https://chambrelle.example/hotel")
    assert (await decide(network, "Garder")).endswith("Gardée par Jeanne Roche.")
    [told] = await network.rows("network.outcome")
    assert told.recipient == "person:11"
    assert plain(told.post.text) == (
        "Bonne nouvelle : l’équipe d’animation garde votre proposition n° 1. Elle pourra aider"
        " d’autres territoires et paraître dans la lettre, sans votre nom. Merci pour ce partage !"
    )
    assert await network.acts("proposal.kept") == ["person:2 network:proposal:1"]
    now = network.clock.now()
    async with network.database.read() as session:
        assert network.room.contributions is not None
        [offered] = await network.room.contributions(session, now, now + timedelta(days=1))
        assert await network.room.contributions(session, now, now) == []
    assert offered.reference == Reference("network", "proposal", "1")
    assert offered.section is Section.TERRITORIES
    assert offered.title == "Nous avons rouvert un hôtel de dix chambres"
    assert offered.source == "Volcans de Chambrelle"
    assert offered.url == "https://chambrelle.example/hotel"
    assert offered.themes == ("habitat",)
    assert "Odile" not in str(offered)


async def test_dropped_for_a_reason_it_is_told(network: Network) -> None:
    await propose(network)
    button = sent_key(await card(network), "Écarter")
    asked = await network.press(JEANNE, button, GROUP, DESK)
    assert labels(asked) == [
        "Hors du champ du réseau",
        "Déjà connu du réseau",
        "Trop peu d’éléments",
        "Écarter sans dire pourquoi",
        "Revenir",
    ]
    asked = await network.press(JEANNE, key(asked, "Revenir"), GROUP, DESK)
    assert "Garder" in labels(asked)
    asked = await network.press(JEANNE, button, GROUP, DESK)
    done = await network.press(JEANNE, key(asked, "Déjà connu du réseau"), GROUP, DESK)
    assert words(done).endswith("Écartée par Jeanne Roche. Déjà connu du réseau.")
    [told] = await network.rows("network.outcome")
    assert plain(told.post.text) == (
        "L’équipe d’animation n’a pas gardé votre proposition n° 1. Le réseau en disposait déjà."
        " Merci de l’avoir partagée."
    )


async def test_decided_once_the_second_press_shows_how_it_stands(network: Network) -> None:
    await propose(network)
    row = await card(network)
    await decide(network, "Garder")
    for label in ("Garder", "Écarter", "Demander une précision"):
        answers = await network.press(JEANNE, sent_key(row, label), GROUP, DESK)
        assert words(answers).startswith(STALE)
        assert words(answers).endswith("Gardée par Jeanne Roche.")
    assert len(await network.rows("network.outcome")) == 1
    assert await network.prepare(row) == Skip("decided")


async def test_forged_presses_decide_nothing(network: Network) -> None:
    await propose(network)
    row = await card(network)
    for label in ("Garder", "Écarter"):
        assert "votre rôle" in words(await network.press(ODILE, sent_key(row, label)))
        assert words(await network.press(JEANNE, sent_key(row, label))) == STALE
    for data in (
        "network.dropped:network:reason:1-rien:1",
        "network.dropped:network:reason:1:1",
        "network.dropped:network:reason:9-known:1",
        "network.undecided:network:proposal:9:1",
        "network.keep:network:proposal:1:9",
    ):
        assert words(await network.press(JEANNE, data, GROUP, DESK)).startswith(STALE)
    assert (await proposal(network)).state == "proposed"


async def test_a_detail_is_asked_and_given(network: Network) -> None:
    await propose(network)
    row = await card(network)
    button = sent_key(row, "Demander une précision")
    asked = await network.press(JEANNE, button, GROUP, DESK)
    assert words(asked).startswith("Quelle précision souhaitez-vous ?")
    too_short = await network.say(JEANNE, "Euh", GROUP, thread=DESK)
    assert "C’est un peu court" in words(too_short)
    done = await network.say(JEANNE, "Combien cela a-t-il coûté ?", GROUP, thread=DESK)
    assert words(done).startswith("Envoyé à Odile Vernhet.")
    [question] = await network.rows("network.clarification")
    assert question.recipient == "person:11"
    assert plain(question.post.text) == (
        "Votre proposition n° 1\n\nL’équipe d’animation vous écrit :\n"
        "Combien cela a-t-il coûté ?\nPour répondre, répondez à ce message."
    )
    number = await network.delivered(question, ODILE)
    given = await network.say(ODILE, "30 000 € environ.", reply_to=number, file="devis.pdf")
    assert words(given) == "Merci, cette précision est transmise à l’équipe d’animation."
    again = await card(network)
    assert plain(again.post.text).endswith(f"{TOLD}\n\n30 000 € environ.")
    assert "1 fichier joint." in plain(again.post.text)
    stale = await network.press(JEANNE, sent_key(row, "Garder"), GROUP, DESK)
    assert words(stale).startswith(STALE), "the first card shows less"
    assert await network.count(Clarification) == 2
    await decide(network, "Garder")
    late = await network.say(ODILE, "Et aussi ceci.", reply_to=number)
    assert words(late).startswith("L’équipe d’animation a déjà décidé")


async def test_nobody_adds_to_the_proposal_of_another(network: Network) -> None:
    await propose(network)
    number = await network.delivered(await card(network), CLAIRE)
    assert words(await network.say(CLAIRE, "Et moi ?", reply_to=number)) == STALE
    number = await network.delivered(await card(network), GROUP)
    said = await network.say(JEANNE, "Merci Odile", GROUP, thread=DESK, reply_to=number)
    assert words(said).startswith("Votre message n’a pas été envoyé.")
    assert await network.count(Clarification) == 0
