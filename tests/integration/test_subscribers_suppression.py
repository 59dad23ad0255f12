"""Addresses that are not written to: in error, complained, asked of an operator."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import MailAddress, Ready, Skip
from core.reference import Party
from digest.subscribers import names
from digest.subscribers.bounces import Bounced, Outcome, bounced, complained
from digest.subscribers.models import Bounce, Consent, Suppression
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import is_suppressed, lift, reason_of, suppress
from tests.letter import LetterHouse, moved, settings_for_letters

ZOE = "zoe@orsanne.example"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def came_back(
    house: LetterHouse, party: Party, number: int = 1, **changes: str | None
) -> Outcome:
    given = Bounced(
        f"<{number}@mx.example>", party, ZOE, "letter.edition", f"edition:{number}", "soft",
        "4.2.2", house.clock.now(),
    )  # fmt: skip
    async with house.database.write() as session:
        return await bounced(session, house.parts, replace(given, **changes), house.clock.now())  # type: ignore[arg-type]


async def party_of(house: LetterHouse) -> Party:
    (identity,) = await house.subscribe(ZOE)
    return names.subscriber_party(identity)


async def suppressed(house: LetterHouse, email: str = ZOE) -> bool:
    async with house.database.read() as session:
        return await is_suppressed(session, email)


async def test_a_hard_error_stops_at_once_and_lifting_it_goes_on(house: LetterHouse) -> None:
    party = await party_of(house)
    hard = {"severity": "hard", "status": "5.1.1"}
    assert await came_back(house, party, 1, **hard) is Outcome.SUPPRESSED
    assert await came_back(house, party, 1, **hard) is Outcome.KNOWN, "told once"
    assert await suppressed(house)
    assert (await house.subscriber(ZOE)).state == "suppressed"
    async with house.database.read() as session:
        (row,) = (await session.scalars(select(Suppression))).all()
    assert (row.reason, row.detail) == ("bounced", "5.1.1")
    async with house.database.write() as session:
        assert await lift(session, house.parts, "ZOE@orsanne.example ", house.clock.now())
        assert not await lift(session, house.parts, ZOE, house.clock.now())
    assert not await suppressed(house)
    assert (await house.subscriber(ZOE)).state == "confirmed"


async def test_soft_errors_count_within_a_window_and_from_the_last_lifting(
    house: LetterHouse,
) -> None:
    party = await party_of(house)
    for number in range(4):
        assert await came_back(house, party, number) is Outcome.COUNTED
    moved(house.clock, days=31)
    for number in range(10, 14):
        assert await came_back(house, party, number) is Outcome.COUNTED
    moved(house.clock, minutes=1)
    assert await came_back(house, party, 14) is Outcome.SUPPRESSED
    moved(house.clock, minutes=1)
    async with house.database.write() as session:
        await lift(session, house.parts, ZOE, house.clock.now())
    moved(house.clock, minutes=1)
    assert await came_back(house, party, 15) is Outcome.COUNTED
    async with house.database.read() as session:
        assert len((await session.scalars(select(Bounce))).all()) == 10


async def test_a_server_that_refuses_us_all_says_nothing_of_one_address(
    house: LetterHouse,
) -> None:
    party = await party_of(house)
    refused = {"severity": "hard", "status": "5.7.1"}
    assert await came_back(house, party, 1, **refused) is Outcome.COUNTED
    assert not await suppressed(house)


async def test_a_complaint_ends_the_subscription_and_the_form_writes_there_no_more(
    house: LetterHouse,
) -> None:
    await party_of(house)
    async with house.database.write() as session:
        await complained(session, house.parts, " Zoe@Orsanne.example", house.clock.now())
        await complained(session, house.parts, "nobody@orsanne.example", house.clock.now())
    found = await house.subscriber(ZOE)
    assert (found.state, found.ended_by) == ("unsubscribed", "complained")
    async with house.visitor() as visitor:
        page = await visitor.post("/abonnement", data={"email": ZOE})
        same = await visitor.post("/abonnement", data={"email": "paul@orsanne.example"})
    assert page.text == same.text, "nobody can tell"
    assert [row.recipient for row in await house.rows(names.CONFIRMATION)] != [
        str(names.subscriber_party(found.id))
    ]
    async with house.database.write() as session:
        await suppress(session, ZOE, Reason.BOUNCED, "5.1.1", house.clock.now())
        assert await reason_of(session, ZOE) is Reason.COMPLAINED, "the weaker changes nothing"


async def test_an_address_in_error_may_be_confirmed_anew_by_who_reads_it(
    house: LetterHouse,
) -> None:
    party = await party_of(house)
    await came_back(house, party, severity="hard", status="5.1.1")
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        moved(house.clock, hours=1)
        await visitor.post("/abonnement", data={"email": ZOE})
        (row,) = await house.rows(names.CONFIRMATION)
        assert await house.prepared(row) == Ready(MailAddress(ZOE))
        await visitor.post(str(row.values["confirmation_url"]))
    assert (await house.subscriber(ZOE)).state == "confirmed"
    assert not await suppressed(house)


async def test_what_waits_in_the_ledger_is_skipped_and_an_operator_s_word_waits_too(
    house: LetterHouse,
) -> None:
    await party_of(house)
    async with house.visitor() as visitor:
        moved(house.clock, hours=1)
        await visitor.post("/abonnement", data={"email": ZOE})
    (row,) = await house.rows(names.ALREADY)
    async with house.database.write() as session:
        await suppress(session, ZOE, "operator", "asked by phone", house.clock.now())
    assert await house.prepared(row) == Skip("suppressed")


async def test_an_error_about_a_member_or_about_nobody_known_is_noted(house: LetterHouse) -> None:
    hard = {"severity": "hard", "status": ""}
    member = {"address": "zoe@x.example", **hard}
    assert await came_back(house, Party("person", "9"), 1, **member) is Outcome.SUPPRESSED
    assert await suppressed(house, "zoe@x.example")
    for number, party in enumerate((Party("person", "99"), Party("group", "animators"))):
        assert await came_back(house, party, number + 2, address=None, **hard) is Outcome.COUNTED
    async with house.database.read() as session:
        assert list(await session.scalars(select(Consent.event))) == []
