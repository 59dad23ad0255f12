"""What the network holds about somebody, what goes and what stays; and what is counted."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.hotline.models import Question
from bot.network import figures
from bot.network.deliveries import TARGET
from bot.network.figures import NetworkCounts
from bot.network.models import (
    Clarification,
    ContactShown,
    NetworkConsent,
    Proposal,
    Solicitation,
    SolicitationReply,
    Solicited,
    Sponsorship,
    SponsorshipExchange,
    WhoSearch,
)
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.ledger.models import Delivery, Message
from core.reference import Party
from tests.hotline import CLAIRE, GROUP, JEANNE
from tests.network import DESK, KARIM, ODILE, Network, key, open_network, plain, sent_key

HOTEL = "Nous avons rouvert un hôtel. Trois familles y logent."
GITE = "Nous en avons fait un gîte."


@pytest.fixture
async def network(database: Database, clock: FixedClock) -> Network:
    """A network in which Odile has done all that can be done."""
    network = await open_network(database, clock)
    await network.agrees(ODILE, "asked-1", "contact-1")
    await network.solicited()
    [asked] = await network.rows("network.solicitation")
    await network.say(ODILE, GITE, reply_to=await network.delivered(asked, ODILE))
    for said, decision in ((HOTEL, "Garder"), ("Une idée de boutique à l’essai", "")):
        form = await network.say(ODILE, "/proposer")
        form = await network.press(ODILE, key(form, "Une expérience"))
        form = await network.say(ODILE, said)
        await network.press(ODILE, key(form, "Oui"))
        if decision:
            card = (await network.rows("network.proposal"))[-1]
            await network.press(JEANNE, sent_key(card, decision), GROUP, DESK)
    await network.say(CLAIRE, "/quiadejafait rouvrir un hôtel")
    await network.say(ODILE, "/quiadejafait une navette")
    async with network.database.write() as session:
        now = network.clock.now()
        session.add(
            Sponsorship(id=1, sponsor_id=3, supported_id=4, since=date(2026, 3, 1), recorded_at=now)
        )
        await session.flush()
        session.add(
            SponsorshipExchange(
                sponsorship_id=1,
                held_on=date(2026, 11, 20),
                line="Visite",
                noted_by=11,
                noted_at=now,
                update_id=1,
            )
        )
    return network


async def export(network: Network, party: Party) -> Any:
    assert network.room.personal_data is not None
    async with network.database.read() as session:
        return await network.room.personal_data.export(session, party)


async def kept(network: Network, party: Party) -> list[tuple[str, str]]:
    assert network.room.personal_data is not None
    async with network.database.read() as session:
        found = await network.room.personal_data.keeps(session, party)
    return [
        (
            plain(network.parts.renderer.plain(one.what)),
            plain(network.parts.renderer.plain(one.ground)),
        )
        for one in found
    ]


async def erase(network: Network, party: Party) -> None:
    assert network.room.personal_data is not None
    async with network.database.write() as session:
        await network.room.personal_data.erase(session, party)


async def everything_written(network: Network) -> str:
    """Return all the words of the room's tables, and of the contents that the ledger holds."""
    rows: list[object] = []
    for model in (
        NetworkConsent, Solicitation, Solicited, SolicitationReply, WhoSearch, ContactShown,
        Proposal, Clarification, SponsorshipExchange,
    ):  # fmt: skip
        async with network.database.read() as session:
            rows += [vars(row) for row in await session.scalars(select(model))]
    async with network.database.read() as session:
        bodies = await session.execute(
            select(Message.body)
            .join(Delivery, Delivery.message_hash == Message.hash)
            .where(Delivery.kind.startswith("network."))
        )
        return str(rows) + "".join(body.decode() for (body,) in bodies)


ODILE_HERSELF = Party("person", "11")


async def test_everything_is_shown_to_whom_it_is_about(network: Network) -> None:
    shown = await export(network, ODILE_HERSELF)
    assert shown["consents"][0]["contact"] is True
    assert shown["solicited"][0]["question"] == "Que faire d’un hôtel vide dans un bourg ?"
    assert [reply["text"] for reply in shown["replies"]] == [GITE]
    assert [one["text"] for one in shown["searches"]] == ["une navette"]
    assert [(one["text"], one["state"]) for one in shown["proposals"]] == [
        (HOTEL, "kept"),
        ("Une idée de boutique à l’essai", "proposed"),
    ]
    assert len(shown["contact_given"]) == 1
    assert shown["exchanges"] == [{"held_on": "2026-11-20", "line": "Visite"}]
    assert not any((await export(network, Party("person", "12"))).values())
    assert await export(network, Party("subscriber", "11")) == {}


async def test_what_would_stay_is_said_with_its_ground(network: Network) -> None:
    ground = (
        "mission d’intérêt public : le fonds commun d’expériences du réseau et les archives de sa"
        " lettre, où vous n’êtes pas nommé(e)"
    )
    assert await kept(network, ODILE_HERSELF) == [
        ("1 proposition gardée par le réseau, sans votre nom ni vos fichiers", ground),
        (
            "1 échange de parrainage que vous avez noté, sans votre nom",
            "obligation de justifier les financements du réseau",
        ),
    ]
    assert await kept(network, Party("person", "12")) == []
    assert await kept(network, Party("subscriber", "11")) == []


async def test_what_can_go_is_gone_from_the_tables_the_ledger_and_the_group(
    network: Network,
) -> None:
    [reply] = await network.rows("network.reply")
    shown = await network.delivered(reply, GROUP)
    before = await figures_of(network)
    await erase(network, ODILE_HERSELF)
    left = await everything_written(network)
    for gone in ("gîte", "boutique", "Odile", "navette", "'person_id': 11", "'noted_by': 11"):
        assert gone not in left, gone
    assert HOTEL in left, "what the network kept stays, without a name"
    assert "Visite" in left
    assert await figures_of(network) == before, "what is counted stays counted"
    removals = await network.rows("network.removal")
    [removal] = [row for row in removals if row.recipient == "reply:1"]
    assert removal.post.kind == "delete"
    assert await network.prepare(removal) == Ready(ChatAddress(GROUP), {TARGET: f"{GROUP}:{shown}"})
    assert await network.prepare(reply) == Skip("erased")
    [waiting] = [
        row for row in await network.rows("network.proposal") if row.recipient == "proposal:2"
    ]
    assert await network.prepare(waiting) == Skip("erased")
    assert not any((await export(network, ODILE_HERSELF)).values())
    await erase(network, ODILE_HERSELF)


async def test_the_question_put_to_the_network_goes_with_its_asker(network: Network) -> None:
    await network.agrees(KARIM, "asked-1")
    shown = await network.in_topic(JEANNE, "network.ask:hotline:question:5:1")
    await network.in_topic(JEANNE, key(shown, "Envoyer"))
    async with network.database.write() as session:
        await session.execute(
            update(Question).values(asker_id=None, text="")
        )  # as the hotline does
    await erase(network, Party("person", "1"))
    assert [row.text for row in await network.all(Solicitation)] == ["", ""]
    last = (await network.rows("network.solicitation"))[-1]
    assert last.recipient == "person:12"
    assert await network.prepare(last) == Skip("cancelled")


async def figures_of(network: Network) -> NetworkCounts:
    start = datetime(2026, 10, 31, 23, tzinfo=UTC)
    async with network.database.read() as session:
        return await figures.counts(session, start, start + timedelta(days=30))


async def test_what_is_counted(network: Network) -> None:
    assert await figures_of(network) == NetworkCounts(
        solicitations=1,
        people_asked=1,
        replies=1,
        contacts_given=1,
        sponsorships_active=1,
        exchanges=1,
        proposals=2,
    )
    async with network.database.read() as session:
        december = datetime(2026, 11, 30, 23, tzinfo=UTC)
        later = await figures.counts(session, december, december + timedelta(days=31))
    assert later == NetworkCounts(0, 0, 0, 0, 1, 0, 0)


async def test_what_never_left_and_what_has_ended_do_not_count(network: Network) -> None:
    async with network.database.write() as session:
        await session.execute(update(Solicited).values(outcome="undelivered"))
        await session.execute(update(Sponsorship).values(until=date(2026, 10, 31)))
    counted = await figures_of(network)
    assert (counted.people_asked, counted.sponsorships_active) == (0, 0)
