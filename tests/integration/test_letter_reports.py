"""What is told of a sending: late before it, what became of it after, and that it is out."""

import pytest

from core.chat import Redraw
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Parcel, Ready, Sent, Skip
from core.ledger.outcomes import Channel
from core.people.models import Account, Person
from core.reference import Party, Reference
from digest.letter import names
from digest.subscribers.models import Bounce, ChatReader
from tests.letter import LetterHouse, moved
from tests.sendings import (
    EDITION,
    about,
    approve,
    edition_of,
    labels,
    sending,
    settings_of_sendings,
    settle,
    version_of,
    view,
)

REPORT = "letter.report:1"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_of_sendings())


async def finished(house: LetterHouse, many: int = 3) -> list[int]:
    ids = await sending(house, many)
    await house.settle(names.EDITION)
    await house.tick("letter.send")
    return ids


async def shown(house: LetterHouse) -> None:
    """Have the report shown in chat, as a dispatcher would."""
    (row,) = await house.rows(names.REPORT)
    parcel = Parcel(
        row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
        Channel.CHAT, await house.body(row), row.values, row.stream, 1, resent=False,
    )  # fmt: skip
    async with house.database.write() as session:
        await house.kinds[row.kind].settled(session, parcel, Sent("-100:5"), house.clock.now())


async def bounce(house: LetterHouse, number: int, recipient: str, severity: str) -> None:
    async with house.database.write() as session:
        session.add(
            Bounce(
                message_id=f"<{number}@example.org>",
                recipient=recipient,
                kind=names.EDITION,
                slot="edition:1",
                severity=severity,
                status="5.1.1",
                at=house.clock.now(),
            )
        )


async def test_a_letter_approved_long_ago_asks_before_it_leaves(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example")
    await approve(house, about(1))
    moved(house.clock, days=2)
    assert await house.next_due("letter.send") is not None
    for _ in range(3):
        await house.tick("letter.send")
    assert (await edition_of(house)).state == "approved"
    assert await house.rows(names.EDITION) == []
    assert await house.next_due("letter.send") is None
    (asked,) = await house.posts(names.OVERDUE)
    assert "Lettre n°\u00a01\u00a0: l’envoyer maintenant\u00a0?" in asked.text
    assert "Son bon à diffuser date du lundi 23 novembre 2026" in asked.text
    assert labels(asked) == ["Envoyer maintenant", "Annuler"]
    (row,) = await house.rows(names.OVERDUE)
    assert await house.prepared(row) == Ready(ChatAddress(-100, 7))
    assert "l’envoyer maintenant" in house.said(await house.command())
    version = version_of(asked, "letter.send_late")
    assert "a changé" in house.said(await house.press("letter.send_late", EDITION, version + 1))
    answer = await house.press("letter.send_late", EDITION, version)
    assert isinstance(answer, Redraw)
    assert "Odile Vernhet a demandé d’envoyer la lettre n°\u00a01" in house.said(answer)
    await house.tick("letter.send")
    assert (await edition_of(house)).state == "sending"
    assert len(await house.rows(names.EDITION)) == 1
    assert await house.prepared(row) == Skip("superseded")
    assert "en cours" in house.said(await house.press("letter.send_late", EDITION, version))


async def test_an_overdue_letter_can_be_given_up(house: LetterHouse) -> None:
    await approve(house, about(1))
    moved(house.clock, days=2)
    await house.tick("letter.send")
    (asked,) = await house.posts(names.OVERDUE)
    await house.press("letter.cancel_for_good", EDITION, version_of(asked, "letter.cancel"))
    await house.tick("letter.send")
    assert (await edition_of(house)).state == "cancelled"
    assert await house.rows(names.REPORT) == []


async def test_half_a_day_is_not_late(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example")
    await approve(house, about(1))
    moved(house.clock, hours=12)
    await house.tick("letter.send")
    assert (await edition_of(house)).state == "sending"


async def test_failures_are_told_by_reason_without_addresses(house: LetterHouse) -> None:
    await house.subscribe(*(f"a{number}@orsanne.example" for number in range(5)))
    await approve(house, about(1))
    await house.tick("letter.send")
    ids = [row.id for row in await house.rows(names.EDITION)]
    await settle(house, "failed", "550 5.1.1 <a0@orsanne.example> unknown", ids=ids[:1])
    await settle(house, "failed", "550 5.1.1 <a1@orsanne.example> unknown", ids=ids[1:2])
    await settle(house, "failed", "552 5.2.2 full", ids=ids[2:3])
    await settle(house, "failed", "451 busy (given up after 8 attempts)", ids=ids[3:4])
    await settle(house, "sent", ids=ids[4:])
    await house.tick("letter.send")
    (report,) = await house.posts(names.REPORT)
    assert "Échecs (adresses inconnues de la messagerie)\u00a0: 2" in report.text
    assert "Échec (boîte de réception pleine)\u00a0: 1" in report.text
    assert "Échec (messagerie injoignable malgré plusieurs essais)\u00a0: 1" in report.text
    assert "@" not in report.text


async def test_the_report_is_completed_by_what_comes_back(house: LetterHouse) -> None:
    await finished(house)
    await house.tick("letter.report")
    assert await view(house, REPORT) is None
    await shown(house)
    await house.tick("letter.report")
    before = await view(house, REPORT)
    assert before is not None
    assert "Revenu" not in before.text
    await bounce(house, 1, "subscriber:1", "hard")
    await bounce(house, 2, "subscriber:2", "soft")
    await bounce(house, 3, "subscriber:2", "soft")
    moved(house.clock, days=2)
    await house.tick("letter.report")
    after = await view(house, REPORT)
    assert after is not None
    assert "Revenu après l’envoi (adresse en erreur)\u00a0: 1" in after.text
    assert "Revenu après l’envoi (difficulté passagère)\u00a0: 1" in after.text
    assert "Envoyée à 3 abonnés" in after.text


async def test_what_somebody_decides_about_doubts_shows_in_the_report(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example", "paul@orsanne.example")
    await approve(house, about(1))
    await house.tick("letter.send")
    await house.settle(names.EDITION, "uncertain", "cut")
    await house.tick("letter.send")
    await shown(house)
    assert "2 envois laissés" in house.said(await house.press("letter.leave", EDITION))
    await house.tick("letter.report")
    after = await view(house, REPORT)
    assert after is not None
    assert "À vérifier, laissés tels quels\u00a0: 2" in after.text
    assert labels(after) == ["Envoyer un rectificatif"]


async def people(house: LetterHouse) -> None:
    """Five members: reads by chat; not linked; has blocked the bot; does not want it; blocked."""
    now = house.clock.now()
    async with house.database.write() as session:
        for number in range(1, 6):
            session.add(
                Person(
                    id=number,
                    given_name="A",
                    family_name=str(number),
                    blocked_at=now if number == 5 else None,
                )
            )
        await session.flush()
        for number in (1, 3, 4, 5):
            session.add(
                Account(
                    person_id=number,
                    channel="telegram",
                    address=str(7000 + number),
                    linked_at=now,
                    blocked_at=now if number == 3 else None,
                )
            )
        session.add_all(ChatReader(person_id=number, since=now) for number in (1, 2, 3, 5))


async def test_members_who_wish_it_are_told_once_in_chat_that_it_is_out(
    house: LetterHouse,
) -> None:
    await people(house)
    await finished(house)
    await house.tick("letter.send")
    rows = await house.rows(names.OUT)
    assert [row.recipient for row in rows] == ["person:1", "person:2", "person:3"]
    assert {row.slot for row in rows} == {"edition:1"}
    first, unlinked, blocking = rows
    assert await house.prepared(first) == Ready(ChatAddress(7001))
    assert await house.prepared(unlinked) == Skip("no_account")
    assert await house.prepared(blocking) == Skip("blocked")
    post, *_ = await house.posts(names.OUT)
    assert "La lettre de test\u00a0: la lettre n°\u00a01 est parue" in post.text
    assert [b.url for row in post.keyboard for b in row] == ["https://relais.test/lettres/1"]
    async with house.database.write() as session:
        reader = await session.get_one(ChatReader, 1)
        await session.delete(reader)
    assert await house.prepared(first) == Skip("not_wanted")


async def test_a_report_is_left_alone_after_ten_days(house: LetterHouse) -> None:
    await finished(house)
    await shown(house)
    moved(house.clock, days=11)
    await bounce(house, 1, "subscriber:1", "hard")
    await house.tick("letter.report")
    post = await view(house, REPORT)
    assert post is not None
    assert "Revenu" not in post.text
